// Documents through the command alone: filed by a file, carried by a bundle, written out at the other site.
#include <gtest/gtest.h>

#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

constexpr char kPack[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Parcel"

[register.parcel.fields]
owner = { type = "text" }
plan = { type = "blob" }
)";

class Documents : public ::testing::Test {
 protected:
  Documents() : bytes_(300'000, 'p') {
    bytes_[150'000] = '\0';
    WriteAll(dir_ / "land.toml", kPack);
    WriteAll(dir_ / "plan.pdf", bytes_);
    EXPECT_EQ(Do("tallinn", {"init", "--site", "tallinn", "--pack", "land.toml"}).code, 0);
    EXPECT_EQ(Do("tallinn", {"bundle", "export", "--since", "0", "-o", "first.cbn"}).code, 0);
    EXPECT_EQ(Do("tartu", {"init", "--site", "tartu", "--join", "first.cbn"}).code, 0);
  }

  Result Do(const std::string& site, Words words, const std::string& input = "") const {
    words.insert(words.begin(), {"--store", site});
    return Chancery(words, {.input = input, .dir = dir_.path()});
  }
  Result File(const std::string& value) const {
    return Do("tallinn", {"--json", "file"}, "{\"ops\":[{\"create\":\"parcel/1\",\"set\":{\"plan\":" + value + "}}]}\n");
  }

  TempDir dir_;
  std::string bytes_;
};

TEST_F(Documents, GoFromFileToFile) {
  EXPECT_EQ(File(R"({"file":"plan.pdf"})").code, 0);
  const Literal plan =
      *Do("tallinn", {"--json", "get", "parcel/1/plan"}).Lines().at(0).Find("fields")->Find("plan")->Find("value");
  EXPECT_EQ(plan.Find("bytes")->integer, 300'000);
  EXPECT_EQ(Do("tallinn", {"get", "parcel/1/plan", "--document", "out.pdf"}).code, 0);
  EXPECT_EQ(ReadAll(dir_ / "out.pdf"), bytes_);

  EXPECT_EQ(Do("tallinn", {"bundle", "export", "--since", "0", "-o", "all.cbn"}).code, 0);
  EXPECT_EQ(Do("tartu", {"--json", "bundle", "apply", "all.cbn"}).Last("applied").Find("documents")->integer, 1);
  const Result written = Do("tartu", {"--json", "get", "parcel/1/plan", "-o", "there.pdf"});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_EQ(*written.Last("document").Find("sha256"), *plan.Find("sha256"));
  EXPECT_EQ(ReadAll(dir_ / "there.pdf"), bytes_);
  EXPECT_EQ(Do("tartu", {"--json", "verify"}).Last("verify").Find("documents")->integer, 1);
}

TEST_F(Documents, OfADamagedBundleTheEntriesAreTaken) {
  EXPECT_EQ(File(R"({"file":"plan.pdf"})").code, 0);
  EXPECT_EQ(Do("tallinn", {"bundle", "export", "--since", "0", "-o", "all.cbn"}).code, 0);
  std::string bundle = ReadAll(dir_ / "all.cbn");
  bundle[bundle.size() - 1000] ^= 1;
  WriteAll(dir_ / "bad.cbn", bundle);
  const Result applied = Do("tartu", {"bundle", "apply", "bad.cbn"});
  EXPECT_EQ(applied.code, 5);
  EXPECT_NE(applied.out.find("1 document could not be used"), std::string::npos) << applied.out;
  EXPECT_EQ(Do("tartu", {"get", "parcel/1"}).code, 0);

  const Result missing = Do("tartu", {"get", "parcel/1/plan", "-o", "there.pdf"});
  EXPECT_EQ(missing.code, 4);
  EXPECT_NE(missing.err.find("is not in this store"), std::string::npos) << missing.err;
  EXPECT_NE(missing.err.find("bundle export"), std::string::npos) << missing.err;
  EXPECT_EQ(ReadAll(dir_ / "there.pdf"), "");
  EXPECT_EQ(Do("tartu", {"bundle", "apply", "all.cbn"}).code, 0);
  EXPECT_EQ(Do("tartu", {"get", "parcel/1/plan", "-o", "there.pdf"}).code, 0);
}

TEST_F(Documents, WhatIsNotThereIsRefused) {
  const Result missing = File(R"({"file":"map.pdf"})");
  EXPECT_EQ(missing.code, 6);
  EXPECT_EQ(missing.Last("refused").Find("kind")->text, "type");
  EXPECT_NE(missing.Last("refused").Find("message")->text.find("map.pdf"), std::string::npos);
  const Result unknown = File(R"({"sha256":")" + std::string(64, 'a') + R"(","bytes":1})");
  EXPECT_EQ(unknown.code, 6);
  EXPECT_EQ(unknown.Last("refused").Find("kind")->text, "reference");
  EXPECT_EQ(File(R"({"file":"."})").code, 6);
  EXPECT_EQ(Do("tallinn", {"get", "parcel/1/owner", "-o", "x"}).code, 4);
}

}  // namespace
}  // namespace chancery::e2e

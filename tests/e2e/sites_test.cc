// Two sites, a cut, a heal by bundle, a case, a ruling: through the command alone.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

// tallinn and luxembourg have sold parcel 1 apart, and each has the other's entries now.
class TwoSales : public ::testing::Test {
 protected:
  TwoSales() {
    EXPECT_EQ(land_.Do({"file"}, Create("1", "Mari")).code, 0);
    land_.Join("luxembourg");
    EXPECT_EQ(land_.Do({"file"}, Sell("1", "Jaan")).code, 0);
    EXPECT_EQ(land_.At("luxembourg", {"file"}, Sell("1", "Liis")).code, 0);
    there_ = land_.Carry("tallinn", "luxembourg");
    back_ = land_.Carry("luxembourg", "tallinn");
  }

  void ExpectEqual() const {
    EXPECT_EQ(land_.Status("tallinn").Find("digest")->text, land_.Status("luxembourg").Find("digest")->text);
    EXPECT_EQ(land_.Status("tallinn").Find("docket")->text, land_.Status("luxembourg").Find("docket")->text);
  }

  Land land_;
  Result there_, back_;
};

TEST_F(TwoSales, BundleApplySaysThatACaseOpened) {
  EXPECT_EQ(there_.code, 3) << there_.err;
  EXPECT_EQ(back_.code, 3) << back_.err;
  EXPECT_EQ(there_.Last("applied").Find("opened")->integer, 1);
  EXPECT_EQ(there_.Last("applied").Find("entries")->integer, 1);
  ExpectEqual();
  EXPECT_EQ(land_.Carry("tallinn", "luxembourg").Last("applied").Find("entries")->integer, 0);
}

TEST_F(TwoSales, GetIsContestedAndGivesNoValue) {
  const Result got = land_.Json({"get", "parcel/1"});
  EXPECT_EQ(got.code, 3);
  const Literal owner = *got.Lines().at(0).Find("fields")->Find("owner");
  EXPECT_TRUE(owner.Find("contested")->truth);
  EXPECT_TRUE(owner.Find("value")->null());
  EXPECT_EQ(owner.Find("interim")->text, "Jaan");
  ASSERT_EQ(owner.Find("values")->list.size(), 2u);
  EXPECT_EQ(owner.Find("values")->list[0].Find("value")->text, "Jaan");
  EXPECT_EQ(owner.Find("cases")->list.size(), 1u);
  EXPECT_NE(land_.Do({"get", "parcel/1"}).out.find("CONTESTED"), std::string::npos);
}

TEST_F(TwoSales, TheCaseShowsBothActsInEightyColumns) {
  EXPECT_EQ(land_.Do({"case", "ls"}).code, 3);
  const Result shown = land_.Do({"case", "show", "parcel.owner", "parcel/1"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(shown.out.rfind("OPEN ", 0), 0u) << shown.out;
  for (const char* words : {"TALLINN", "LUXEMBOURG", "Jaan", "Liis", "Mari", "neither knew of the other", "Next  "}) {
    EXPECT_NE(shown.out.find(words), std::string::npos) << words << "\n" << shown.out;
  }
  for (size_t at = 0, end; at < shown.out.size(); at = end + 1) {
    end = shown.out.find('\n', at);
    size_t cells = 0;
    for (size_t i = at; i < end; ++i) cells += (shown.out[i] & 0xc0) != 0x80;
    EXPECT_LE(cells, 80u) << shown.out.substr(at, end - at);
  }
}

TEST_F(TwoSales, BothSitesGiveTheSameCase) {
  const Result here = land_.Json({"case", "ls"}), there = land_.At("luxembourg", {"--json", "case", "ls"});
  EXPECT_EQ(here.out, there.out);
  const Literal one = here.Lines().at(0);
  for (const char* member : {"case", "rule", "subject", "state", "facts", "rulings", "dependants"})
    EXPECT_NE(one.Find(member), nullptr) << member;
  ASSERT_EQ(one.Find("facts")->list.size(), 2u);
  for (const char* member : {"entry", "site", "officer", "basis", "changed", "before", "standing"}) {
    EXPECT_NE(one.Find("facts")->list[0].Find(member), nullptr) << member;
  }
  EXPECT_EQ(one.Find("facts")->list[0].Find("changed")->Find("parcel/1/owner")->text, "Jaan");
  EXPECT_EQ(one.Find("facts")->list[0].Find("before")->Find("parcel/1/owner")->text, "Mari");
}

TEST_F(TwoSales, ARulingClosesItEverywhere) {
  const std::string liis = land_.Json({"case", "ls"}).Lines().at(0).Find("facts")->list.at(1).Find("entry")->text;
  const Result ruled = land_.Do(
      {"case", "rule", "parcel.owner", "parcel/1", "--keep", liis, "--officer", "judge", "--reason", "first at the counter"});
  EXPECT_EQ(ruled.code, 0) << ruled.err;
  EXPECT_EQ(land_.Do({"case", "ls"}).code, 0);
  EXPECT_EQ(land_.Carry("tallinn", "luxembourg").code, 0);
  ExpectEqual();
  const Literal owner = *land_.At("luxembourg", {"--json", "get", "parcel/1"}).Lines().at(0).Find("fields")->Find("owner");
  EXPECT_EQ(owner.Find("value")->text, "Liis");
  EXPECT_NE(land_.Do({"case", "show", "parcel.owner", "parcel/1"}).out.find("first at the counter"), std::string::npos);
  EXPECT_EQ(land_.Json({"case", "ls", "--all"}).Lines().size(), 1u);
}

TEST_F(TwoSales, ARulingOutsideTheCaseIsRefused) {
  const Result ruled =
      land_.Json({"case", "rule", "parcel.owner", "parcel/1", "--keep", "tallinn-1", "--officer", "j", "--reason", "r"});
  EXPECT_EQ(ruled.code, 6) << ruled.out;
  EXPECT_EQ(ruled.Last("refused").Find("kind")->text, "ruling");
  EXPECT_EQ(land_.Do({"case", "rule", "parcel.owner", "parcel/9", "--both", "--officer", "j", "--reason", "r"}).code, 4);
  EXPECT_EQ(land_.Do({"case", "rule", "parcel.owner", "parcel/1", "--both", "--none", "--officer", "j", "--reason", "r"}).code,
            2);
}

TEST_F(TwoSales, ABundleOfAnotherRegistryIsRefused) {
  const Land other;
  ASSERT_EQ(other.Do({"bundle", "export", "--since", "0", "-o", land_ / "other.cbn"}).code, 0);
  EXPECT_EQ(land_.Do({"bundle", "apply", land_ / "other.cbn"}).code, 6);
}

TEST_F(TwoSales, ADamagedBundleYieldsItsWholeRunsAndSaysHowMany) {
  ASSERT_EQ(land_.Do({"bundle", "export", "--since", "0", "-o", land_ / "whole.cbn"}).code, 0);
  const std::string whole = ReadAll(land_ / "whole.cbn"), before = land_.Status("luxembourg").Find("digest")->text;
  for (const size_t at : {size_t{0}, size_t{9}, size_t{60}}) {  // its head: nothing can be used
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    WriteAll(land_ / "flipped.cbn", bytes);
    const Result applied = land_.At("luxembourg", {"bundle", "apply", land_ / "flipped.cbn"});
    EXPECT_EQ(applied.code, 5) << at << ": " << applied.err;
  }
  EXPECT_EQ(land_.Status("luxembourg").Find("digest")->text, before);

  WriteAll(land_ / "cut.cbn", whole.substr(0, whole.size() - 1));
  const Result applied = land_.At("luxembourg", {"bundle", "apply", land_ / "cut.cbn"});
  EXPECT_EQ(applied.code, 5);
  const Literal said = land_.At("luxembourg", {"--json", "bundle", "apply", land_ / "cut.cbn"}).Last("applied");
  const std::string runs = std::to_string(said.Find("offered")->integer);
  EXPECT_GT(said.Find("offered")->integer, 1);
  EXPECT_EQ(said.Find("damaged")->integer, 1);
  EXPECT_NE(applied.out.find(std::to_string(said.Find("offered")->integer - 1) + " of " + runs + " runs could be used"),
            std::string::npos)
      << applied.out;
}

TEST_F(TwoSales, EntriesWhoseCausesAreMissingAreKept) {
  ASSERT_EQ(land_.Do({"file"}, Create("2", "Anu")).code, 0);
  const std::string since = "tallinn-" + std::to_string(land_.Status().Find("frontier")->Find("tallinn")->integer);
  ASSERT_EQ(land_.Do({"bundle", "export", "--since", since, "-o", land_ / "empty.cbn"}).code, 0);
  ASSERT_EQ(land_.Do({"file"}, Create("3", "Olev")).code, 0);
  ASSERT_EQ(land_.Do({"bundle", "export", "--since", since, "-o", land_ / "late.cbn"}).code, 0);
  const Result words = land_.At("luxembourg", {"bundle", "apply", land_ / "late.cbn"});
  EXPECT_EQ(words.code, 3) << words.err;
  EXPECT_NE(words.out.find("missing: " + since + "\n"), std::string::npos) << words.out;
  EXPECT_NE(words.out.find("waits here"), std::string::npos) << words.out;
  const Result applied = land_.At("luxembourg", {"--json", "bundle", "apply", land_ / "late.cbn"});
  EXPECT_EQ(applied.code, 3) << applied.out;
  EXPECT_EQ(applied.Last("applied").Find("waiting")->integer, 1);
  EXPECT_EQ(land_.Status("luxembourg").Find("waiting")->integer, 1);
  EXPECT_NE(land_.At("luxembourg", {"status"}).out.find("what they build on is missing"), std::string::npos);
  EXPECT_EQ(land_.Carry("tallinn", "luxembourg").code, 0);  // what waited comes in with it
  EXPECT_EQ(land_.Status("luxembourg").Find("waiting")->integer, 0);
  EXPECT_EQ(land_.Status("luxembourg").Find("digest")->text, land_.Status("tallinn").Find("digest")->text);
}

// Somebody copies a store with its key, and both file on.
TEST_F(TwoSales, TwoVersionsOfAJournalWakeSomeone) {
  std::filesystem::create_directories(land_ / "copy");
  for (const char* file : {"/data.mdb", "/site.key"})
    std::filesystem::copy_file((land_ / "luxembourg") + file, (land_ / "copy") + file);
  ASSERT_EQ(land_.At("luxembourg", {"file"}, Create("7", "Anu")).code, 0);
  ASSERT_EQ(land_.At("copy", {"file"}, Create("8", "Olev")).code, 0);
  EXPECT_EQ(land_.Carry("luxembourg", "tallinn").code, 0);
  EXPECT_EQ(land_.Do({"status", "--check"}).code, 0);
  const Result applied = land_.Carry("copy", "tallinn");
  EXPECT_EQ(applied.code, 3);
  EXPECT_EQ(applied.Last("applied").Find("halted")->list.at(0).text, "luxembourg-2");
  EXPECT_NE(land_.Carry("copy", "tallinn").code, 0);
  const Result check = land_.Do({"status", "--check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_EQ(check.out.rfind("WAKE two-faced two versions exist from luxembourg-2 on", 0), 0u) << check.out;
  EXPECT_NE(land_.Do({"site", "ls"}).out.find("two versions"), std::string::npos);
  EXPECT_EQ(land_.Do({"file"}, Create("9", "Mari")).code, 0);  // others go on

  EXPECT_EQ(land_.Carry("tallinn", "copy").code, 3);  // and the copy learns that it is one
  EXPECT_EQ(land_.At("copy", {"file"}, Create("10", "Olev")).code, 6);
}

}  // namespace
}  // namespace chancery::e2e

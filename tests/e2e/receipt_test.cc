// Receipts through the command, and through the verifier that has no store in it.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

class Receipts : public ::testing::Test {
 protected:
  Receipts() {
    EXPECT_EQ(land_.Do({"file"}, Create("1", "Mari") + Create("2", "Jaan")).code, 0);
    Issue("tallinn-3", "one");
    Issue("tallinn-4", "two");
  }

  void Issue(const std::string& entry, const std::string& name) {
    const Result issued = land_.Do({"receipt", entry, "--as", "accepted", "-o", land_ / name});
    EXPECT_EQ(issued.code, 0) << issued.err;
    EXPECT_TRUE(issued.out.starts_with("ACCEPTED  " + entry + "\n")) << issued.out;
  }
  Result Verify(const std::string& words) const { return RunShell("$CHANCERY verify " + words, land_ / ""); }
  Result VerifyOffline(const std::string& words) const {
    return RunShell("$(dirname $CHANCERY)/chancery-verify " + words, land_ / "");
  }

  Land land_;
};

TEST_F(Receipts, AreProvenWithoutTheStore) {
  std::filesystem::remove_all(land_ / "tallinn");
  for (const Result& result : {Verify("one"), VerifyOffline("one one.policy")}) {
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_TRUE(result.out.starts_with("PROVEN  ")) << result.out;
    EXPECT_NE(result.out.find("Not said"), std::string::npos) << result.out;
  }
  EXPECT_EQ(Verify("one two").code, 0);
  EXPECT_EQ(Verify("two one").code, 5);
  EXPECT_EQ(VerifyOffline("one two one.policy").code, 0);
  EXPECT_EQ(VerifyOffline("two one one.policy").code, 5);
}

TEST_F(Receipts, AreNoDirectories) {
  for (const char* words : {"tallinn one.policy", "one tallinn", "one --registry tallinn one.chain", "nothing one.policy"}) {
    const Result result = VerifyOffline(words);
    EXPECT_TRUE(result.code == 2 || result.code == 4) << words << ": " << result.code << result.err;
    EXPECT_FALSE(result.err.empty()) << words;
  }
}

TEST_F(Receipts, AreProvenByTheIdOfTheRegistryAlone) {
  Issue("tallinn-1", "founding");
  std::filesystem::remove_all(land_ / "tallinn");
  std::filesystem::remove(land_ / "one.policy");
  std::filesystem::remove(land_ / "two.policy");
  const std::string chain = ReadAll(land_ / "one.chain"), founding = ReadAll(land_ / "founding");
  const std::string id = founding.substr(founding.find("\n\n") + 2, 64);
  for (const std::string& registry : {id, std::string("founding")}) {
    EXPECT_EQ(Verify("one --registry " + registry).code, 0);
    EXPECT_EQ(VerifyOffline("one --registry " + registry + " one.chain").code, 0);
  }
  EXPECT_EQ(Verify("one two --registry " + id).code, 0);
  EXPECT_EQ(Verify("two one --registry " + id + " --chain two.chain --chain one.chain").code, 5);
  EXPECT_EQ(VerifyOffline("one two --registry founding one.chain two.chain").code, 0);
  EXPECT_EQ(VerifyOffline("two one --registry founding two.chain one.chain").code, 5);

  const Land other;
  ASSERT_EQ(other.Do({"receipt", "tallinn-1", "--as", "accepted", "-o", land_ / "other"}).code, 0);
  for (const Result& result : {Verify("one --registry other"), VerifyOffline("one --registry other one.chain"),
                               Verify("one --registry " + id + " --chain other.chain")}) {
    EXPECT_EQ(result.code, 5) << result.out << result.err;
    EXPECT_TRUE(result.out.starts_with("DISPROVEN  ")) << result.out;
  }
  WriteAll(land_ / "torn.chain", chain.substr(0, chain.size() - 1));
  EXPECT_EQ(Verify("one --registry " + id + " --chain torn.chain").code, 5);
  EXPECT_EQ(VerifyOffline("one --registry " + id + " torn.chain").code, 5);
  EXPECT_EQ(Verify("one --registry tallinn").code, 2);
  EXPECT_EQ(VerifyOffline("one --registry tallinn one.chain").code, 2);
  EXPECT_EQ(VerifyOffline("one --registry " + id).code, 2);
  EXPECT_EQ(Verify("one --registry " + id + " --policy one.policy").code, 2);
  EXPECT_EQ(Verify("--registry " + id).code, 2);
  EXPECT_EQ(Verify("one --registry " + id + " --chain nothing").code, 4);
}

TEST_F(Receipts, AreRefusedWithAnotherEntryInThem) {
  std::string one = ReadAll(land_ / "one"), two = ReadAll(land_ / "two");
  const auto extra = [](const std::string& file) { return file.substr(0, file.find("index ")); };
  WriteAll(land_ / "mixed", extra(two) + one.substr(extra(one).size()));
  for (const Result& result : {Verify("mixed --policy one.policy"), VerifyOffline("mixed one.policy")}) {
    EXPECT_EQ(result.code, 5) << result.out << result.err;
    EXPECT_TRUE(result.out.starts_with("DISPROVEN  ")) << result.out;
  }
}

TEST_F(Receipts, ProveNothingUnderKeysThatDidNotSign) {
  const Land other;
  ASSERT_EQ(other.Do({"receipt", "tallinn-1", "--as", "accepted", "-o", land_ / "other"}).code, 0);
  for (const Result& result : {Verify("one --policy other.policy"), VerifyOffline("one other.policy")}) {
    EXPECT_EQ(result.code, 3) << result.out << result.err;
    EXPECT_TRUE(result.out.starts_with("INCONCLUSIVE  ")) << result.out;
  }
}

TEST_F(Receipts, ACaseIsOneFileThatAnybodyCanJudge) {
  WriteAll(land_ / "rows.csv", "K,number\n7,12/1\n8,12/1\n");
  ASSERT_EQ(land_.Do({"import", "--register", "parcel", "--key", "K", "--admit-breaches", land_ / "rows.csv"}).code, 0);
  ASSERT_EQ(land_.Do({"case", "export", "parcel-number", "12/1", "-o", land_ / "case"}).code, 0);
  EXPECT_EQ(land_.Do({"case", "export", "parcel-number", "12/9", "-o", land_ / "none"}).code, 4);
  Issue("tallinn-1", "founding");
  std::filesystem::remove_all(land_ / "tallinn");
  const Result judged = Verify("case --registry founding");
  EXPECT_EQ(judged.code, 0) << judged.out << judged.err;
  EXPECT_TRUE(judged.out.starts_with("PROVEN  case")) << judged.out;
  for (const char* entry : {"tallinn-5", "tallinn-6"}) EXPECT_NE(judged.out.find(entry), std::string::npos) << judged.out;
  EXPECT_EQ(Verify("case").code, 2);  // whom to trust?

  const std::string whole = ReadAll(land_ / "case");
  const size_t id = whole.find("{\"entry\":\"") + 10;
  std::string other = whole, fewer = whole.substr(0, whole.find("{\"proof\""));
  other[id] = other[id] == '0' ? '1' : '0';
  WriteAll(land_ / "other", other);
  WriteAll(land_ / "fewer", fewer);
  WriteAll(land_ / "short", whole.substr(0, whole.size() - 40));
  EXPECT_EQ(Verify("other --registry founding").code, 5);
  EXPECT_EQ(Verify("fewer --registry founding").code, 3);
  EXPECT_EQ(Verify("short --registry founding").code, 5);
  EXPECT_EQ(Verify("case --registry " + std::string(64, 'a')).code, 5);
}

TEST_F(Receipts, BadFilesAreSaidToBeSo) {
  WriteAll(land_ / "torn", ReadAll(land_ / "one").substr(0, 60));
  WriteAll(land_ / "bad.policy", "quorum nobody\n");
  EXPECT_EQ(Verify("torn --policy one.policy").code, 5);
  EXPECT_EQ(VerifyOffline("torn one.policy").code, 5);
  EXPECT_EQ(Verify("one --policy bad.policy").code, 2);
  EXPECT_EQ(VerifyOffline("one bad.policy").code, 2);
  EXPECT_EQ(Verify("nothing --policy one.policy").code, 4);
  EXPECT_EQ(VerifyOffline("nothing one.policy").code, 4);
  EXPECT_EQ(VerifyOffline("one").code, 2);
  const Result untrusted = Verify("two --policy nothing.policy");
  EXPECT_EQ(untrusted.code, 2);
  EXPECT_NE(untrusted.err.find("whom to trust is not said"), std::string::npos) << untrusted.err;
  EXPECT_EQ(Verify("one two one --policy one.policy").code, 2);
  EXPECT_EQ(Verify("one --rebuild").code, 2);
}

TEST_F(Receipts, OfWhatIsNotThereAreRefusedInWords) {
  EXPECT_EQ(land_.Do({"receipt", "tallinn-99"}).code, 4);
  EXPECT_EQ(land_.Do({"prove", "tallinn-99"}).code, 4);
  EXPECT_EQ(land_.Do({"receipt", "tallinn-3", "--as", "sworn"}).code, 2);
  const Result witnessed = land_.Do({"receipt", "tallinn-3", "--as", "witnessed"});
  EXPECT_EQ(witnessed.code, 4);
  EXPECT_NE(witnessed.err.find("no other site has signed yet that it stores tallinn-3"), std::string::npos) << witnessed.err;
}

}  // namespace
}  // namespace chancery::e2e

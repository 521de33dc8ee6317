#include "engine/proof/policy.h"

#include <gtest/gtest.h>

#include "engine/proof/limits.h"
#include "tests/engine/proof/support.h"

namespace chancery {
namespace {

std::string Key(std::string_view name, SignatureType type = kCosignatureV1) {
  return PrintVerifierKey(MakeVerifierKey(name, type, KeyOf(name).public_key()));
}

// The example of c2sp.org/tlog-policy, with keys.
std::string Example() {
  return Cat("log ", Key("log", kEd25519), "\n\n", "witness X1 ", Key("x1"), "\nwitness X2 ", Key("x2"), "\nwitness X3 ",
             Key("x3"), "\ngroup X-witnesses 2 X1 X2 X3\n\n", "witness Y1 ", Key("y1"), "\nwitness Y2 ", Key("y2"),
             "\nwitness Y3 ", Key("y3"),
             "\ngroup Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
}

std::string Refusal(std::string_view text) { return std::string(ParsePolicy(text).status().message()); }

TEST(Policy, TheExampleOfTheSpecificationIsRead) {
  const Policy policy = Ok(ParsePolicy(Example()));
  EXPECT_EQ(policy.logs.size(), 1u);
  EXPECT_EQ(policy.witnesses.size(), 6u);
  EXPECT_EQ(policy.groups[0], (PolicyGroup{.name = "X-witnesses", .threshold = 2, .members = {"X1", "X2", "X3"}}));
  EXPECT_EQ(policy.groups[1].threshold, 1u);
  EXPECT_EQ(policy.groups[2].threshold, 2u);
  EXPECT_EQ(policy.quorum, "X-and-Y");
  EXPECT_EQ(Ok(ParsePolicy(PrintPolicy(policy))), policy);
}

TEST(Policy, AQuorumIsMetByEnoughOfEachGroup) {
  const Policy policy = Ok(ParsePolicy(Example()));
  EXPECT_TRUE(QuorumMet(policy, {"X1", "X3", "Y2"}));
  EXPECT_TRUE(QuorumMet(policy, {"X1", "X2", "X3", "Y1", "Y2", "Y3"}));
  EXPECT_FALSE(QuorumMet(policy, {"X1", "X2", "X3"}));
  EXPECT_FALSE(QuorumMet(policy, {"X1", "Y1", "Y2", "Y3"}));
  EXPECT_FALSE(QuorumMet(policy, {}));
}

TEST(Policy, AQuorumIsOneWitnessOrNone) {
  const std::string witness = Cat("witness W ", Key("w"), "\n");
  EXPECT_TRUE(QuorumMet(Ok(ParsePolicy("quorum none\n")), {}));
  EXPECT_FALSE(QuorumMet(Ok(ParsePolicy(witness + "quorum W\n")), {}));
  EXPECT_TRUE(QuorumMet(Ok(ParsePolicy(witness + "quorum W\n")), {"W"}));
}

// As one that was never filled in.
TEST(Policy, AGroupWithoutThresholdAndAPolicyWithoutQuorumAreNeverMet) {
  Policy policy = PolicyOf(0);
  EXPECT_FALSE(QuorumMet(policy, {"tartu", "luxembourg", "narva"}));
  EXPECT_FALSE(QuorumMet(Policy(), {}));
}

TEST(Policy, TakesSpacesCommentsUrlsAndNamesOfAnyOctets) {
  const std::string text =
      Cat("  # a comment with \xff octets\n\t\n log\t", Key("log", kEd25519), "  https://log.example/ \n",
          "witness K\xe2\x84\xaa ", Key("w"), " https://w.example\n", "group # all K\xe2\x84\xaa\nquorum\t#\n");
  const Policy policy = Ok(ParsePolicy(text));
  EXPECT_EQ(policy.logs[0].url, "https://log.example/");
  EXPECT_EQ(policy.witnesses[0].url, "https://w.example");
  EXPECT_EQ(policy.groups[0].name, "#");
  EXPECT_EQ(Ok(ParsePolicy(PrintPolicy(policy))), policy);
}

TEST(Policy, OneLogMayHaveSeveralKeysAndOneKeyTwoRoles) {
  const auto log = [](std::string_view key) { return Cat("log ", PrintVerifierKey(LogOf(kOrigin, key).key), "\n"); };
  EXPECT_TRUE(ParsePolicy(Cat(log("a"), log("b"), "witness A ", Key("a"), "\nquorum A\n")).ok());
  EXPECT_NE(Refusal(Cat(log("a"), "log ", Key("a", kEd25519), "\nquorum none\n")).find("line 2"), std::string::npos);
}

TEST(Policy, RefusesWhatHasNoMeaning) {
  const std::string w = Cat("witness W ", Key("w"), "\nwitness V ", Key("v"), "\n");
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "no quorum line"},
      {w + "quorum W", "does not end"},
      {w + "quorum W\nquorum W\n", "line 4"},
      {w + "quorum X\n", "no line before"},
      {"quorum W\n" + w, "no line before"},
      {w + "quorum W V\n", "expected: quorum"},
      {w + "group G all\nquorum W\n", "expected: group"},
      {w + "group G all X\nquorum W\n", "no line before"},
      {w + "group G all G\nquorum W\n", "no line before"},
      {w + "group G all none\nquorum W\n", "no line before"},
      {w + "group G all W W\nquorum W\n", "a member already"},
      {w + "group G all W\ngroup H all W\nquorum G\n", "a member already"},
      {w + "group G 0 W V\nquorum G\n", "threshold"},
      {w + "group G 3 W V\nquorum G\n", "threshold"},
      {w + "group G 02 W V\nquorum G\n", "threshold"},
      {w + "group G -1 W V\nquorum G\n", "threshold"},
      {w + "group W all V\nquorum V\n", "already"},
      {w + "group none all V\nquorum V\n", "none"},
      {w + Cat("witness W ", Key("u"), "\nquorum W\n"), "already"},
      {w + Cat("witness U ", Key("w"), "\nquorum W\n"), "same key"},
      {w + Cat("witness U ", Key("u", kEd25519), "\nquorum W\n"), "cosigns"},
      {w + Cat("witness U ", Key("u"), " url more\nquorum W\n"), "expected: witness"},
      {w + "witness U nothing\nquorum W\n", "line 3"},
      {"log\nquorum none\n", "expected: log"},
      {"logs a\nquorum none\n", "begins with"},
      {w + "quorum W\r\n", "control"},
      {w + "# \x7f\nquorum W\n", "control"},
  };
  for (const auto& [text, why] : cases) EXPECT_NE(Refusal(text).find(why), std::string::npos) << text << "\n" << Refusal(text);
}

TEST(Policy, AWitnessMayHaveAKeyThatCannotBeCheckedHere) {
  const std::string key = Cat("post.quantum+01020304+", Base64("\x06" + std::string(1312, 'k')));
  EXPECT_TRUE(ParsePolicy(Cat("witness W ", key, "\nquorum W\n")).ok());
}

TEST(Policy, LimitsHold) {
  EXPECT_FALSE(ParsePolicy(std::string(limits::kPolicyLines, '\n') + "quorum none\n").ok());
  EXPECT_FALSE(ParsePolicy("# " + std::string(limits::kPolicyBytes, 'x') + "\nquorum none\n").ok());
  std::string most;
  for (int i = 0; i < 256; ++i) most += Cat("witness W", i, " ", Key(Cat("w", i)), "\n");
  EXPECT_TRUE(ParsePolicy(most + "quorum W7\n").ok());
}

}  // namespace
}  // namespace chancery

// The checker of what clients saw, on histories made by hand: one that could be, and one for each promise that is broken.
#include "net/sim/history.h"

#include <gtest/gtest.h>

#include "tests/support/figure.h"

namespace chancery::sim {
namespace {

class Seen : public testing::Test {
 protected:
  void Files(Token token, int client, const std::string& store, bool acked = true) {
    history.Add(Filed{token, 0, client, store, acked});
  }
  void Reads(int client, const std::string& store, std::vector<Token> tokens, bool last = false) {
    const auto count = static_cast<int64_t>(tokens.size());
    history.Add(Looked{0, client, store, tokens, tokens, count, last});
  }
  std::string Broken() const { return history.Check().broken; }
  void ExpectBroken(const std::string& promise) const {
    EXPECT_NE(Broken().find(promise), std::string::npos) << "found: \"" << Broken() << "\"";
    Figure("history.anomalies", 1);
  }
  ClientHistory history;
};

TEST_F(Seen, WhatCanBeIsNotAccused) {
  Files(1, 7, "a");
  Reads(7, "a", {1});
  Reads(8, "b", {});  // it has not come there yet
  Files(2, 8, "b");
  Reads(8, "b", {2});
  Files(3, 7, "a", false);  // nobody knows
  Files(3, 7, "b");         // asked again
  Reads(8, "b", {1, 2, 3});
  Reads(1, "a", {1, 2, 3}, true);
  Reads(1, "b", {1, 2, 3}, true);
  EXPECT_EQ(Broken(), "");
}

TEST_F(Seen, HalfAFiling) {
  Files(1, 7, "a");
  history.Add(Looked{0, 7, "a", {1}, {}, 1, false});
  ExpectBroken("atomic visibility");
}

TEST_F(Seen, AFilingThatCountsTwice) {
  Files(1, 7, "a", false);
  Files(1, 7, "b");
  history.Add(Looked{0, 7, "b", {1}, {1}, 2, false});
  ExpectBroken("exactly once");
}

TEST_F(Seen, AFilingThatIsNotCounted) {
  Files(1, 7, "a");
  history.Add(Looked{0, 7, "a", {1}, {1}, 0, false});
  ExpectBroken("exactly once");
}

TEST_F(Seen, ATokenThatNobodyFiled) {
  Files(1, 7, "a");
  Reads(7, "a", {1, 2});
  ExpectBroken("invention");
}

TEST_F(Seen, ATokenOfAnotherPair) {
  history.Add(Filed{1, 4, 7, "a", true});
  Reads(7, "a", {1});
  ExpectBroken("invention");
}

TEST_F(Seen, OnesOwnFilingNotShown) {
  Files(1, 7, "a");
  Reads(7, "a", {});
  ExpectBroken("session");
}

TEST_F(Seen, WhatWasReadIsNotShownAnyMore) {
  Files(1, 7, "a");
  Reads(8, "b", {1});
  Reads(8, "b", {});
  ExpectBroken("session");
}

TEST_F(Seen, AFilingWithoutWhatItsClientKnew) {
  Files(1, 7, "a");
  Files(2, 7, "a");
  Reads(8, "b", {2});
  ExpectBroken("causality");
}

TEST_F(Seen, AFilingWithoutWhatItsClientHadRead) {
  Files(1, 7, "a");
  Reads(8, "b", {1});
  Files(2, 8, "b");
  Reads(9, "c", {2});
  ExpectBroken("causality");
}

TEST_F(Seen, AFilingThatIsAskedForAgainMayComeFromWhereLessWasKnown) {
  Files(1, 7, "a");
  Files(2, 8, "b", false);
  Files(2, 7, "a");
  Reads(9, "b", {2});
  EXPECT_EQ(Broken(), "");
}

TEST_F(Seen, AnAcknowledgedFilingThatIsLost) {
  Files(1, 7, "a");
  Files(2, 8, "b");
  Reads(1, "c", {2}, true);
  ExpectBroken("lost");
}

TEST_F(Seen, WhatWentWithADiskIsCountedAndNoBreach) {
  Files(1, 7, "a");
  Files(2, 8, "b");
  history.Excuse("a");
  Reads(1, "b", {2}, true);
  EXPECT_EQ(Broken(), "");
  EXPECT_EQ(history.Check().lost, 1u);
}

TEST_F(Seen, WhatAnotherSiteAcknowledgedTooIsNotExcused) {
  Files(1, 7, "a");
  Files(1, 7, "b");
  history.Excuse("a");
  Reads(1, "b", {}, true);
  ExpectBroken("lost");
}

TEST_F(Seen, AnUnansweredFilingMayBeThereOrNot) {
  Files(1, 7, "a", false);
  Reads(1, "a", {}, true);
  EXPECT_EQ(Broken(), "");
  Reads(1, "b", {1}, true);
  EXPECT_EQ(Broken(), "");
}

// Thousands of pairs, each read after every filing and by all in the end: nothing is mixed up, and one token too few is noticed.
TEST_F(Seen, ManyPairsAreJudgedEachOnItsOwn) {
  constexpr Token kTokens = 50'000, kOfAPair = 20;
  const auto all = [](int pair, Token upto) {
    std::vector<Token> tokens;
    for (Token one = static_cast<Token>(pair) * kOfAPair; one <= upto; ++one) tokens.push_back(one);
    return tokens;
  };
  const auto reads = [this](int pair, int client, const std::vector<Token>& shown, bool last) {
    history.Add(Looked{pair, client, "a", shown, shown, static_cast<int64_t>(shown.size()), last});
  };
  for (Token token = 0; token < kTokens; ++token) {
    const auto pair = static_cast<int>(token / kOfAPair), client = static_cast<int>(token % 8);
    history.Add(Filed{token, pair, client, "a", true});
    reads(pair, client, all(pair, token), false);
  }
  constexpr int kPairs = kTokens / kOfAPair;
  for (int pair = 0; pair < kPairs; ++pair) reads(pair, 9, all(pair, (pair + 1) * kOfAPair - 1), true);
  EXPECT_EQ(Broken(), "");
  EXPECT_EQ(history.reads(), kTokens + kPairs);
  Figure("history.operations", 2 * kTokens + kPairs);
  reads(kPairs - 1, 10, all(kPairs - 1, kTokens - 2), true);
  ExpectBroken("token 49999, which was acknowledged: lost");
}

}  // namespace
}  // namespace chancery::sim

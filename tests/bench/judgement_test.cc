#include "bench/judgement.h"

#include <gtest/gtest.h>

namespace chancery::bench {
namespace {

Budget AtLeast(double budget, double stretch) { return {"T", "test", "×", true, budget, stretch, {"ours rate"}, {"floor rate"}}; }
Budget AtMost(double budget) { return {"T", "test", "B", false, budget, {}, {"ours bytes"}, {}}; }

std::vector<Round> Rates(const std::vector<double>& ours) {
  std::vector<Round> rounds;
  for (const double rate : ours) rounds.push_back({{"ours rate", rate}, {"floor rate", 10.0}});
  return rounds;
}

TEST(Judgement, TakesTheMedianOfRatiosWithinRounds) {
  const Verdict odd = Judge(
      AtLeast(0.5, 0.9),
      {{{"ours rate", 6}, {"floor rate", 10}}, {{"ours rate", 70}, {"floor rate", 100}}, {{"ours rate", 1}, {"floor rate", 4}}});
  EXPECT_DOUBLE_EQ(odd.median(), 0.6);
  EXPECT_DOUBLE_EQ(odd.lowest(), 0.25);
  EXPECT_DOUBLE_EQ(odd.highest(), 0.7);
  EXPECT_DOUBLE_EQ(Judge(AtLeast(0.5, 0.9), Rates({4, 8})).median(), 0.6);
}

TEST(Judgement, ABudgetHoldsAtItsLimit) {
  EXPECT_TRUE(Judge(AtLeast(0.5, 0.9), Rates({5, 1, 9})).holds());
  EXPECT_FALSE(Judge(AtLeast(0.5, 0.9), Rates({4.9, 1, 9})).holds());
  EXPECT_TRUE(Judge(AtLeast(0.5, 0.9), Rates({9})).holds_stretch());
  EXPECT_FALSE(Judge(AtLeast(0.5, 0.9), Rates({8})).holds_stretch());
  EXPECT_TRUE(Judge(AtMost(18), {{{"ours bytes", 18}}}).holds());
  EXPECT_FALSE(Judge(AtMost(18), {{{"ours bytes", 18.1}}}).holds());
}

TEST(Judgement, AStretchAloneIsWhatHolds) {
  Budget budget = AtLeast(0, 1.0);
  budget.budget.reset();
  EXPECT_TRUE(Judge(budget, Rates({10})).holds());
  EXPECT_FALSE(Judge(budget, Rates({9})).holds());
  EXPECT_FALSE(Judge(budget, Rates({1})).far());
}

TEST(Judgement, FarIsTwiceAsBad) {
  EXPECT_FALSE(Judge(AtLeast(0.5, 0.9), Rates({2.6})).far());
  EXPECT_TRUE(Judge(AtLeast(0.5, 0.9), Rates({2.5})).far());
  EXPECT_FALSE(Judge(AtLeast(0.5, 0.9), Rates({1, 2.6, 3})).far());  // one bad round is no verdict
  EXPECT_FALSE(Judge(AtMost(18), {{{"ours bytes", 35.9}}}).far());
  EXPECT_TRUE(Judge(AtMost(18), {{{"ours bytes", 36}}}).far());
}

TEST(Judgement, AnAbsoluteSpeedIsNeverFar) {
  for (const Budget& budget : Budgets()) {
    if (budget.id.starts_with("S1") && budget.absolute) {
      EXPECT_FALSE(Judge(budget, {{{budget.above[0], 1.0}}}).far());
    }
  }
}

TEST(Judgement, WhatWasNotMeasuredDoesNotHold) {
  const Verdict verdict = Judge(AtLeast(0.5, 0.9), {{{"ours rate", 5}}});
  EXPECT_FALSE(verdict.measured());
  EXPECT_FALSE(verdict.holds());
  EXPECT_FALSE(verdict.far());
  for (const Verdict& missing : JudgeAll({})) EXPECT_FALSE(missing.budget.when_asked) << missing.budget.id;
}

TEST(Judgement, SlowDownIsComparedWithThatOfTheRawStore) {
  const std::string rate = " items_per_second";
  const std::vector<Verdict> verdicts = JudgeAll({{{"scale/read/chancery/100000" + rate, 900},
                                                   {"scale/read/chancery/1000000" + rate, 300},
                                                   {"scale/read/lmdb/100000" + rate, 2000},
                                                   {"scale/read/lmdb/1000000" + rate, 1000}}});
  bool judged = false;
  for (const Verdict& verdict : verdicts) {
    if (verdict.budget.id != "S9") continue;
    judged = true;
    EXPECT_DOUBLE_EQ(verdict.median(), 1.5);  // three times slower, where raw LMDB is twice as slow
    EXPECT_TRUE(verdict.holds());
  }
  EXPECT_TRUE(judged);
}

}  // namespace
}  // namespace chancery::bench

#include "engine/order/rounds.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

constexpr uint64_t kMs = 10000;

TEST(Rounds, HoldWhatIsStampedUpToTheirEnd) {
  EXPECT_EQ(RoundOf(RoundEnd(7, kMs), kMs), 7u);
  EXPECT_EQ(RoundOf(RoundEnd(7, kMs) + 1, kMs), 8u);
  EXPECT_EQ(RoundOf(RoundEnd(7, kMs) - 1, kMs), 7u);
  EXPECT_EQ(RoundOf(1, kMs), 1u);
  for (Hlc hlc = 1; hlc < RoundEnd(3, kMs); hlc += 12345) {
    const uint64_t round = RoundOf(hlc, kMs);
    EXPECT_LE(hlc, RoundEnd(round, kMs));
    EXPECT_GT(hlc, RoundEnd(round - 1, kMs));
  }
}

TEST(Rounds, AreClosedByTheLaneThatIsLeast) {
  EXPECT_EQ(ClosedRound({RoundEnd(5, kMs), RoundEnd(9, kMs)}, kMs), 5u);
  EXPECT_EQ(ClosedRound({RoundEnd(5, kMs) - 1, RoundEnd(9, kMs)}, kMs), 4u);
  EXPECT_EQ(ClosedRound({}, kMs), 0u);
}

TEST(Rounds, KnowHowFarALaneIsThatHasFiledNothing) {
  Lane lane;
  lane.admitted_hlc = RoundEnd(5, kMs) + 7;
  EXPECT_EQ(ReachOf(lane, 0), RoundEnd(5, kMs) + 6);  // whatever it files is stamped above its admission
  lane.tip_hlc = RoundEnd(6, kMs);
  EXPECT_EQ(ReachOf(lane, 0), RoundEnd(6, kMs));
  EXPECT_EQ(ReachOf(lane, RoundEnd(9, kMs)), RoundEnd(9, kMs) - 1);  // its next entry is stored, and waits
}

}  // namespace
}  // namespace chancery

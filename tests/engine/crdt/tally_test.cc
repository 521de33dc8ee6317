#include "engine/crdt/tally.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

Tally With(std::vector<TallyStep> steps, uint64_t first = 1) {
  Tally tally;
  for (const TallyStep& step : steps) {
    Add(step, first, first << 16, tally);
    ++first;
  }
  return tally;
}

TEST(Tally, AddsUp) {
  const Tally tally = With({{5, 0, {}}, {-2, 0, {}}});
  EXPECT_EQ(tally.sum, 3);
  EXPECT_EQ(tally.first, 1u);
}

TEST(Tally, WrapsLikeAnyOtherSumOfSixtyFourBits) {
  EXPECT_EQ(With({{INT64_MAX, 0, {}}, {1, 0, {}}, {-1, 0, {}}}).sum, INT64_MAX);
}

TEST(Tally, ComesBackFromItsBytes) {
  const Tally tally = With({{0, 100, {}}, {7, 0, {}}, {10, 0, LaneId{9}}, {3, 0, LaneId{2}}, {1, 0, LaneId{9}}});
  EXPECT_EQ(tally.granted, (std::vector<std::pair<LaneId, uint64_t>>{{2, 3}, {9, 11}}));
  EXPECT_EQ(DecodeTally(EncodeTally(tally)), tally);
  EXPECT_FALSE(DecodeTally("\x01"));
}

TEST(Quota, BelongsToTheLaneThatCreatedTheRecord) {
  const Quota quota = QuotaOf({{1, With({{0, 100, {}}})}, {2, With({{4, 0, {}}})}});
  EXPECT_EQ(quota.max, 100u);
  EXPECT_EQ(quota.used, 4);
  EXPECT_EQ(quota.rights, (std::vector<std::pair<LaneId, int64_t>>{{1, 100}, {2, -4}}));
}

TEST(Quota, RightsMoveAndAreNeverMoreThanThereAre) {
  const Quota quota = QuotaOf({{1, With({{0, 100, {}}, {30, 0, LaneId{2}}, {10, 0, {}}})}, {2, With({{5, 0, {}}})}});
  EXPECT_EQ(quota.rights, (std::vector<std::pair<LaneId, int64_t>>{{1, 60}, {2, 25}}));
  EXPECT_EQ(quota.used, 15);
}

TEST(Quota, OfTwoCreationsApartTheFirstCounts) {
  const Quota quota = QuotaOf({{1, With({{0, 100, {}}}, 9)}, {2, With({{0, 50, {}}}, 3)}});
  EXPECT_EQ(quota.max, 50u);
  EXPECT_EQ(quota.rights, (std::vector<std::pair<LaneId, int64_t>>{{2, 50}}));
}

TEST(Tally, CutShortItIsNone) {
  const std::string bytes = EncodeTally(With({{0, 100, {}}, {10, 0, LaneId{9}}}));
  for (size_t n = 0; n < bytes.size(); ++n)
    EXPECT_EQ(DecodeTally(bytes.substr(0, n)).has_value(), n == bytes.size() - 9) << n;  // without its one grant it is whole
}

TEST(Quota, IsWhatIsLeftOfIt) {
  EXPECT_EQ(LeftOf(QuotaOf({{1, With({{0, 100, {}}, {30, 0, {}}})}})), 70);
  EXPECT_EQ(LeftOf(QuotaOf({{1, With({{30, 0, {}}})}})), -30);  // used, but never minted
}

TEST(Quota, OfTwoCreationsWithOneStampThatOfTheSmallerLaneCounts) {
  Tally a, b;
  Add({0, 100, {}}, 5, 77, a);
  Add({0, 50, {}}, 4, 77, b);
  EXPECT_EQ(QuotaOf({{1, a}, {2, b}}).max, 100u);
  EXPECT_EQ(QuotaOf({{1, b}, {2, a}}).max, 50u);
}

TEST(Tally, OfACounterHasNoQuota) {
  const Tally tally = With({{5, 0, {}}});
  EXPECT_EQ(DecodeTally(EncodeTally(tally)), tally);
  EXPECT_EQ(EncodeTally(tally), std::string("\1\12\0", 3));
}

}  // namespace
}  // namespace chancery

#include "engine/crdt/frontier.h"

#include <gtest/gtest.h>

#include "engine/crdt/hlc.h"

namespace chancery {
namespace {

TEST(Frontier, StaysSortedAndOnlyRises) {
  Frontier f;
  f.Raise({9, 2});
  f.Raise({3, 5});
  f.Raise({9, 1});
  f.Raise({3, 7});
  f.Raise({4, 0});
  EXPECT_EQ(f.lanes, (std::vector<Place>{{3, 7}, {9, 2}}));
  EXPECT_EQ(f.At(3), 7u);
  EXPECT_EQ(f.At(4), 0u);
  EXPECT_EQ(f.At(10), 0u);
}

TEST(Frontier, CoversIsLessOrEqualInEveryLane) {
  const Frontier low{{{3, 7}}}, high{{{3, 8}, {9, 2}}}, apart{{{3, 9}}};
  EXPECT_TRUE(high.Covers(low) && high.Covers(high) && low.Covers({}));
  EXPECT_FALSE(low.Covers(high) || high.Covers(apart) || apart.Covers(high) || Frontier{}.Covers(low));
}

TEST(Vector, HoldsTheHighestPerHandle) {
  Vector v;
  EXPECT_FALSE(v.Has(MakeDot(2, 1)));
  v.Raise(2, 5);
  v.Raise(2, 3);
  EXPECT_TRUE(v.Has(MakeDot(2, 5)));
  EXPECT_FALSE(v.Has(MakeDot(2, 6)) || v.Has(MakeDot(1, 1)) || v.Has(MakeDot(3, 1)));
  v.Raise(65535, 1);
  EXPECT_TRUE(v.Has(MakeDot(65535, 1)));
}

TEST(Vector, ADotNamesHandleAndNumber) {
  const Dot d = MakeDot(65535, (uint64_t{1} << 48) - 1);
  EXPECT_EQ(HandleOf(d), 65535);
  EXPECT_EQ(SeqOf(d), (uint64_t{1} << 48) - 1);
  EXPECT_LT(MakeDot(1, 900), MakeDot(2, 1));
}

TEST(Hlc, RisesWhateverTheClockSays) {
  EXPECT_EQ(NextHlc(0, 1000), HlcAt(1000));
  EXPECT_EQ(NextHlc(HlcAt(1000), 1000), HlcAt(1000) + 1);
  EXPECT_EQ(NextHlc(HlcAt(2000), 1000), HlcAt(2000) + 1);
  EXPECT_EQ(NextHlc(HlcAt(2000), -5), HlcAt(2000) + 1);
  EXPECT_EQ(HlcAt(-1), 0u);
  const Hlc full = HlcAt(7) + 0xffff;
  EXPECT_EQ(MsOf(full), 7);
  EXPECT_EQ(TicksOf(full), 0xffffu);
  EXPECT_EQ(NextHlc(full, 1), HlcAt(8));  // the counter carries
}

}  // namespace
}  // namespace chancery

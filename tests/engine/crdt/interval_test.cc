#include "engine/crdt/interval.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

Interval Days(int64_t from, std::optional<int64_t> to) { return {Kind::kDate, from, to}; }

TEST(Interval, TheEndIsNotInIt) {
  EXPECT_FALSE(Overlap(Days(0, 10), Days(10, 20)));
  EXPECT_TRUE(Overlap(Days(0, 11), Days(10, 20)));
  EXPECT_TRUE(Overlap(Days(10, 20), Days(0, 11)));
}

TEST(Interval, OneWithoutAnEndMeetsAllThatEndsAfterItsBeginning) {
  EXPECT_TRUE(Overlap(Days(5, std::nullopt), Days(100, std::nullopt)));
  EXPECT_FALSE(Overlap(Days(5, std::nullopt), Days(0, 5)));
  EXPECT_TRUE(Overlap(Days(5, std::nullopt), Days(0, 6)));
}

TEST(Interval, DaysAndNumbersNeverMeet) { EXPECT_FALSE(Overlap(Days(0, 10), {Kind::kInteger, 0, 10})); }

TEST(Interval, ComesBackFromItsBytes) {
  for (const Interval& interval :
       {Days(-400, 20000), Days(0, std::nullopt), Interval{Kind::kInteger, INT64_MIN, INT64_MAX}, Interval{Kind::kTime, 0, 1}}) {
    const Value value = IntervalValue(interval);
    EXPECT_TRUE(Value::IsCanonical(Kind::kInterval, value.payload()));
    EXPECT_EQ(IntervalIn(value.payload()), interval);
  }
}

TEST(Interval, BytesOfNoIntervalAreRefused) {
  EXPECT_FALSE(IntervalIn(""));
  EXPECT_FALSE(IntervalIn(IntervalValue(Days(5, 5)).payload()));
  EXPECT_FALSE(IntervalIn(IntervalValue(Days(5, 4)).payload()));
  EXPECT_FALSE(IntervalIn(IntervalValue({Kind::kText, 1, 2}).payload()));
  EXPECT_FALSE(IntervalIn(IntervalValue(Days(9'000'000'000, std::nullopt)).payload()));
  EXPECT_FALSE(IntervalIn(std::string(IntervalValue(Days(1, 2)).payload()) + "x"));
}

TEST(Interval, BothEndsStayInTheRangeOfTheirKind) {
  constexpr int64_t kLastDay = 2932896, kLastMs = 253402300799999;
  const auto sound = [](Kind of, int64_t from, std::optional<int64_t> to) {
    return IntervalIn(IntervalValue({of, from, to}).payload()).has_value();
  };
  EXPECT_TRUE(sound(Kind::kDate, 0, kLastDay));
  EXPECT_FALSE(sound(Kind::kDate, 0, kLastDay + 1));
  EXPECT_TRUE(sound(Kind::kTime, 0, kLastMs));
  EXPECT_FALSE(sound(Kind::kTime, 0, kLastMs + 1));
  EXPECT_FALSE(sound(Kind::kTime, kLastMs + 1, std::nullopt));
  const Value value = IntervalValue({Kind::kTime, kLastMs - 1, kLastMs});
  const std::string_view whole = value.payload();
  for (size_t n = 1; n < whole.size(); ++n)
    EXPECT_EQ(IntervalIn(whole.substr(0, n)).has_value(), n == 1 + whole.size() / 2) << n << ": one without an end";
}

}  // namespace
}  // namespace chancery

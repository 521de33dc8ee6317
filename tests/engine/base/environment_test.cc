#include "engine/base/environment.h"

#include <gtest/gtest.h>

#include <ctime>
#include <set>

namespace chancery {
namespace {

constexpr int64_t kFirst = -62167219200000, kLast = 253402300799999;  // 0000-01-01 and the last millisecond of 9999

TEST(Environment, TheClockIsTheSystems) {
  EXPECT_NEAR(static_cast<double>(SystemClock().NowMs()), 1000.0 * static_cast<double>(std::time(nullptr)), 5000.0);
}

TEST(Environment, RandomBytesFillTheWholeBuffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    std::string bytes(1000, '\0');
    SystemRandom().Fill(bytes.data(), bytes.size());
    EXPECT_NE(bytes.substr(984), std::string(16, '\0'));
    seen.insert(bytes);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Environment, TimesGoThereAndBack) {
  const std::pair<int64_t, const char*> times[] = {
      {0, "1970-01-01T00:00:00.000Z"},      {1767226200000, "2026-01-01T00:10:00.000Z"},
      {-1, "1969-12-31T23:59:59.999Z"},     {951782400001, "2000-02-29T00:00:00.001Z"},
      {kFirst, "0000-01-01T00:00:00.000Z"}, {kLast, "9999-12-31T23:59:59.999Z"}};
  for (const auto& [ms, text] : times) {
    EXPECT_EQ(FormatTime(ms), text);
    int64_t back = 1;
    EXPECT_TRUE(ParseTime(text, &back)) << text;
    EXPECT_EQ(back, ms);
  }
}

TEST(Environment, AFractionAndAnOffsetMayVary) {
  const std::pair<const char*, int64_t> times[] = {{"1970-01-01T00:00:00Z", 0},
                                                   {"1970-01-01T00:00:00.5Z", 500},
                                                   {"1970-01-01T00:00:00.05Z", 50},
                                                   {"1970-01-01T02:00:00+02:00", 0},
                                                   {"1969-12-31T19:30:00-04:30", 0}};
  for (const auto& [text, ms] : times) {
    int64_t out = 1;
    EXPECT_TRUE(ParseTime(text, &out)) << text;
    EXPECT_EQ(out, ms) << text;
  }
}

TEST(Environment, RefusesWhatIsNoTime) {
  int64_t out = 0;
  for (const char* bad :
       {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-12-31T23:59:60Z", "2026-02-29T00:00:00Z", "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.1234Z", "2026-01-01T00:00:00Z ", "2026-01-01T00:00:00+02", "2026-01-01T00:00:00+24:00",
        "2026-01-01T0:00:00Z", "+026-01-01T00:00:00Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:00-00:01"}) {
    EXPECT_FALSE(ParseTime(bad, &out)) << bad;
  }
  EXPECT_TRUE(IsTimeInRange(kFirst) && IsTimeInRange(kLast));
  EXPECT_FALSE(IsTimeInRange(kFirst - 1) || IsTimeInRange(kLast + 1));
}

// The calendar by counting, year by year and month by month: nothing clever to be wrong in the same way.
TEST(Environment, EveryDayOfTenThousandYearsGoesThereAndBack) {
  int64_t day = -719528;
  const auto pad = [](int n, size_t width) {
    const std::string digits = std::to_string(n);
    return std::string(width - digits.size(), '0') + digits;
  };
  for (int year = 0; year <= 9999; ++year) {
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; ++month) {
      for (const int d : {1, 28, lengths[month - 1]}) {
        const std::string text = pad(year, 4) + "-" + pad(month, 2) + "-" + pad(d, 2);
        int64_t back = 0;
        ASSERT_TRUE(ParseDate(text, &back)) << text;
        ASSERT_EQ(back, day + d - 1) << text;
        ASSERT_EQ(FormatDate(back), text);
      }
      int64_t none = 0;
      const std::string after = pad(year, 4) + "-" + pad(month, 2) + "-" + pad(lengths[month - 1] + 1, 2);
      ASSERT_FALSE(ParseDate(after, &none)) << after;
      day += lengths[month - 1];
    }
  }
  EXPECT_EQ(day, 2932897);
  EXPECT_TRUE(IsDateInRange(-719528) && IsDateInRange(day - 1));
  EXPECT_FALSE(IsDateInRange(-719529) || IsDateInRange(day));
}

TEST(Environment, RefusesWhatIsNoDate) {
  int64_t out = 0;
  for (const char* bad :
       {"", "2026-1-31", "2026-01-00", "2026-13-01", "2026-00-01", "2026/01/31", "2026-01-31 ", "12026-01-31", "-026-01-31"}) {
    EXPECT_FALSE(ParseDate(bad, &out)) << bad;
  }
}

}  // namespace
}  // namespace chancery

#include "engine/base/environment.h"

#include <sys/random.h>

#include <cerrno>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

class SystemClockImpl : public Clock {
 public:
  int64_t NowMs() override { return absl::ToUnixMillis(absl::Now()); }
};

class SystemRandomImpl : public Random {
 public:
  void Fill(void* bytes, size_t size) override {
    auto* out = static_cast<char*>(bytes);
    while (size > 0) {
      const ssize_t got = getrandom(out, size, 0);
      CHECK(got > 0 || (got < 0 && errno == EINTR));
      if (got < 0) continue;
      out += got;
      size -= static_cast<size_t>(got);
    }
  }
};

constexpr absl::CivilDay kEpoch;  // 1970-01-01
const int64_t kFirstDay = absl::CivilDay(0, 1, 1) - kEpoch;
const int64_t kLastDay = absl::CivilDay(9999, 12, 31) - kEpoch;

// Takes exactly `count` digits off the front. -1: there are not so many.
int64_t Digits(std::string_view* s, size_t count) {
  if (s->size() < count) return -1;
  int64_t n = 0;
  for (const char c : s->substr(0, count)) {
    if (c < '0' || c > '9') return -1;
    n = 10 * n + (c - '0');
  }
  s->remove_prefix(count);
  return n;
}

bool Take(std::string_view* s, char c) {
  if (s->empty() || s->front() != c) return false;
  s->remove_prefix(1);
  return true;
}

bool TakeDate(std::string_view* s, int64_t* days) {
  const int64_t year = Digits(s, 4);
  if (year < 0 || !Take(s, '-')) return false;
  const int64_t month = Digits(s, 2);
  if (month < 0 || !Take(s, '-')) return false;
  const int64_t day = Digits(s, 2);
  const absl::CivilDay civil(year, month, day);  // carries 31 April into May: then it is not the day that was written
  if (day < 0 || civil.year() != year || civil.month() != month || civil.day() != day) return false;
  *days = civil - kEpoch;
  return true;
}

// "10:02" as minutes.
bool TakeMinutes(std::string_view* s, int64_t* minutes) {
  const int64_t hour = Digits(s, 2);
  if (hour < 0 || hour > 23 || !Take(s, ':')) return false;
  const int64_t minute = Digits(s, 2);
  *minutes = hour * 60 + minute;
  return minute >= 0 && minute <= 59;
}

bool TakeFraction(std::string_view* s, int64_t* ms) {
  *ms = 0;
  if (!Take(s, '.')) return true;
  int digits = 0;
  for (; digits < 3 && !s->empty() && s->front() >= '0' && s->front() <= '9'; ++digits) *ms = 10 * *ms + Digits(s, 1);
  for (int i = digits; i < 3; ++i) *ms *= 10;
  return digits > 0;
}

bool TakeOffset(std::string_view* s, int64_t* minutes) {
  *minutes = 0;
  if (Take(s, 'Z')) return true;
  const bool west = Take(s, '-');
  if (!west && !Take(s, '+')) return false;
  if (!TakeMinutes(s, minutes)) return false;
  if (west) *minutes = -*minutes;
  return true;
}

}  // namespace

Clock& SystemClock() {
  static SystemClockImpl clock;
  return clock;
}

Random& SystemRandom() {
  static SystemRandomImpl random;
  return random;
}

std::string FormatTime(int64_t ms) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMillis(ms), absl::UTCTimeZone());
}

bool ParseTime(const std::string& text, int64_t* ms) {
  std::string_view s = text;
  int64_t days, minutes, fraction, offset;
  if (!TakeDate(&s, &days) || !Take(&s, 'T') || !TakeMinutes(&s, &minutes) || !Take(&s, ':')) return false;
  const int64_t seconds = Digits(&s, 2);  // a leap second has no number of its own: it is refused
  if (seconds < 0 || seconds > 59 || !TakeFraction(&s, &fraction) || !TakeOffset(&s, &offset) || !s.empty()) return false;
  const int64_t result = days * kDayMs + (minutes - offset) * 60'000 + seconds * 1000 + fraction;
  if (!IsTimeInRange(result)) return false;
  *ms = result;
  return true;
}

bool IsTimeInRange(int64_t ms) { return ms >= kFirstDay * kDayMs && ms < (kLastDay + 1) * kDayMs; }

std::string FormatDate(int64_t days) {
  CHECK(IsDateInRange(days));
  return absl::FormatTime("%E4Y-%m-%d", absl::FromUnixMillis(days * kDayMs), absl::UTCTimeZone());
}

bool ParseDate(const std::string& text, int64_t* days) {
  std::string_view s = text;
  int64_t result;
  if (!TakeDate(&s, &result) || !s.empty()) return false;
  *days = result;
  return true;
}

bool IsDateInRange(int64_t days) { return days >= kFirstDay && days <= kLastDay; }

}  // namespace chancery

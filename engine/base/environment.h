// The system's clock and randomness; times and dates as text.
#pragma once

#include <cstdint>
#include <string>

#include "chancery/environment.h"

namespace chancery {

Clock& SystemClock();
Random& SystemRandom();

inline constexpr int64_t kDayMs = 24 * 3600 * 1000;

// RFC 3339 in UTC with milliseconds: "2026-01-01T00:10:00.000Z", and back (a `Z` or an offset; a fraction of 0 to 3 digits).
std::string FormatTime(int64_t ms);
// Years 0000 to 9999, real days and times only; no leap second.
bool ParseTime(const std::string& text, int64_t* ms);
bool IsTimeInRange(int64_t ms);  // what ParseTime can give

// "2026-01-31" as days since 1970-01-01, and back. Years 0000 to 9999, real calendar days only.
std::string FormatDate(int64_t days);
bool ParseDate(const std::string& text, int64_t* days);
bool IsDateInRange(int64_t days);  // what ParseDate can give; FormatDate CHECKs it

}  // namespace chancery

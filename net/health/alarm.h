// What a person must get up for: one code of a closed set, in words, with its remedy (docs/operations).
#pragma once

#include <cstdint>
#include <string>

#include "net/health/standing.h"

namespace chancery::health {

inline constexpr uint64_t kRoomBytes = 256ull << 20;  // four times the reserve below which filings are refused
inline constexpr int64_t kOnlyCopyMs = 10 * 60'000;   // as long may an entry be here alone
inline constexpr int64_t kRefusedMs = 60'000;         // as long may a peer refuse
inline constexpr int64_t kClockMs = 10 * 60'000;      // as much may the clocks of two sites differ
inline constexpr int64_t kStalledMs = 60 * 60'000;    // as long may the order stand still while all it waits for are linked
inline constexpr const char* kCodes[] = {"clock",        "damage", "key",     "only-copy", "outcome-unknown",
                                         "peer-refused", "room",   "stalled", "two-faced", "unequal"};

struct Alarm {
  std::string code, words, remedy;  // code "" = nothing
};

Alarm AlarmOf(const StatusView& status, const Standing& standing, int64_t now_ms);

// "09:41", or "3 May 09:41" where it is not of the last day. UTC.
std::string Clock(int64_t ms, int64_t now_ms);
std::string Joined(const std::vector<std::string>& texts);

}  // namespace chancery::health

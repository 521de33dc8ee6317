// Hybrid logical clock: 48 bits of milliseconds since 1970, 16 bits of counter, one u64 (Kulkarni et al. 2014).
#pragma once

#include <algorithm>
#include <cstdint>

namespace chancery {

using Hlc = uint64_t;

inline int64_t MsOf(Hlc h) { return static_cast<int64_t>(h >> 16); }
inline uint32_t TicksOf(Hlc h) { return static_cast<uint32_t>(h & 0xffff); }
inline Hlc HlcAt(int64_t ms) { return ms <= 0 ? 0 : static_cast<Hlc>(ms) << 16; }

// The stamp of a new entry. `last` is the highest stamp seen or given. The counter carries into the milliseconds: it never wraps,
// never waits, never fails.
inline Hlc NextHlc(Hlc last, int64_t now_ms) { return std::max(HlcAt(now_ms), last + 1); }

}  // namespace chancery

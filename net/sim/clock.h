// A site's own clock: it follows virtual time, ahead of it or behind, and may stand still.
#pragma once

#include <cstdint>
#include <optional>

#include "chancery/environment.h"
#include "net/sim/loop.h"

namespace chancery::sim {

inline constexpr int64_t kBeginMs = 1767225600000;  // 2026-01-01T00:00:00Z

class SiteClock final : public Clock {
 public:
  explicit SiteClock(const Loop& loop) : loop_(loop) {}
  int64_t NowMs() override { return frozen_ ? *frozen_ : kBeginMs + loop_.now_ms() + ahead_ms_; }
  void Jump(int64_t ahead_ms) { ahead_ms_ = ahead_ms; }  // of virtual time, not of what it showed
  void Freeze() { frozen_ = NowMs(); }
  void Go() { frozen_.reset(); }

 private:
  const Loop& loop_;
  int64_t ahead_ms_ = 0;
  std::optional<int64_t> frozen_;
};

}  // namespace chancery::sim

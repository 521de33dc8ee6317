// How much of this site's work a peer may ask for: who asks for more waits. No clock: time is handed in, in milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "chancery/net.h"

namespace chancery::sync {

// What an offer took.
struct Cost {
  uint64_t bytes = 0, entries = 0, checks = 0;
};

class Allowance {
 public:
  explicit Allowance(const NetRates& rates) : rates_(rates) {}
  void Set(const NetRates& rates) { rates_ = rates; }

  // Afterwards: what an offer takes is known when it is taken. What was not used of the last ten seconds is there still.
  void Spend(const Cost& cost, int64_t now_ms) {
    Book(cost.bytes, rates_.bytes, now_ms, &bytes_until_);
    Book(cost.entries, rates_.entries, now_ms, &entries_until_);
    Book(cost.checks, rates_.checks, now_ms, &checks_until_);
  }
  // Until the next offer may be taken; 0 = now.
  int64_t WaitMs(int64_t now_ms) const {
    return std::max<int64_t>(0, static_cast<int64_t>(std::max({bytes_until_, entries_until_, checks_until_})) - now_ms);
  }

 private:
  static constexpr double kSavedMs = 10'000;

  static void Book(uint64_t amount, uint64_t a_second, int64_t now_ms, double* until) {
    const double took = static_cast<double>(amount) * 1000 / static_cast<double>(a_second);
    *until = std::max(*until, static_cast<double>(now_ms) - kSavedMs) + took;
  }

  NetRates rates_;
  double bytes_until_ = 0, entries_until_ = 0, checks_until_ = 0;  // when all that was spent is paid
};

}  // namespace chancery::sync

// PUBLIC, for drills and tests: a clock that moves only when told, randomness from a seed.
#pragma once

#include <cstdint>

#include "chancery/chancery.h"
#include "chancery/environment.h"

namespace chancery {

class ManualClock : public Clock {
 public:
  explicit ManualClock(int64_t ms) : ms_(ms) {}
  int64_t NowMs() override { return ms_; }
  void Set(int64_t ms) { ms_ = ms; }

 private:
  int64_t ms_;
};

class SeededRandom : public Random {  // splitmix64
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  void Fill(void* bytes, size_t size) override {
    auto* out = static_cast<unsigned char*>(bytes);
    for (size_t i = 0; i < size; ++i) out[i] = static_cast<unsigned char>(Next());
  }
  uint64_t Next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }
  uint64_t Below(uint64_t n) { return Next() % n; }

 private:
  uint64_t state_;
};

// Every claim under a rule between records, sorted: "RULE\tSUBJECT\tRECORD-ADDRESS\twriter,writer" (subject as compact JSON,
// writers as short forms, ascending).
absl::StatusOr<std::vector<std::string>> ClaimsOf(const Snapshot& snapshot);

}  // namespace chancery

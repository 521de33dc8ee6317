// PUBLIC. Time and randomness are passed in, so that drills and simulations run the real code.
#pragma once

#include <cstddef>
#include <cstdint>

namespace chancery {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual int64_t NowMs() = 0;  // milliseconds since 1970, UTC; may jump
};

class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(void* bytes, size_t size) = 0;
};

}  // namespace chancery

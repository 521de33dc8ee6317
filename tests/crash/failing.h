// Calls to the kernel and allocations that fail on demand, in this process: the n-th once, or it and all that follow.
#pragma once

#include <cstdint>

namespace chancery::crash {

enum class Means : uint8_t {
  kCalls,   // open, read, write, sync, truncate, rename, unlink: fail with EIO
  kMemory,  // operator new: the process ends (or none is given to who asks for that), as with the command's new handler. What C
            // libraries ask malloc for is not among them
};

struct Failure {
  Means means = Means::kCalls;
  uint64_t nth = 0;  // from 1; 0 = none
  bool for_ever = false;
};

void Arm(const Failure& failure);
uint64_t Disarm();  // how many calls or allocations were asked for since

}  // namespace chancery::crash

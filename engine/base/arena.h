// Memory for many small pieces that are given back all at once. What it hands out stays where it is as long as the arena lives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/copy.h"

namespace chancery {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // n bytes, not aligned, not initialised.
  char* Take(size_t n) {
    if (n > left_) Grow(n);
    char* const taken = next_;
    next_ += n;
    left_ -= n;
    return taken;
  }

  // A copy that lives as long as the arena.
  std::string_view Keep(std::string_view bytes) {
    if (bytes.empty()) return {};
    char* const kept = Take(bytes.size());
    CopyBytes(bytes, kept);
    return {kept, bytes.size()};
  }

 private:
  static constexpr size_t kFirstChunk = 512, kLargestChunk = 256 << 10;

  void Grow(size_t n) {
    left_ = std::max(n, std::clamp(bytes_, kFirstChunk, kLargestChunk));
    bytes_ += left_;
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(left_));
    next_ = chunks_.back().get();
  }

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* next_ = nullptr;
  size_t left_ = 0, bytes_ = 0;  // bytes_: of all chunks
};

}  // namespace chancery

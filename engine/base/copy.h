// Copies of short strings in line: most of what is encoded is shorter than a call of memcpy is long.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace chancery {

// to: room for them, apart from them. Two copies of a fixed size, which may overlap, make up any length between them.
inline void CopyBytes(std::string_view from, char* to) {
  const auto ends = [&]<size_t kSize>() {
    char first[kSize], last[kSize];
    std::memcpy(first, from.data(), kSize);
    std::memcpy(last, from.data() + from.size() - kSize, kSize);
    std::memcpy(to, first, kSize);
    std::memcpy(to + from.size() - kSize, last, kSize);
  };
  const size_t n = from.size();
  if (n > 32) {
    std::memcpy(to, from.data(), n);
  } else if (n >= 16) {
    ends.template operator()<16>();
  } else if (n >= 8) {
    ends.template operator()<8>();
  } else if (n >= 4) {
    ends.template operator()<4>();
  } else {
    for (size_t i = 0; i < n; ++i) to[i] = from[i];
  }
}

}  // namespace chancery

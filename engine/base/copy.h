// Short strings are copied and compared in line: most of them are shorter than a call of memcpy or memcmp is long.
#pragma once

#include <cstddef>
#include <cstdint>
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

// Whether two strings are the same; in line where they are short.
inline bool SameBytes(std::string_view a, std::string_view b) {
  const auto ends = [&]<class Word>(Word) {
    const auto same = [&](size_t at) {
      Word x, y;
      std::memcpy(&x, a.data() + at, sizeof x);
      std::memcpy(&y, b.data() + at, sizeof y);
      return x == y;
    };
    return same(0) && same(a.size() - sizeof(Word));
  };
  if (a.size() != b.size()) return false;
  if (a.size() > 16) return a == b;
  if (a.size() >= 8) return ends(uint64_t());
  if (a.size() >= 4) return ends(uint32_t());
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) return false;
  return true;
}

}  // namespace chancery

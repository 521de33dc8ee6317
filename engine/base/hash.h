// Digests: SHA-256 (OpenSSL) for identity and proof, XXH3 for checks that need not resist a forger.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace chancery {

template <size_t N>
struct Digest {
  std::array<uint8_t, N> bytes{};
  auto operator<=>(const Digest&) const = default;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), N}; }
  static Digest From(std::string_view s);  // CHECKs s.size() == N
  bool IsZero() const { return *this == Digest{}; }
};
using Hash256 = Digest<32>;  // an entry id, a tree node, a registry id
using Hash128 = Digest<16>;  // a case id, a clash id, a pack id: SHA-256 cut to its first 16 bytes

Hash256 Sha256(std::initializer_list<std::string_view> parts);  // of the concatenation. ~80 ns + 0.5 ns a byte
Hash128 Cut(const Hash256& h);                                  // first 16 bytes

// 16 bytes of SHA-256 over the parts, each preceded by its length as a varint: no two part lists collide by concatenation.
Hash128 HashParts(std::initializer_list<std::string_view> parts);

// First 8 bytes, big-endian, of SHA-256. Table keys for register and rule names.
uint64_t Name64(std::string_view name);

uint64_t Xxh64(std::string_view bytes, uint64_t seed = 0);  // XXH3-64
struct Sum128 {                                             // XXH3-128 as a number; sums are mod 2^128
  unsigned __int128 value = 0;
  Sum128& operator+=(Sum128 other) {
    value += other.value;
    return *this;
  }
  Sum128& operator-=(Sum128 other) {
    value -= other.value;
    return *this;
  }
};
Sum128 Xxh128(std::string_view bytes, uint64_t seed);

}  // namespace chancery

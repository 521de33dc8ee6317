// Bytes in and out: big-endian integers, canonical varints, length-prefixed strings. Varints are LEB128, always the shortest
// form.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/copy.h"

namespace chancery {

inline constexpr size_t kVarintBytes = 10;  // of the longest

inline uint64_t Zigzagged(int64_t v) { return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63); }

// At `at`, which has room; returns how many bytes it took.
inline size_t PutVarint(char* at, uint64_t v) {
  size_t n = 0;
  for (; v >= 0x80; v >>= 7) at[n++] = static_cast<char>(v | 0x80);
  at[n++] = static_cast<char>(v);
  return n;
}
inline void PutBig(char* at, uint64_t v, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) at[i] = static_cast<char>(v >> (8 * (bytes - 1 - i)));
}

// Eight big-endian bytes.
inline uint64_t LoadBig64(const char* from) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t v = 0;
  std::memcpy(&v, from, sizeof v);
  return __builtin_bswap64(v);
}
inline void StoreBig64(uint64_t v, char* to) {
  v = __builtin_bswap64(v);
  std::memcpy(to, &v, sizeof v);
}

// Appends to a string.
class ByteWriter {
 public:
  std::string out;

  void U8(uint8_t v) { out.push_back(static_cast<char>(v)); }
  void U16(uint16_t v) { Big(v, 2); }
  void U32(uint32_t v) { Big(v, 4); }
  void U64(uint64_t v) {
    char big[8];
    StoreBig64(v, big);
    out.append(big, sizeof big);
  }
  void Varint(uint64_t v) {
    if (v < 0x80) return U8(static_cast<uint8_t>(v));
    char bytes[kVarintBytes];
    out.append(bytes, PutVarint(bytes, v));
  }
  void Zigzag(int64_t v) { Varint(Zigzagged(v)); }
  void Raw(std::string_view s) { out.append(s); }
  void Sized(std::string_view s) {
    Varint(s.size());
    Raw(s);
  }

 private:
  void Big(uint64_t v, size_t bytes) {
    char big[8];
    PutBig(big, v, bytes);
    out.append(big, bytes);
  }
};

// Writes several things where there is room for all of them.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}
  char* at() const { return at_; }
  void U8(uint8_t v) { *at_++ = static_cast<char>(v); }
  void U64(uint64_t v) {
    StoreBig64(v, at_);
    at_ += sizeof v;
  }
  void Varint(uint64_t v) { at_ += PutVarint(at_, v); }
  void Raw(std::string_view s) {
    CopyBytes(s, at_);
    at_ += s.size();
  }
  void Sized(std::string_view s) {
    Varint(s.size());
    Raw(s);
  }

 private:
  char* at_;
};

// The same into memory that it keeps from one use to the next: for what is encoded for every entry.
class ByteBuffer {
 public:
  void Clear() { size_ = 0; }
  size_t size() const { return size_; }
  std::string_view view() const { return {bytes_.get(), size_}; }
  char* data() { return bytes_.get(); }

  void U8(uint8_t v) { *Room(1) = static_cast<char>(v), size_ += 1; }
  void U32(uint32_t v) { PutBig(Room(4), v, 4), size_ += 4; }
  void U64(uint64_t v) { StoreBig64(v, Room(8)), size_ += 8; }
  void Varint(uint64_t v) { size_ += PutVarint(Room(kVarintBytes), v); }
  void Zigzag(int64_t v) { Varint(Zigzagged(v)); }
  void Raw(std::string_view s) {
    CopyBytes(s, Room(s.size()));
    size_ += s.size();
  }
  void Sized(std::string_view s) {
    Varint(s.size());
    Raw(s);
  }
  void Zeros(size_t n) {
    if (n > 0) std::memset(Room(n), 0, n);
    size_ += n;
  }

  // At most n bytes behind what is there, by one pen.
  template <class Write>
  void Within(size_t n, Write write) {
    char* const from = Room(n);
    Pen pen(from);
    write(pen);
    size_ += static_cast<size_t>(pen.at() - from);
  }

  // n bytes behind what is there, to be written; Took says how many of them count.
  char* Room(size_t n) {
    if (n > capacity_ - size_) Grow(n);
    return bytes_.get() + size_;
  }
  void Took(size_t n) { size_ += n; }

 private:
  void Grow(size_t n) {
    capacity_ = std::max(size_ + n, 2 * capacity_ + 64);
    auto grown = std::make_unique_for_overwrite<char[]>(capacity_);
    if (size_ > 0) std::memcpy(grown.get(), bytes_.get(), size_);
    bytes_ = std::move(grown);
  }

  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0, capacity_ = 0;
};

// Reads what ByteWriter wrote. After the first bad or missing byte, ok() is false and every further read gives 0 or "".
// A varint that is not in its shortest form is bad: one value has one encoding.
class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return in_.empty(); }
  size_t left() const { return in_.size(); }
  std::string_view rest() const { return in_; }
  void Fail() {
    ok_ = false;
    in_ = {};
  }

  uint8_t U8() {
    if (in_.empty()) {
      Fail();
      return 0;
    }
    const auto b = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return b;
  }
  uint16_t U16() { return static_cast<uint16_t>(Big(2)); }
  uint32_t U32() { return static_cast<uint32_t>(Big(4)); }
  uint64_t U64() {
    const std::string_view s = Raw(8);
    return s.empty() ? 0 : LoadBig64(s.data());
  }
  uint64_t Varint() {
    if (in_.empty() || static_cast<uint8_t>(in_.front()) >= 0x80) return LongVarint();
    const auto b = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return b;
  }
  int64_t Zigzag() {
    const uint64_t v = Varint();
    return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
  }
  std::string_view Raw(size_t n) {
    if (n > in_.size()) {
      Fail();
      return {};
    }
    const std::string_view s = in_.substr(0, n);
    in_.remove_prefix(n);
    return s;
  }
  std::string_view Sized() { return Raw(Varint()); }

 private:
  uint64_t LongVarint() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) break;
      const uint8_t b = static_cast<uint8_t>(in_.front());
      in_.remove_prefix(1);
      if (shift == 63 && b > 1) break;
      v |= static_cast<uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) {
        if (b == 0 && shift > 0) break;
        return v;
      }
    }
    Fail();
    return 0;
  }
  uint64_t Big(size_t n) {
    const std::string_view s = Raw(n);
    uint64_t v = 0;
    for (const char c : s) v = v << 8 | static_cast<uint8_t>(c);
    return v;
  }

  std::string_view in_;
  bool ok_ = true;
};

}  // namespace chancery

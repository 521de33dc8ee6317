// One value of a field: a kind and its canonical payload. Equal values have equal bytes, and the bytes are what is stored and
// hashed.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/bytes.h"

namespace chancery {

enum class Kind : uint8_t {
  kUnset = 0,      // "no value": differs from every other value. Payload empty
  kBool = 1,       // one byte, 0 or 1
  kInteger = 2,    // zigzag varint
  kText = 3,       // UTF-8 without U+0000
  kRational = 4,   // zigzag varint numerator, varint denominator > 0; reduced
  kDate = 5,       // zigzag varint: days since 1970-01-01
  kTime = 6,       // zigzag varint: milliseconds since 1970, UTC
  kBytes = 7,      // raw
  kGroup = 8,      // members set, ascending by name: sized name, kind byte, sized payload
  kReference = 9,  // the address of a record, "register/key", written as in Address
  kInterval = 10,  // kind of its ends, zigzag from, zigzag to where it has an end
  kBlob = 11,      // 32 bytes SHA-256, varint size
  kTransfer = 12,  // of shares: crdt/shares.h
  kRank = 13,      // acts on a priority list: crdt/ranked.h
  kTally = 14,     // of counters and quotas, at rest only: crdt/tally.h
};
inline constexpr Kind kLastOfEntries = Kind::kRank;  // kinds up to this one stand in entries

// Small and trivially copied: a short payload lies inside; a longer one is borrowed from the bytes that it was read from (a
// draft, an entry, a row), which have to outlive the value.
class Value {
 public:
  Kind kind = Kind::kUnset;

  Value() = default;
  Value(Kind k, std::string_view payload) : kind(k) { SetPayload(payload); }
  template <std::same_as<std::string> S>
  Value(Kind, S&&) = delete;  // it would be borrowed from what is gone at once

  std::string_view payload() const { return size_ == kBorrowed ? Borrowed() : std::string_view(bytes_, size_); }
  void SetPayload(std::string_view payload);
  bool borrows() const { return size_ == kBorrowed; }

  bool operator==(const Value& other) const { return kind == other.kind && payload() == other.payload(); }
  std::strong_ordering operator<=>(const Value& other) const {
    return kind != other.kind ? kind <=> other.kind : payload() <=> other.payload();
  }
  bool unset() const { return kind == Kind::kUnset; }

  static Value Unset() { return {}; }
  static Value Bool(bool b) { return {Kind::kBool, std::string_view(b ? "\1" : "\0", 1)}; }
  static Value Integer(int64_t v) { return Zig(Kind::kInteger, v); }
  static Value Text(std::string_view s) { return {Kind::kText, s}; }
  template <std::same_as<std::string> S>
  static Value Text(S&&) = delete;
  static Value Rational(int64_t num, uint64_t den);  // any den > 0; reduces
  static Value Date(int64_t days) { return Zig(Kind::kDate, days); }
  static Value Time(int64_t ms) { return Zig(Kind::kTime, ms); }
  static Value Bytes(std::string_view s) { return {Kind::kBytes, s}; }
  template <std::same_as<std::string> S>
  static Value Bytes(S&&) = delete;
  // Members ascending by name, none unset. Its payload lies in `arena` where it is not short.
  static Value Group(const std::vector<std::pair<std::string, Value>>& members, Arena& arena);
  // The same value, borrowed from nothing but `arena`.
  Value KeptIn(Arena& arena) const { return borrows() ? Value(kind, arena.Keep(payload())) : *this; }

  // The reads below CHECK the kind; the payload of a decoded entry was checked by IsCanonical.
  bool AsBool() const { return payload()[0] != 0; }
  int64_t AsInteger() const { return ByteReader(payload()).Zigzag(); }  // also date (days) and time (ms)
  std::pair<int64_t, uint64_t> AsRational() const;
  std::vector<std::pair<std::string, Value>> AsGroup() const;

  // The payload is the canonical form of some value of this kind. Bytes from a peer pass this before anything reads them.
  static bool IsCanonical(Kind kind, std::string_view payload);

 private:
  static constexpr uint8_t kBorrowed = 0xff;

  static Value Zig(Kind kind, int64_t v) {
    Value value;
    value.kind = kind;
    value.size_ = static_cast<uint8_t>(PutVarint(value.bytes_, Zigzagged(v)));
    return value;
  }
  std::string_view Borrowed() const {
    std::string_view borrowed;
    std::memcpy(&borrowed, bytes_, sizeof borrowed);
    return borrowed;
  }

  uint8_t size_ = 0;  // of a short payload, or kBorrowed
  char bytes_[22];    // a short payload, or the string_view of a longer one
};
static_assert(sizeof(Value) == 24);

// Of one kind: numbers, dates and times by size, anything else by its bytes. Unset is the least.
bool IsGreater(const Value& a, const Value& b);

inline void Value::SetPayload(std::string_view payload) {
  if (payload.size() <= sizeof bytes_) {
    size_ = static_cast<uint8_t>(payload.size());
    CopyBytes(payload, bytes_);
  } else {
    size_ = kBorrowed;
    std::memcpy(bytes_, &payload, sizeof payload);
  }
}

}  // namespace chancery

// One value of a field: a kind and its canonical payload. Equal values have equal bytes, and the bytes are what is stored and
// hashed.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
};

struct Value {
  Kind kind = Kind::kUnset;
  std::string payload;

  auto operator<=>(const Value&) const = default;
  bool unset() const { return kind == Kind::kUnset; }

  static Value Unset() { return {}; }
  static Value Bool(bool b) { return {Kind::kBool, std::string(1, b ? '\1' : '\0')}; }
  static Value Integer(int64_t v) { return Zig(Kind::kInteger, v); }
  static Value Text(std::string s) { return {Kind::kText, std::move(s)}; }
  static Value Rational(int64_t num, uint64_t den);  // any den > 0; reduces
  static Value Date(int64_t days) { return Zig(Kind::kDate, days); }
  static Value Time(int64_t ms) { return Zig(Kind::kTime, ms); }
  static Value Bytes(std::string s) { return {Kind::kBytes, std::move(s)}; }
  static Value Group(const std::vector<std::pair<std::string, Value>>& members);  // ascending by name, none unset

  // The reads below CHECK the kind; the payload of a decoded entry was checked by IsCanonical.
  bool AsBool() const { return payload[0] != 0; }
  int64_t AsInteger() const { return ByteReader(payload).Zigzag(); }  // also date (days) and time (ms)
  std::pair<int64_t, uint64_t> AsRational() const;
  std::vector<std::pair<std::string, Value>> AsGroup() const;

  // The payload is the canonical form of some value of this kind. Bytes from a peer pass this before anything reads them.
  static bool IsCanonical(Kind kind, std::string_view payload);

 private:
  static Value Zig(Kind kind, int64_t v) {
    ByteWriter w;
    w.Zigzag(v);
    return {kind, std::move(w.out)};
  }
};

}  // namespace chancery

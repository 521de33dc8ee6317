#include "engine/crdt/value.h"

#include <numeric>

#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/crdt/interval.h"
#include "engine/crdt/ranked.h"
#include "engine/crdt/shares.h"
#include "engine/crdt/tally.h"

namespace chancery {
namespace {

uint64_t Magnitude(int64_t v) { return v < 0 ? -static_cast<uint64_t>(v) : static_cast<uint64_t>(v); }

bool IsMemberKind(Kind kind) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInteger:
    case Kind::kText:
    case Kind::kRational:
    case Kind::kDate:
    case Kind::kTime:
    case Kind::kBytes:
      return true;
    case Kind::kUnset:
    case Kind::kGroup:
    case Kind::kReference:
    case Kind::kInterval:
    case Kind::kBlob:
    case Kind::kTransfer:
    case Kind::kRank:
    case Kind::kTally:
      return false;
  }
  return false;
}

// One zigzag varint in its shortest form and nothing after it.
bool IsZigzag(std::string_view payload, bool in_range(int64_t)) {
  ByteReader r(payload);
  const int64_t v = r.Zigzag();
  return r.ok() && r.AtEnd() && in_range(v);
}

bool IsRational(std::string_view payload) {
  ByteReader r(payload);
  const int64_t num = r.Zigzag();
  const uint64_t den = r.Varint();
  return r.ok() && r.AtEnd() && den > 0 && std::gcd(Magnitude(num), den) == 1;  // gcd(0, den) = den: zero is 0/1
}

bool IsGroup(std::string_view payload) {
  ByteReader r(payload);
  std::string_view previous;  // "" is before every name
  while (!r.AtEnd()) {
    const std::string_view name = r.Sized();
    const Kind kind = static_cast<Kind>(r.U8());
    const std::string_view member = r.Sized();
    if (!r.ok() || !IsName(name) || name <= previous || !IsMemberKind(kind) || !Value::IsCanonical(kind, member)) return false;
    previous = name;
  }
  return r.ok();
}

// A key as it stands in an address: `%`, `/`, space and `#` escaped, and nothing else.
bool IsEscapedKey(std::string_view s) {
  std::string key;
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] == '/' || s[i] == ' ' || s[i] == '#') return false;
    if (s[i] != '%') {
      key.push_back(s[i]);
      continue;
    }
    const std::string_view code = s.substr(i + 1, 2);
    if (code != "25" && code != "2F" && code != "20" && code != "23") return false;
    key.push_back('%');  // which of the four makes no difference to the checks below
    i += 2;
  }
  return IsKey(key);
}

bool IsReference(std::string_view payload) {
  const size_t slash = payload.find('/');
  return slash != std::string_view::npos && IsName(payload.substr(0, slash)) && IsEscapedKey(payload.substr(slash + 1));
}

bool IsBlob(std::string_view payload) {
  ByteReader r(payload);
  r.Raw(32);
  r.Varint();
  return r.ok() && r.AtEnd();
}

}  // namespace

Value Value::Rational(int64_t num, uint64_t den) {
  CHECK(den > 0);
  const uint64_t divisor = std::gcd(Magnitude(num), den);
  const uint64_t reduced = Magnitude(num) / divisor;
  ByteWriter w;
  w.Zigzag(static_cast<int64_t>(num < 0 ? -reduced : reduced));
  w.Varint(den / divisor);
  return {Kind::kRational, std::string_view(w.out)};
}

Value Value::Group(const std::vector<std::pair<std::string, Value>>& members, Arena& arena) {
  ByteWriter w;
  for (const auto& [name, value] : members) {
    w.Sized(name);
    w.U8(static_cast<uint8_t>(value.kind));
    w.Sized(value.payload());
  }
  CHECK(IsGroup(w.out));
  return Value(Kind::kGroup, std::string_view(w.out)).KeptIn(arena);
}

std::pair<int64_t, uint64_t> Value::AsRational() const {
  CHECK(kind == Kind::kRational);
  ByteReader r(payload());
  const int64_t num = r.Zigzag();
  return {num, r.Varint()};
}

std::vector<std::pair<std::string, Value>> Value::AsGroup() const {
  CHECK(kind == Kind::kGroup);
  std::vector<std::pair<std::string, Value>> members;
  ByteReader r(payload());
  while (!r.AtEnd()) {
    const std::string_view name = r.Sized();
    const Kind member_kind = static_cast<Kind>(r.U8());
    members.emplace_back(name, Value(member_kind, r.Sized()));
  }
  return members;
}

bool IsGreater(const Value& a, const Value& b) {
  if (a.kind != b.kind) return a.kind > b.kind;
  if (a.kind == Kind::kInteger || a.kind == Kind::kDate || a.kind == Kind::kTime) return a.AsInteger() > b.AsInteger();
  if (a.kind != Kind::kRational) return a.payload() > b.payload();
  const auto [num_a, den_a] = a.AsRational();
  const auto [num_b, den_b] = b.AsRational();
  return static_cast<__int128>(num_a) * static_cast<__int128>(den_b) >
         static_cast<__int128>(num_b) * static_cast<__int128>(den_a);
}

bool Value::IsCanonical(Kind kind, std::string_view payload) {
  const auto any = [](int64_t) { return true; };
  switch (kind) {
    case Kind::kUnset:
      return payload.empty();
    case Kind::kBool:
      return payload.size() == 1 && static_cast<uint8_t>(payload[0]) <= 1;
    case Kind::kInteger:
      return IsZigzag(payload, any);
    case Kind::kText:
      return IsText(payload);
    case Kind::kRational:
      return IsRational(payload);
    case Kind::kDate:
      return IsZigzag(payload, IsDateInRange);
    case Kind::kTime:
      return IsZigzag(payload, IsTimeInRange);
    case Kind::kBytes:
      return true;
    case Kind::kGroup:
      return IsGroup(payload);
    case Kind::kReference:
      return IsReference(payload);
    case Kind::kInterval:
      return IntervalIn(payload).has_value();
    case Kind::kBlob:
      return IsBlob(payload);
    case Kind::kTransfer:
      return DecodeTransfer(payload).has_value();
    case Kind::kRank:
      return DecodeRank(payload).has_value();
    case Kind::kTally:
      return DecodeTally(payload).has_value();
  }
  return false;  // a byte that names no kind
}

}  // namespace chancery

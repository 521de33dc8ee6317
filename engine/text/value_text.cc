#include "engine/text/value_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/crdt/interval.h"
#include "engine/crdt/ranked.h"
#include "engine/crdt/shares.h"
#include "engine/crdt/tally.h"
#include "engine/pack/nearest.h"
#include "engine/text/literal.h"
#include "engine/text/shape.h"

namespace chancery {
namespace {

absl::Status RefuseAt(const Literal& literal, std::string_view at, std::string_view why, std::string_view next = {}) {
  return RefuseType(literal, {Cat(at, " ", why), std::string(at), std::string(next)});
}

// What a value of the type looks like, with an example.
std::string_view Form(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "a text, for example \"Mari Kask\"";
    case FieldType::kInteger:
      return "an integer of 64 bits with sign, for example 1200 or \"1200\"";
    case FieldType::kRational:
      return "a fraction in text, for example \"3/4\" or \"5\"";
    case FieldType::kBool:
      return "true or false, for example true";
    case FieldType::kDate:
      return "a date of the calendar, for example \"2026-01-31\"";
    case FieldType::kTime:
      return "an RFC 3339 time, for example \"2026-01-31T10:02:00Z\"";
    case FieldType::kBytes:
      return "bytes as base64 with padding, for example \"AAH/\"";
    case FieldType::kState:
      return "the name of a state";
    case FieldType::kReference:
      return "the address of a record, for example \"parcel/1\"";
    case FieldType::kInterval:
      return "a stretch from one day, time or number to a later one, for example {\"from\": \"2026-01-01\", \"to\": "
             "\"2027-01-01\"}; "
             "\"to\": null has no end";
    case FieldType::kLadder:
      return "the name of a step";
    case FieldType::kBlob:
      return "a document, for example {\"sha256\": \"ab…64 digits\", \"bytes\": 1200}";
    default:
      return "no value written with \"set\"";
  }
}

absl::Status NotOfType(FieldType type, const Literal& literal, std::string_view at) {
  return RefuseAt(literal, at, Cat("takes ", Form(type), "; found ", Found(literal)));
}

bool IsTextLiteral(const Literal& v) { return v.type == Literal::Type::kText; }

// A decimal number and nothing else.
template <class Int>
bool ParseNumber(std::string_view text, Int* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<Value> ParseRational(std::string_view text) {
  const size_t slash = text.find('/');
  int64_t num = 0;
  uint64_t den = 1;
  if (!ParseNumber(text.substr(0, slash), &num)) return std::nullopt;
  if (slash != std::string_view::npos && (!ParseNumber(text.substr(slash + 1), &den) || den == 0)) return std::nullopt;
  return Value::Rational(num, den);
}

std::optional<Value> ParseReference(const std::string& text, Arena& arena) {
  const absl::StatusOr<Address> address = Address::Parse(text);
  if (!address.ok() || !address->field.empty()) return std::nullopt;
  const std::string canonical = address->Text();
  return Value(Kind::kReference, canonical).KeptIn(arena);
}

// nullopt: the literal is no value of this plain type.
std::optional<Value> TypePlain(FieldType type, const Literal& v, Arena& arena) {
  if (type == FieldType::kBool) return v.type == Literal::Type::kBool ? std::optional(Value::Bool(v.truth)) : std::nullopt;
  if (type == FieldType::kInteger && v.type == Literal::Type::kInteger) return Value::Integer(v.integer);
  if (!IsTextLiteral(v)) return std::nullopt;
  int64_t number = 0;
  std::string bytes;
  switch (type) {
    case FieldType::kState:
      return IsName(v.text) ? std::optional(Value::Text(v.text)) : std::nullopt;
    case FieldType::kLadder:
    case FieldType::kText:
      return IsText(v.text) ? std::optional(Value::Text(v.text)) : std::nullopt;
    case FieldType::kInteger:
      return ParseNumber(v.text, &number) ? std::optional(Value::Integer(number)) : std::nullopt;
    case FieldType::kRational:
      return ParseRational(v.text);
    case FieldType::kDate:
      return ParseDate(v.text, &number) ? std::optional(Value::Date(number)) : std::nullopt;
    case FieldType::kTime:
      return ParseTime(v.text, &number) ? std::optional(Value::Time(number)) : std::nullopt;
    case FieldType::kBytes:
      return Unbase64(v.text, &bytes) ? std::optional(Value::Bytes(bytes).KeptIn(arena)) : std::nullopt;
    case FieldType::kReference:
      return ParseReference(v.text, arena);
    default:
      return std::nullopt;
  }
}

// [from, to) of the field's type.
std::optional<Value> TypeInterval(const FieldDef& def, const Literal& v, Arena& arena) {
  const Literal *from = v.type == Literal::Type::kObject ? v.Find("from") : nullptr,
                *to = from == nullptr ? nullptr : v.Find("to");
  if (from == nullptr || v.members.size() != (to == nullptr ? 1u : 2u)) return std::nullopt;
  const std::optional<Value> begin = TypePlain(def.of, *from, arena);
  const bool open = to == nullptr || to->null();
  const std::optional<Value> end = open ? std::nullopt : TypePlain(def.of, *to, arena);
  if (!begin || (!open && !end)) return std::nullopt;
  Interval interval{begin->kind, begin->AsInteger(), std::nullopt};
  if (end) interval.to = end->AsInteger();
  return interval.to && *interval.to <= interval.from ? std::nullopt : std::optional(IntervalValue(interval));
}

std::optional<Value> TypeBlob(const Literal& v, Arena& arena) {
  const Literal *hash = v.type == Literal::Type::kObject ? v.Find("sha256") : nullptr,
                *bytes = hash == nullptr ? nullptr : v.Find("bytes");
  std::string digest;
  if (bytes == nullptr || v.members.size() != 2 || bytes->type != Literal::Type::kInteger || bytes->integer < 0 ||
      !Unhex(hash->text, &digest) || digest.size() != 32)
    return std::nullopt;
  ByteWriter w;
  w.Raw(digest);
  w.Varint(static_cast<uint64_t>(bytes->integer));
  return Value(Kind::kBlob, std::string_view(w.out)).KeptIn(arena);
}

absl::Status CheckSize(const Value& value, const Literal& literal, std::string_view at) {
  if (value.payload().size() <= limits::kValueBytes) return absl::OkStatus();
  return RefuseLimit(literal,
                     {Cat(at, " has a value of ", value.payload().size(), " bytes; ", limits::kValueBytes, " are allowed"),
                      std::string(at), "keep the document elsewhere and file its digest"});
}

std::string Listed(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::vector<std::string> MemberNames(const FieldDef& def) {
  std::vector<std::string> names;
  for (const GroupMember& member : def.members) names.push_back(member.name);
  return names;
}

absl::Status CheckMembers(const FieldDef& def, const Literal& literal, std::string_view at) {
  if (literal.type != Literal::Type::kObject) {
    return RefuseAt(
        literal, at,
        Cat("takes an object of its members, for example {\"", def.members.front().name, "\": …}; found ", Found(literal)));
  }
  if (literal.members.empty())
    return RefuseAt(literal, at, "has no member set", "to leave a group without a value write \"unset\"");
  const std::vector<std::string> known = MemberNames(def);
  for (const auto& [name, value] : literal.members) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return RefuseAt(value, at, Cat("has no member ", Literal(name).Json(), Nearest(name, known)));
    }
    if (literal.Find(name) != &value) return RefuseAt(value, at, Cat("has member ", name, " twice"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Value> TypeGroup(const FieldDef& def, const Literal& literal, std::string_view at, Arena& arena) {
  RETURN_IF_ERROR(CheckMembers(def, literal, at));
  std::vector<std::pair<std::string, Value>> members;
  for (const GroupMember& member : def.members) {  // ascending by name
    const Literal* written = literal.Find(member.name);
    if (written == nullptr) continue;
    ASSIGN_OR_RETURN(Value value, TypeValue(def, member.type, *written, Cat(at, "/", member.name), arena));
    members.emplace_back(member.name, std::move(value));
  }
  return Value::Group(members, arena);
}

}  // namespace

bool IsShortText(const Literal& literal) {
  return IsTextLiteral(literal) && literal.text.size() <= limits::kValueBytes && IsText(literal.text);
}

absl::StatusOr<Value> TypeValue(const FieldDef& def, FieldType type, const Literal& literal, std::string_view at, Arena& arena) {
  if (literal.null())
    return RefuseAt(literal, at, "may not be null: null is not a value", "use \"unset\", or leave the member of a group out");
  if (type == FieldType::kGroup) {
    ASSIGN_OR_RETURN(Value group, TypeGroup(def, literal, at, arena));
    RETURN_IF_ERROR(CheckSize(group, literal, at));
    return group;
  }
  if (type == FieldType::kLadder && (!IsTextLiteral(literal) || !def.StepOf(literal.text)))
    return RefuseAt(literal, at, Cat("takes a step of its ladder; found ", Found(literal)),
                    Cat("its steps: ", Listed(def.steps)));
  std::optional<Value> value = type == FieldType::kInterval ? TypeInterval(def, literal, arena)
                               : type == FieldType::kBlob   ? TypeBlob(literal, arena)
                                                            : TypePlain(type, literal, arena);
  if (!value.has_value()) return NotOfType(type, literal, at);
  RETURN_IF_ERROR(CheckSize(*value, literal, at));
  return *std::move(value);
}

namespace {

Literal ShowInterval(const Interval& interval) {
  const auto end = [&](int64_t v) {
    return interval.of == Kind::kDate ? Literal(FormatDate(v)) : interval.of == Kind::kTime ? Literal(FormatTime(v)) : Literal(v);
  };
  return Literal::Object({{"from", end(interval.from)}, {"to", interval.to ? end(*interval.to) : Literal()}});
}

template <class Parts>
Literal ShowShares(const Parts& parts) {
  Literal list = Literal::List();
  for (const auto& part : parts) list.list.push_back(Literal::Object({{"owner", part.owner}, {"share", Text(part.share)}}));
  return list;
}

Literal ShowTransfer(const Transfer& transfer) {
  return Literal::Object({{"from", ShowShares(transfer.in)}, {"to", ShowShares(transfer.out)}});
}

// As the act was written: {"id","class","value"}, {"id","behind"}; of several a list.
Literal ShowRank(const RankActs& acts) {
  Literal list = Literal::List();
  for (const RankAct& act : acts) {
    Literal one = act.what == RankAct::What::kStrike ? Literal(act.id) : Literal::Object({{"id", act.id}});
    if (act.what == RankAct::What::kFile) one.Add("class", act.other).Add("value", act.value);
    if (act.what == RankAct::What::kBehind) one.Add("behind", act.other);
    if (act.what == RankAct::What::kAhead) one.Add("ahead", act.other);
    list.list.push_back(std::move(one));
  }
  const bool alone = acts[0].what == RankAct::What::kFile || acts[0].what == RankAct::What::kBehind;
  return alone ? list.list[0] : list;
}

}  // namespace

Literal ShowValue(const Value& value) {
  switch (value.kind) {
    case Kind::kUnset:
      return Literal();
    case Kind::kBool:
      return Literal(value.AsBool());
    case Kind::kInteger:
      return Literal(value.AsInteger());
    case Kind::kText:
      return Literal(std::string(value.payload()));
    case Kind::kRational: {
      const auto [num, den] = value.AsRational();
      return Literal(den == 1 ? absl::StrCat(num) : absl::StrCat(num, "/", den));
    }
    case Kind::kDate:
      return Literal(FormatDate(value.AsInteger()));
    case Kind::kTime:
      return Literal(FormatTime(value.AsInteger()));
    case Kind::kBytes:
      return Literal(Base64(value.payload()));
    case Kind::kGroup: {
      Literal group = Literal::Object();
      for (const auto& [name, member] : value.AsGroup()) group.Add(name, ShowValue(member));
      return group;
    }
    case Kind::kReference: {
      const absl::StatusOr<Address> address = Address::Parse(value.payload());
      return Literal(address.ok() ? address->Shown() : std::string(value.payload()));
    }
    case Kind::kInterval:
      return ShowInterval(*IntervalIn(value.payload()));
    case Kind::kBlob: {
      ByteReader r(value.payload());
      const std::string hash = Hex(r.Raw(32));
      return Literal::Object({{"sha256", hash}, {"bytes", static_cast<int64_t>(r.Varint())}});
    }
    case Kind::kTransfer:
      return ShowTransfer(*DecodeTransfer(value.payload()));
    case Kind::kRank:
      return ShowRank(*DecodeRank(value.payload()));
    case Kind::kTally:
      return Literal(DecodeTally(value.payload())->sum);
  }
  return Literal();
}

std::string ShowJson(const Value& value) {
  return value.kind == Kind::kText ? JsonText(value.payload()) : ShowValue(value).Json();  // most are: without copies
}

}  // namespace chancery

#include "tests/model/values.h"

#include <chrono>
#include <cstdio>

#include "engine/crdt/interval.h"
#include "tests/support/forever.h"

namespace chancery::model {
namespace {

using Kind_ = chancery::Kind;

std::optional<Value> TypedAs(Type type, const FieldSpec& field, const Literal& literal);

std::optional<int64_t> DaysIn(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0;
  char more = 0;
  if (sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &more) != 3) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::optional<int64_t> EndIn(Type of, const Literal* literal) {
  if (literal == nullptr) return std::nullopt;
  if (of == Type::kDate) return literal->type == Literal::Type::kText ? DaysIn(literal->text) : std::nullopt;
  return literal->type == Literal::Type::kInteger ? std::optional(literal->integer) : std::nullopt;
}

std::optional<Value> TypedInterval(const FieldSpec& field, const Literal& literal) {
  if (literal.type != Literal::Type::kObject) return std::nullopt;
  for (const auto& [name, end] : literal.members) {
    if (name != "from" && name != "to") return std::nullopt;
  }
  const Literal* to = literal.Find("to");
  const std::optional<int64_t> from = EndIn(field.of, literal.Find("from"));
  Interval interval;
  interval.of = field.of == Type::kDate ? Kind_::kDate : Kind_::kInteger;
  if (to != nullptr && !to->null()) interval.to = EndIn(field.of, to);
  const bool endless = to == nullptr || to->null();
  if (!from || (!endless && (!interval.to || *interval.to <= *from))) return std::nullopt;
  interval.from = *from;
  return IntervalValue(interval).KeptIn(Forever());
}

std::optional<Value> TypedGroup(const FieldSpec& field, const Literal& literal) {
  std::vector<std::pair<std::string, Value>> members;
  if (literal.type != Literal::Type::kObject) return std::nullopt;
  for (const auto& [name, type] : field.members) {
    const Literal* given = literal.Find(name);
    if (given == nullptr) continue;
    const std::optional<Value> member = TypedAs(type, field, *given);
    if (!member) return std::nullopt;
    members.emplace_back(name, *member);
  }
  if (members.empty() || members.size() != literal.members.size()) return std::nullopt;
  return Value::Group(members, Forever());
}

std::optional<Value> TypedAs(Type type, const FieldSpec& field, const Literal& literal) {
  switch (type) {
    case Type::kText:
    case Type::kSet:
    case Type::kState:
    case Type::kLadder:
      if (literal.type != Literal::Type::kText) return std::nullopt;
      return Value::Text(literal.text).KeptIn(Forever());
    case Type::kInteger:
    case Type::kSerial:
      if (literal.type != Literal::Type::kInteger) return std::nullopt;
      return Value::Integer(literal.integer);
    case Type::kDate: {
      const std::optional<int64_t> days = literal.type == Literal::Type::kText ? DaysIn(literal.text) : std::nullopt;
      return days ? std::optional(Value::Date(*days)) : std::nullopt;
    }
    case Type::kReference: {
      const absl::StatusOr<Address> address = Address::Parse(literal.text);
      if (literal.type != Literal::Type::kText || !address.ok() || address->reg != field.to) return std::nullopt;
      const std::string text = address->Text();
      return Value(Kind_::kReference, text).KeptIn(Forever());
    }
    case Type::kGroup:
      return TypedGroup(field, literal);
    case Type::kInterval:
      return TypedInterval(field, literal);
    default:
      return std::nullopt;
  }
}

Literal End(Kind_ of, int64_t end) { return of == Kind_::kDate ? Literal(DateText(end)) : Literal(end); }

}  // namespace

std::string DateText(int64_t days) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  char text[32];
  snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
           static_cast<unsigned>(date.day()));
  return text;
}

Literal LiteralOf(const Value& value) {
  if (value.kind == Kind_::kInteger) return value.AsInteger();
  if (value.kind == Kind_::kDate) return DateText(value.AsInteger());
  if (value.kind == Kind_::kText) return std::string(value.payload());
  if (value.kind == Kind_::kReference) return Address::Parse(value.payload())->Shown();
  if (value.kind == Kind_::kInterval) {
    const Interval interval = *IntervalIn(value.payload());
    return Literal::Object(
        {{"from", End(interval.of, interval.from)}, {"to", interval.to ? End(interval.of, *interval.to) : Literal()}});
  }
  if (value.kind != Kind_::kGroup) return {};
  Literal object = Literal::Object();
  for (const auto& [name, member] : value.AsGroup()) object.Add(name, LiteralOf(member));
  return object;
}

std::optional<Value> Typed(const FieldSpec& field, const Literal& literal) { return TypedAs(field.type, field, literal); }

std::string PartOf(const RuleSpec& rule, const Value& value) {
  Literal literal = LiteralOf(value);
  for (char& c : literal.text) {  // the texts of the test packs are ASCII
    if (rule.casefold && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return literal.Json();
}

std::string SubjectOf(const std::vector<std::string>& parts) {
  if (parts.size() == 1) return parts[0];
  std::string array = "[";
  for (const std::string& part : parts) array += (array.size() > 1 ? "," : "") + part;
  return array + "]";
}

std::vector<std::string> PartsOf(const RuleSpec& rule, const std::string& subject) {
  if (rule.on.size() == 1) return {subject};
  std::vector<std::string> parts;
  const absl::StatusOr<Literal> array = ParseJson(subject);
  for (const Literal& part : array->list) parts.push_back(part.Json());
  return parts;
}

}  // namespace chancery::model

// What the changes of a draft come to: fields of one value, and sets.
#include <algorithm>

#include "tests/model/clerk_parts.h"
#include "tests/model/officers.h"
#include "tests/model/sums.h"

namespace chancery::model {
namespace {

using Verbs = DraftChange::Verb;

std::vector<Place> PlacesWith(const std::vector<Act>& writes, const Value& value) {
  std::vector<Place> out;
  for (const Act& write : writes) {
    if (write.value() == value) out.push_back(write.by->place());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The state that a move starts from: that of the one value, of `over`, or what is shown. nullopt: nothing is shown.
std::optional<std::string> MovedFrom(const Meaning& view, const Row* row, uint32_t field, const FieldSpec& spec,
                                     const std::string& over) {
  const std::vector<Act> writes = row == nullptr ? std::vector<Act>() : row->Visible(field);
  const auto named = [&](const Act& write) { return view.book.Short(write.by->place()) == over; };
  const auto base = std::find_if(writes.begin(), writes.end(), named);
  const Value* value = base != writes.end() ? &base->value() : writes.empty() ? nullptr : view.Interim(*row, field);
  if (value == nullptr && !writes.empty()) return std::nullopt;
  return value == nullptr || value->unset() ? spec.start : std::string(value->payload());
}

// The standing writes that an ordinary set replaces; empty = all seen. Adds the refusal where it may not.
std::vector<Place> Replaced(const Meaning& view, const Row& row, uint32_t field, const std::string& over, Expected& out) {
  const std::vector<Act> writes = row.Visible(field);
  const auto differs = [&](const Act& write) { return write.value() != writes.front().value(); };
  const auto named = [&](const Act& write) { return view.book.Short(write.by->place()) == over; };
  const auto base = std::find_if(writes.begin(), writes.end(), named);
  if (!over.empty() && base == writes.end()) out.refusals.insert("*");  // nothing of it stands: no kind is promised
  if (std::none_of(writes.begin(), writes.end(), differs)) return {};
  if (base != writes.end()) return PlacesWith(writes, base->value());
  const Value* interim = view.Interim(row, field);
  if (interim == nullptr) {
    out.refusals.insert("contested");
    return {};
  }
  return PlacesWith(writes, *interim);
}

bool Fits(Verbs verb, const FieldSpec& field) {
  switch (verb) {
    case Verbs::kAdd:
    case Verbs::kRemove:
      return field.type == Type::kSet;
    case Verbs::kMove:
      return field.type == Type::kState;
    case Verbs::kIssue:
      return field.type == Type::kSerial;
    case Verbs::kSet:
      return field.type == Type::kLadder || (field.one_value() && field.type != Type::kState && field.type != Type::kSerial);
    case Verbs::kUnset:
      return field.one_value() && field.type != Type::kState;
    default:
      return false;
  }
}

Verb VerbOf(Verbs verb, const FieldSpec& field) {
  if (verb == Verbs::kAdd) return Verb::kAdd;
  if (verb == Verbs::kRemove) return Verb::kRemove;
  return field.last ? Verb::kSetLast : Verb::kSet;
}

std::optional<Value> ValueOf(Desk& desk, const DraftChange& change, const RegisterSpec& reg, const FieldSpec& field) {
  if (change.verb == Verbs::kUnset) return Value::Unset();
  if (change.verb != Verbs::kIssue) return Typed(field, change.value);
  const std::optional<int64_t> number =
      NextNumber(desk.view, desk.lane, reg, OrdinalOf(reg, field.name), desk.issued[reg.name + "." + field.name]++);
  desk.out.far_numbers |= !number;
  return Value::Integer(number.value_or(0));
}

void CheckStep(const Row* row, const Change& made, const FieldSpec& field, Expected& out) {
  const size_t height = HeightOf(field, std::string(made.value.payload()));
  if (height == field.steps.size()) out.refusals.insert("type");
  if (height < HeightOf(field, StepOf(row, made.field, field))) out.refusals.insert("ladder");
}

}  // namespace

void AddChange(Desk& desk, const DraftChange& change, const RegisterSpec& reg, const Row* row, Op& op) {
  Expected& out = desk.out;
  const FieldSpec* field = FieldOf(reg, change.field);
  const std::optional<Value> value =
      field != nullptr && Fits(change.verb, *field) ? ValueOf(desk, change, reg, *field) : std::nullopt;
  if (!value) {
    out.refusals.insert("type");
    return;
  }
  if (reg.name == kOfficers && change.verb == Verbs::kAdd && !IsRight(change.value.text)) out.refusals.insert("type");
  Change made{OrdinalOf(reg, change.field), VerbOf(change.verb, *field), *value, {}};
  if (field->type == Type::kLadder) {
    CheckStep(row, made, *field, out);
  } else if (made.verb == Verb::kSet && row != nullptr) {
    for (const Act& write : row->Visible(made.field)) {
      if ((field->once || field->type == Type::kSerial) && !write.value().unset()) out.refusals.insert("once");
    }
    made.named = Replaced(desk.view, *row, made.field, change.over, out);
  }
  if (field->type == Type::kState) {
    const std::optional<std::string> from = MovedFrom(desk.view, row, made.field, *field, change.over);
    const auto leads = [&](const auto& pair) { return pair.first == from && pair.second == value->payload(); };
    if (from && std::none_of(field->moves.begin(), field->moves.end(), leads)) out.refusals.insert("state");
  }
  op.changes.push_back(made);
}

}  // namespace chancery::model

// Building an entry in code.
#include "chancery/types.h"
#include "engine/base/status.h"

namespace chancery {
namespace {

// An address that does not parse keeps its text as the register's name and has no key: filing it is refused with that text.
DraftOp Begin(DraftOp::Verb verb, std::string_view address) {
  DraftOp op;
  op.verb = verb;
  absl::StatusOr<Address> parsed = Address::Parse(address);
  if (parsed.ok()) {
    op.record = *std::move(parsed);
  } else {
    op.record.reg = address;
  }
  return op;
}

DraftChange& NextChange(Draft& draft, DraftChange::Verb verb, std::string_view field) {
  CHECK(!draft.ops.empty());  // Create or Record comes first
  DraftChange& change = draft.ops.back().changes.emplace_back();
  change.verb = verb;
  change.field = field;
  return change;
}

}  // namespace

Draft& Draft::By(std::string officer_name, std::string legal_basis) {
  officer = std::move(officer_name);
  basis = std::move(legal_basis);
  return *this;
}

Draft& Draft::Create(std::string_view address) {
  ops.push_back(Begin(DraftOp::Verb::kCreate, address));
  return *this;
}

Draft& Draft::Record(std::string_view address) {
  ops.push_back(Begin(DraftOp::Verb::kRecord, address));
  return *this;
}

Draft& Draft::Delete(std::string_view address) {
  ops.push_back(Begin(DraftOp::Verb::kDelete, address));
  return *this;
}

Draft& Draft::Move(std::string_view field, std::string_view state) {
  NextChange(*this, DraftChange::Verb::kMove, field).value = std::string(state);
  return *this;
}

Draft& Draft::Set(std::string_view field, Literal value) {
  NextChange(*this, DraftChange::Verb::kSet, field).value = std::move(value);
  return *this;
}

Draft& Draft::Unset(std::string_view field) {
  NextChange(*this, DraftChange::Verb::kUnset, field);
  return *this;
}

Draft& Draft::Add(std::string_view field, Literal element) {
  NextChange(*this, DraftChange::Verb::kAdd, field).value = std::move(element);
  return *this;
}

Draft& Draft::Remove(std::string_view field, Literal element) {
  NextChange(*this, DraftChange::Verb::kRemove, field).value = std::move(element);
  return *this;
}

}  // namespace chancery

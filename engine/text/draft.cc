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

Draft& Draft::Bump(std::string_view field, int64_t amount) {
  NextChange(*this, DraftChange::Verb::kBump, field).value = amount;
  return *this;
}

Draft& Draft::Grant(std::string_view field, std::string_view site, int64_t amount) {
  NextChange(*this, DraftChange::Verb::kGrant, field).value = Literal::Object({{"to", std::string(site)}, {"amount", amount}});
  return *this;
}

Draft& Draft::Issue(std::string_view field) {
  NextChange(*this, DraftChange::Verb::kIssue, field);
  return *this;
}

Draft& Draft::Transfer(std::string_view field, const Shares& from, const Shares& to) {
  const auto list = [](const Shares& shares) {
    Literal out = Literal::List();
    for (const auto& [owner, share] : shares) out.list.push_back(Literal::Object({{"owner", owner}, {"share", share}}));
    return out;
  };
  NextChange(*this, DraftChange::Verb::kTransfer, field).value = Literal::Object({{"from", list(from)}, {"to", list(to)}});
  return *this;
}

Draft& Draft::Charge(std::string_view field, std::string_view id, std::string_view cls, std::string_view value) {
  NextChange(*this, DraftChange::Verb::kFile, field).value =
      Literal::Object({{"id", std::string(id)}, {"class", std::string(cls)}, {"value", std::string(value)}});
  return *this;
}

Draft& Draft::Strike(std::string_view field, std::string_view id) {
  NextChange(*this, DraftChange::Verb::kStrike, field).value = std::string(id);
  return *this;
}

Draft& Draft::Cede(std::string_view field, std::string_view id, std::string_view behind) {
  NextChange(*this, DraftChange::Verb::kCede, field).value =
      Literal::Object({{"id", std::string(id)}, {"behind", std::string(behind)}});
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

#include "tests/model/draw.h"

#include <iterator>
#include <map>
#include <set>

namespace chancery::model {
namespace {

bool Present(const Row* row, const std::string& field) {  // a value other than unset stands
  if (row == nullptr || !row->exists) return false;
  for (const Act& write : row->Visible(OrdinalOf(*row->reg, field))) {
    if (!write.value().unset()) return true;
  }
  return false;
}

}  // namespace

std::string Draw::Address() {
  if (dense_) return Of<std::string>({"parcel/1", "parcel/1", "parcel/2", "firm/1"});
  return Of<std::string>({"parcel/1", "parcel/1", "parcel/2", "parcel/2", "parcel/a%20b", "firm/1", "firm/2"});
}

Literal Draw::ValueFor(const FieldSpec& field) {
  if (field.type == Type::kInteger) return static_cast<int64_t>(Below(2));
  if (field.type == Type::kGroup) {
    Literal object = Literal::Object();
    for (const auto& [name, type] : field.members) {
      if (!Chance(70) && !(object.members.empty() && name == field.members.back().first)) continue;
      object.Add(name, type == Type::kInteger ? Literal(static_cast<int64_t>(Below(2))) : Literal(Of<std::string>({"a", "b"})));
    }
    return object;
  }
  if (field.type == Type::kReference)
    return Chance(5) ? "parcel/none"
           : dense_  ? Of<std::string>({"parcel/1", "parcel/2"})
                     : Of<std::string>({"parcel/1", "parcel/2", "parcel/a b"});
  if (field.type == Type::kState) return Chance(4) ? Literal("nowhere") : Literal(Of(field.moves).second);
  if (field.name == "code") return Of<std::string>({"x", "X", "y"});
  return Of<std::string>({"a", "b"});
}

void Draw::AddChange(const Meaning& view, const Row* row, const FieldSpec& field, DraftOp& op) {
  DraftChange change;
  change.field = field.name;
  change.value = ValueFor(field);
  if (field.type == Type::kSet) {
    change.verb = Chance(60) ? DraftChange::Verb::kAdd : DraftChange::Verb::kRemove;
  } else if (field.type == Type::kState) {
    if (!Chance(2)) change.verb = DraftChange::Verb::kMove;
  } else if (Chance(12)) {
    change.verb = DraftChange::Verb::kUnset;
    change.value = {};
  } else if (Chance(1)) {
    change.value = true;  // the wrong type everywhere
  }
  if (row != nullptr && op.verb == DraftOp::Verb::kRecord && field.type != Type::kSet && !field.last) {
    const std::vector<Act> writes = row->Visible(OrdinalOf(*row->reg, field.name));
    if (writes.size() > 1 && Chance(60)) change.over = view.book.Short(Of(writes).by->place());
  }
  op.changes.push_back(change);
}

// A field on which several writes stand, where there is one.
const FieldSpec& Draw::Disputed(const Row* row, const RegisterSpec& reg) {
  std::vector<const FieldSpec*> fields;
  for (const FieldSpec& field : reg.fields) {
    if (row != nullptr && field.type != Type::kSet && row->Visible(OrdinalOf(reg, field.name)).size() > 1)
      fields.push_back(&field);
  }
  return fields.empty() ? Of(reg.fields) : *Of(fields);
}

DraftOp Draw::Operation(const Meaning& view, const std::string& address) {
  const Row* row = view.Find(address);
  DraftOp op;
  op.record = *chancery::Address::Parse(address);
  const bool create = view.Exists(address) ? Chance(3) : !Chance(5);
  op.verb = create ? DraftOp::Verb::kCreate : DraftOp::Verb::kRecord;
  if (!create && Chance(dense_ ? 4 : 8)) {
    op.verb = DraftOp::Verb::kDelete;
    return op;
  }
  const RegisterSpec& reg = RegisterOf(op.record.reg);
  std::set<std::string> chosen;
  const size_t wanted = create ? Below(4) : 1 + Below(2);
  while (chosen.size() < wanted && chosen.size() < reg.fields.size()) {
    const FieldSpec& field = Chance(20)   ? *FieldOf(reg, reg.name != "parcel" ? "phase"
                                                          : Chance(50)         ? "status"
                                                                               : "number")
                             : Chance(25) ? Disputed(row, reg)
                                          : reg.fields[(Chance(60) ? hot_ + Below(3) : Below(99)) % reg.fields.size()];
    if (field.once && Present(row, field.name) && !Chance(10)) {
      if (Chance(20)) break;  // there may be nothing else
      continue;
    }
    if (chosen.insert(field.name).second) AddChange(view, row, field, op);
  }
  if (chosen.contains("code") && Chance(60) && chosen.insert("petition").second)  // of one filing perhaps
    AddChange(view, row, *FieldOf(reg, "petition"), op);
  if (op.changes.empty() && !create) AddChange(view, row, reg.fields.back(), op);
  return op;
}

Literal Draw::Premise() {
  switch (Below(4)) {
    case 0:
      return Address();
    case 1:
      return Literal(Of<std::string>({"parcel/1/owner", "parcel/2/code", "parcel/1/area", "firm/1/seat"}));
    case 2:
      return Literal(Of<std::string>({"parcel/1/tags/a", "parcel/1/bans/b"}));
    default:
      return Literal::Object({{"rule", "parcel-code"}, {"value", Of<std::string>({"x", "y"})}});
  }
}

Draft Draw::Filing(const Meaning& view) {
  Draft draft;
  draft.officer = Of<std::string>({"mari", "kaja"});
  if (Chance(15)) draft.basis = Of<std::string>({"doc-1", "doc-2"});
  if (Chance(10))
    draft.id = "act-" + std::to_string(Below(3) == 0 ? Below(static_cast<size_t>(ids_) + 1) : static_cast<size_t>(++ids_));
  if (Chance(15)) draft.relied_on.push_back(Premise());
  draft.admit_breaches = Chance(15);
  std::set<std::string> records;
  do {
    const std::string address = Address();
    if (!records.insert(address).second) continue;
    draft.ops.push_back(Operation(view, address));
    if (draft.ops.back().verb == DraftOp::Verb::kDelete && Chance(15)) {  // ended and begun anew at once
      draft.ops.push_back(draft.ops.back());
      draft.ops.back().verb = DraftOp::Verb::kCreate;
    }
  } while (Chance(20));
  return draft;
}

Literal Draw::SetFor(const Meaning& view, const Case& c) {
  Literal out = Literal::Object();
  if (c.rule.kind == RuleSpec::Kind::kExistence) return out.Add(c.subject, "a");
  std::set<std::string> records;
  for (const Fact& fact : c.facts) records.insert(view.AddressOf(fact));
  const FieldSpec& field = *FieldOf(RegisterOf(c.rule.reg), c.rule.field);
  for (const std::string& address : records) {
    const bool fresh = c.rule.kind == RuleSpec::Kind::kUnique && Chance(70);
    if (records.size() > 1 && Chance(40) && !out.members.empty()) continue;
    out.Add(address + "/" + c.rule.field, fresh ? Literal("z" + std::to_string(++ids_)) : ValueFor(field));
  }
  return out;
}

RulingDraft Draw::Ruling(const Meaning& view) {
  RulingDraft ruling;
  ruling.officer = "judge";
  ruling.reason = "heard both";
  std::map<std::string, std::vector<const Case*>> cases;  // by kind of rule: none crowds out another
  for (const auto& [key, c] : view.cases) {
    if (c.state != "ruled" || Chance(15)) cases[c.rule.shown].push_back(&c);
  }
  if (cases.empty() || Chance(2)) {
    ruling.rule = "parcel.owner";
    ruling.subject = "parcel/none";
    ruling.both = true;
    return ruling;
  }
  const Case& c = *Of(std::next(cases.begin(), static_cast<ptrdiff_t>(Below(cases.size())))->second);
  ruling.rule = c.rule.id;
  ruling.subject = c.subject;
  const size_t kind = Below(10);
  if (kind < 4) {
    const std::vector<Fact> facts(c.facts.begin(), c.facts.end());
    ruling.keep = view.book.Short(Chance(4) ? Place{facts[0].place.lane, 1} : Of(facts).place);
  } else if (kind < 6) {
    ruling.set = SetFor(view, c);
  } else {
    (kind < 8 ? ruling.none : ruling.both) = true;
  }
  return ruling;
}

}  // namespace chancery::model

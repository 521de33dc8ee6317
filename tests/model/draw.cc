#include "tests/model/draw.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "tests/model/clerk_parts.h"
#include "tests/model/officers.h"

namespace chancery::model {

bool Present(const Row* row, const std::string& field) {
  if (row == nullptr || !row->exists) return false;
  for (const Act& write : row->Visible(OrdinalOf(*row->reg, field))) {
    if (!write.value().unset()) return true;
  }
  return false;
}

Draw::Draw(uint64_t seed, bool dense)
    : random_(seed), dense_(dense), hot_(Below(14)), subject_(SubjectFrom(seed * 37 % 100)), theme_(seed / 2 % 4) {}

Draw::Subject Draw::SubjectFrom(size_t percent) {
  return percent < 36 ? Subject::kParcels : percent < 60 ? Subject::kEstates : percent < 84 ? Subject::kLeases : Subject::kBlocks;
}

std::vector<std::string> Draw::ThemeOf(const std::string& reg) {
  const std::map<std::string, std::vector<std::vector<std::string>>> themes = {
      {"parcel",
       {{"code", "petition", "area"}, {"status", "owner", "tags"}, {"parent", "next", "bans"}, {"number", "status", "usage"}}},
      {"estate", {{"shares"}, {"charges", "rents"}, {"size", "block", "phase"}, {"permits", "code", "shares"}}},
      {"lease", {{"term", "place"}, {"hours", "place", "part"}, {"rent", "place"}, {"part", "series"}}},
      {"block", {{"within"}, {"cap", "visits"}, {"cap", "within"}, {"stage", "visits", "within"}}}};
  return themes.contains(reg) ? themes.at(reg)[theme_] : std::vector<std::string>();
}

std::vector<Draft> Draw::Beginnings() {
  std::vector<Draft> drafts;
  std::set<std::string> begun;
  for (const std::string& address : FirstRecords()) {
    if (!Chance(70)) continue;
    Draft& draft = drafts.emplace_back();
    draft.By("mari").Create(address);
    AddFirst(draft, address.substr(0, address.find('/')), begun);
    begun.insert(address);
  }
  return drafts;
}

// What brings records under the rules between records, or to a state from which there is more than one way.
void Draw::AddFirst(Draft& draft, const std::string& reg, const std::set<std::string>& begun) {
  const bool parcel = begun.contains("parcel/1"), block = begun.contains("block/1");
  if (reg == "parcel" && Chance(40)) draft.Set("petition", Of<std::string>({"a", "b"}));
  if (reg == "lease" && Chance(40)) draft.Set("series", Of<std::string>({"a", "b"}));
  if (reg == "parcel" && Chance(25)) draft.Move("status", "filed");
  if (reg == "parcel" && parcel && Chance(35)) draft.Set("next", "parcel/1");
  if (reg == "firm" && parcel && Chance(35)) draft.Set("home", "parcel/1");
  if (reg == "lease" && parcel && Chance(70)) draft.Set("place", "parcel/1");
  if (reg == "lease" && Chance(50)) draft.Set("part", theme_ == 3 ? Of<std::string>({"x", "y"}) : "x");
  if (reg == "block" && Chance(50)) draft.Set("cap", static_cast<int64_t>(Below(2)));
  if (reg == "estate" && block && Chance(50)) draft.Set("block", "block/1");
  if (reg == "estate" && Chance(70)) draft.Transfer("shares", {}, {{"A", "1/2"}, {"B", "1/2"}});
}

std::vector<std::string> Draw::FirstRecords() const {
  switch (subject_) {
    case Subject::kParcels:
      return {"parcel/1", "parcel/2", "firm/1"};
    case Subject::kEstates:
      return {"block/1", "estate/1", "estate/2"};
    case Subject::kLeases:
      return {"parcel/1", "lease/1", "lease/2"};
    case Subject::kBlocks:
      return {"block/1", "block/2", "estate/1"};
  }
  return {};
}

std::string Draw::Address() {
  switch (subject_) {
    case Subject::kParcels:
      return dense_ ? Of<std::string>({"parcel/1", "parcel/1", "parcel/2", "firm/1"})
                    : Of<std::string>({"parcel/1", "parcel/1", "parcel/2", "parcel/2", "parcel/a%20b", "firm/1", "firm/2"});
    case Subject::kEstates:
      return dense_ ? Of<std::string>({"estate/1", "estate/1", "estate/2", theme_ == 2 ? "estate/3" : "estate/1", "block/1"})
                    : Of<std::string>({"estate/1", "estate/1", "estate/1", "estate/2", "estate/2", "estate/3",
                                       theme_ == 2 ? "block/1" : "estate/1"});
    case Subject::kLeases:
      return dense_ ? Of<std::string>({"lease/1", "lease/1", "lease/2", "lease/2", "lease/3", "parcel/1"})
                    : Of<std::string>({"lease/1", "lease/1", "lease/2", "lease/2", "lease/3", "lease/3", "parcel/a%20b"});
    case Subject::kBlocks:
      return dense_ ? Of<std::string>({"block/1", "block/1", "block/2", "estate/1"})
                    : Of<std::string>({"block/1", "block/1", "block/2", "block/3", "block/2", "estate/1", "estate/2"});
  }
  return "";
}

std::string Draw::ReferenceFor(const FieldSpec& field) {
  if (field.to == kOfficers) return OfficerAddress(Officer());
  if (Chance(5)) return field.to + "/none";
  if (field.to == "block")
    return Of<std::string>({"block/1", "block/1", "block/1", subject_ == Subject::kBlocks ? "block/2" : "block/1", "block/3"});
  if (subject_ == Subject::kLeases && Chance(70)) return "parcel/1";
  return dense_ ? Of<std::string>({"parcel/1", "parcel/2"}) : Of<std::string>({"parcel/1", "parcel/2", "parcel/a b"});
}

Literal Draw::IntervalFor(const FieldSpec& field) {
  const auto end = [&](size_t day) {
    return field.of == Type::kDate ? Literal("2026-01-0" + std::to_string(day + 1)) : Literal(static_cast<int64_t>(day) - 2);
  };
  const size_t from = Below(5);
  Literal interval = Literal::Object({{"from", end(from)}});
  if (Chance(70)) {
    interval.Add("to", end(from + 1 + Below(3)));
  } else if (Chance(50)) {
    interval.Add("to", Literal());
  }
  if (Chance(2)) return Literal::Object({{"from", end(from)}, {"to", end(from)}});
  return interval;
}

Literal Draw::ValueFor(const FieldSpec& field) {
  if (field.type == Type::kInteger)
    return static_cast<int64_t>(Below(field.name == "rent" ? 4 : field.name == "cap" || field.name == "size" ? 3 : 2));
  if (field.type == Type::kSerial) return static_cast<int64_t>(100 + Below(3));
  if (field.type == Type::kInterval) return IntervalFor(field);
  if (field.type == Type::kDate) return Day();
  if (field.type == Type::kLadder) return Chance(4) ? Literal("nowhere") : Literal(Of(field.steps));
  if (field.type == Type::kShares) return SharesFor();
  if (field.type == Type::kReference) return ReferenceFor(field);
  if (field.type == Type::kGroup) {
    Literal object = Literal::Object();
    for (const auto& [name, type] : field.members) {
      if (!Chance(70) && !(object.members.empty() && name == field.members.back().first)) continue;
      const auto number = static_cast<int64_t>(Below(field.by.empty() ? 2 : 5)) - (field.by.empty() ? 0 : 2);
      object.Add(name, type == Type::kInteger ? Literal(number) : Literal(Of<std::string>({"a", "b"})));
    }
    return object;
  }
  if (field.type == Type::kState) return Chance(4) ? Literal("nowhere") : Literal(Of(field.moves).second);
  if (field.name == "code" || field.name == "part") return Of<std::string>({"x", "X", "y"});
  return Of<std::string>({"a", "b"});
}

void Draw::Target::Add(DraftChange::Verb verb, Literal value) const {
  DraftChange change;
  change.verb = verb;
  change.field = field.name;
  change.value = std::move(value);
  op.changes.push_back(change);
}

void Draw::AddPlain(const Target& target) {
  const FieldSpec& field = target.field;
  DraftChange change;
  change.field = field.name;
  change.value = ValueFor(field);
  if (field.type == Type::kSet) {
    change.verb = Chance(60) ? DraftChange::Verb::kAdd : DraftChange::Verb::kRemove;
  } else if (field.type == Type::kState) {
    if (!Chance(2)) change.verb = DraftChange::Verb::kMove;
    if (Chance(80)) change.value = NextState(target);
  } else if (field.type == Type::kSerial) {
    if (!Chance(2)) change.verb = DraftChange::Verb::kIssue;
  } else if (Chance(field.type == Type::kLadder ? 2 : 12)) {
    change.verb = DraftChange::Verb::kUnset;
  } else if (Chance(1)) {
    change.value = true;  // the wrong type everywhere
  }
  if (change.verb == DraftChange::Verb::kUnset || change.verb == DraftChange::Verb::kIssue) change.value = {};
  const bool replaces = field.one_value() && field.type != Type::kSerial && !field.last;
  if (target.row != nullptr && target.op.verb == DraftOp::Verb::kRecord && replaces) {
    const std::vector<Act> writes = target.row->Visible(target.ordinal);
    if (writes.size() > 1 && Chance(60)) change.over = target.view.book.Short(Of(writes).by->place());
  }
  target.op.changes.push_back(change);
}

// Where the field may go from what is shown.
Literal Draw::NextState(const Target& target) {
  const Value* shown = target.Old() == nullptr ? nullptr : target.view.Interim(*target.row, target.ordinal);
  std::vector<std::string> next;
  for (const auto& [from, to] : target.field.moves) {
    if (from == (shown == nullptr ? target.field.start : std::string(shown->payload()))) next.push_back(to);
  }
  return next.empty() ? ValueFor(target.field) : Literal(Of(next));
}

void Draw::AddChange(const Meaning& view, const Row* row, const FieldSpec& field, DraftOp& op) {
  const Target target{view, row, field, op, OrdinalOf(RegisterOf(op.record.reg), field.name)};
  if (!AddOfKind(target)) AddPlain(target);
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

// A field that a rule looks at that has a case with the record: such writes take clashes away, and add others.
const FieldSpec* Draw::LookedAt(const Meaning& view, const std::string& address) {
  const RegisterSpec& reg = RegisterOf(chancery::Address::Parse(address)->reg);
  std::vector<const FieldSpec*> fields;
  for (const auto& [key, c] : view.cases) {
    const auto here = [&, &about = c](const Fact& fact) { return about.rule.reg == reg.name && view.AddressOf(fact) == address; };
    if (std::none_of(c.facts.begin(), c.facts.end(), here)) continue;
    for (const std::string& name : c.rule.on) fields.push_back(FieldOf(reg, name));
    for (const std::string& name : c.rule.per) fields.push_back(FieldOf(reg, name));
    for (int i = 0; i < 2 && !c.rule.same.empty(); ++i) fields.push_back(FieldOf(reg, c.rule.same));
  }
  return fields.empty() ? nullptr : Of(fields);
}

const FieldSpec& Draw::FieldFor(const Meaning& view, const std::string& address) {
  const Row* row = view.Find(address);
  const RegisterSpec& reg = RegisterOf(chancery::Address::Parse(address)->reg);
  const std::vector<std::string> theme = ThemeOf(reg.name);
  if (Chance(20)) {
    if (const FieldSpec* field = LookedAt(view, address)) return *field;
  }
  if (!theme.empty() && Chance(reg.name == "parcel" ? 40 : 65)) return *FieldOf(reg, Of(theme));
  if (reg.name == "firm" && Chance(20)) return *FieldOf(reg, "phase");
  if (reg.name == "parcel" && Chance(15)) return *FieldOf(reg, Chance(50) ? "status" : "number");
  if (Chance(25)) return Disputed(row, reg);
  return reg.fields[(Chance(60) ? hot_ + Below(3) : Below(99)) % reg.fields.size()];
}

// What a rule looks at together is written together, often enough.
void Draw::AddCompanions(const Meaning& view, const Row* row, DraftOp& op, std::set<std::string> chosen) {
  const RegisterSpec& reg = RegisterOf(op.record.reg);
  const std::vector<std::pair<std::string, std::string>> pairs = {{"code", "petition"}, {"part", "series"}, {"term", "place"},
                                                                  {"hours", "place"},   {"hours", "part"},  {"rent", "place"},
                                                                  {"size", "block"},    {"phase", "block"}};
  for (const auto& [one, other] : pairs) {
    if (!chosen.contains(one) || FieldOf(reg, other) == nullptr || FieldOf(reg, one) == nullptr) continue;
    const bool there = other != "petition" && Present(row, other) && op.verb != DraftOp::Verb::kCreate;
    if (Chance(there ? 15 : 60) && chosen.insert(other).second) AddChange(view, row, *FieldOf(reg, other), op);
  }
}

DraftOp Draw::Operation(const Meaning& view, const std::string& address) {
  const Row* row = view.Find(address);
  DraftOp op;
  op.record = *chancery::Address::Parse(address);
  const bool create = view.Exists(address) ? Chance(3) : !Chance(5);
  op.verb = create ? DraftOp::Verb::kCreate : DraftOp::Verb::kRecord;
  if (!create && Chance(dense_ || subject_ != Subject::kParcels ? 4 : 8)) {
    op.verb = DraftOp::Verb::kDelete;
    return op;
  }
  const RegisterSpec& reg = RegisterOf(op.record.reg);
  std::set<std::string> chosen;
  const size_t wanted = create ? Below(4) : 1 + Below(2);
  while (chosen.size() < wanted && chosen.size() < reg.fields.size()) {
    const FieldSpec& field = FieldFor(view, address);
    if ((field.once || field.type == Type::kSerial) && Present(row, field.name) && !Chance(10)) {
      if (Chance(20)) break;  // there may be nothing else
      continue;
    }
    if (chosen.insert(field.name).second) AddChange(view, row, field, op);
  }
  AddCompanions(view, row, op, chosen);
  if (op.changes.empty() && !create) AddChange(view, row, reg.fields.back(), op);
  return op;
}

Literal Draw::Premise() {
  switch (Below(4)) {
    case 0:
      return Address();
    case 1:
      return Literal(Of<std::string>({"parcel/1/owner", "parcel/2/code", "parcel/1/area", "firm/1/seat", "estate/1/shares",
                                      "estate/1/phase", "lease/1/term", "lease/1/series", "block/1/within"}));
    case 2:
      return Literal(Of<std::string>({"parcel/1/tags/a", "parcel/1/bans/b"}));
    default:
      return Literal::Object({{"rule", "parcel-code"}, {"value", Of<std::string>({"x", "y"})}});
  }
}

Draft Draw::Filing(const Meaning& view) {
  if (Chance(10)) {
    if (const std::optional<Draft> alike = FilingAlike(view)) return *alike;
  }
  Draft draft;
  draft.officer = Of<std::string>({"mari", "kaja"});
  if (Chance(15)) draft.basis = Of<std::string>({"doc-1", "doc-2"});
  if (Chance(subject_ == Subject::kParcels ? 10 : 30))
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
  if (c.rule.on_entry()) {
    const std::set<std::string> written = FieldsWritten(view, c);
    if (written.empty() || Chance(5)) return out.Add("parcel/1/owner", "a");
    const std::string at = Of(std::vector<std::string>(written.begin(), written.end()));
    const chancery::Address address = *chancery::Address::Parse(at);
    return out.Add(at, ValueFor(*FieldOf(RegisterOf(address.reg), address.field)));
  }
  std::set<std::string> records;
  for (const Fact& fact : c.facts) records.insert(view.AddressOf(fact));
  for (const std::string& address : records) {
    if (records.size() > 1 && Chance(40) && !out.members.empty()) continue;
    const FieldSpec& field = *FieldOf(RegisterOf(c.rule.reg), Of(c.rule.on));
    const bool fresh = c.rule.kind == RuleSpec::Kind::kUnique && field.type == Type::kText && Chance(70);
    const bool none = c.rule.between_records() && Chance(c.rule.kind == RuleSpec::Kind::kUnique ? 30 : 55);
    out.Add(address + "/" + field.name, fresh ? Literal("z" + std::to_string(++ids_)) : none ? Literal() : ValueFor(field));
  }
  return out;
}

namespace {

RulingDraft Judged(const std::string& rule, const std::string& subject) {
  RulingDraft ruling;
  ruling.officer = "judge";
  ruling.reason = "heard both";
  ruling.rule = rule;
  ruling.subject = subject;
  return ruling;
}

}  // namespace

RulingDraft Draw::Ruling(const Meaning& view) {
  std::map<std::string, std::vector<const Case*>> cases;  // by kind of rule: none crowds out another
  for (const auto& [key, c] : view.cases) {
    if (c.state != "ruled" || Chance(15)) cases[c.rule.shown].push_back(&c);
  }
  for (const std::string frequent : {"existence", "field", "reference"}) {
    if (cases.size() > 1 && Chance(60)) cases.erase(frequent);
  }
  if (cases.empty() || Chance(2)) {
    RulingDraft nobody_asked = Judged("parcel.owner", "parcel/none");
    nobody_asked.both = true;
    return nobody_asked;
  }
  return RulingOn(view, *Of(std::next(cases.begin(), static_cast<ptrdiff_t>(Below(cases.size())))->second));
}

RulingDraft Draw::RulingOn(const Meaning& view, const Case& c) {
  RulingDraft ruling = Judged(c.rule.id, c.subject);
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

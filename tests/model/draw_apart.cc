// What sites file apart: under one rule, so that it clashes, or one act at two of them.
#include <algorithm>
#include <iterator>
#include <map>

#include "tests/model/draw.h"
#include "tests/model/officers.h"

namespace chancery::model {

// One with a case, or any of the registers that the history is about; of every kind of rule as often.
RuleSpec Draw::Rule(const Meaning& view) {
  std::map<std::string, std::set<std::string>> rules;  // kind -> ids
  for (const auto& [key, c] : view.cases) {
    if (c.rule.kind != RuleSpec::Kind::kExistence && !c.rule.on_entry() && c.rule.reg != kOfficers)
      rules[c.rule.shown].insert(c.rule.id);
  }
  if (!rules.empty() && Chance(60)) rules.clear();
  const std::map<Subject, std::vector<std::string>> registers = {{Subject::kParcels, {"parcel", "firm"}},
                                                                 {Subject::kEstates, {"estate"}},
                                                                 {Subject::kLeases, {"lease"}},
                                                                 {Subject::kBlocks, {"block", "estate"}}};
  for (const std::string& name : rules.empty() ? registers.at(subject_) : std::vector<std::string>()) {
    if (name != registers.at(subject_)[0] && !Chance(40)) continue;
    const RegisterSpec& reg = RegisterOf(name);
    for (const FieldSpec& field : reg.fields) {
      const bool kept = field.type == Type::kShares || field.type == Type::kRanked || field.type == Type::kReference;
      const RuleSpec own = RuleOf(RuleIdOf(reg.name, field));
      const bool clashes = kept || (field.one_value() && !field.last);
      rules[clashes ? own.shown : field.type == Type::kSet ? "set" : field.adds_up() ? "sum" : "none"].insert(own.id);
    }
    for (const PackSpec& pack : Packs()) {
      for (const RuleSpec& rule : pack.rules) {
        if (rule.reg == reg.name) rules[rule.shown].insert(rule.id);
      }
    }
  }
  for (const std::string frequent : {"field", "none", "reference"}) {
    if (rules.size() > 1 && Chance(40)) rules.erase(frequent);
  }
  const std::set<std::string>& ids = std::next(rules.begin(), static_cast<ptrdiff_t>(Below(rules.size())))->second;
  return RuleOf(*std::next(ids.begin(), static_cast<ptrdiff_t>(Below(ids.size()))));
}

// Rules between records clash on other records than those before, those of a field on the same as the first.
std::string Draw::AddressUnder(const RuleSpec& rule, const std::vector<Draft>& before) {
  std::set<std::string> taken;
  for (const Draft& draft : before) taken.insert(draft.ops[0].record.Text());
  if (!before.empty() && !rule.between_records() && Chance(80)) return before[0].ops[0].record.Text();
  for (int i = 0; i < 9; ++i) {
    const std::string other = Address();
    if (other.starts_with(rule.reg + "/") && !taken.contains(other)) return other;
  }
  return rule.reg + (taken.contains(rule.reg + "/1") ? "/2" : "/1");
}

namespace {

bool Says(const Draft& draft, const DraftChange& change) {
  return std::any_of(draft.ops[0].changes.begin(), draft.ops[0].changes.end(), [&](const DraftChange& its) {
    return its.field == change.field && its.value.Json() == change.value.Json();
  });
}

// The first takes much, so that it clashes with several; the others leave room for each other.
void TakeRoom(const RuleSpec& rule, bool first, Literal& value) {
  if (rule.kind == RuleSpec::Kind::kAtMost) value = static_cast<int64_t>(!first ? 1 : rule.limit > 0 ? rule.limit : 2);
  if (rule.kind != RuleSpec::Kind::kNoOverlap || !first) return;
  const bool days = FieldOf(RegisterOf(rule.reg), rule.on[0])->of == Type::kDate;
  value = Literal::Object({{"from", days ? Literal("2026-01-01") : Literal(-2)}});
}

// What a field of the draft's record has, when it is filed.
std::optional<Literal> ValueIn(const Meaning& view, const Draft& draft, const std::string& field) {
  for (const DraftChange& change : draft.ops[0].changes) {
    if (change.field == field && !change.value.null()) return change.value;
  }
  const Row* row = view.Find(draft.ops[0].record.Text());
  return Present(row, field) ? std::optional(view.Shown(*row, OrdinalOf(*row->reg, field))) : std::nullopt;
}

}  // namespace

// Takes a clash away, or lets one be: a record of a case says the same as another of it in the field that exempts both, or no
// longer.
std::optional<Draft> Draw::FilingAlike(const Meaning& view) {
  std::vector<std::pair<RuleSpec, std::vector<std::string>>> cases;
  for (const auto& [key, c] : view.cases) {
    std::set<std::string> records;
    for (const Fact& fact : c.facts) {
      if (!c.rule.same.empty() && view.Exists(view.AddressOf(fact))) records.insert(view.AddressOf(fact));
    }
    if (records.size() > 1) cases.push_back({c.rule, {records.begin(), records.end()}});
  }
  if (cases.empty()) return std::nullopt;
  auto [rule, records] = Of(cases);
  Shuffle(records);
  if (Present(view.Find(records[0]), rule.same) && !Present(view.Find(records[1]), rule.same)) std::swap(records[0], records[1]);
  const Row& other = *view.Find(records[1]);
  const FieldSpec& field = *FieldOf(*other.reg, rule.same);
  const bool alike = Present(&other, rule.same) && Chance(70);
  return Draft()
      .By("mari")
      .Record(records[0])
      .Set(rule.same, alike ? view.Shown(other, OrdinalOf(*other.reg, rule.same)) : ValueFor(field));
}

// The end of what the other may refer to.
void Draw::MakeEnd(const FieldSpec& field, const Meaning& view, DraftOp& op) {
  const Row* row = view.Find(op.record.Text());
  const bool named = Present(row, field.name) && Chance(70);
  const std::string target = named ? view.Shown(*row, OrdinalOf(*row->reg, field.name)).text : ReferenceFor(field);
  if (view.Exists(target)) op.record = *chancery::Address::Parse(target);
  op.verb = DraftOp::Verb::kDelete;
}

// So that what the draft writes into a field clashes with what the first wrote.
void Draw::Oppose(const RuleSpec& rule, const Draw::Target& target, const Draft* first, DraftChange& change) {
  const std::string& name = target.field.name;
  if (first != nullptr && target.field.type == Type::kSet && Chance(70)) {  // what the first adds is removed
    change = first->ops[0].changes[0];
    change.verb = change.verb == DraftChange::Verb::kAdd ? DraftChange::Verb::kRemove : DraftChange::Verb::kAdd;
  }
  const bool takes_one = change.verb == DraftChange::Verb::kSet || change.verb == DraftChange::Verb::kMove;
  for (int i = 0; i < 3 && first != nullptr && rule.shown == "state" && Says(*first, change); ++i)
    change.value = NextState(target);
  if (rule.is_on(name) && takes_one && Chance(60)) TakeRoom(rule, first == nullptr, change.value);
  if (first == nullptr || !rule.between_records() || !takes_one) return;
  const bool alike = !rule.is_on(name) || rule.kind == RuleSpec::Kind::kUnique;
  if (const auto like = ValueIn(target.view, *first, name); like && alike && Chance(rule.is_on(name) ? 60 : 90))
    change.value = *like;
  if (rule.kind == RuleSpec::Kind::kAcyclic && Chance(80)) change.value = first->ops[0].record.Text();
}

Draft Draw::FilingUnder(const RuleSpec& rule, const Meaning& view, const std::vector<Draft>& before) {
  const Draft* first = before.empty() ? nullptr : &before[0];
  if (!rule.same.empty() && Chance(40)) {
    if (const std::optional<Draft> alike = FilingAlike(view)) return *alike;
  }
  const RegisterSpec& reg = RegisterOf(rule.reg);
  Draft draft;
  draft.officer = Of<std::string>({"mari", "kaja"});
  draft.admit_breaches = Chance(15);
  const std::string address = AddressUnder(rule, before);
  const Row* row = view.Find(address);
  DraftOp& op = draft.ops.emplace_back();
  op.record = *chancery::Address::Parse(address);
  op.verb = view.Exists(address) ? DraftOp::Verb::kRecord : DraftOp::Verb::kCreate;
  if (rule.shown == "reference" && Chance(50)) {
    MakeEnd(*FieldOf(reg, rule.on[0]), view, op);
    return draft;
  }
  if (!rule.limit_field.empty() && view.Exists("block/1") && Chance(25)) {  // the limit instead
    op.record = *chancery::Address::Parse("block/1");
    op.verb = DraftOp::Verb::kRecord;
    AddChange(view, view.Find("block/1"), *FieldOf(RegisterOf("block"), rule.limit_field), op);
    return draft;
  }
  std::vector<std::string> fields = rule.on;
  for (const std::string& name : rule.per) {
    if (first != nullptr || Chance(Present(row, name) ? 10 : 90)) fields.push_back(name);
  }
  for (const std::string& name : fields) {
    const FieldSpec& field = *FieldOf(reg, name);
    AddChange(view, row, field, op);
    Oppose(rule, {view, row, field, op, OrdinalOf(reg, name)}, first, op.changes.back());
  }
  return draft;
}

Draft Draw::FilingOfSum(const Meaning& view) {
  const bool counts = subject_ == Subject::kEstates || subject_ == Subject::kBlocks;
  Draft draft = FilingUnder(RuleOf(counts && Chance(70) ? "block.visits" : Rule(view).id), view, {});
  draft.id = "act-" + std::to_string(++ids_);
  return draft;
}

Draft Draw::FilingUnderId(const Meaning& view) {
  Draft draft = Filing(view);
  draft.id = "act-" + std::to_string(++ids_);
  return draft;
}

Draft Draw::FilingOn(const Draft& before, const Meaning& view) {
  Draft draft;
  draft.officer = Of<std::string>({"mari", "kaja"});
  draft.ops.push_back(Operation(view, Of(before.ops).record.Text()));
  if (Chance(30)) draft.relied_on.push_back(before.ops[0].record.Text());
  return draft;
}

}  // namespace chancery::model

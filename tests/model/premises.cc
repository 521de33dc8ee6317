// What entries relied on: held against every act that its author did not know.
#include <algorithm>

#include "absl/strings/escaping.h"
#include "tests/model/model.h"

namespace chancery::model {
namespace {

using Kind = RuleSpec::Kind;

// Whether the act writes what the premise names, on its record.
bool Writes(const Row& row, const Act& act, const Premise& premise, const Address& at) {
  if (act.change == nullptr) return act.says(OpKind::kDelete);
  if (premise.scope == Premise::Scope::kRecord || act.field() == kNoField)
    return premise.scope == Premise::Scope::kRecord && act.field() == kNoField;
  const FieldSpec& field = row.spec(act.field());
  if (field.name != at.field) return false;
  return at.member.empty() || field.type != Type::kSet || act.value().payload() == at.member;
}

bool Weighs(const Meaning& view, const Case& c, const Item& t) {
  return std::any_of(c.facts.begin(), c.facts.end(), [&](const Fact& fact) {
    return fact.place == t.place() || view.copies.Knew(t, view.book.items.at(fact.place));
  });
}

}  // namespace

std::string SubjectOfEntry(const Item& item) { return absl::BytesToHexString({item.id.view().data(), item.id.view().size()}); }

void Meaning::FindStaleClaim(const Item& t, const Premise& premise) {
  const RuleSpec rule = RuleOf(premise.address);
  const CaseKey key{rule.id, SubjectOf({PartOf(rule, Value::Text(ParseJson(premise.value)->text))})};
  const auto holders = claims.find(key);
  const auto c = cases.find(key);
  if (holders == claims.end() || (c != cases.end() && Weighs(*this, c->second, t))) return;
  for (const auto& [address, writes] : holders->second) {
    for (const Act& write : writes) {
      if (copies.Apart(t, *write.by)) AddClash("premise", SubjectOfEntry(t), {t.place(), 0}, write.fact());
    }
  }
}

void Meaning::FindStale(const Item& t, const Premise& premise) {
  if (premise.scope == Premise::Scope::kClaim) return FindStaleClaim(t, premise);
  const Address at = *Address::Parse(premise.address);
  const std::string record = Address{at.reg, at.key, {}, {}}.Text();
  const Row* row = Find(record);
  if (row == nullptr) return;
  std::vector<CaseKey> weighing{{"existence", record}};
  if (!at.field.empty()) weighing.emplace_back(RuleIdOf(at.reg, *FieldOf(*row->reg, at.field)), record);
  for (const CaseKey& key : weighing) {
    const auto c = cases.find(key);
    if (c != cases.end() && Weighs(*this, c->second, t)) return;
  }
  for (const Act& act : row->acts) {
    if (copies.Counts(*act.by) && copies.Apart(t, *act.by) && Writes(*row, act, premise, at))
      AddClash("premise", SubjectOfEntry(t), {t.place(), 0}, act.fact());
  }
}

// Cases about entries that wait and put in question what the act left.
std::vector<const Case*> Meaning::Questions(const std::vector<Act>& acts) const {
  std::vector<const Case*> out;
  for (const auto& [key, c] : cases) {
    if (!c.rule.on_entry() || c.state == "ruled" || c.notice) continue;
    const Item* t = c.relying;
    if (std::any_of(acts.begin(), acts.end(), [&](const Act& act) { return act.by == t; })) out.push_back(&c);
  }
  return out;
}

// What of a record the cases about an entry contest: the value of a field; for "" the record's existence.
std::vector<const Case*> Meaning::QuestionsOn(const Row& row, const std::string& field) const {
  std::vector<Act> acts;
  if (field.empty()) {
    for (const Act& mark : row.Standing(kNoField)) {
      if (!mark.says(OpKind::kEdit)) acts.push_back(mark);
    }
    return Questions(acts);
  }
  const uint32_t f = OrdinalOf(*row.reg, field);
  const FieldSpec& spec = row.spec(f);
  const bool clashes = (spec.one_value() && (!spec.last || spec.type == Type::kReference)) || spec.type == Type::kShares ||
                       spec.type == Type::kRanked;
  return clashes ? Questions(row.Visible(f)) : std::vector<const Case*>();
}

// Whether anything of the entry still stands: sums apart, which nothing takes back.
bool Meaning::StandsAtAll(const Item& item) const {
  for (const Op& op : item.entry.ops) {
    for (const Act& act : rows.at(AddressText(item.entry, op)).standing) {
      const bool counts = act.change == nullptr ? !act.says(OpKind::kEdit) : act.change->verb != Verb::kBump;
      if (act.by == &item && counts) return true;
    }
  }
  return false;
}

}  // namespace chancery::model

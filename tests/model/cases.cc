// Cases: what rulings make of clashes, whom a case concerns, who built on it.
#include <algorithm>
#include <tuple>

#include "tests/model/model.h"

namespace chancery::model {
namespace {

using Kind = RuleSpec::Kind;

using Settled = std::vector<std::tuple<std::string, uint32_t, Value>>;
Settled SettledBy(const Entry& ruling) {
  Settled out;
  for (const Op& op : ruling.ops) {
    for (const Change& change : op.changes) {
      if (change.verb == Verb::kSettle) out.emplace_back(AddressText(ruling, op), change.field, change.value);
    }
  }
  return out;
}

bool SameOutcome(const Item* a, const Item* b) {
  const Ruling &x = *a->entry.ruling, &y = *b->entry.ruling;
  if (x.outcome != y.outcome || x.keep != y.keep) return false;
  return x.outcome != Outcome::kSet || SettledBy(a->entry) == SettledBy(b->entry);
}

// A fact of such a rule may clash with nothing but itself.
bool MayStandAlone(const RuleSpec& rule) {
  return rule.shown == "reference" || rule.shown == "shares" || rule.shown == "ranked" || rule.kind == Kind::kAtMost ||
         rule.kind == Kind::kAcyclic;
}

}  // namespace

// Of acts filed apart the entries that count; ascending.
std::vector<Fact> Meaning::FirstOf(const std::vector<Fact>& facts) const {
  std::set<Fact> out;
  for (const Fact& fact : facts) out.insert({copies.First(book.items.at(fact.place)).place(), fact.op});
  return {out.begin(), out.end()};
}

bool Meaning::Decides(const Item* ruling, const Fact& a, const Fact& b) const {
  const std::vector<Fact> facts = FirstOf(ruling->entry.ruling->facts);
  return std::count(facts.begin(), facts.end(), a) > 0 && std::count(facts.begin(), facts.end(), b) > 0;
}

// The rulings that decide the pair and that no other of them knew.
std::vector<const Item*> Meaning::Deciding(const std::vector<const Item*>& rulings, const Fact& a, const Fact& b) const {
  std::vector<const Item*> all, out;
  for (const Item* ruling : rulings) {
    if (Decides(ruling, a, b)) all.push_back(ruling);
  }
  for (const Item* ruling : all) {
    const auto knows = [&](const Item* other) { return Has(other->past, ruling->place()); };
    if (std::none_of(all.begin(), all.end(), knows)) out.push_back(ruling);
  }
  return out;
}

void Meaning::Judge(Case& c) {
  bool open = false, split = false,
       only_ties = c.rule.shown == "ranked" && FieldOf(RegisterOf(c.rule.reg), c.rule.on[0])->tie_equal;
  for (Clash& clash : c.clashes) {
    clash.decided =
        std::any_of(c.rulings.begin(), c.rulings.end(), [&](const Item* ruling) { return Decides(ruling, clash.a, clash.b); });
    open |= !clash.decided;
    only_ties &= clash.tie;
    c.facts.insert({clash.a, clash.b});
  }
  for (const Item* ruling : c.rulings) {
    for (const Fact& fact : FirstOf(ruling->entry.ruling->facts)) c.facts.insert(fact);
  }
  for (const Fact& a : c.facts) {
    for (const Fact& b : c.facts) {
      if (b < a || (a == b && !MayStandAlone(c.rule))) continue;
      const std::vector<const Item*> deciding = Deciding(c.rulings, a, b);
      c.standing.insert(deciding.begin(), deciding.end());
      for (const Item* ruling : deciding) split |= !SameOutcome(ruling, deciding.front());
    }
  }
  c.state = split ? "split" : open ? (c.rulings.empty() ? "open" : "reopened") : "ruled";
  c.notice = c.rule.notice || only_ties;
  JudgeProposals(c);
}

// Pending is what nobody sent back, and whose place no ruling took, and no other proposal, whose author knew it. A case that
// waits is proposed where one of those was made in view of everything that is contested.
void Meaning::JudgeProposals(Case& c) {
  for (const Item* item : order) {
    const Entry& entry = item->entry;
    if (entry.proposal && CaseKey(entry.proposal->rule, entry.proposal->subject) == CaseKey(c.rule.id, c.subject))
      c.proposals.push_back(item);
    if (entry.returned && CaseKey(entry.returned->rule, entry.returned->subject) == CaseKey(c.rule.id, c.subject))
      c.returns.push_back(item);
  }
  std::set<Fact> contested;
  for (const Clash& clash : c.clashes) {
    if (!clash.decided) contested.insert({clash.a, clash.b});
  }
  if (c.state == "split") contested = c.facts;
  for (const Item* proposal : c.proposals) {
    const auto knew = [&](const Item* later) { return Has(later->past, proposal->place()); };
    const auto sent_back = [&](const Item* word) { return word->entry.returned->proposal == proposal->place(); };
    if (std::any_of(c.rulings.begin(), c.rulings.end(), knew) || std::any_of(c.proposals.begin(), c.proposals.end(), knew) ||
        std::any_of(c.returns.begin(), c.returns.end(), sent_back))
      continue;
    c.pending.insert(proposal);
    const std::vector<Fact> facts = FirstOf(proposal->entry.proposal->facts);
    const bool covers = std::includes(facts.begin(), facts.end(), contested.begin(), contested.end());
    if (c.state != "ruled" && covers) c.state = "proposed";
  }
}

bool Meaning::IsWrite(const Case& c, const Fact& fact) const {
  if (c.rule.on_entry()) return false;
  if (c.rule.between_records()) return true;
  if (c.rule.kind == Kind::kExistence || AddressOf(fact) != c.subject) return false;
  const Row& row = rows.at(c.subject);
  return std::any_of(row.acts.begin(), row.acts.end(),
                     [&](const Act& act) { return act.fact() == fact && act.field() == OrdinalOf(*row.reg, c.rule.on[0]); });
}

bool Meaning::Stands(const Case& c, const Fact& fact) const {
  if (c.rule.on_entry()) return StandsAtAll(book.items.at(fact.place));
  const Row& row = rows.at(AddressOf(fact));
  std::vector<Act> marks = row.Standing(kNoField);
  if (IsWrite(c, fact)) {
    marks.clear();
    for (const std::string& field : c.rule.on) {
      const std::vector<Act> writes = row.Visible(OrdinalOf(*row.reg, field));
      marks.insert(marks.end(), writes.begin(), writes.end());
    }
  }
  return std::any_of(marks.begin(), marks.end(), [&](const Act& act) { return act.fact() == fact; });
}

bool Meaning::Disputes(const Case& c, const std::string& address) const {
  if (c.rule.on_entry()) return false;  // see QuestionsOn
  if (!c.rule.between_records()) return c.state != "ruled" && address == c.subject;
  const auto here = [&](const Fact& fact) { return AddressOf(fact) == address; };
  if (c.state == "split") return std::any_of(c.facts.begin(), c.facts.end(), here);
  return std::any_of(c.clashes.begin(), c.clashes.end(),
                     [&](const Clash& clash) { return !clash.decided && (here(clash.a) || here(clash.b)); });
}

bool Meaning::Touches(const Item& item, const Case& c, const Fact& fact) const {
  const Item* relying = c.relying;
  if (relying != nullptr && relying->place() == fact.place) {  // all its records
    for (uint32_t i = 0; i < relying->entry.ops.size(); ++i) {
      if (TouchesAt(item, c, {fact.place, i})) return true;
    }
    return false;
  }
  return TouchesAt(item, c, fact);
}

bool Meaning::TouchesAt(const Item& item, const Case& c, const Fact& fact) const {
  const std::string record = AddressOf(fact);
  for (const Op& op : item.entry.ops) {
    if (AddressText(item.entry, op) == record) return true;
  }
  const bool holder = c.rule.between_records() || record == c.subject;  // not what a reference names
  for (const Premise& premise : item.entry.relied_on) {
    if (premise.scope == Premise::Scope::kRecord && premise.address == record) return true;
    if (premise.scope == Premise::Scope::kClaim && premise.address == c.rule.id && premise.value == c.subject) return true;
    for (const std::string& name : holder ? c.rule.on : std::vector<std::string>()) {
      const std::string field = record + "/" + name;
      if (premise.scope == Premise::Scope::kField && premise.address == field) return true;
      if (premise.scope == Premise::Scope::kElement && premise.address.starts_with(field + "/")) return true;
    }
  }
  return false;
}

std::vector<std::string> Meaning::Dependants(const Case& c) const {
  std::vector<std::string> out;
  for (const Item* item : order) {
    const auto is_it = [&](const Fact& fact) { return fact.place == item->place(); };
    const auto built_on = [&](const Fact& fact) {
      return copies.Knew(*item, book.items.at(fact.place)) && Touches(*item, c, fact);
    };
    if (!copies.Counts(*item)) continue;
    if (item->entry.kind == EntryKind::kRuling || std::any_of(c.facts.begin(), c.facts.end(), is_it)) continue;
    if (std::any_of(c.facts.begin(), c.facts.end(), built_on)) out.push_back(book.Short(item->place()));
  }
  return out;
}

}  // namespace chancery::model

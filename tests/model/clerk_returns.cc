// What a ruling comes to on intervals that overlap, sums above their limit, circles of references: fields return to what they
// were.
#include <algorithm>

#include "tests/model/clerk_parts.h"

namespace chancery::model {
namespace {

// What the record showed in the field when the write was made.
Value ValueBefore(const Meaning& view, const Act& write) {
  const Meaning past(view.book, write.by->past);
  const Row* row = past.Find(AddressText(write.by->entry, write.by->entry.ops[write.op]));
  const Value* shown = row == nullptr || !row->exists ? nullptr : past.Interim(*row, write.field());
  return shown == nullptr ? Value::Unset() : *shown;
}

// The writes of live clashes that have to give way, of each record the first in canonical order.
std::map<std::string, Act> Losers(const Meaning& view, const Case& c, const std::set<std::string>& kept) {
  std::set<Fact> facts;
  for (const Clash& clash : c.clashes) facts.insert({clash.a, clash.b});
  std::map<std::string, Act> losers;
  for (const Fact& fact : facts) {
    const std::string address = view.AddressOf(fact);
    const Row& row = *view.Find(address);
    for (const Act& write : row.Visible(OrdinalOf(*row.reg, c.rule.on[0]))) {
      if (facts.contains(write.fact()) && !kept.contains(address)) losers.try_emplace(address, write);
    }
  }
  return losers;
}

}  // namespace

void RuleByReturn(const Meaning& view, LaneId lane, const Case& c, const RulingDraft& ruling, Expected& out) {
  std::set<std::string> kept;
  for (const Fact& fact : c.facts) {
    if (view.book.Short(fact.place) == ruling.keep && view.Stands(c, fact)) kept.insert(view.AddressOf(fact));
  }
  if (!ruling.keep.empty() && kept.empty()) out.refusals.insert("ruling");
  if (ruling.both) return;
  const Expected nothing = out;
  const std::map<std::string, Act> losers = Losers(view, c, kept);
  for (const auto& [address, write] : losers) Settle(view, address, c.rule.on[0], ValueBefore(view, write), out);
  const Imagined after = After(view, lane, ruling, out);
  const Meaning meaning(after.book, after.seen);
  Expected tried;
  FindBreaches(view, meaning, after.item(), tried);
  if (meaning.cases.at({c.rule.id, c.subject}).state == "ruled" && tried.refusals.empty()) return;
  out = nothing;
  for (const auto& [address, write] : losers) Settle(view, address, c.rule.on[0], Value::Unset(), out);
}

}  // namespace chancery::model

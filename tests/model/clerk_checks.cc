// Rules between records: what an entry would break.
#include <algorithm>

#include "tests/model/clerk_parts.h"
#include "tests/model/relations.h"

namespace chancery::model {

using Kind = RuleSpec::Kind;

Imagined::Imagined(const Meaning& view, LaneId lane, const Expected& out, std::optional<Ruling> ruling)
    : book(view.book), seen(view.seen) {
  Item item;
  item.entry.lane = lane;
  item.entry.seq = ++seen[lane];
  item.entry.hlc = UINT64_MAX;
  item.entry.packs = out.packs;
  item.entry.ops = out.ops;
  if (ruling) item.entry.kind = EntryKind::kRuling;
  if (ruling) item.entry.ruling = *std::move(ruling);
  for (const auto& [other, seq] : view.seen) {
    if (other != lane) item.entry.context.push_back({other, seq});
  }
  place = item.place();
  book.Add(std::move(item));
}

namespace {

// Whether the record was as exempt from the rule before.
bool AsExempt(const Meaning& before, const Meaning& after, const RuleSpec& rule, const std::string& record) {
  return before.Find(record) != nullptr && before.FilingOf(rule, record) == after.FilingOf(rule, record);
}

// A claim that is new after the entry, and that another existing record holds.
bool BreaksUnique(const Meaning& before, const Meaning& after) {
  for (const auto& [key, holders] : after.claims) {
    for (const auto& [mine, writes] : holders) {
      const auto known = before.claims.find(key);
      const bool held = known != before.claims.end() && known->second.contains(mine);
      if (held && AsExempt(before, after, RuleOf(key.first), mine)) continue;
      for (const auto& [other, its] : holders) {
        if (other != mine && !after.Same(RuleOf(key.first), mine, other)) return true;
      }
    }
  }
  return false;
}

// An interval that is new in its group after the entry, and overlaps another record's.
bool BreaksNoOverlap(const Meaning& before, const Meaning& after) {
  for (const RuleSpec& rule : RulesOf(Kind::kNoOverlap)) {
    const std::vector<Stay> known = StaysOf(before, rule), stays = StaysOf(after, rule);
    for (const Stay& stay : stays) {
      const auto same = [&](const Stay& other) {
        return other.subject == stay.subject && other.record == stay.record && other.interval == stay.interval &&
               AsExempt(before, after, rule, stay.record);
      };
      const auto overlaps = [&](const Stay& other) { return Overlapping(after, rule, stay, other); };
      if (std::none_of(known.begin(), known.end(), same) && std::any_of(stays.begin(), stays.end(), overlaps)) return true;
    }
  }
  return false;
}

// A sum above its limit that has grown, or whose limit has sunk.
bool BreaksAtMost(const Meaning& before, const Meaning& after) {
  for (const RuleSpec& rule : RulesOf(Kind::kAtMost)) {
    std::map<std::string, Total> known = TotalsOf(before, rule);
    for (const auto& [subject, total] : TotalsOf(after, rule)) {
      if (!total.limit || total.sum() <= *total.limit) continue;
      const Total& was = known[subject];
      const bool sank = !was.parts.empty() && (!was.limit || *total.limit < *was.limit);
      if (total.sum() > was.sum() || sank) return true;
    }
  }
  return false;
}

// The entry writes a reference that lies on a circle.
bool BreaksAcyclic(const Meaning& after, const Item& entry) {
  for (const RuleSpec& rule : RulesOf(Kind::kAcyclic)) {
    for (const Circle& circle : CirclesOf(after, rule)) {
      const auto mine = [&](const Edge& edge) { return edge.write.by->place() == entry.place(); };
      if (std::any_of(circle.edges.begin(), circle.edges.end(), mine)) return true;
    }
  }
  return false;
}

}  // namespace

// After the entry: a record that it ended is named by one that stands, or what it refers to does not exist.
bool BreaksReference(const Meaning& after, const Item& entry) {
  for (const Op& op : entry.entry.ops) {
    const Row& row = *after.Find(AddressText(entry.entry, op));
    for (const auto& [address, other] : after.rows) {
      for (uint32_t f = 0; f < other.reg->fields.size() && other.exists && !row.exists; ++f) {
        if (other.spec(f).type != Type::kReference) continue;
        for (const Act& write : other.Visible(f)) {
          if (write.value().payload() == row.address) return true;
        }
      }
    }
    for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
      if (row.spec(f).type != Type::kReference) continue;
      for (const Act& write : row.Standing(f)) {
        if (write.by->place() == entry.place() && !write.value().unset() && !after.Exists(std::string(write.value().payload())))
          return true;
      }
    }
  }
  return false;
}

void FindBreaches(const Meaning& before, const Meaning& after, const Item& entry, Expected& out) {
  if (BreaksUnique(before, after)) out.refusals.insert("unique");
  if (BreaksNoOverlap(before, after)) out.refusals.insert("no-overlap");
  if (BreaksAtMost(before, after)) out.refusals.insert("at-most");
  if (BreaksAcyclic(after, entry)) out.refusals.insert("acyclic");
}

}  // namespace chancery::model

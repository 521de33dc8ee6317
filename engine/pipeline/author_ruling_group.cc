// Rulings on groups of records: what overlaps, what adds up to too much, what leads back to itself. Losers return to the value
// before the clash.
#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"

namespace chancery {

absl::StatusOr<Value> Author::ValueBefore(const CaseFact& fact, const RecordKey& record, const RuleInfo& rule) {
  ASSIGN_OR_RETURN(const Vector past, work_.PastOf(fact.dot));
  ASSIGN_OR_RETURN(const Record before, work_.AsOf(record, *rule.reg, past));
  const Value* shown = before.exists() ? ShownIn(before, *rule.on[0], work_.lanes) : nullptr;
  return shown == nullptr ? Value() : shown->KeptIn(work_.arena());
}

absl::StatusOr<bool> Author::Stands(const CaseFact& fact, const RuleInfo& rule) {
  ASSIGN_OR_RETURN(const RecordKey record, batch_.docket().RecordOf(fact));
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(record, *rule.reg));
  const Cell* cell = edit->record.Find(rule.on[0]->handle);
  return cell != nullptr &&
         std::any_of(cell->begin(), cell->end(), [&](const Write& w) { return w.dot == fact.dot && w.op == fact.op; });
}

// The records in which something of the kept entry stands, also what clashes with nothing any more: nothing is changed there.
absl::StatusOr<std::set<RecordKey>> Author::Staying(Dot kept, const Case& c, const RuleInfo& rule) {
  std::set<RecordKey> staying;
  for (const CaseFact& fact : c.Facts()) {
    if (fact.dot != kept) continue;
    ASSIGN_OR_RETURN(const bool stands, Stands(fact, rule));
    if (!stands) continue;
    ASSIGN_OR_RETURN(RecordKey record, batch_.docket().RecordOf(fact));
    staying.insert(std::move(record));
  }
  return staying;
}

// The other records, each with the first of its writes in canonical order that clash: what it showed before that one is what it
// showed before the clash.
absl::StatusOr<std::map<RecordKey, CaseFact>> Author::Losers(const Case& c, const std::set<RecordKey>& staying,
                                                             const RuleInfo& rule) {
  std::map<RecordKey, std::pair<std::pair<Hlc, Place>, CaseFact>> first;
  std::set<CaseFact> clashing;
  for (const Clash& clash : c.live) clashing.insert({clash.a, clash.b});
  for (const CaseFact& fact : clashing) {
    ASSIGN_OR_RETURN(const RecordKey record, batch_.docket().RecordOf(fact));
    ASSIGN_OR_RETURN(const bool stands, Stands(fact, rule));
    if (!stands || staying.contains(record)) continue;
    ASSIGN_OR_RETURN(const Hlc hlc, work_.journal.HlcAt(fact.dot));
    const std::pair at(hlc, work_.lanes.PlaceOf(fact.dot));
    const auto known = first.find(record);
    if (known == first.end() || at < known->second.first) first.insert_or_assign(record, std::pair(at, fact));
  }
  std::map<RecordKey, CaseFact> losers;
  for (const auto& [record, fact] : first) losers.emplace(record, fact.second);
  return losers;
}

absl::Status Author::GroupEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  const RuleInfo& rule = *work_.catalog().RuleByHash(c.scope.rule);
  if (draft.set) {
    ASSIGN_OR_RETURN(const std::set<RecordKey> records, RecordsOf(c));
    return ValuesByHand(*draft.set, records, c, entry);
  }
  std::set<RecordKey> staying;
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    ASSIGN_OR_RETURN(staying, Staying(kept.dot, c, rule));
    if (staying.empty())
      return RefuseRuling(c, Cat("what ", draft.keep, " entered no longer stands"), "--set gives the value anew");
  }
  ASSIGN_OR_RETURN(const auto losers, Losers(c, staying, rule));
  std::map<RecordKey, Value> values;  // that they return to
  for (const auto& [record, fact] : losers) {
    Value& before = values[record];
    if (return_to_unset_) continue;
    ASSIGN_OR_RETURN(before, ValueBefore(fact, record, rule));
    returned_ |= !before.unset();
  }
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(*rule.reg, *rule.on[0]));
  for (auto& [record, value] : values) {
    ASSIGN_OR_RETURN(Op op, RulingOp(entry, *rule.reg, record));
    op.changes.push_back({ordinal, Verb::kSettle, std::move(value), {}});
    entry.ops.push_back(std::move(op));
  }
  return absl::OkStatus();
}

// keep: that version is in force; what it lacks of the others is kept, shown and merged as ever.
absl::Status Author::PackEffects(const RulingDraft& draft, const Case& c) {
  if (draft.set || draft.none)
    return RefuseRuling(c, "of two versions of a pack one is kept, or both stay",
                        "--keep ENTRY; or load a version that has what both brought");
  return absl::OkStatus();
}

}  // namespace chancery

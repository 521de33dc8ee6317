// Rules between records, in the filer's own view: an entry that would open a case by itself is refused.
#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/docket/group.h"
#include "engine/pipeline/author.h"

namespace chancery {
namespace {

std::string Titled(const RuleInfo& rule) { return rule.def.title.empty() ? "" : Cat(": ", rule.def.title); }

bool Held(const std::vector<ClaimRow>& rows, const ClaimRow& claim) {
  return std::any_of(rows.begin(), rows.end(), [&](const ClaimRow& old) {
    return old.rule == claim.rule && old.value == claim.value && old.same == claim.same;
  });
}

}  // namespace

absl::Status Author::CheckRules(bool admit_breaches) {
  if (admit_breaches) return absl::OkStatus();
  for (const Changed& changed : changed_) {
    for (const ClaimRow& claim : changed.edit->claims) {
      const RuleInfo* rule = work_.catalog().RuleByHash(claim.rule);
      if (rule == nullptr) continue;
      if (rule->def.kind == RuleKind::kUnique) RETURN_IF_ERROR(CheckUnique(changed, claim, *rule));
      if (rule->def.kind == RuleKind::kNoOverlap) RETURN_IF_ERROR(CheckOverlap(changed, claim, *rule));
    }
    RETURN_IF_ERROR(CheckCycles(changed));
  }
  return CheckSums();
}

absl::Status Author::CheckUnique(const Changed& changed, const ClaimRow& claim, const RuleInfo& rule) {
  if (Held(changed.claims, claim) || !work_.Shared(claim.rule, claim.value))
    return absl::OkStatus();  // the first: before this entry
  for (const ClaimRow& other : work_.Claimants(claim.rule, claim.value)) {
    if (other.record == changed.edit->key || UniqueClashes({claim, other}).empty()) continue;
    const std::string at = Cat(work_.AddressOf(changed.edit->key), "/", rule.on[0]->def.name),
                      holder = work_.AddressOf(other.record);
    return Refuse({"unique", rule.def.id, at,
                   Cat(claim.subject, " in ", rule.on[0]->rule_id, " is taken by ", holder, Titled(rule)),
                   Cat("chancery get ", holder)});
  }
  return absl::OkStatus();
}

absl::Status Author::CheckOverlap(const Changed& changed, const ClaimRow& claim, const RuleInfo& rule) {
  if (!work_.Shared(claim.rule, claim.value)) return absl::OkStatus();
  const bool known = Held(changed.claims, claim);
  ClaimRow ours =
      claim;  // what this entry brought: intervals that did not stand before, or all where the record was in no such group
  const Cell *now = changed.edit->record.Find(rule.on[0]->handle), *before = changed.record->Find(rule.on[0]->handle);
  const auto stood = [&](const std::pair<Dot, uint64_t>& write) {
    const auto is_it = [&](const Write& w) { return w.dot == write.first && w.op == write.second; };
    const auto found = std::find_if(now->begin(), now->end(), is_it);
    return write.first != in_hand_ || (before != nullptr && std::any_of(before->begin(), before->end(),
                                                                        [&](const Write& w) { return w.value == found->value; }));
  };
  if (known) EraseIf(ours.writes, stood);
  for (const ClaimRow& other : work_.Claimants(claim.rule, claim.value)) {
    if (other.record == changed.edit->key) continue;
    ASSIGN_OR_RETURN(const std::vector<Clash> clashes, OverlapClashes(rule, {ours, other}, work_));
    if (clashes.empty()) continue;
    const std::string at = Cat(work_.AddressOf(changed.edit->key), "/", rule.on[0]->def.name),
                      holder = work_.AddressOf(other.record);
    return Refuse({"no-overlap", rule.def.id, at, Cat(at, " overlaps ", holder, " for ", claim.subject, Titled(rule)),
                   Cat("chancery get ", holder)});
  }
  return absl::OkStatus();
}

absl::Status Author::CheckCycles(const Changed& changed) {
  for (const RuleInfo* rule : changed.edit->reg->rules) {
    if (rule->def.kind != RuleKind::kAcyclic || Planted(Bug::kCycleFiled)) continue;
    const Cell* cell = changed.edit->record.exists() ? changed.edit->record.Find(rule->on[0]->handle) : nullptr;
    if (cell == nullptr) continue;
    for (const Write& write : *cell) {
      if (write.dot != in_hand_) continue;
      ASSIGN_OR_RETURN(const bool leads_back, OnCycle(*rule, {write.dot, write.op}, changed.edit->key, work_));
      if (!leads_back) continue;
      const std::string at = Cat(work_.AddressOf(changed.edit->key), "/", rule->on[0]->def.name);
      return Refuse({"acyclic", rule->def.id, at, Cat(at, " leads back to ", work_.AddressOf(changed.edit->key), Titled(*rule)),
                     Cat("chancery get ", work_.AddressOf(changed.edit->key))});
    }
  }
  return absl::OkStatus();
}

// What a record shows as the limit is less than it was.
bool Author::Lowered(const Changed& changed, const RuleInfo& rule) const {
  const auto shown = [&](const Record& record) -> std::optional<Exact> {
    const Value* value = record.exists() ? ShownIn(record, *rule.limit, work_.lanes) : nullptr;
    return value == nullptr ? std::nullopt : std::optional(ExactOf(*value));
  };
  const std::optional<Exact> before = shown(*changed.record), now = shown(changed.edit->record);
  return now && (!before || *now < *before);
}

// Of every group that the entry changed: what it adds up to, where the entry added to it or lowered the limit.
absl::Status Author::CheckSums() {
  struct Group {
    const RuleInfo* rule = nullptr;
    std::string_view subject;
    const RecordEdit* on = nullptr;
    const FieldInfo* at = nullptr;
    Exact more = 0, brought = 0;  // than before; by the records of this entry
    bool lowered = false;
  };
  std::map<std::pair<uint64_t, Hash128>, Group> groups;
  const auto note = [&](const Changed& changed, const ClaimRow& row) {
    const RegisterInfo& reg = *changed.edit->reg;
    for (const RuleInfo* rule : reg.limits)
      if (rule->limit_hash == row.rule) {
        Group& group = groups[{rule->hash, row.value}];
        group.rule = rule;
        group.subject = row.subject;
        if (group.at == nullptr) std::tie(group.on, group.at) = std::pair(changed.edit, rule->limit);
        group.lowered |= Lowered(changed, *rule);
      }
    const RuleInfo* rule = work_.catalog().RuleByHash(row.rule);
    if (rule == nullptr || rule->def.kind != RuleKind::kAtMost) return;
    Group& group = groups[{row.rule, row.value}];
    group.rule = rule;
    group.subject = row.subject;
    std::tie(group.on, group.at) = std::pair(changed.edit, rule->on[0]);
  };
  for (const Changed& changed : changed_) {
    for (const ClaimRow& row : changed.edit->claims) note(changed, row);
    for (const ClaimRow& row : changed.claims) note(changed, row);
  }
  for (auto& [key, group] : groups) {
    for (const Changed& changed : changed_) {
      if (changed.edit->reg != group.rule->reg) continue;
      ASSIGN_OR_RETURN(const Exact now, AmountIn(changed.edit->claims, *group.rule, key.second, changed.edit->record));
      ASSIGN_OR_RETURN(const Exact before, AmountIn(changed.claims, *group.rule, key.second, *changed.record));
      group.more += now - before;
      group.brought += now;
    }
    if (group.more <= 0 && !group.lowered) continue;
    ASSIGN_OR_RETURN(const std::optional<Exact> limit, LimitOf(*group.rule, group.subject, work_));
    if (!limit) continue;
    Exact sum = group.brought;
    if (sum <= 0 || work_.Shared(key.first, key.second)) {  // else the record is alone in the group
      ASSIGN_OR_RETURN(const std::vector<Exact> amounts, AmountsOf(*group.rule, group.subject, work_));
      sum = std::accumulate(amounts.begin(), amounts.end(), Exact(0));
    }
    if (sum <= *limit) continue;
    return Refuse({"at-most", group.rule->def.id, Cat(work_.AddressOf(group.on->key), "/", group.at->def.name),
                   Cat(group.subject, " would have ", sum.get_str(), " of at most ", limit->get_str(), Titled(*group.rule)),
                   Cat("chancery find ", group.rule->reg->name)});
  }
  return absl::OkStatus();
}

}  // namespace chancery

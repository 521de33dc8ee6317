#include "engine/docket/group.h"

#include <algorithm>

#include "chancery/types.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/crdt/interval.h"
#include "engine/register/view.h"

namespace chancery {
namespace {

const Write* Find(const Record& record, Dot dot, uint64_t op, const FieldInfo& field) {
  if (const Cell* cell = record.Find(field.handle))
    for (const Write& write : *cell)
      if (write.dot == dot && write.op == op) return &write;
  return nullptr;
}

absl::StatusOr<std::pair<Hlc, Place>> PositionOf(const Record& record, Dot dot, const RuleInfo& rule, const Workspace& work) {
  std::vector<const FieldInfo*> fields = rule.per;
  fields.push_back(rule.on[0]);
  for (const FieldInfo* field : fields)
    if (const Cell* cell = record.Find(field->handle))
      for (const Write& write : *cell)
        if (write.dot == dot && write.hlc != 0) return std::pair(write.hlc, work.lanes.PlaceOf(dot));
  ASSIGN_OR_RETURN(const Hlc hlc, work.journal.HlcAt(dot));
  return std::pair(hlc, work.lanes.PlaceOf(dot));
}

struct Stretch {
  const ClaimRow* row = nullptr;
  CaseFact fact;
  Interval interval;
};

absl::StatusOr<Exact> AmountOf(const ClaimRow& row, const RuleInfo& rule, const Record& record) {
  const Write* write = row.writes.empty() ? nullptr : Find(record, row.writes[0].first, row.writes[0].second, *rule.on[0]);
  if (write == nullptr) return Error(absl::StatusCode::kDataLoss, "what a record adds to its group is not there");
  return ExactOf(write->value);
}

absl::StatusOr<bool> Apart(Dot a, Dot b, const Workspace& work) {
  ASSIGN_OR_RETURN(const Vector past_a, work.PastOf(a));
  ASSIGN_OR_RETURN(const Vector past_b, work.PastOf(b));
  ASSIGN_OR_RETURN(const bool a_knew, work.Saw(past_a, b));
  ASSIGN_OR_RETURN(const bool b_knew, work.Saw(past_b, a));
  return !a_knew && !b_knew;
}

}  // namespace

// Any two records of a group whose intervals meet; those of the same filing do not clash.
absl::StatusOr<std::vector<Clash>> OverlapClashes(const RuleInfo& rule, const std::vector<ClaimRow>& rows, Workspace& work) {
  std::vector<Stretch> stretches;
  for (const ClaimRow& row : rows) {
    ASSIGN_OR_RETURN(const RecordEdit* edit, work.Load(row.record, *rule.reg));
    for (const auto& [dot, op] : row.writes) {
      const Write* write = Find(edit->record, dot, op, *rule.on[0]);
      const bool found = write != nullptr && write->value.kind == Kind::kInterval;
      const auto interval = found ? IntervalIn(write->value.payload()) : std::nullopt;
      if (interval) stretches.push_back({&row, {dot, static_cast<uint32_t>(op)}, *interval});
    }
  }
  std::stable_sort(stretches.begin(), stretches.end(),
                   [](const Stretch& a, const Stretch& b) { return a.interval.from < b.interval.from; });
  std::vector<Clash> clashes;
  for (size_t i = 0; i < stretches.size(); ++i)
    for (size_t j = i + 1; j < stretches.size(); ++j) {
      const Stretch &a = stretches[i], &b = stretches[j];
      if (a.interval.to && b.interval.from >= *a.interval.to) break;  // nor does any behind it meet a
      const bool same = !a.row->same.IsZero() && a.row->same == b.row->same;
      if (a.row->record == b.row->record || same || !Overlap(a.interval, b.interval)) continue;
      if (Planted(Bug::kOverlapOfNeighbours) && j != i + 1) continue;
      clashes.push_back({a.fact, b.fact});
    }
  return clashes;
}

absl::StatusOr<Exact> AmountIn(const std::vector<ClaimRow>& rows, const RuleInfo& rule, const Hash128& group,
                               const Record& record) {
  for (const ClaimRow& row : rows)
    if (row.rule == rule.hash && row.value == group && !row.writes.empty()) return AmountOf(row, rule, record);
  return Exact(0);
}

absl::StatusOr<std::vector<Exact>> AmountsOf(const RuleInfo& rule, std::string_view subject, Workspace& work) {
  std::vector<Exact> amounts;
  for (const ClaimRow& row : work.Claimants(rule.hash, ClaimHash(subject))) {
    ASSIGN_OR_RETURN(const RecordEdit* edit, work.Load(row.record, *rule.reg));
    ASSIGN_OR_RETURN(Exact amount, AmountOf(row, rule, edit->record));
    amounts.push_back(std::move(amount));
  }
  return amounts;
}

absl::StatusOr<std::vector<Contribution>> ContributionsTo(const RuleInfo& rule, std::string_view subject, Workspace& work) {
  std::vector<Contribution> contributions;
  for (const ClaimRow& row : work.Claimants(rule.hash, ClaimHash(subject))) {
    ASSIGN_OR_RETURN(const RecordEdit* edit, work.Load(row.record, *rule.reg));
    ASSIGN_OR_RETURN(Exact amount, AmountOf(row, rule, edit->record));
    Contribution one{row.record, {row.writes[0].first, static_cast<uint32_t>(row.writes[0].second)}, std::move(amount), {}};
    ASSIGN_OR_RETURN(one.at, PositionOf(edit->record, one.fact.dot, rule, work));
    for (const Dot dot : row.grouped) {
      ASSIGN_OR_RETURN(const auto at, PositionOf(edit->record, dot, rule, work));
      one.at = std::max(one.at, at);
    }
    contributions.push_back(std::move(one));
  }
  std::sort(contributions.begin(), contributions.end(), [&](const Contribution& a, const Contribution& b) {
    return std::tie(a.at, a.record) < std::tie(b.at, b.record);  // records of one entry by their addresses
  });
  return contributions;
}

absl::StatusOr<std::optional<Exact>> LimitOf(const RuleInfo& rule, std::string_view subject, Workspace& work) {
  if (rule.limit == nullptr) return std::optional(ExactOf(rule.def.limit));
  const absl::StatusOr<Literal> json = ParseJson(subject);
  const Literal address = json.ok() ? *json : Literal();  // else: no subject of this rule
  const size_t slash = address.text.find('/');
  const RegisterInfo* reg = work.catalog().Find(rule.def.limit_field->reg);
  if (slash == std::string::npos || reg == nullptr) return std::optional<Exact>();
  ASSIGN_OR_RETURN(const RecordEdit* edit, work.Load(RecordKeyOf(reg->hash, address.text.substr(slash + 1)), *reg));
  const Value* shown = edit->record.exists() ? ShownIn(edit->record, *rule.limit, work.lanes) : nullptr;
  return shown == nullptr ? std::optional<Exact>() : std::optional(ExactOf(*shown));
}

// Each contribution that brings the sum above the limit, against all that did not know it nor were known to it; against itself
// where there is none.
absl::StatusOr<std::vector<Clash>> AtMostClashes(const RuleInfo& rule, std::string_view subject, Workspace& work) {
  std::vector<Clash> clashes;
  ASSIGN_OR_RETURN(const std::optional<Exact> limit, LimitOf(rule, subject, work));
  if (!limit) return clashes;
  ASSIGN_OR_RETURN(const std::vector<Exact> amounts, AmountsOf(rule, subject, work));
  Exact most = 0;  // that the sum can have been
  for (const Exact& amount : amounts)
    if (amount > 0) most += amount;
  if (most <= *limit) return clashes;
  ASSIGN_OR_RETURN(const std::vector<Contribution> all, ContributionsTo(rule, subject, work));
  std::set<std::pair<CaseFact, CaseFact>> pairs;
  Exact sum = 0;
  for (const Contribution& one : all) {
    sum += one.amount;
    if (sum <= *limit) continue;
    bool alone = true;
    for (const Contribution& other : all) {
      if (other.record == one.record) continue;
      ASSIGN_OR_RETURN(const bool apart, Apart(one.fact.dot, other.fact.dot, work));
      if (!apart || one.fact.dot == other.fact.dot) continue;
      alone = false;
      pairs.insert(std::minmax(one.fact, other.fact));
    }
    if (alone) pairs.emplace(one.fact, one.fact);
    if (Planted(Bug::kOnlyTheStraw)) break;
  }
  for (const auto& [a, b] : pairs) clashes.push_back({a, b});
  return clashes;
}

}  // namespace chancery

// Rules over groups of records: what may not overlap, what may not add up to more than a limit.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/crdt/exact.h"
#include "engine/docket/clash.h"

namespace chancery {

// What a record adds to its group.
struct Contribution {
  RecordKey record;
  CaseFact fact;
  Exact amount;
  std::pair<Hlc, Place> at;  // since when it counts, in canonical order
};

// Of all records of the group, in canonical order. Errors: DataLoss.
absl::StatusOr<std::vector<Contribution>> ContributionsTo(const RuleInfo& rule, std::string_view subject, Workspace& work);

// What they are, and no more. Errors: DataLoss.
absl::StatusOr<std::vector<Exact>> AmountsOf(const RuleInfo& rule, std::string_view subject, Workspace& work);

// nullopt: nothing limits the group. Errors: DataLoss.
absl::StatusOr<std::optional<Exact>> LimitOf(const RuleInfo& rule, std::string_view subject, Workspace& work);

// What a record with these rows adds under the rule to the group. Errors: DataLoss.
absl::StatusOr<Exact> AmountIn(const std::vector<ClaimRow>& rows, const RuleInfo& rule, const Hash128& group,
                               const Record& record);

}  // namespace chancery

// Fields that keep all they are given: shares that were sold twice, charges of one rank.
#include "engine/register/kept.h"

#include "engine/base/status.h"
#include "engine/docket/clash.h"

namespace chancery {
namespace {

CaseFact FactOf(const Write* write) { return {write->dot, write->op}; }

void AddPairs(const std::vector<std::pair<size_t, size_t>>& pairs, const Writes& writes, std::vector<Clash>& clashes) {
  for (const auto& [a, b] : pairs) clashes.push_back({FactOf(writes[a]), FactOf(writes[b])});
}

}  // namespace

absl::StatusOr<KeptClashes> ClashesOfKept(const Cell& cell, const FieldDef& field, const Workspace& work) {
  KeptClashes found;
  const Writes writes = InOrder(cell, field.type == FieldType::kShares ? Kind::kTransfer : Kind::kRank, work.lanes);
  if (field.type == FieldType::kShares) {
    const Holdings held = Hold(TransfersOf(writes, work.lanes));
    AddPairs(held.rivals, writes, found.clashes);
    return found;
  }
  ASSIGN_OR_RETURN(const Ranking ranking, RankingOf(writes, field, work));
  AddPairs(ranking.ties, writes, found.clashes);
  found.only_ties = ranking.twice.empty() && ranking.cycles.empty();
  AddPairs(ranking.twice, writes, found.clashes);
  AddPairs(ranking.cycles, writes, found.clashes);
  return found;
}

}  // namespace chancery

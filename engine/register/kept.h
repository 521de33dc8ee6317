// What the writes of fields that keep all they are given come to: shares, priority lists, sums, ladders.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/crdt/ranked.h"
#include "engine/crdt/shares.h"
#include "engine/crdt/tally.h"
#include "engine/register/view.h"
#include "engine/register/workspace.h"

namespace chancery {

// The writes of a cell in canonical order, those of that kind: where two packs were loaded apart a field may have been something
// else to others. Cells of several writes carry their stamps.
Writes InOrder(const Cell& cell, Kind kind, const Lanes& lanes);

std::vector<PlacedTransfer> TransfersOf(const Writes& writes, const Lanes& lanes);

// writes: in canonical order. Errors: DataLoss.
absl::StatusOr<Ranking> RankingOf(const Writes& writes, const FieldDef& field, const Workspace& work);
std::vector<RankActs> RankActsOf(const Writes& writes);

std::optional<Tally> TallyIn(const Write& write);
int64_t SumOf(const Cell* cell);
int64_t SumOf(const Write& tally);
Quota QuotaIn(const Cell* cell, const Lanes& lanes);

// The write that shows the highest step; nullptr where nothing stands.
const Write* HighestOf(const Cell& cell, const FieldDef& field, const Lanes& lanes);

}  // namespace chancery

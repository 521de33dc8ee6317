#include "engine/register/kept.h"

#include <algorithm>

#include "engine/base/status.h"

namespace chancery {

Writes InOrder(const Cell& cell, Kind kind, const Lanes& lanes) {
  Writes writes;
  for (const Write& write : cell)
    if (write.value.kind == kind) writes.push_back(&write);
  std::sort(writes.begin(), writes.end(),
            [&](const Write* a, const Write* b) { return Before(lanes, a->hlc, a->dot, b->hlc, b->dot); });
  return writes;
}

std::vector<PlacedTransfer> TransfersOf(const Writes& writes, const Lanes& lanes) {
  std::vector<PlacedTransfer> transfers;
  for (const Write* write : writes) {
    std::optional<Transfer> transfer = DecodeTransfer(write->value.payload());
    transfers.push_back({lanes.PlaceOf(write->dot), write->op, transfer ? *std::move(transfer) : Transfer()});
  }
  return transfers;
}

std::vector<RankActs> RankActsOf(const Writes& writes) {
  std::vector<RankActs> acts;
  for (const Write* write : writes) acts.push_back(DecodeRank(write->value.payload()).value_or(RankActs()));
  return acts;
}

absl::StatusOr<Ranking> RankingOf(const Writes& writes, const FieldDef& field, const Workspace& work) {
  std::vector<Vector> pasts;
  std::vector<std::vector<Dot>> copies;
  for (const Write* write : writes) {
    if (writes.size() == 1) break;  // it is compared with nothing
    ASSIGN_OR_RETURN(Vector past, work.PastOf(write->dot));
    pasts.push_back(std::move(past));
    ASSIGN_OR_RETURN(copies.emplace_back(), work.CopiesOf(write->dot));
  }
  return Rank(RankActsOf(writes), field.classes, [&](size_t a, size_t b) {
    return std::any_of(copies[b].begin(), copies[b].end(), [&](Dot copy) { return pasts[a].Has(copy); });
  });
}

std::optional<Tally> TallyIn(const Write& write) {
  return write.value.kind == Kind::kTally ? DecodeTally(write.value.payload()) : std::nullopt;
}

int64_t SumOf(const Write& write) {
  const std::optional<Tally> tally = TallyIn(write);
  return tally ? tally->sum : 0;
}

int64_t SumOf(const Cell* cell) {
  uint64_t sum = 0;
  if (cell != nullptr)
    for (const Write& write : *cell) sum += static_cast<uint64_t>(SumOf(write));
  return static_cast<int64_t>(sum);
}

Quota QuotaIn(const Cell* cell, const Lanes& lanes) {
  std::vector<std::pair<LaneId, Tally>> tallies;
  if (cell != nullptr)
    for (const Write& write : *cell)
      if (std::optional<Tally> tally = TallyIn(write)) tallies.emplace_back(lanes.PlaceOf(write.dot).lane, *std::move(tally));
  std::sort(tallies.begin(), tallies.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return QuotaOf(tallies);
}

const Write* HighestOf(const Cell& cell, const FieldDef& field, const Lanes& lanes) {
  const Write* highest = nullptr;
  for (const Write* write : InOrder(cell, Kind::kText, lanes))
    if (highest == nullptr || field.StepOf(write->value.payload()) > field.StepOf(highest->value.payload())) highest = write;
  return highest;
}

}  // namespace chancery

#include "engine/journal/epochs.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

constexpr uint64_t kEpochsKey = 5;  // in table meta

}  // namespace

absl::StatusOr<std::vector<Dot>> ReadEpochDots(const Txn& txn) {
  std::vector<Dot> dots;
  const auto row = txn.Get(Table::kMeta, Key64(kEpochsKey));
  RETURN_IF_ERROR(txn.status());
  if (!row) return dots;
  for (ByteReader r(*row); !r.AtEnd();) dots.push_back(r.U64());
  return dots;
}

void PutEpochDots(WriteTxn& txn, const std::vector<Dot>& dots) {
  ByteWriter w;
  for (const Dot d : dots) w.U64(d);
  txn.Put(Table::kMeta, Key64(kEpochsKey), w.out);
}

Quorums QuorumsOf(const Epoch& epoch) {
  const size_t all = epoch.members.size();
  const auto holds = [](const EpochMember& m) { return m.role != Role::kWitness; };
  const auto holders = static_cast<size_t>(std::count_if(epoch.members.begin(), epoch.members.end(), holds));
  const size_t settle = holders / 2 + 1;
  return {settle, std::max(all / 2 + 1, all - settle + 1)};
}

const EpochMember* FindMember(const Epoch& epoch, LaneId lane) {
  for (const EpochMember& member : epoch.members)
    if (member.lane == lane) return &member;
  return nullptr;
}

const LaneEnd* FindEnd(const Epoch& epoch, LaneId lane) {
  for (const LaneEnd& end : epoch.ends)
    if (end.lane == lane) return &end;
  return nullptr;
}

absl::StatusOr<Epochs> Epochs::Load(const std::vector<Dot>& dots, const Journal& journal, const Lanes& lanes) {
  Epochs epochs;
  Decided& first = epochs.decided_.emplace_back();
  for (const Lane& lane : lanes.all())
    if (lane.admitted_by.empty()) first.epoch.members.push_back({lane.id, Role::kFull});
  for (const Dot dot : dots) {
    ASSIGN_OR_RETURN(Entry entry, journal.EntryAt(dot));
    epochs.Take(dot, std::move(entry));
  }
  return epochs;
}

absl::StatusOr<Epochs> Epochs::Load(const Txn& txn, const Journal& journal, const Lanes& lanes) {
  ASSIGN_OR_RETURN(const std::vector<Dot> dots, ReadEpochDots(txn));
  return Load(dots, journal, lanes);
}

void Epochs::Take(Dot dot, Entry entry) {
  if (entry.kind != EntryKind::kEpoch) return void(statements_.push_back({dot, std::move(entry)}));
  const Epoch& epoch = entry.decision->epoch;
  if (epoch.number == decided_.size()) decided_.push_back({epoch, {}});
  if (epoch.number < decided_.size()) decided_[epoch.number].by.emplace_back(dot, entry.hlc);
}

}  // namespace chancery

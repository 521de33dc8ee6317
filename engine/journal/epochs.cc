#include "engine/journal/epochs.h"

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

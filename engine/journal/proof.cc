#include "engine/journal/proof.h"

#include <bit>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

// False where they are cut short.
bool ReadPeaks(ByteReader& r, uint64_t size, Tree* tree) {
  std::vector<Hash256> peaks;
  for (int i = std::popcount(size); i > 0; --i) {
    const std::string_view peak = r.Raw(32);
    if (!r.ok()) return false;
    peaks.push_back(Hash256::From(peak));
  }
  *tree = Tree::From(size, std::move(peaks));
  return true;
}

absl::Status Damaged() {
  return Error(absl::StatusCode::kDataLoss, "the table of proofs is damaged", "restore a backup, or join again from a peer");
}

}  // namespace

void PutProof(WriteTxn& txn, const Proof& proof) {
  ByteWriter w;
  w.U64(proof.fork);
  w.U64(proof.tree.size());
  for (const Hash256& peak : proof.tree.peaks()) w.Raw(peak.view());
  w.Raw(proof.seal.view());
  w.U32(static_cast<uint32_t>(proof.run.size()));
  w.Raw(proof.run);
  PadTo8(w.out);
  txn.Put(Table::kProof, Key64(proof.lane), Key64(Xxh64(w.out)) + w.out);
}

absl::StatusOr<std::optional<Proof>> ReadProof(const Txn& txn, LaneId lane) {
  const auto row = txn.Get(Table::kProof, Key64(lane));
  RETURN_IF_ERROR(txn.status());
  if (!row) return std::nullopt;
  ByteReader r(*row);
  const uint64_t check = r.U64();
  if (!r.ok() || check != Xxh64(r.rest())) return Damaged();
  Proof proof;
  proof.lane = lane;
  proof.fork = r.U64();
  if (const uint64_t size = r.U64(); !ReadPeaks(r, size, &proof.tree)) return Damaged();
  const std::string_view seal = r.Raw(64);
  if (!r.ok()) return Damaged();
  proof.seal = Signature::From(seal);
  proof.run = r.Raw(r.U32());
  if (!r.ok()) return Damaged();
  return proof;
}

absl::StatusOr<uint64_t> ForkOf(const Txn& txn, LaneId lane) {
  if (txn.Count(Table::kProof) == 0) return 0;
  ASSIGN_OR_RETURN(const std::optional<Proof> proof, ReadProof(txn, lane));
  return proof ? proof->fork : 0;
}

void PutPeaks(WriteTxn& txn, uint16_t handle, const Tree& tree) {
  std::string row;
  for (const Hash256& peak : tree.peaks()) row += peak.view();
  txn.Put(Table::kPeaks, Key64(handle, tree.size()), row);
}

Tree PeaksBefore(const Txn& txn, uint16_t handle, uint64_t size) {
  Cursor rows(txn, Table::kPeaks);
  Tree tree;
  if (!rows.SeekLast(Key64(handle, size)) || Read64(rows.key(), 0) != handle) return tree;
  ByteReader r(rows.value());
  ReadPeaks(r, Read64(rows.key(), 8), &tree);
  return tree;
}

}  // namespace chancery

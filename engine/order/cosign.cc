#include "engine/order/cosign.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHCOSIG1";
constexpr size_t kBytes = 8 + 8 + 8 + 32 + 8 + 64;

void Put(ByteWriter& w, const Cosignature& c) {
  w.U64(c.by);
  w.U64(c.log);
  w.U64(c.tree.size);
  w.Raw(c.tree.root.view());
  w.U64(c.at_s);
  w.Raw(c.signature.view());
}

// bytes: kBytes of them.
Cosignature Read(std::string_view bytes) {
  ByteReader r(bytes);
  Cosignature c;
  c.by = r.U64();
  c.log = r.U64();
  c.tree.size = r.U64();
  c.tree.root = Hash256::From(r.Raw(32));
  c.at_s = r.U64();
  c.signature = Signature::From(r.Raw(64));
  return c;
}

std::string KeyOf(const Cosignature& c) { return Key64(c.by, c.log) + Key64(c.tree.size); }

absl::StatusOr<std::vector<Cosignature>> Under(const Txn& txn, std::string_view prefix,
                                               const std::function<bool(const Cosignature&)>& wanted) {
  std::vector<Cosignature> all;
  Cursor rows(txn, Table::kCosign);
  for (bool more = rows.Seek(prefix); more && rows.key().starts_with(prefix); more = rows.Next()) {
    const std::string_view row = rows.value();
    if (row.size() != 8 + kBytes || LoadBig64(row.data()) != Xxh64(row.substr(8)))
      return Error(absl::StatusCode::kDataLoss, "a row of a cosignature is damaged",
                   "restore a backup, or join again from a peer");
    const Cosignature c = Read(row.substr(8));
    if (wanted(c)) all.push_back(c);
  }
  RETURN_IF_ERROR(txn.status());
  return all;
}

}  // namespace

Checkpoint CheckpointOf(const Cosignature& c, const RegistryId& registry) {
  return {c.log == kSettledLog ? OrderOrigin(registry) : LaneOrigin(registry, c.log), c.tree};
}

NoteSignature LineOf(const Cosignature& c, const RegistryId& registry, const PublicKey& key) {
  const VerifierKey verifier = MakeVerifierKey(LaneOrigin(registry, c.by), kCosignatureV1, key);
  ByteWriter w;
  w.U64(c.at_s);
  w.Raw(c.signature.view());
  return {verifier.name, verifier.id, std::move(w.out)};
}

bool Holds(const Cosignature& c, const RegistryId& registry, const PublicKey& key) {
  const VerifierKey verifier = MakeVerifierKey(LaneOrigin(registry, c.by), kCosignatureV1, key);
  return CheckSignature(verifier, LineOf(c, registry, key), CheckpointText(CheckpointOf(c, registry))) == SignatureCheck::kGood;
}

Cosignature MakeCosignature(LaneId log, const TreeRoot& tree, uint64_t at_s, const RegistryId& registry, const KeyPair& key) {
  Cosignature c{LaneOf(key.public_key()), log, tree, at_s, {}};
  const NoteSignature line = Cosign(LaneOrigin(registry, c.by), key, CheckpointText(CheckpointOf(c, registry)), at_s);
  c.signature = Signature::From(std::string_view(line.bytes).substr(8));
  return c;
}

absl::StatusOr<std::vector<Cosignature>> AllCosignatures(const Txn& txn) {
  return Under(txn, {}, [](const Cosignature&) { return true; });
}

absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log) {
  return Under(txn, {}, [&](const Cosignature& c) { return c.log == log; });
}

absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log, LaneId by) {
  return Under(txn, Key64(by, log), [](const Cosignature&) { return true; });
}

void PutCosignature(WriteTxn& txn, const Cosignature& c) {
  ByteWriter w;
  Put(w, c);
  txn.Put(Table::kCosign, KeyOf(c), Key64(Xxh64(w.out)) + w.out);
  absl::StatusOr<std::vector<Cosignature>> all = CosignaturesOn(txn, c.log, c.by);
  if (!all.ok() || all->size() <= limits::kCosignaturesKept) return;
  const auto oldest = std::min_element(all->begin(), all->end(), [](const Cosignature& a, const Cosignature& b) {
    return std::tie(a.at_s, a.tree.size) < std::tie(b.at_s, b.tree.size);
  });
  txn.Delete(Table::kCosign, KeyOf(*oldest));
}

void ForgetLastSigned(WriteTxn& txn, LaneId by) {
  const absl::StatusOr<std::vector<Cosignature>> mine = CosignaturesOn(txn, kSettledLog, by);
  if (!mine.ok()) return;
  uint64_t last_s = 0;
  for (const Cosignature& c : *mine) last_s = std::max(last_s, c.at_s);
  for (const Cosignature& c : *mine)
    if (c.at_s == last_s) txn.Delete(Table::kCosign, KeyOf(c));
}

std::string EncodeCosignatures(const std::vector<Cosignature>& cosignatures) {
  ByteWriter w;
  w.Raw(kMagic);
  for (const Cosignature& c : cosignatures) Put(w, c);
  return std::move(w.out);
}

absl::StatusOr<std::vector<Cosignature>> DecodeCosignatures(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || (bytes.size() - kMagic.size()) % kBytes != 0)
    return Error(absl::StatusCode::kInvalidArgument, "malformed cosignatures: another format, or cut short");
  std::vector<Cosignature> all;
  for (bytes.remove_prefix(kMagic.size()); !bytes.empty(); bytes.remove_prefix(kBytes)) {
    all.push_back(Read(bytes));
    if (all.back().at_s >= uint64_t{1} << 63)
      return Error(absl::StatusCode::kInvalidArgument, "malformed cosignatures: no time of this world");
  }
  return all;
}

}  // namespace chancery

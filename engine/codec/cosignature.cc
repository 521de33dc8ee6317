#include "engine/codec/cosignature.h"

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/codec/run.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHCOSIG1";

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

std::string EncodeCosignature(const Cosignature& c) {
  ByteWriter w;
  w.U64(c.by);
  w.U64(c.log);
  w.U64(c.tree.size);
  w.Raw(c.tree.root.view());
  w.U64(c.at_s);
  w.Raw(c.signature.view());
  return std::move(w.out);
}

Cosignature DecodeCosignature(std::string_view bytes) {
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

std::string EncodeCosignatures(const std::vector<Cosignature>& cosignatures) {
  std::string bytes(kMagic);
  for (const Cosignature& c : cosignatures) bytes += EncodeCosignature(c);
  return bytes;
}

absl::StatusOr<std::vector<Cosignature>> DecodeCosignatures(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || (bytes.size() - kMagic.size()) % kCosignatureBytes != 0)
    return Error(absl::StatusCode::kInvalidArgument, "malformed cosignatures: another format, or cut short");
  std::vector<Cosignature> all;
  for (bytes.remove_prefix(kMagic.size()); !bytes.empty(); bytes.remove_prefix(kCosignatureBytes)) {
    all.push_back(DecodeCosignature(bytes));
    if (all.back().at_s >= uint64_t{1} << 63)
      return Error(absl::StatusCode::kInvalidArgument, "malformed cosignatures: no time of this world");
  }
  return all;
}

}  // namespace chancery

// Cosignatures: what a member says under its own key of a log's tree, after it has stored all that is in it durably. C2SP
// cosignature/v1 over the checkpoint of the settled log ("I have recomputed this order") or of another site's lane ("I hold it").
// They travel apart from entries, and mean the same whoever brings them. Byte by byte: docs/reference/order.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/run.h"
#include "engine/proof/checkpoint.h"

namespace chancery {

inline constexpr LaneId kSettledLog = 0;  // in place of a lane

struct Cosignature {
  LaneId by = 0;
  LaneId log = kSettledLog;  // or the lane that it is about
  TreeRoot tree;
  uint64_t at_s = 0;  // since 1970, by the cosigner's clock
  Signature signature;
  bool operator==(const Cosignature&) const = default;
};

// The checkpoint that it is about, and itself as a line of the signed note. name of the key: LaneOrigin of `by`.
Checkpoint CheckpointOf(const Cosignature& cosignature, const RegistryId& registry);
NoteSignature LineOf(const Cosignature& cosignature, const RegistryId& registry, const PublicKey& key);
bool Holds(const Cosignature& cosignature, const RegistryId& registry, const PublicKey& key);

Cosignature MakeCosignature(LaneId log, const TreeRoot& tree, uint64_t at_s, const RegistryId& registry, const KeyPair& key);

// One of them, of a fixed size.
inline constexpr size_t kCosignatureBytes = 8 + 8 + 8 + 32 + 8 + 64;
std::string EncodeCosignature(const Cosignature& cosignature);
Cosignature DecodeCosignature(std::string_view bytes);  // of that size

std::string EncodeCosignatures(const std::vector<Cosignature>& cosignatures);
// Encode(Decode(bytes)) == bytes. Errors: InvalidArgument (malformed). Does not check signatures.
absl::StatusOr<std::vector<Cosignature>> DecodeCosignatures(std::string_view bytes);

}  // namespace chancery

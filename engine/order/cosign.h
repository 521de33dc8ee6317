// Cosignatures: what a member says under its own key of a log's tree, after it has stored all that is in it durably. C2SP
// cosignature/v1 over the checkpoint of the settled log ("I have recomputed this order") or of another site's lane ("I hold it").
// They travel apart from entries, and mean the same whoever brings them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/order/rounds.h"
#include "engine/proof/checkpoint.h"

namespace chancery {

inline constexpr LaneId kSettledLog = 0;  // in place of a lane

struct Cosignature {
  LaneId by = 0;
  LaneId log = kSettledLog;  // or the lane that it is about
  TreeRoot tree;
  uint64_t at_s = 0;  // since 1970, by the cosigner's clock
  Signature signature;
};

// The checkpoint that it is about, and itself as a line of the signed note. name of the key: LaneOrigin of `by`.
Checkpoint CheckpointOf(const Cosignature& cosignature, const RegistryId& registry);
NoteSignature LineOf(const Cosignature& cosignature, const RegistryId& registry, const PublicKey& key);
bool Holds(const Cosignature& cosignature, const RegistryId& registry, const PublicKey& key);

Cosignature MakeCosignature(LaneId log, const TreeRoot& tree, uint64_t at_s, const RegistryId& registry, const KeyPair& key);

// Ascending by (by, log, size). Errors: DataLoss.
absl::StatusOr<std::vector<Cosignature>> AllCosignatures(const Txn& txn);
absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log);
absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log, LaneId by);
// Of one member on one log only the latest few are kept, by its clock.
void PutCosignature(WriteTxn& txn, const Cosignature& cosignature);

// What a crash leaves where a member signs the order before that is on its disk: of its last words on it nothing. For the bug
// kSignsBeforeItPersists.
void ForgetLastSigned(WriteTxn& txn, LaneId by);

std::string EncodeCosignatures(const std::vector<Cosignature>& cosignatures);
// Errors: InvalidArgument (malformed). Does not check signatures.
absl::StatusOr<std::vector<Cosignature>> DecodeCosignatures(std::string_view bytes);

}  // namespace chancery

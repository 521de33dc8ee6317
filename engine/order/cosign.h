// The cosignatures that a store holds.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/cosignature.h"
#include "engine/order/rounds.h"

namespace chancery {

// Ascending by (by, log, size). Errors: DataLoss.
absl::StatusOr<std::vector<Cosignature>> AllCosignatures(const Txn& txn);
absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log);
absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log, LaneId by);
// Of one member on one log only the latest few are kept, by its clock.
void PutCosignature(WriteTxn& txn, const Cosignature& cosignature);

// What a crash leaves where a member signs the order before that is on its disk: of its last words on it nothing. For the bug
// kSignsBeforeItPersists.
void ForgetLastSigned(WriteTxn& txn, LaneId by);

}  // namespace chancery

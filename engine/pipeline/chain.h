// Makes the chain of epochs that goes with a receipt: engine/codec/chain.h, judged by engine/evidence.
#pragma once

#include "absl/status/statusor.h"
#include "engine/codec/chain.h"
#include "engine/pipeline/batch.h"
#include "engine/proof/checkpoint.h"

namespace chancery {

// Up to the last epoch that is known here; for a checkpoint of the settled log with the record that it ends with. Errors:
// DataLoss.
absl::StatusOr<Chain> ChainFor(const Txn& txn, const Workspace& work, const Checkpoint& head);

}  // namespace chancery

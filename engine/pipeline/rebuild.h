// Everything derived, derived again from the journal: repair tool and oracle. Digests must not change.
#pragma once

#include "absl/status/status.h"
#include "engine/pipeline/batch.h"

namespace chancery {

// Within the given transaction; the caller commits. `catalog`: the packs, whose handles stay. Errors: DataLoss (the journal is
// damaged).
absl::Status RebuildAll(WriteTxn& txn, std::shared_ptr<const Catalog> catalog, const KeyPair& signer);

// The catalog of a store: its pack entries, read and parsed.
absl::StatusOr<std::shared_ptr<const Catalog>> LoadCatalog(const Txn& txn);

}  // namespace chancery

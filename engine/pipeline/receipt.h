// Receipts: what a store can prove of an entry to whoever has no store, as files (docs/reference/receipt.md).
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "chancery/receipt.h"
#include "engine/base/sign.h"
#include "engine/register/workspace.h"

namespace chancery {

// strength: accepted, witnessed, settled; "" = the strongest that there is. key: this site's. Each receipt is judged before it is
// handed out. Errors: NotFound (there is no such receipt yet: why, and who is waited for), InvalidArgument (another word),
// DataLoss. Cost: reads the entries of a round, or of the lane from the entry to the end of what is signed.
absl::StatusOr<ReceiptFile> MakeReceipt(const Txn& txn, const Workspace& work, const KeyPair& key, Dot dot,
                                        std::string_view strength);

// The checkpoint of the settled log as a signed note: this site's signature, and the cosignatures of members. Errors: NotFound
// (nothing is settled yet), DataLoss.
absl::StatusOr<std::string> SettledCheckpoint(const Txn& txn, const Workspace& work, const KeyPair& key);

// That the settled order of one receipt begins with that of another: see Database::ProveGrowth.
absl::StatusOr<std::string> SettledGrowth(const Txn& txn, const Workspace& work, std::string_view older, std::string_view newer);

}  // namespace chancery

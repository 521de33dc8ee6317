// Reads a whole store against itself: what the journal says, what its seals sign, what the derived rows and sums make of it.
#pragma once

#include <memory>

#include "chancery/chancery.h"
#include "engine/docket/docket.h"

namespace chancery {

// Of one moment. Trusts no row: whatever is damaged ends as a sentence of the view. Errors: none but of LMDB itself.
absl::StatusOr<VerifyView> VerifyRows(const Txn& txn, const std::shared_ptr<const Catalog>& catalog);

}  // namespace chancery

// What an epoch left outside the order, filed again.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "chancery/types.h"
#include "engine/register/workspace.h"

namespace chancery {

// A filing that says what a void one said, with its own id, so that the same act readmitted at two sites is one. entry: as for
// Snapshot::Entry. Errors: NotFound; FailedPrecondition (it counts, or it is no filing).
absl::StatusOr<Draft> DraftAgain(Workspace& work, std::string_view entry);

}  // namespace chancery

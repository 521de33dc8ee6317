// A copy of a store to try things on.
#pragma once

#include "net/cli/files.h"

namespace chancery::cli {

// Inside the store's own directory, since it holds the site's key; gone with the object, or at the next copy if the process was
// killed. The caller holds the store open, so nobody writes to it meanwhile.
absl::StatusOr<ScratchDir> CopyStore(const std::string& store);

}  // namespace chancery::cli

// A small file, whole.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace chancery {

// Errors: NotFound (there is none), Unavailable (it cannot be read: no rights, a directory, the disk). Throws nothing.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace chancery

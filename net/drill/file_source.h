// A file as a source of bytes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery::drill {

// Open as long as a copy of it lives. Errors: NotFound (no such file), Unknown (cannot be opened, or is no file that can be read
// twice).
absl::StatusOr<ByteSource> OpenSource(const std::string& path);

}  // namespace chancery::drill

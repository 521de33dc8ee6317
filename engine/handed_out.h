// What was handed out of a store: noted in its directory, one a line.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery {

struct HandedOut {
  std::string extract;                // the whole file; or
  std::string receipt, strength, at;  // of a receipt the entry's 64 digits, what it was, RFC 3339
};

// Durable when it returns OK, where `durable` says so. Errors: Unavailable.
absl::Status NoteHandedOut(const std::string& dir, const HandedOut& one, bool durable);
// In the order noted; a line that a crash left half there is left out. Errors: Unavailable, DataLoss.
absl::StatusOr<std::vector<HandedOut>> AllHandedOut(const std::string& dir);

}  // namespace chancery

// Names of entries and cases as people write them.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/docket/docket.h"

namespace chancery {

// ENTRY: short form (one look-up), 64-digit id or a unique prefix of at least 8 digits (reads and hashes the journals).
// Errors: NotFound, InvalidArgument (not unique, no ENTRY at all).
absl::StatusOr<Dot> ResolveEntry(Workspace& work, std::string_view text);

// CASE: rule and subject, the subject as a record address or value in any of its spellings; or a case id (prefix of at least 8)
// and "". Errors: NotFound.
absl::StatusOr<Case> ResolveCase(Workspace& work, Docket& docket, std::string_view rule, std::string_view subject);

}  // namespace chancery

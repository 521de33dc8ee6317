// Extracts that were handed out: noted in the store's directory, one a line, and compared with what is known now.
#pragma once

#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "engine/evidence/extract.h"

namespace chancery {

// Durable when it returns OK, where `durable` says so. Errors: Unavailable.
absl::Status NoteExtract(const std::string& dir, const std::string& text, bool durable);
// In the order noted; a line that a crash left half there is left out. Errors: Unavailable, DataLoss.
absl::StatusOr<std::vector<std::string>> NotedExtracts(const std::string& dir);

ExtractView ViewOf(const ExtractWords& words, std::string_view text);

// What a merge or a ruling has made otherwise since. Errors: as Snapshot::AsOf.
absl::StatusOr<std::vector<std::string>> ChangedSince(const ExtractWords& words, const Snapshot& now);

}  // namespace chancery

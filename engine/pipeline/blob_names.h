// Which documents entries and records name.
#pragma once

#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "chancery/chancery.h"
#include "engine/codec/run.h"
#include "engine/register/workspace.h"

namespace chancery {

// A value that is filed names a document of this store. Errors: refusal `reference`.
absl::Status CheckDocument(const Txn& txn, const Value& value, std::string_view at);

// Documents that values written by the runs' entries name, and that are here and whole. O(entries and documents).
absl::StatusOr<std::vector<BundleDocument>> DocumentsOf(const Txn& txn, absl::Span<const std::string> runs);

// As Snapshot::MissingBlobs.
absl::StatusOr<std::vector<BlobView>> MissingDocuments(const Workspace& work);

// As Snapshot::MissingBlobs of runs.
absl::StatusOr<std::vector<BlobView>> MissingDocumentsOf(const Workspace& work, absl::Span<const std::string> runs);

}  // namespace chancery

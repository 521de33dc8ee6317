// A merge rehearsed: taken in memory, with everything that it would lead to.
#pragma once

#include "engine/pipeline/bundle_file.h"
#include "engine/pipeline/ingest.h"
#include "engine/pipeline/past.h"

namespace chancery {

struct Merged {
  Past store;  // as it would be
  Intake intake;
};

// Errors: as Database::ApplyBundle.
absl::StatusOr<Merged> RehearseBundle(const Txn& now, const std::shared_ptr<const Catalog>& catalog, const Bundle& bundle,
                                      int64_t now_ms);

// What would be different. `now`, `merged`: transactions of one rehearsal.
absl::StatusOr<MergePreview> PreviewOf(const Txn& now, const std::shared_ptr<const Catalog>& catalog, Merged merged,
                                       size_t values_max);

}  // namespace chancery

// Receiving: runs of other sites are checked, put in causal order, folded by the same function that files.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "chancery/chancery.h"
#include "engine/pipeline/batch.h"

namespace chancery {

// Takes what is ready; runs whose causes are missing, or that are stamped further ahead of now_ms than the registry allows, are
// counted as waiting and left out. Errors: InvalidArgument, DataLoss, FailedPrecondition (another registry): then nothing may be
// committed.
absl::StatusOr<Intake> TakeRuns(Batch& batch, absl::Span<const std::string> runs, int64_t now_ms);

// Folds one checked run and appends it to the journal.
absl::Status FoldRun(Batch& batch, uint16_t handle, Run run);

}  // namespace chancery

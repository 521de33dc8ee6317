// The only checks on entries from outside. Verdicts are functions of the bytes and of the entry's past, so every site says the
// same.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/run.h"
#include "engine/pipeline/batch.h"

namespace chancery {

// A run that follows what the store holds of its lane, checked whole.
struct CheckedRun {
  std::vector<Entry> entries;
  std::vector<EntryId> ids;
  Tree tree;       // of the lane after the run
  Vector context;  // of its author
};

// Continuity, stamps above the lane's tip and above everything in the context, hashes, the seal, and that the author was
// admitted. The operations themselves are checked as they are folded (a pack may come in the same run): CheckOps. Errors:
// InvalidArgument (malformed: names the entry), DataLoss (hashes or the seal do not hold).
absl::StatusOr<CheckedRun> CheckRun(Workspace& work, const Lane& lane, const Run& run);

// Whether the run's own seal says that it follows `tree`, of its lane.
bool SealHolds(const Workspace& work, const Lane& lane, Tree tree, const Run& run);

// Ordinals within the entry's packs, verbs and kinds as the fields take them, effects in rulings only; facts are operations of
// entries within the author's past (`seen`), and a ruling on an entry as a whole names that entry among them. run: its own, which
// the journal does not have yet. Errors: InvalidArgument (malformed), DataLoss.
absl::Status CheckOps(const Workspace& work, const Entry& entry, Dot dot, const Vector& seen, const CheckedRun& run);

}  // namespace chancery

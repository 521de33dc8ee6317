// Where sites went on without knowing of one another, as the contexts of entries tell it.
#pragma once

#include <vector>

#include "engine/pipeline/compare.h"

namespace chancery {

// A stretch of a lane, and what it did not know.
struct Branch {
  uint16_t handle = 0;
  uint64_t first = 0, last = 0;  // of the lane
  bool ended = false;            // last + 1 is the entry that knew of the others
  Vector base;                   // what the stretch knew of other lanes
  Vector met;                    // what was there besides when it ended, or is there now: base and others
};

// Ascending by lane, then first. Errors: DataLoss. Cost: every context, and for each stretch an entry of each other lane.
absl::StatusOr<std::vector<Branch>> BranchesIn(const Workspace& work);

// Named and dated. Errors: DataLoss.
absl::StatusOr<BranchView> ViewOf(const Branch& branch, const Workspace& work);

// The same with how much was filed on either side. Cost: reads both.
absl::StatusOr<BranchView> CountedViewOf(const Branch& branch, const Workspace& work);

// The same with its entries and cases. Cost: reads both sides, and every case.
absl::StatusOr<BranchView> WholeViewOf(const Branch& branch, ReadView& now);

}  // namespace chancery

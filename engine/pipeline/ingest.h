// Receiving: runs of other sites are checked, put in causal order, folded by the same function that files. What cannot be merged
// yet is stored in the inbox and tried again with every call.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "chancery/chancery.h"
#include "engine/pipeline/batch.h"

namespace chancery {

// What one transaction is offered. Nothing is owned.
struct Offer {
  std::vector<std::string_view> runs;    // encoded, in any split and order
  absl::Span<const LaneHead> before;     // unsealed trees that the runs follow, where the sender tells them
  absl::Span<const LaneHead> as_sealed;  // what the sender holds of each lane
  uint64_t keep_most = UINT64_MAX;       // entries that may be kept where they are not ready
};

// What is carried from one transaction to the next over the same offer.
struct Attempt {
  std::map<uint64_t, absl::Status> unsound;  // runs (by hash) whose author signed what cannot be folded: they are left out now
  absl::Status fault;                        // why the first run that was left out does not hold
  bool more = false;                         // the inbox has more that is ready: another transaction is to take it
};

// Takes what is ready of the offer and of the inbox; stores the rest of the offer in the inbox. A run whose bytes do not hold is
// left out and counted as damaged, in the inbox it is dropped; one that differs from what is held here, with a seal that holds,
// halts its lane. Nothing may be committed after an error. Errors: FailedPrecondition (a run of another registry), Aborted (begin
// again in a new transaction with the same attempt), DataLoss (this store is damaged).
absl::StatusOr<Intake> TakeRuns(Batch& batch, WriteTxn& txn, const Offer& offer, int64_t now_ms, Attempt* attempt);

void Add(const Intake& part, Intake* whole);  // of one offer, taken in several transactions

// Checks a run, folds it and appends it to the journal. stored: as for Journal::AppendRun.
absl::Status FoldRun(Batch& batch, uint16_t handle, Run run, std::string_view stored = {});

// "tallinn-13": the lanes of which two versions exist, from where on they differ.
std::vector<std::string> HaltedLanes(const Lanes& lanes);

}  // namespace chancery

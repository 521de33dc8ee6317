// What shows that a lane has two versions: a tree that its key has signed and that is not the one held here. Kept for ever, and
// readable by whoever has the lane's key: the entries held here are the other half of the proof.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/codec/run.h"
#include "engine/journal/tree.h"
#include "engine/store/env.h"

namespace chancery {

struct Proof {
  LaneId lane = 0;
  uint64_t fork = 0;  // from this entry on the versions differ, or may: where only trees were compared it is the lowest possible
  Tree tree;          // of the other version
  Signature seal;     // over `tree`, where no run follows
  std::string run;    // encoded; "" or the run that follows `tree`, with its own seal
};

// One a lane: the one with the lowest fork stays.
void PutProof(WriteTxn& txn, const Proof& proof);
// nullopt: no second version is known. Errors: DataLoss.
absl::StatusOr<std::optional<Proof>> ReadProof(const Txn& txn, LaneId lane);
absl::StatusOr<uint64_t> ForkOf(const Txn& txn, LaneId lane);  // 0 = no second version is known

// Trees of a lane as they were, stored now and then, so that one between is found without hashing the whole lane.
void PutPeaks(WriteTxn& txn, uint16_t handle, const Tree& tree);
Tree PeaksBefore(const Txn& txn, uint16_t handle, uint64_t size);  // the largest that is stored, up to `size`; else the empty one

}  // namespace chancery

// The settled log: one RFC 6962 tree over all settled entries and the records of their rounds. Its nodes are kept in tiles of
// 256: level 0 holds leaf hashes, each node of level n is the root of a whole tile of level n - 1.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/tree.h"
#include "engine/store/env.h"

namespace chancery {

// The node over the 2^level leaves from index·2^level on, which are all in the log. Errors: DataLoss. Cost: a row, 255 hashes.
absl::StatusOr<Hash256> SettledNode(const Txn& txn, int level, uint64_t index);

// The index of a leaf among those from `from` on, before `to`; nullopt where it is none of them. Errors: DataLoss. Cost: 32 bytes
// a leaf are looked at.
absl::StatusOr<std::optional<uint64_t>> FindLeaf(const Txn& txn, uint64_t from, uint64_t to, const Hash256& leaf);

// Appends leaves behind those that are there. Errors: DataLoss (the last tile is not there).
class SettledLog {
 public:
  SettledLog(WriteTxn& txn, Tree tree) : txn_(txn), tree_(std::move(tree)) {}
  absl::Status Append(const Hash256& leaf);
  void Flush();  // the tiles that are not full
  const Tree& tree() const { return tree_; }

 private:
  absl::Status AppendAt(size_t level, uint64_t size, const Hash256& node);

  WriteTxn& txn_;
  Tree tree_;
  std::vector<std::string> open_;  // by level: the last tile
  std::vector<uint64_t> index_;    // its index
};

}  // namespace chancery

// The RFC 6962 Merkle tree of a lane, kept as its peaks: enough to append and to know the root at any size reached.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/hash.h"

namespace chancery {

class Tree {
 public:
  uint64_t size() const { return size_; }
  void Append(const Hash256& leaf);                             // amortised one hash
  Hash256 Root() const;                                         // SHA-256 of nothing for the empty tree
  const std::vector<Hash256>& peaks() const { return peaks_; }  // perfect subtrees from left to right, largest first
  static Tree From(uint64_t size, std::vector<Hash256> peaks);  // CHECKs that they fit
  bool operator==(const Tree&) const = default;

  // How much of this tree, in whole peaks from the left, a tree of `size` has too.
  uint64_t Comparable(uint64_t size) const;
  // The first leaf, counted from 1, from which on two trees may differ; 0 = they do not. `ours` has Comparable(any) leaves.
  uint64_t DiffersFrom(const Tree& ours) const;

 private:
  uint64_t size_ = 0;
  std::vector<Hash256> peaks_;
};

}  // namespace chancery

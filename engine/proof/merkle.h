// RFC 6962 Merkle trees: what proves that a leaf, or an older tree, is in a tree of which only size and root are known. Checking
// is pure functions of what is handed in, for every index and size up to 2^64-1; proving reads the nodes of whoever holds the
// tree.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/hash.h"

namespace chancery {

Hash256 LeafHash(std::string_view leaf);                        // SHA-256(0x00 || leaf); of an entry's bytes: its id
Hash256 ParentHash(const Hash256& left, const Hash256& right);  // SHA-256(0x01 || left || right)
Hash256 EmptyRoot();                                            // SHA-256 of nothing

// A tree as it is signed.
struct TreeRoot {
  uint64_t size = 0;  // leaves
  Hash256 root;
  bool operator==(const TreeRoot&) const = default;
};

// A leaf, counted from 0, of a tree of `size` leaves.
struct LeafAt {
  uint64_t index = 0;
  uint64_t size = 0;
};

// The leaves from `start` on, before `end`. As they stand in every tree that has them all: `start` is a multiple of the smallest
// power of two that is not below the number of leaves.
struct Subtree {
  uint64_t start = 0;
  uint64_t end = 0;
};

// proof: sibling hashes from the leaf upwards (RFC 9162 section 2.1.3.2). nullopt where the place is outside of the tree or the
// proof has too many or too few hashes.
std::optional<Hash256> RootFromInclusion(LeafAt at, const Hash256& leaf, absl::Span<const Hash256> proof);
bool VerifyInclusion(uint64_t index, const Hash256& leaf, absl::Span<const Hash256> proof, const TreeRoot& tree);

// That `newer` begins with all leaves of `older` (RFC 9162 section 2.1.4.2). A proof between equal sizes is empty; there is none
// from the empty tree, not even to itself.
bool VerifyConsistency(const TreeRoot& older, const TreeRoot& newer, absl::Span<const Hash256> proof);

// The same for a subtree (draft-ietf-plants-merkle-tree-certs, "Subtrees"): that a leaf of the whole tree is in it; that it is in
// a tree. Of an empty subtree it is proved that its root is the empty one, by an empty proof.
bool VerifySubtreeInclusion(uint64_t index, Subtree subtree, const Hash256& leaf, absl::Span<const Hash256> proof,
                            const Hash256& root);
bool VerifySubtreeConsistency(Subtree subtree, const Hash256& subtree_root, const TreeRoot& tree,
                              absl::Span<const Hash256> proof);

// The hash over the complete subtree of the 2^level leaves from index·2^level on; level 0 = leaf hashes. Asked only for subtrees
// that are complete in the tree in question. Its errors are passed on.
using NodeHash = std::function<absl::StatusOr<Hash256>(int level, uint64_t index)>;

// Cost: log2(size) nodes for a root, at most log2(size)² / 2 for a proof.
absl::StatusOr<Hash256> RootOf(uint64_t size, const NodeHash& node);
// Errors: InvalidArgument (index not below size).
absl::StatusOr<std::vector<Hash256>> InclusionProof(LeafAt at, const NodeHash& node);
// From the first `older` leaves to the first `newer`. Errors: InvalidArgument (older is 0, or more than newer).
absl::StatusOr<std::vector<Hash256>> ConsistencyProof(uint64_t older, uint64_t newer, const NodeHash& node);

}  // namespace chancery

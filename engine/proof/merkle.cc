#include "engine/proof/merkle.h"

#include <algorithm>
#include <bit>
#include <string>

#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

// A node on the way up, and the last node of its level: 0 both when the root is reached.
struct Climb {
  uint64_t node = 0, last = 0;
  // The next hash of a proof stands to the left of the node: it is a right child, or the last of its level without a sibling.
  bool FromLeft() const { return node % 2 == 1 || node == last; }
  // Of a last node: it has no sibling on its level, and the hash belongs to a level above.
  bool IsAlone() const { return node % 2 == 0 && node != 0; }
  void Up() { node /= 2, last /= 2; }
};

bool IsAligned(Subtree subtree) {
  const int level = std::bit_width(subtree.end - subtree.start - 1);  // of the smallest complete subtree that has room for it
  return std::countr_zero(subtree.start) >= level;                    // 64 of 0
}

// Of a subtree with leaves: its first node rises beside the last one, until they are the same, which is its root.
bool VerifyFilledSubtree(Subtree subtree, const Hash256& subtree_root, const TreeRoot& tree, absl::Span<const Hash256> proof) {
  uint64_t first = subtree.start;
  Climb climb{.node = subtree.end - 1, .last = tree.size - 1};
  const auto up = [&] { first /= 2, climb.Up(); };
  const bool reaches_end = climb.node == climb.last;  // then all of it is one node of the tree
  while (first != climb.node && (reaches_end || climb.node % 2 == 1)) up();
  Hash256 mine = subtree_root;  // where it is no node of the tree, the proof begins with its last complete part
  if (first != climb.node) {
    if (proof.empty()) return false;
    mine = proof.front();
    proof.remove_prefix(1);
  }
  Hash256 whole = mine;
  for (const Hash256& hash : proof) {
    if (climb.last == 0) return false;
    if (climb.FromLeft()) {
      if (first < climb.node) mine = ParentHash(hash, mine);
      whole = ParentHash(hash, whole);
      while (climb.IsAlone()) up();
    } else {
      whole = ParentHash(whole, hash);
    }
    up();
  }
  return climb.last == 0 && mine == subtree_root && whole == tree.root;
}

// The leaves from `from` on, before `to`; `from` is a multiple of the largest power of two in their number.
struct Range {
  uint64_t from = 0, to = 0;
  uint64_t size() const { return to - from; }
  uint64_t Middle() const { return from + std::bit_floor(size() - 1); }  // RFC 6962: at the largest power of two below the size
};

absl::StatusOr<Hash256> RangeHash(Range range, const NodeHash& node) {
  std::vector<Hash256> peaks;  // complete subtrees from left to right, largest first
  while (range.size() > 0) {
    const int level = std::bit_width(range.size()) - 1;
    ASSIGN_OR_RETURN(const Hash256 peak, node(level, range.from >> level));
    peaks.push_back(peak);
    range.from += uint64_t{1} << level;
  }
  Hash256 hash = peaks.back();
  for (size_t i = peaks.size() - 1; i-- > 0;) hash = ParentHash(peaks[i], hash);
  return hash;
}

// Goes down from the whole tree, into the half that `left` says; the hash of the other half goes into the proof, top first.
template <class Ends, class Left>
absl::StatusOr<Range> Descend(uint64_t size, const NodeHash& node, Ends ends, Left left, std::vector<Hash256>* proof) {
  Range range{0, size};
  while (!ends(range)) {
    const uint64_t middle = range.Middle();
    const bool go_left = left(middle);
    ASSIGN_OR_RETURN(const Hash256 other, RangeHash(go_left ? Range{middle, range.to} : Range{range.from, middle}, node));
    proof->push_back(other);
    (go_left ? range.to : range.from) = middle;
  }
  return range;
}

}  // namespace

Hash256 LeafHash(std::string_view leaf) { return Sha256({std::string_view("\0", 1), leaf}); }

Hash256 ParentHash(const Hash256& left, const Hash256& right) { return Sha256({"\x01", left.view(), right.view()}); }

Hash256 EmptyRoot() { return Sha256({}); }

std::optional<Hash256> RootFromInclusion(LeafAt at, const Hash256& leaf, absl::Span<const Hash256> proof) {
  if (at.index >= at.size) return std::nullopt;
  Climb climb{.node = at.index, .last = at.size - 1};
  Hash256 hash = leaf;
  for (const Hash256& sibling : proof) {
    if (climb.last == 0) return std::nullopt;
    if (climb.FromLeft()) {
      hash = ParentHash(sibling, hash);
      while (climb.IsAlone()) climb.Up();
    } else {
      hash = ParentHash(hash, sibling);
    }
    climb.Up();
  }
  if (climb.last != 0) return std::nullopt;
  return hash;
}

bool VerifyInclusion(uint64_t index, const Hash256& leaf, absl::Span<const Hash256> proof, const TreeRoot& tree) {
  return RootFromInclusion({.index = index, .size = tree.size}, leaf, proof) == tree.root;
}

bool VerifyConsistency(const TreeRoot& older, const TreeRoot& newer, absl::Span<const Hash256> proof) {
  return older.size > 0 && VerifySubtreeConsistency({.start = 0, .end = older.size}, older.root, newer, proof);
}

bool VerifySubtreeInclusion(uint64_t index, Subtree subtree, const Hash256& leaf, absl::Span<const Hash256> proof,
                            const Hash256& root) {
  if (index < subtree.start || index >= subtree.end || !IsAligned(subtree)) return false;
  return VerifyInclusion(index - subtree.start, leaf, proof, {.size = subtree.end - subtree.start, .root = root});
}

bool VerifySubtreeConsistency(Subtree subtree, const Hash256& subtree_root, const TreeRoot& tree,
                              absl::Span<const Hash256> proof) {
  if (subtree.start > subtree.end || subtree.end > tree.size) return false;
  if (subtree.start == subtree.end) return proof.empty() && subtree_root == EmptyRoot();
  return IsAligned(subtree) && VerifyFilledSubtree(subtree, subtree_root, tree, proof);
}

absl::StatusOr<Hash256> RootOf(uint64_t size, const NodeHash& node) {
  if (size == 0) return EmptyRoot();
  return RangeHash({0, size}, node);
}

absl::StatusOr<std::vector<Hash256>> InclusionProof(LeafAt at, const NodeHash& node) {
  if (at.index >= at.size)
    return Error(absl::StatusCode::kInvalidArgument, Cat("a tree of ", at.size, " leaves has no leaf at index ", at.index));
  std::vector<Hash256> proof;
  const auto ends = [](Range range) { return range.size() == 1; };
  const auto left = [&](uint64_t middle) { return at.index < middle; };
  RETURN_IF_ERROR(Descend(at.size, node, ends, left, &proof).status());
  std::reverse(proof.begin(), proof.end());
  return proof;
}

absl::StatusOr<std::vector<Hash256>> ConsistencyProof(uint64_t older, uint64_t newer, const NodeHash& node) {
  if (older == 0 || older > newer)
    return Error(absl::StatusCode::kInvalidArgument, Cat("no proof leads from a tree of ", older, " leaves to one of ", newer));
  std::vector<Hash256> proof;
  const auto ends = [&](Range range) { return range.to == older; };
  const auto left = [&](uint64_t middle) { return older <= middle; };
  ASSIGN_OR_RETURN(const Range last, Descend(newer, node, ends, left, &proof));
  if (last.from > 0) {  // else it is all of the older tree, whose root the verifier has
    ASSIGN_OR_RETURN(const Hash256 hash, RangeHash(last, node));
    proof.push_back(hash);
  }
  std::reverse(proof.begin(), proof.end());
  return proof;
}

}  // namespace chancery

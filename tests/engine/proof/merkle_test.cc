#include "engine/proof/merkle.h"

#include <gtest/gtest.h>

#include "tests/engine/proof/support.h"

namespace chancery {
namespace {

constexpr size_t kSizes = 130;
constexpr uint64_t kTop = ~uint64_t{0};

const NaiveTree& Naive() {
  static const NaiveTree tree(kSizes);
  return tree;
}

TEST(Merkle, RootsAreThoseOfTheDefinition) {
  for (size_t size = 0; size <= kSizes; ++size) EXPECT_EQ(Ok(RootOf(size, Naive().Nodes())), Naive().Root(0, size)) << size;
}

TEST(Merkle, InclusionProofsAreThoseOfTheDefinitionAndHold) {
  for (size_t size = 1; size <= kSizes; ++size) {
    const TreeRoot tree = Naive().Tree(size);
    for (size_t index = 0; index < size; ++index) {
      const std::vector<Hash256> proof = Ok(InclusionProof({index, size}, Naive().Nodes()));
      ASSERT_EQ(proof, Naive().Path(index, 0, size)) << index << " of " << size;
      ASSERT_TRUE(VerifyInclusion(index, Naive().leaf(index), proof, tree)) << index << " of " << size;
    }
  }
}

// The proof of one place fails at every other one. (Another size may have the same form of proof: there the root tells.)
TEST(Merkle, AnInclusionProofHoldsNowhereElse) {
  constexpr size_t kSmall = 20;
  for (size_t size = 1; size <= kSmall; ++size) {
    const TreeRoot tree = Naive().Tree(size);
    for (size_t index = 0; index < size; ++index) {
      const std::vector<Hash256> proof = Naive().Path(index, 0, size);
      for (size_t other = 0; other <= kSmall; ++other) {
        if (other == index) continue;
        EXPECT_FALSE(VerifyInclusion(other, Naive().leaf(index), proof, tree)) << other << " for " << index << " of " << size;
        EXPECT_FALSE(VerifyInclusion(index, Naive().leaf(other), proof, tree)) << other << " for " << index << " of " << size;
      }
    }
  }
}

TEST(Merkle, AChangedInclusionProofFails) {
  for (size_t size = 1; size <= 40; ++size) {
    const TreeRoot tree = Naive().Tree(size);
    const size_t index = size / 3;
    const Hash256 leaf = Naive().leaf(index);
    std::vector<Hash256> proof = Naive().Path(index, 0, size);
    for (Hash256& hash : proof) {
      hash.bytes[size % 32] ^= 1;
      EXPECT_FALSE(VerifyInclusion(index, leaf, proof, tree)) << size;
      hash.bytes[size % 32] ^= 1;
    }
    proof.push_back(leaf);
    EXPECT_FALSE(VerifyInclusion(index, leaf, proof, tree)) << size;
    proof.pop_back();
    if (proof.empty()) continue;
    proof.pop_back();
    EXPECT_FALSE(VerifyInclusion(index, leaf, proof, tree)) << size;
  }
}

TEST(Merkle, ConsistencyProofsAreThoseOfTheDefinitionAndHold) {
  for (size_t newer = 1; newer <= kSizes; ++newer) {
    const TreeRoot tree = Naive().Tree(newer);
    for (size_t older = 1; older <= newer; ++older) {
      const std::vector<Hash256> proof = Ok(ConsistencyProof(older, newer, Naive().Nodes()));
      ASSERT_EQ(proof, Naive().SubProof(older, 0, newer, true)) << older << " to " << newer;
      ASSERT_TRUE(VerifyConsistency(Naive().Tree(older), tree, proof)) << older << " to " << newer;
    }
  }
}

TEST(Merkle, AConsistencyProofHoldsNowhereElse) {
  constexpr size_t kSmall = 20;
  for (size_t newer = 1; newer <= kSmall; ++newer) {
    const TreeRoot tree = Naive().Tree(newer);
    for (size_t older = 1; older <= newer; ++older) {
      std::vector<Hash256> proof = Naive().SubProof(older, 0, newer, true);
      for (size_t other = 0; other <= kSmall; ++other) {
        if (other == older) continue;
        EXPECT_FALSE(VerifyConsistency(Naive().Tree(other), tree, proof)) << other << " for " << older << " to " << newer;
        EXPECT_FALSE(VerifyConsistency({.size = older, .root = Naive().Root(0, other)}, tree, proof)) << other;
      }
      proof.push_back(tree.root);
      EXPECT_FALSE(VerifyConsistency(Naive().Tree(older), tree, proof)) << older << " to " << newer;
    }
  }
}

TEST(Merkle, NothingIsProvedFromTheEmptyTreeOrBackwards) {
  const TreeRoot empty{.size = 0, .root = EmptyRoot()}, one = Naive().Tree(1), two = Naive().Tree(2);
  EXPECT_FALSE(VerifyConsistency(empty, empty, {}));
  EXPECT_FALSE(VerifyConsistency(empty, one, {}));
  EXPECT_FALSE(VerifyConsistency(two, one, {}));
  EXPECT_FALSE(VerifyInclusion(0, EmptyRoot(), {}, empty));
  EXPECT_EQ(ConsistencyProof(0, 1, Naive().Nodes()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ConsistencyProof(2, 1, Naive().Nodes()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(InclusionProof({1, 1}, Naive().Nodes()).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Merkle, ASubtreeIsInEveryTreeThatHasItsLeavesAndOnlyWhereItIsAligned) {
  constexpr size_t kSmall = 40;
  const TreeRoot none{.size = kSmall, .root = EmptyRoot()};
  for (size_t size = 1; size <= kSmall; ++size) {
    const TreeRoot tree = Naive().Tree(size);
    for (uint64_t start = 0; start < size; ++start) {
      for (uint64_t end = start + 1; end <= size; ++end) {
        const Hash256 root = Naive().Root(start, end);
        if (start % std::bit_ceil(end - start) != 0) {
          EXPECT_FALSE(VerifySubtreeConsistency({start, end}, root, tree, {})) << start << " to " << end << " of " << size;
          continue;
        }
        const std::vector<Hash256> proof = Naive().SubtreeProof({start, end}, 0, size, true);
        EXPECT_TRUE(VerifySubtreeConsistency({start, end}, root, tree, proof)) << start << " to " << end << " of " << size;
        EXPECT_FALSE(VerifySubtreeConsistency({start, end}, Naive().leaf(99), tree, proof)) << start << " to " << end;
        EXPECT_FALSE(VerifySubtreeConsistency({start, end}, root, none, proof)) << start << " to " << end << " of " << size;
        EXPECT_FALSE(end < size && VerifySubtreeConsistency({start, end + 1}, root, tree, proof)) << start << " to " << end;
      }
    }
  }
}

// Every stretch of a small tree.
TEST(Merkle, ASubtreeHasItsLeavesAndOnlyWhereItIsAligned) {
  for (size_t start = 0; start <= 24; ++start) {
    for (size_t end = start + 1; end <= 32; ++end) {
      const bool aligned = start % std::bit_ceil(end - start) == 0;
      for (size_t index = start; index < end; ++index) {
        const std::vector<Hash256> proof = Naive().Path(index, start, end);
        EXPECT_EQ(VerifySubtreeInclusion(index, {start, end}, Naive().leaf(index), proof, Naive().Root(start, end)), aligned);
      }
    }
  }
}

// A tree of as many leaves as there can be, all alike: a node depends on its level only.
TEST(Merkle, TheLargestTreesWork) {
  std::vector<Hash256> levels = {LeafHash("")};
  while (levels.size() < 64) levels.push_back(ParentHash(levels.back(), levels.back()));
  const NodeHash node = [&](int level, uint64_t) -> absl::StatusOr<Hash256> { return levels.at(level); };
  const TreeRoot all{.size = kTop, .root = Ok(RootOf(kTop, node))};
  for (const uint64_t index : {uint64_t{0}, uint64_t{1} << 63, kTop - 2, kTop - 1}) {
    const std::vector<Hash256> proof = Ok(InclusionProof({index, kTop}, node));
    EXPECT_TRUE(VerifyInclusion(index, levels[0], proof, all)) << index;
    EXPECT_FALSE(VerifyInclusion(index + 1, levels[0], proof, {.size = index + 1, .root = all.root})) << index;
  }
  EXPECT_FALSE(VerifyInclusion(kTop, levels[0], {}, all));
  for (const uint64_t older : {uint64_t{1}, uint64_t{1} << 63, (uint64_t{1} << 63) + 1, kTop - 1, kTop}) {
    const TreeRoot tree{.size = older, .root = Ok(RootOf(older, node))};
    EXPECT_TRUE(VerifyConsistency(tree, all, Ok(ConsistencyProof(older, kTop, node)))) << older;
  }
  EXPECT_FALSE(VerifySubtreeConsistency({.start = 1, .end = kTop}, all.root, all, {}));
  EXPECT_FALSE(VerifySubtreeInclusion(5, {.start = 1, .end = kTop}, levels[0], {}, all.root));
}

TEST(Merkle, TheErrorOfAMissingNodeIsPassedOn) {
  const NodeHash none = [](int, uint64_t) -> absl::StatusOr<Hash256> { return absl::DataLossError("gone"); };
  EXPECT_EQ(RootOf(3, none).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(InclusionProof({0, 3}, none).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ConsistencyProof(3, 5, none).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace chancery

// Trees and signed checkpoints for the tests of proofs. The naive tree is RFC 6962 section 2.1 as it stands.
#pragma once

#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/strings.h"
#include "engine/proof/merkle.h"
#include "engine/proof/policy.h"
#include "engine/proof/proof_file.h"
#include "tests/support/ok.h"

namespace chancery {

class NaiveTree {
 public:
  explicit NaiveTree(size_t size) {
    for (size_t i = 0; i < size; ++i) leaves_.push_back(LeafHash(LeafText(i)));
  }
  static std::string LeafText(size_t i) { return Cat("entry ", i); }
  const Hash256& leaf(size_t i) const { return leaves_[i]; }

  // MTH(D[from:to]).
  Hash256 Root(size_t from, size_t to) const {
    if (to == from) return Sha256({});
    if (to - from == 1) return leaves_[from];
    const size_t k = std::bit_floor(to - from - 1);
    return Sha256({"\x01", Root(from, from + k).view(), Root(from + k, to).view()});
  }
  TreeRoot Tree(size_t size) const { return {.size = size, .root = Root(0, size)}; }

  // PATH(m, D[from:to]).
  std::vector<Hash256> Path(size_t m, size_t from, size_t to) const {
    if (to - from == 1) return {};
    const size_t k = std::bit_floor(to - from - 1);
    std::vector<Hash256> path = m < from + k ? Path(m, from, from + k) : Path(m, from + k, to);
    path.push_back(m < from + k ? Root(from + k, to) : Root(from, from + k));
    return path;
  }

  // SUBPROOF(m, D[from:to], whole).
  std::vector<Hash256> SubProof(size_t m, size_t from, size_t to, bool whole) const {
    if (m == to) return whole ? std::vector<Hash256>() : std::vector<Hash256>{Root(from, to)};
    const size_t k = std::bit_floor(to - from - 1);
    std::vector<Hash256> proof = m <= from + k ? SubProof(m, from, from + k, whole) : SubProof(m, from + k, to, false);
    proof.push_back(m <= from + k ? Root(from + k, to) : Root(from, from + k));
    return proof;
  }

  // SUBTREE_SUBPROOF(start, end, D[from:to], whole) of draft-ietf-plants-merkle-tree-certs.
  std::vector<Hash256> SubtreeProof(Subtree subtree, size_t from, size_t to, bool whole) const {
    if (subtree.start == from && subtree.end == to) return whole ? std::vector<Hash256>() : std::vector<Hash256>{Root(from, to)};
    const size_t k = std::bit_floor(to - from - 1);
    const bool left = subtree.end <= from + k, right = subtree.start >= from + k;
    if (!left && !right) subtree.start = from + k, whole = false;
    std::vector<Hash256> proof = left ? SubtreeProof(subtree, from, from + k, whole) : SubtreeProof(subtree, from + k, to, whole);
    proof.push_back(left ? Root(from + k, to) : Root(from, from + k));
    return proof;
  }

  NodeHash Nodes() const {
    return [this](int level, uint64_t index) -> absl::StatusOr<Hash256> { return Root(index << level, (index + 1) << level); };
  }

 private:
  std::vector<Hash256> leaves_;
};

inline KeyPair KeyOf(std::string_view name) { return KeyPair::FromSeed(Sha256({name})); }

inline constexpr std::string_view kOrigin = "register.example/settled";
inline constexpr uint64_t kTime = 1767225600;  // 2026-01-01T00:00:00Z

inline PolicyLog LogOf(std::string_view origin, std::string_view key) {
  return {.key = MakeVerifierKey(origin, kEd25519, KeyOf(key).public_key()), .url = ""};
}
inline PolicyWitness WitnessOf(std::string_view name) {
  return {.name = std::string(name),
          .key = MakeVerifierKey(Cat(name, ".example"), kCosignatureV1, KeyOf(name).public_key()),
          .url = ""};
}
// One log; the witnesses tartu, luxembourg, narva in one group.
inline Policy PolicyOf(size_t threshold) {
  return {.logs = {LogOf(kOrigin, "log")},
          .witnesses = {WitnessOf("tartu"), WitnessOf("luxembourg"), WitnessOf("narva")},
          .groups = {{.name = "sites", .threshold = threshold, .members = {"tartu", "luxembourg", "narva"}}},
          .quorum = "sites"};
}

inline SignedCheckpoint Signed(const Checkpoint& checkpoint, const std::vector<std::string>& witnesses) {
  const std::string text = CheckpointText(checkpoint);
  SignedCheckpoint out{.checkpoint = checkpoint, .signatures = {SignText(checkpoint.origin, KeyOf("log"), text)}};
  for (const std::string& name : witnesses)
    out.signatures.push_back(Cosign(name + ".example", KeyOf(name), text, kTime + out.signatures.size()));
  return out;
}

inline ProofFile ProofOf(const NaiveTree& tree, LeafAt at, const std::vector<std::string>& witnesses) {
  return {.extra = "",
          .index = at.index,
          .hashes = Ok(InclusionProof(at, tree.Nodes())),
          .checkpoint = Signed({.origin = std::string(kOrigin), .tree = tree.Tree(at.size)}, witnesses)};
}

}  // namespace chancery

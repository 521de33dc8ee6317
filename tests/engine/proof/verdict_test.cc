#include "engine/proof/verdict.h"

#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "tests/engine/proof/support.h"

namespace chancery {
namespace {

const NaiveTree& Naive() {
  static const NaiveTree tree(12);
  return tree;
}

std::string Words(const Judgement& judgement) {
  return Cat(VerdictName(judgement.verdict), " ", absl::StrJoin(judgement.reasons, " "));
}

bool Says(const Judgement& judgement, std::string_view words) { return Words(judgement).find(words) != std::string::npos; }

const std::vector<std::string> kAll = {"tartu", "luxembourg", "narva"};
const std::string kLeaf = NaiveTree::LeafText(4);

TEST(Verdict, AProofThatTheQuorumCosignedIsProven) {
  const Judgement judgement = CheckInclusion(ProofOf(Naive(), {4, 7}, {"tartu", "narva"}), kLeaf, PolicyOf(2));
  EXPECT_EQ(Words(judgement),
            "PROVEN The leaf is at index 4 of 7 leaves. The checkpoint is signed by the log register.example/settled. The quorum "
            "sites has cosigned it: tartu (2026-01-01T00:00:01Z), narva (2026-01-01T00:00:02Z).");
  EXPECT_EQ(judgement.cosignatures,
            (std::vector<Cosigner>{{.witness = "tartu", .at_s = kTime + 1}, {.witness = "narva", .at_s = kTime + 2}}));
}

TEST(Verdict, WithoutTheQuorumNothingIsProvenAndItIsToldWhoIsMissing) {
  const Judgement judgement = CheckInclusion(ProofOf(Naive(), {4, 7}, {"tartu"}), kLeaf, PolicyOf(2));
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(
      Says(judgement, "The quorum sites has not cosigned it. Cosigned: tartu (2026-01-01T00:00:01Z); not: luxembourg, narva."))
      << Words(judgement);
}

TEST(Verdict, OneWitnessThatSignsTwiceIsOne) {
  ProofFile proof = ProofOf(Naive(), {4, 7}, {"tartu", "tartu"});
  EXPECT_EQ(CheckInclusion(proof, kLeaf, PolicyOf(2)).verdict, Verdict::kInconclusive);
  EXPECT_EQ(CheckInclusion(proof, kLeaf, PolicyOf(1)).verdict, Verdict::kProven);
}

// A witness may sign any time that the format can hold.
TEST(Verdict, TheLatestTimeIsATimeToo) {
  ProofFile proof = ProofOf(Naive(), {4, 7}, {});
  const std::string text = CheckpointText(proof.checkpoint.checkpoint);
  proof.checkpoint.signatures.push_back(Cosign("tartu.example", KeyOf("tartu"), text, (uint64_t{1} << 63) - 1));
  EXPECT_EQ(CheckInclusion(proof, kLeaf, PolicyOf(1)).verdict, Verdict::kProven);
}

TEST(Verdict, WithoutTheLogsSignatureNothingIsProven) {
  ProofFile proof = ProofOf(Naive(), {4, 7}, kAll);
  proof.checkpoint.signatures.erase(proof.checkpoint.signatures.begin());
  Judgement judgement = CheckInclusion(proof, kLeaf, PolicyOf(2));
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(Says(judgement, "No key that the policy knows of the log register.example/settled has signed")) << Words(judgement);
}

TEST(Verdict, AKeyOfAnotherLogDoesNotSpeakForThisOne) {
  Policy policy = PolicyOf(2);
  policy.logs = {LogOf("register.example/lane/tartu.1", "log")};
  const ProofFile proof = ProofOf(Naive(), {4, 7}, kAll);
  Judgement judgement = CheckInclusion(proof, kLeaf, policy);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(Says(judgement, "The policy knows no log register.example/settled.")) << Words(judgement);
  // Not even where it has signed this very checkpoint.
  ProofFile other = proof;
  other.checkpoint.signatures[0] = SignText(policy.logs[0].key.name, KeyOf("log"), CheckpointText(proof.checkpoint.checkpoint));
  EXPECT_EQ(CheckInclusion(other, kLeaf, policy).verdict, Verdict::kInconclusive);
}

TEST(Verdict, OneOfSeveralKeysOfALogIsEnough) {
  Policy policy = PolicyOf(2);
  policy.logs = {LogOf(kOrigin, "another"), LogOf(kOrigin, "log")};
  EXPECT_EQ(CheckInclusion(ProofOf(Naive(), {4, 7}, kAll), kLeaf, policy).verdict, Verdict::kProven);
}

TEST(Verdict, AnotherLeafIsDisproven) {
  const Judgement judgement = CheckInclusion(ProofOf(Naive(), {4, 7}, kAll), NaiveTree::LeafText(5), PolicyOf(2));
  EXPECT_EQ(judgement.verdict, Verdict::kDisproven);
  EXPECT_TRUE(Says(judgement, "The hashes do not lead from this leaf")) << Words(judgement);
}

TEST(Verdict, AFalseSignatureOfAKnownKeyIsDisprovenThoughTheQuorumIsMetWithoutIt) {
  ProofFile proof = ProofOf(Naive(), {4, 7}, kAll);
  proof.checkpoint.signatures[3].bytes.back() ^= 1;
  const Judgement judgement = CheckInclusion(proof, kLeaf, PolicyOf(2));
  EXPECT_EQ(judgement.verdict, Verdict::kDisproven);
  EXPECT_TRUE(Says(judgement, "These signatures are false: narva.example.")) << Words(judgement);
}

TEST(Verdict, LinesByUnknownKeysCountForNothing) {
  ProofFile proof = ProofOf(Naive(), {4, 7}, {"tartu", "luxembourg", "stranger"});
  proof.checkpoint.signatures.push_back({.name = "tartu.example", .key_id = 1, .bytes = "x"});
  const Judgement judgement = CheckInclusion(proof, kLeaf, PolicyOf(2));
  EXPECT_EQ(judgement.verdict, Verdict::kProven);
  EXPECT_TRUE(Says(judgement, "by keys that the policy does not know: 2.")) << Words(judgement);
  EXPECT_EQ(CheckInclusion(proof, kLeaf, PolicyOf(3)).verdict, Verdict::kInconclusive);
}

TEST(Verdict, AWitnessOfATypeThatCannotBeCheckedDoesNotCount) {
  Policy policy = PolicyOf(3);
  policy.witnesses[2].key = {.name = "narva.example", .id = 7, .type = 6, .key = std::string(1312, 'k')};
  ProofFile proof = ProofOf(Naive(), {4, 7}, {"tartu", "luxembourg"});
  proof.checkpoint.signatures.push_back({.name = "narva.example", .key_id = 7, .bytes = std::string(2428, 's')});
  const Judgement judgement = CheckInclusion(proof, kLeaf, policy);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(Says(judgement, "of a type that cannot be checked here: narva.example.")) << Words(judgement);
}

TEST(Verdict, APolicyMayAskForNoCosignatures) {
  Policy policy = PolicyOf(2);
  policy.quorum = kNoQuorum;
  EXPECT_EQ(CheckInclusion(ProofOf(Naive(), {4, 7}, {}), kLeaf, policy).verdict, Verdict::kProven);
}

// Not one bit of a proof, or of the leaf, can be changed.
TEST(Verdict, NothingThatWasChangedIsProven) {
  const Policy policy = PolicyOf(3);
  const std::string good = PrintProofFile(ProofOf(Naive(), {4, 7}, kAll));
  ASSERT_EQ(CheckInclusion(Ok(ParseProofFile(good)), kLeaf, policy).verdict, Verdict::kProven);
  size_t refused = 0, judged = 0;
  for (size_t i = 0; i < 8 * good.size(); ++i) {
    std::string changed = good;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ 1 << i % 8);
    const auto proof = ParseProofFile(changed);
    ++(proof.ok() ? judged : refused);
    EXPECT_FALSE(proof.ok() && CheckInclusion(*proof, kLeaf, policy).verdict == Verdict::kProven) << changed;
  }
  EXPECT_GT(refused, 1000u);
  EXPECT_GT(judged, 1000u);
  for (size_t i = 0; i < 8 * kLeaf.size(); ++i) {
    std::string changed = kLeaf;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ 1 << i % 8);
    EXPECT_EQ(CheckInclusion(Ok(ParseProofFile(good)), changed, policy).verdict, Verdict::kDisproven);
  }
}

Evidence Of(LeafAt at, const std::vector<std::string>& witnesses = kAll) {
  return {.proof = ProofOf(Naive(), at, witnesses), .leaf = NaiveTree::LeafText(at.index)};
}

TEST(Verdict, BeforeUnderOneCheckpoint) {
  EXPECT_EQ(CheckBefore(Of({2, 7}), Of({4, 7}), PolicyOf(2), {}).verdict, Verdict::kProven);
  const Judgement turned = CheckBefore(Of({4, 7}), Of({2, 7}), PolicyOf(2), {});
  EXPECT_EQ(turned.verdict, Verdict::kDisproven);
  EXPECT_TRUE(Says(turned, "Index 4 is not before index 2.")) << Words(turned);
  EXPECT_EQ(CheckBefore(Of({4, 7}), Of({4, 7}), PolicyOf(2), {}).verdict, Verdict::kDisproven);
}

TEST(Verdict, BeforeUnderTwoCheckpointsNeedsTheProofBetweenThem) {
  const std::vector<Hash256> between = Ok(ConsistencyProof(7, 12, Naive().Nodes()));
  EXPECT_EQ(CheckBefore(Of({2, 7}), Of({4, 12}), PolicyOf(2), between).verdict, Verdict::kProven);
  EXPECT_EQ(CheckBefore(Of({2, 12}), Of({4, 7}), PolicyOf(2), between).verdict, Verdict::kProven);
  const Judgement missing = CheckBefore(Of({2, 7}), Of({4, 12}), PolicyOf(2), {});
  EXPECT_EQ(missing.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(Says(missing, "A consistency proof from 7 leaves to 12 is missing.")) << Words(missing);
  std::vector<Hash256> wrong = between;
  wrong[1].bytes[0] ^= 1;
  EXPECT_EQ(CheckBefore(Of({2, 7}), Of({4, 12}), PolicyOf(2), wrong).verdict, Verdict::kDisproven);
}

TEST(Verdict, BeforeNeedsBothProofsWhole) {
  EXPECT_EQ(CheckBefore(Of({2, 7}), Of({4, 7}, {}), PolicyOf(2), {}).verdict, Verdict::kInconclusive);
  Evidence other = Of({4, 7});
  other.leaf = "another";
  EXPECT_EQ(CheckBefore(Of({2, 7}), other, PolicyOf(2), {}).verdict, Verdict::kDisproven);
}

TEST(Verdict, TwoLogsHaveNoCommonOrder) {
  Policy policy = PolicyOf(2);
  policy.logs.push_back(LogOf("other.example/settled", "log"));
  Evidence other = Of({4, 7});
  other.proof.checkpoint = Signed({.origin = "other.example/settled", .tree = Naive().Tree(7)}, kAll);
  EXPECT_EQ(CheckBefore(Of({2, 7}), other, policy, {}).verdict, Verdict::kInconclusive);
}

TEST(Verdict, TwoRootsForOneSizeContradictEachOther) {
  Evidence other = Of({4, 7});
  const Hash256 leaf = LeafHash(other.leaf);
  other.proof.hashes[0].bytes[0] ^= 1;
  const Hash256 root = *RootFromInclusion({4, 7}, leaf, other.proof.hashes);
  other.proof.checkpoint = Signed({.origin = std::string(kOrigin), .tree = {.size = 7, .root = root}}, kAll);
  ASSERT_EQ(CheckInclusion(other.proof, other.leaf, PolicyOf(2)).verdict, Verdict::kProven);
  const Judgement judgement = CheckBefore(Of({2, 7}), other, PolicyOf(2), {});
  EXPECT_EQ(judgement.verdict, Verdict::kDisproven);
  EXPECT_TRUE(Says(judgement, "contradict each other")) << Words(judgement);
}

}  // namespace
}  // namespace chancery

// What a receipt shows of an entry: made by hand, since a store makes no bad ones.
#include "chancery/receipt.h"

#include <gtest/gtest.h>

#include "engine/base/strings.h"
#include "engine/codec/run.h"
#include "engine/proof/policy.h"
#include "engine/proof/proof_file.h"

namespace chancery {
namespace {

KeyPair KeyOf(std::string_view name) { return KeyPair::FromSeed(Sha256({name})); }

// One entry that is the whole of a log.
class Receipts : public testing::Test {
 protected:
  Receipts() {
    entry_.registry = Sha256({"registry"});
    entry_.lane = LaneOf(KeyOf("tallinn").public_key());
    entry_.seq = 1;
    entry_.hlc = HlcAt(1767225600000);
    entry_.officer = "mari";
    entry_.context = {{7, 4}};
    entry_.packs.push_back(PackIdOf("land"));
    Op op;
    op.kind = OpKind::kCreate;
    op.key = "2341:0057";
    entry_.ops.push_back(op);
    policy_.quorum = kNoQuorum;
  }

  std::string Lane() const { return LaneOrigin(entry_.registry, entry_.lane); }
  std::string Order() const { return OrderOrigin(entry_.registry); }
  void Trust(const std::string& origin) {
    policy_.logs = {{MakeVerifierKey(origin, kEd25519, KeyOf("tallinn").public_key()), ""}};
  }
  void Trust(const std::vector<std::string>& witnesses) {
    for (const std::string& name : witnesses)
      policy_.witnesses.push_back({name, MakeVerifierKey(Cat(name, "/key"), kCosignatureV1, KeyOf(name).public_key()), ""});
  }

  ReceiptView Judge(const std::string& origin, const std::string& leaf, const std::vector<std::string>& cosigners = {}) {
    Trust(origin);
    ProofFile proof;
    proof.extra = leaf;
    proof.checkpoint.checkpoint = {origin, {1, LeafHash(leaf)}};
    const std::string text = CheckpointText(proof.checkpoint.checkpoint);
    proof.checkpoint.signatures.push_back(SignText(origin, KeyOf("tallinn"), text));
    for (const std::string& name : cosigners)
      proof.checkpoint.signatures.push_back(Cosign(Cat(name, "/key"), KeyOf(name), text, 1767225600 + time_++));
    return *VerifyReceipt(PrintProofFile(proof), PrintPolicy(policy_));
  }

  Entry entry_;
  Policy policy_;
  uint64_t time_ = 0;
};

TEST_F(Receipts, SayWhatTheEntryIs) {
  const ReceiptView view = Judge(Lane(), EncodeEntry(entry_));
  EXPECT_EQ(view.verdict, "PROVEN") << view.reasons.back();
  EXPECT_EQ(view.strength, "accepted");
  EXPECT_EQ(view.entry.id, Hex(IdOf(EncodeEntry(entry_)).view()));
  EXPECT_EQ(view.entry.kind, "filing");
  EXPECT_EQ(view.entry.keys, std::vector<std::string>{"2341:0057"});
  EXPECT_EQ(view.entry.stamp, "2026-01-01T00:00:00.000Z");
  EXPECT_EQ(view.entry.knew, std::vector<std::string>{"0000000000000007-4"});
}

TEST_F(Receipts, AreFalseWhereTheEntryBelongsElsewhere) {
  entry_.seq = 2;
  EXPECT_EQ(Judge(Lane(), EncodeEntry(entry_)).verdict, "DISPROVEN") << "the first leaf is entry 1";
  EXPECT_EQ(Judge(Order(), EncodeEntry(entry_)).verdict, "PROVEN");
  entry_.seq = 1;
  const std::string lane = Lane(), order = Order();
  ++entry_.lane;
  EXPECT_EQ(Judge(lane, EncodeEntry(entry_)).verdict, "DISPROVEN") << "of another lane";
  entry_.registry = Sha256({"another"});
  EXPECT_EQ(Judge(order, EncodeEntry(entry_)).verdict, "DISPROVEN") << "of another registry";
  entry_.kind = EntryKind::kBeat;
  entry_.officer.clear();
  entry_.packs.clear();
  entry_.ops.clear();
  EXPECT_EQ(Judge(Order(), EncodeEntry(entry_)).verdict, "DISPROVEN") << "a beat has no place";
}

TEST_F(Receipts, OfWhatIsNoEntryProveNothingOfOne) {
  for (const std::string& leaf : {std::string("chancery/round/1\n"), EncodeEntry(entry_) + "x", std::string()}) {
    const ReceiptView view = Judge(Order(), leaf);
    EXPECT_EQ(view.verdict, "INCONCLUSIVE");
    EXPECT_EQ(view.entry.id, "");
    EXPECT_TRUE(view.says.empty());
  }
}

TEST_F(Receipts, CountASiteWithTwoKeysOnce) {
  Trust({"tartu", "tartu.2", "luxembourg"});
  policy_.groups = {{"any/tartu", 1, {"tartu", "tartu.2"}}, {"2-of-2", 2, {"any/tartu", "luxembourg"}}};
  policy_.quorum = "2-of-2";
  EXPECT_EQ(Judge(Lane(), EncodeEntry(entry_), {"tartu", "tartu.2"}).verdict, "INCONCLUSIVE");
  EXPECT_EQ(Judge(Lane(), EncodeEntry(entry_), {"tartu", "tartu.2", "luxembourg"}).strength, "witnessed 2");
}

TEST_F(Receipts, TakeNoTimeFromTheSiteItself) {
  Trust({"tallinn", "tartu", "luxembourg"});
  policy_.groups = {{"2-of-3", 2, {"tallinn", "tartu", "luxembourg"}}};
  policy_.quorum = "2-of-3";
  const ReceiptView view = Judge(Order(), EncodeEntry(entry_), {"tallinn", "luxembourg", "tartu"});
  EXPECT_EQ(view.verdict, "PROVEN");
  EXPECT_EQ(view.not_after, "2026-01-01T00:00:01.000Z");
  EXPECT_EQ(view.not_after_by, "luxembourg");
}

}  // namespace
}  // namespace chancery

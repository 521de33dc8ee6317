// A store that was copied with its key, and both go on: two versions of one lane. Noticed, proved, halted; nothing is lost.
#include <algorithm>

#include "chancery/receipt.h"
#include "engine/journal/proof.h"
#include "engine/journal/rows.h"
#include "engine/store/env.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class TwoVersions : public Sites {
 protected:
  TwoVersions() {
    Create("tartu", "0");  // tartu-1, the same in both
    Tell("tartu", "tallinn");
    (*this)["tartu"].db.reset();
    Clone("tartu", "copy");
    (*this)["tartu"].db = *Database::Open((*this)["tartu"].dir, (*this)["tartu"].env);
    Create("tartu", "1", "Jaan");
    Create("copy", "1", "Liis");
    Create("copy", "2", "Liis");
  }

  void ExpectHalted(const std::string& site, const std::string& at) {
    const StatusView status = (*this)[site].Status();
    EXPECT_EQ(status.halted, std::vector<std::string>{at}) << site;
    const std::vector<SiteView> sites = *(*this)[site]->Read()->Sites();
    for (const SiteView& view : sites) EXPECT_EQ(view.halted, view.name == "tartu") << site << " of " << view.name;
  }
};

// Both halves as files: whoever has the journal's key is convicted by them, without a store.
TEST_F(TwoVersions, AreProvenByTwoFiles) {
  Tell("tartu", "tallinn");
  Take("tallinn", (*this)["copy"].Since("0"));
  const ReceiptFile held = *(*this)["tallinn"]->Prove("tartu-2", "accepted");
  const absl::StatusOr<ReceiptFile> other = (*this)["tallinn"]->Prove("tartu-2", "other");
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_NE(other->entry, held.entry);
  EXPECT_EQ(other->entry, (*this)["copy"]->Read()->Entry("tartu-2")->entry);
  EXPECT_EQ(VerifyReceipt(other->proof, held.policy)->verdict, "PROVEN");
  const BeforeView both = *VerifyBefore(held.proof, other->proof, held.policy);
  EXPECT_TRUE(both.two_versions);
  EXPECT_EQ(both.verdict, "DISPROVEN");
  EXPECT_NE(both.reasons[0].find("Two versions of one journal exist"), std::string::npos) << both.reasons[0];
  EXPECT_FALSE(VerifyBefore(held.proof, held.proof, held.policy)->two_versions);
  EXPECT_TRUE(absl::IsNotFound((*this)["tallinn"]->Prove("tartu-1", "other").status()));  // the same in both
  EXPECT_TRUE(absl::IsNotFound((*this)["tallinn"]->Prove("tallinn-2", "other").status()));
  std::string bent = other->proof;
  bent[bent.size() / 2] ^= 1;
  const absl::StatusOr<BeforeView> judged = VerifyBefore(held.proof, bent, held.policy);
  EXPECT_FALSE(judged.ok() && judged->two_versions);
}

TEST_F(TwoVersions, AnEntryThatDiffersFromTheOneHeldHaltsItsLane) {
  Tell("tartu", "tallinn");
  const std::string before = (*this)["tallinn"].Digests();
  const Intake intake = Take("tallinn", (*this)["copy"].Since("0"));
  EXPECT_EQ(intake.halted, std::vector<std::string>{"tartu-2"});
  EXPECT_EQ(intake.entries, 0u);
  EXPECT_EQ(intake.damaged, 0u);
  ExpectHalted("tallinn", "tartu-2");
  EXPECT_EQ((*this)["tallinn"].Digests(), before);  // what was merged stays
  EXPECT_EQ((*this)["tallinn"]->Read()->Value("parcel/1/owner")->text, "Jaan");

  Create("tartu", "3");  // nothing more is taken of either
  EXPECT_EQ(Tell("tartu", "tallinn").entries, 0u);
  EXPECT_EQ((*this)["tallinn"].Status().waiting, 0u);
  Create("luxembourg", "4");  // others go on
  EXPECT_EQ(Tell("luxembourg", "tallinn").entries, 1u);

  (*this)["tallinn"].Reopen();
  ExpectHalted("tallinn", "tartu-2");
  ASSERT_TRUE((*this)["tallinn"]->Rebuild().ok());
  ExpectHalted("tallinn", "tartu-2");
}

TEST_F(TwoVersions, WhatBuildsOnOneOfThemWaits) {
  Create("tartu", "6");
  Tell("tartu", "tallinn");  // tartu-3 is here, but which one is meant?
  Take("tallinn", (*this)["copy"].Since("0"));
  Tell("copy", "luxembourg");
  Create("luxembourg", "5");  // its author knew the copy's tartu-2 and tartu-3
  const Intake intake = Tell("luxembourg", "tallinn");
  EXPECT_EQ(intake.entries, 0u);
  EXPECT_EQ(intake.waiting, 1u);
  EXPECT_EQ(intake.missing, std::vector<std::string>{"tartu-3, of which two versions exist"});
}

// The copy's bundle begins behind what is held here already. Trees tell it in whole peaks: one of the first two entries differs.
TEST_F(TwoVersions, ALaterPartOfTheOtherVersionIsNoticedByTheSealedTreeOfABundle) {
  Tell("tartu", "tallinn");
  const Intake intake = Apply("tallinn", (*this)["copy"].Export((*this)["tallinn"].Frontier()));
  EXPECT_EQ(intake.halted, std::vector<std::string>{"tartu-1"});
  EXPECT_EQ(intake.entries, 0u);
  ExpectHalted("tallinn", "tartu-1");
}

// The copy's tree of four entries is one peak, and here are three: only the tree that its run follows can be compared.
TEST_F(TwoVersions, ALaterPartOfTheOtherVersionIsNoticedByTheTreeThatItFollows) {
  Create("tartu", "6");
  Tell("tartu", "tallinn");
  Create("copy", "7");
  const Intake intake = Apply("tallinn", (*this)["copy"].Export((*this)["tallinn"].Frontier()));
  EXPECT_EQ(intake.halted, std::vector<std::string>{"tartu-1"});
  EXPECT_EQ(intake.entries, 0u);
  EXPECT_EQ(intake.damaged, 0u);
}

// A bundle without a single run of that lane.
TEST_F(TwoVersions, ASealedTreeAloneTellsIt) {
  Tell("tartu", "tallinn");
  const Intake intake = Apply("copy", (*this)["tallinn"].Export("tallinn-4,tartu-2"));
  EXPECT_EQ(intake.offered, 0u);
  EXPECT_EQ(intake.halted, std::vector<std::string>{"tartu-1"});
}

// What tallinn says it holds of tartu is not what the copy has written: the copy halts itself and files no more.
TEST_F(TwoVersions, ASiteWhoseOwnLaneHasASecondVersionFilesNoMore) {
  Tell("tartu", "tallinn");
  const Intake intake = Apply("copy", (*this)["tallinn"].Export("0"));
  EXPECT_EQ(intake.halted, std::vector<std::string>{"tartu-2"});
  const ErrorView refusal = Explain((*this)["copy"]->File(Draft().By("mari").Create("parcel/7")).status());
  EXPECT_EQ(refusal.kind, "admission");
  EXPECT_NE(refusal.message.find("two versions"), std::string::npos);
  EXPECT_EQ((*this)["copy"]->Read()->Value("parcel/2/owner")->text, "Liis");  // what it has it keeps
}

TEST_F(TwoVersions, TheProofReachesWhoeverTakesFromASiteThatHasIt) {
  Tell("tartu", "tallinn");
  Tell("tartu", "luxembourg");
  Take("tallinn", (*this)["copy"].Since("0"));
  EXPECT_EQ(Tell("tallinn", "luxembourg").halted, std::vector<std::string>{"tartu-2"});
  ExpectHalted("luxembourg", "tartu-2");
}

TEST_F(TwoVersions, TheProofCanBeReadByWhoeverHasTheKeyOfTheLane) {
  Tell("tartu", "tallinn");
  Take("tallinn", (*this)["copy"].Since("0"));
  const RegistryId registry = Registry();
  (*this)["tallinn"].db.reset();
  const auto env = *Env::Open({(*this)["tallinn"].dir, false, false, 0});
  const Txn txn = *env->Read();
  const PublicKey key = KeyOf("tartu").public_key();
  const std::optional<Proof> proof = *ReadProof(txn, LaneOf(key));
  ASSERT_TRUE(proof.has_value());
  EXPECT_EQ(proof->fork, 2u);
  const chancery::Run run = *DecodeRun(proof->run);
  Tree tree = proof->tree;
  for (size_t i = 0; i < run.leaves.size(); ++i) tree.Append(IdOf(run.EntryBytes(i)));
  EXPECT_TRUE(Verify(key, SealMessage(registry, LaneOf(key), run.last(), tree.Root()), run.seal));
}

TEST_F(TwoVersions, BytesThatAreNotSealedHaltNobody) {
  Tell("tartu", "tallinn");
  for (std::string run : (*this)["copy"].Since("tallinn-4")) {
    chancery::Run changed = *DecodeRun(run);
    if (changed.lane != LaneOf(KeyOf("tartu").public_key())) continue;
    changed.seal.bytes[7] ^= 1;
    run = EncodeRun(changed);
    EXPECT_EQ((*this)["tallinn"]->Ingest({&run, 1}).status().code(), absl::StatusCode::kDataLoss);
  }
  EXPECT_TRUE((*this)["tallinn"].Status().halted.empty());
  const std::string bytes = (*this)["tallinn"].Export("0");  // what a bundle's runs look into
  Bundle bundle = *DecodeBundle(bytes);
  for (LaneHead& head : bundle.to) head.peaks[0].bytes[0] ^= 1;
  EXPECT_TRUE(Apply("luxembourg", EncodeBundle(bundle)).halted.empty());
}

// The tree that the store keeps of tartu's lane is not the one that its journal gives.
TEST_F(TwoVersions, ABitThatFlippedHereHaltsNobody) {
  Tell("tartu", "tallinn");
  const std::string bundle = (*this)["tartu"].Export("0");
  (*this)["tallinn"].db.reset();
  {
    const auto env = *Env::Open({(*this)["tallinn"].dir, false, false, 0});
    auto txn = *env->Write();
    const std::string key = Key64(1);
    std::string row(*txn.Get(Table::kLane, key));
    const size_t size = ByteReader(row).U32();
    row[4 + size - 1] = static_cast<char>(row[4 + size - 1] ^ 1);  // the end of its last peak
    txn.Put(Table::kLane, key, row);
    ASSERT_TRUE(txn.Commit().ok());
  }
  (*this)["tallinn"].db = *Database::Open((*this)["tallinn"].dir, (*this)["tallinn"].env);
  const absl::StatusOr<Intake> intake = (*this)["tallinn"]->ApplyBundle(bundle);
  EXPECT_EQ(intake.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE((*this)["tallinn"].Status().halted.empty());
}

// The same lane in other runs, again and again: no difference.
TEST_F(TwoVersions, OneVersionCutOtherwiseIsNoSecondOne) {
  for (int i = 0; i < 5; ++i) {
    Create("tartu", "t" + std::to_string(i));
    Tell("tartu", "luxembourg");
    Tell("tartu", "tallinn");
    Take("tallinn", (*this)["tartu"].Since("0"));
    Apply("tallinn", (*this)["tartu"].Export("tallinn-4,tartu-1"));
    Apply("tallinn", (*this)["luxembourg"].Export("0"));
    EXPECT_TRUE(Apply("tartu", (*this)["tallinn"].Export("0")).halted.empty());
  }
  EXPECT_TRUE((*this)["tallinn"].Status().halted.empty());
}

// Of two versions that are as long a number names either. An epoch names the tree, and who holds another one does not sign it: so
// nobody counts as a voter for what it does not hold.
TEST_F(TwoVersions, AnEndKeepsNoneThatAVoterDoesNotHold) {
  Create("tartu", "3");  // both end at 3
  ASSERT_TRUE((*this)["tallinn"]->Settle().ok());
  Tell("tallinn", "luxembourg");
  Tell("tartu", "tallinn");
  Tell("copy", "luxembourg");
  const std::vector<std::string> two = {"tallinn", "luxembourg"};
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("tartu").ok());
  Exchange(two);
  const EpochView there = *(*this)["luxembourg"]->Read()->Epoch();
  EXPECT_EQ(there.number, 1u);
  EXPECT_EQ(there.voted, (std::vector<std::string>{"luxembourg", "tallinn"}));
  EXPECT_EQ(there.accepted, std::vector<std::string>{"tallinn"});
  EXPECT_EQ(there.differing, std::vector<std::string>{"tartu"});
  EXPECT_TRUE((*this)["tallinn"]->Read()->Epoch()->differing.empty());
  Tick(kHour);  // whoever takes the vote up again has to propose the same, and does not hold it
  Exchange(two);
  EXPECT_EQ((*this)["luxembourg"]->Read()->Epoch()->number, 1u);
}

TEST_F(TwoVersions, AnEndKeepsTheOneThatItsVotersHold) {
  Create("tartu", "3");
  ASSERT_TRUE((*this)["tallinn"]->Settle().ok());
  for (const char* name : {"tallinn", "luxembourg"}) Tell("tartu", name);
  Tell("tallinn", "luxembourg");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("tartu").ok());
  Exchange({"tallinn", "luxembourg"});
  EXPECT_EQ((*this)["luxembourg"]->Read()->Epoch()->number, 2u);
  EXPECT_EQ((*this)["luxembourg"]->Read()->Value("parcel/3/owner")->text, "Mari");
}

}  // namespace
}  // namespace chancery

// Epochs over real stores: who decides, what ends, what a restart keeps, what strangers cannot do.
#include "chancery/receipt.h"
#include "engine/base/status.h"
#include "engine/codec/epoch_text.h"
#include "engine/journal/tree.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class EpochOfSites : public Sites {
 protected:
  EpochView Epoch(const std::string& site) { return *(*this)[site]->Read()->Epoch(); }
  std::string File(const std::string& site, const std::string& key) {
    const absl::StatusOr<Receipt> receipt = (*this)[site]->File(Draft().By("mari").Create("parcel/" + key));
    return receipt.ok() ? receipt->short_name() : std::string(receipt.status().message());
  }
};

const std::vector<std::string> kAll = {"tallinn", "tartu", "luxembourg"};
const std::vector<std::string> kTwo = {"tallinn", "tartu"};

TEST_F(EpochOfSites, TheFounderDecidesAloneUntilOthersAreMembers) {
  EXPECT_EQ(Epoch("tallinn").members, std::vector<std::string>{"tallinn"});
  ASSERT_TRUE((*this)["tallinn"]->Settle().ok());
  EXPECT_EQ(Epoch("tallinn").number, 1u);
  EXPECT_EQ(Epoch("tallinn").members.size(), 3u);
  EXPECT_EQ(Epoch("tallinn").decide, 2u);
  EXPECT_EQ(Epoch("tartu").number, 0u);
  Tell("tallinn", "tartu");
  EXPECT_EQ(Epoch("tartu").number, 1u);
  const ReceiptFile receipt = *(*this)["tallinn"]->Prove("tallinn-5", "accepted");
  EXPECT_EQ(VerifyReceipt(receipt.proof, receipt.policy)->entry.kind, "epoch");
}

TEST_F(EpochOfSites, WhatNobodyHeardOfIsOutsideAndIsReadmitted) {
  Exchange(kAll);
  const std::string heard = File("luxembourg", "1");
  Tell("luxembourg", "tartu");
  const std::string unheard = File("luxembourg", "2");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  EXPECT_EQ(Epoch("tallinn").proposer, "tallinn");
  EXPECT_TRUE(Epoch("tallinn").ends.empty());  // proposed is not ended
  EXPECT_FALSE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  Exchange(kTwo);
  ASSERT_EQ(Epoch("tartu").number, 2u);
  EXPECT_EQ(Epoch("tartu").ends, (std::vector<std::pair<std::string, uint64_t>>{{"luxembourg", 2}}));  // as tartu had it
  Tick(30000);
  Exchange(kTwo);
  EXPECT_TRUE((*this)["tallinn"]->Read()->Place(heard)->settled);

  Tell("luxembourg", "tallinn");  // its late return
  EXPECT_TRUE((*this)["tallinn"]->Read()->Entry(unheard)->outside);
  EXPECT_FALSE((*this)["tallinn"]->Read()->Record("parcel/2").ok());
  Exchange(kAll);
  EXPECT_FALSE((*this)["luxembourg"]->Read()->Record("parcel/2").ok());  // where it was filed, too
  EXPECT_NE(File("luxembourg", "3").find("has ended"), std::string::npos);
  EXPECT_EQ((*this)["luxembourg"].Digests(), (*this)["tallinn"].Digests());
  EXPECT_TRUE((*this)["luxembourg"]->Verify()->ok());

  EXPECT_FALSE((*this)["tartu"]->Readmit(heard).ok());  // it counts
  const absl::StatusOr<Receipt> again = (*this)["tartu"]->Readmit(unheard, "judge");
  ASSERT_TRUE(again.ok()) << again.status();
  const EntryView shown = *(*this)["tartu"]->Read()->Entry(again->short_name());
  EXPECT_EQ(shown.readmits, (*this)["tartu"]->Read()->Entry(unheard)->entry);
  EXPECT_EQ(shown.officer, "judge");
  EXPECT_TRUE((*this)["tartu"]->Read()->Record("parcel/2").ok());
  EXPECT_TRUE((*this)["tartu"]->Readmit(unheard, "judge")->repeated);
}

TEST_F(EpochOfSites, TwoProposalsAtOnceAreOneDecisionAfterTheOther) {
  Join("narva");
  ASSERT_TRUE((*this)["tallinn"]->Admit((*this)["narva"]->SiteCard()).ok());
  const std::vector<std::string> four = {"tallinn", "tartu", "luxembourg", "narva"};
  Exchange(four);
  ASSERT_EQ(Epoch("narva").members.size(), 4u);
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  ASSERT_TRUE((*this)["tartu"]->ProposeEnd("narva").ok());
  for (int i = 0; i < 10; ++i) {
    Tick(61000);
    Exchange(four);
  }
  EXPECT_EQ(Epoch("tallinn").ends.size(), 2u);
  EXPECT_EQ(Epoch("tallinn").members, kTwo);
  EXPECT_EQ(Epoch("tallinn").ends, Epoch("narva").ends);
}

TEST_F(EpochOfSites, AVoteOutlivesARestart) {
  Exchange(kAll);
  const std::string entry = File("tartu", "1");
  Tell("tartu", "tallinn");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  (*this)["tallinn"].Reopen();
  Tick(30000);
  ASSERT_TRUE((*this)["tallinn"]->Settle().ok());
  const EpochView open = Epoch("tallinn");
  EXPECT_EQ(open.voted, std::vector<std::string>{"tallinn"});
  Exchange(kTwo);
  EXPECT_EQ(Epoch("tallinn").number, 2u);
}

TEST_F(EpochOfSites, NobodyEndsTheLastHolderOrAStranger) {
  const absl::Status last = (*this)["tallinn"]->ProposeEnd("tallinn").status();  // epoch 0: the founder alone
  EXPECT_TRUE(absl::IsFailedPrecondition(last)) << last;
  EXPECT_TRUE(absl::IsNotFound((*this)["tallinn"]->ProposeEnd("riga").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition((*this)["tartu"]->ProposeEnd("luxembourg").status()));  // it is no member yet
}

// Each wants to leave, none when it asks is the last: whoever is left in the end stays.
TEST_F(EpochOfSites, WhereAllLeaveAtOnceTheLastOneStays) {
  Exchange(kAll);
  for (const std::string& name : kAll) ASSERT_TRUE((*this)[name]->ProposeEnd(name).ok());
  for (int turn = 0; turn < 4; ++turn) {
    Exchange(kAll);
    Tick(kHour);
  }
  for (const std::string& name : kAll) {
    EXPECT_EQ(Epoch(name).members.size(), 1u) << name;
    EXPECT_EQ(Epoch(name).ends.size(), 2u) << name;
    EXPECT_TRUE((*this)[name]->Verify()->ok()) << name;
  }
}

TEST_F(EpochOfSites, ADecisionWithoutItsQuorumIsMalformed) {
  Exchange(kAll);
  File("tartu", "1");  // it knows of epoch 1
  Tell("tartu", "tallinn");
  Entry forged;  // by tartu alone, which would need another's signature
  const KeyPair key = KeyOf("tartu");
  const RegistryId registry = Registry();
  forged.registry = registry;
  forged.lane = LaneOf(key.public_key());
  forged.kind = EntryKind::kEpoch;
  forged.decision.emplace();
  forged.decision->epoch = {2, {{forged.lane, Role::kFull}}, {}};
  forged.decision->ballot = {1, forged.lane};
  forged.decision->signatures = {
      {forged.lane, key.Sign(EpochText(registry, forged.decision->epoch, forged.decision->ballot, {key.public_key()}))}};
  Tree tree;
  for (const std::string& bytes : (*this)["tartu"].Since("0")) {
    const chancery::Run run = *DecodeRun(bytes);
    if (run.lane != forged.lane) continue;
    for (size_t i = 0; i < run.leaves.size(); ++i) tree.Append(run.Id(i));
    forged.seq = run.last();
    forged.hlc = run.leaves.back().hlc;
  }
  ASSERT_GT(forged.seq, 0u);
  ++forged.seq;
  forged.hlc += 1000ull << 16;
  chancery::Run run;
  run.header = EncodeHeader(forged);
  run.lane = forged.lane;
  run.first = forged.seq;
  run.Append(forged.hlc, EncodeBody(forged));
  tree.Append(run.Id(0));
  run.seal = key.Sign(SealMessage(registry, run.lane, tree.size(), tree.Root()));
  const std::string before = (*this)["tallinn"].Digests();
  const absl::StatusOr<Intake> intake = (*this)["tallinn"]->Ingest({EncodeRun(run)});
  ASSERT_FALSE(intake.ok());
  EXPECT_NE(S(intake.status().message()).find("fewer members signed the epoch than it takes"), std::string::npos)
      << intake.status();
  EXPECT_EQ((*this)["tallinn"].Digests(), before);
  EXPECT_EQ(Epoch("tallinn").number, 1u);
}

}  // namespace
}  // namespace chancery

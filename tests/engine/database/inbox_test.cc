// What cannot be merged yet is stored, passed on and tried again; nothing of it moves a frontier, a digest or a stamp.
#include <algorithm>

#include "engine/base/limits.h"
#include "engine/journal/tree.h"
#include "engine/store/env.h"
#include "tests/engine/database/sites.h"
#include "tests/support/forever.h"

namespace chancery {
namespace {

using Inbox = Sites;

// tallinn-5 and tallinn-6 as two runs: they are too far apart in time to share one.
struct Gap : Inbox {
  std::vector<std::string> fifth, sixth;
  Gap() {
    const std::string four = (*this)["tallinn"].Frontier();
    Create("tallinn", "1");
    fifth = (*this)["tallinn"].Since(four);
    const std::string five = (*this)["tallinn"].Frontier();
    (*this)["tallinn"].clock.Set((*this)["tallinn"].clock.NowMs() + kHour);
    Create("tallinn", "2");
    sixth = (*this)["tallinn"].Since(five);
  }
};

TEST_F(Gap, WhatComesEarlyWaitsAndComesInByItself) {
  const std::string before = (*this)["tartu"].Digests(), frontier = (*this)["tartu"].Frontier();
  const Intake early = Take("tartu", sixth);
  EXPECT_EQ(early.entries, 0u);
  EXPECT_EQ(early.waiting, 1u);
  EXPECT_EQ(early.missing, std::vector<std::string>{"tallinn-5"});
  EXPECT_EQ((*this)["tartu"].Digests(), before);
  EXPECT_EQ((*this)["tartu"].Frontier(), frontier);
  (*this)["tartu"].Reopen();
  EXPECT_EQ((*this)["tartu"].Status().waiting, 1u);
  const Intake late = Take("tartu", fifth);
  EXPECT_EQ(late.entries, 2u);
  EXPECT_EQ(late.waiting, 0u);
  EXPECT_TRUE(late.missing.empty());
  EXPECT_EQ((*this)["tartu"].Status().waiting, 0u);
  EXPECT_EQ((*this)["tartu"].Digests(), (*this)["tallinn"].Digests());
}

TEST_F(Gap, WhatWaitsIsNotStoredTwiceAndGoesWhenItIsKnown) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Take("tartu", sixth).waiting, 1u);
  EXPECT_EQ((*this)["tartu"]->Read()->Waiting()->size(), 1u);
  std::vector<std::string> both = fifth;
  both.insert(both.end(), sixth.begin(), sixth.end());
  EXPECT_EQ(Take("tartu", both).entries, 2u);
  EXPECT_TRUE((*this)["tartu"]->Read()->Waiting()->empty());
}

TEST_F(Gap, WhatWaitsIsPassedOn) {
  Take("tartu", sixth);
  EXPECT_EQ(Tell("tartu", "luxembourg").waiting, 1u);
  EXPECT_EQ(Apply("luxembourg", (*this)["tartu"].Export("0")).waiting, 1u);
  EXPECT_EQ(Take("luxembourg", fifth).entries, 2u);
  EXPECT_EQ((*this)["luxembourg"].Digests(), (*this)["tallinn"].Digests());
}

TEST_F(Inbox, EntriesOfASiteThatIsNotAdmittedHereWait) {
  Join("narva");
  ASSERT_TRUE((*this)["tallinn"]->Admit((*this)["narva"]->SiteCard()).ok());
  Tell("tallinn", "narva");
  Create("narva", "9");
  const Intake early = Take("tartu", (*this)["narva"].Since((*this)["tallinn"].Frontier()));
  EXPECT_EQ(early.waiting, 1u);
  EXPECT_EQ(early.missing, (std::vector<std::string>{"tallinn-5", "the admission of a site that is not known here"}));
  EXPECT_EQ((*this)["tartu"]->Read()->Waiting()->at(0).lane, "");
  EXPECT_EQ(Tell("tallinn", "tartu").entries, 2u);
  EXPECT_EQ((*this)["tartu"].Digests(), (*this)["narva"].Digests());
}

TEST_F(Inbox, AStampADayAheadIsHeldWithWhatBuildsOnItUntilTheClockIsThere) {
  Site &tartu = (*this)["tartu"], &luxembourg = (*this)["luxembourg"], &tallinn = (*this)["tallinn"];
  luxembourg.clock.Set(luxembourg.clock.NowMs() + 30 * kHour);
  Create("luxembourg", "1");
  tallinn.clock.Set(luxembourg.clock.NowMs());
  Tell("luxembourg", "tallinn");
  Create("tallinn", "2");  // builds on it
  const Intake early = Tell("tallinn", "tartu");
  EXPECT_EQ(early.entries, 0u);
  EXPECT_EQ(early.held, 2u);
  EXPECT_EQ(early.waiting, 0u);
  EXPECT_TRUE(early.missing.empty());
  EXPECT_EQ(tartu.Status().held, 2u);
  EXPECT_EQ(Create("tartu", "3").hlc(), "2026-01-01T00:00:00.000Z");  // its own stamps do not move
  tartu.clock.Set(tartu.clock.NowMs() + 5 * kHour);
  EXPECT_EQ(Take("tartu", {}).entries, 0u);
  tartu.clock.Set(tartu.clock.NowMs() + 2 * kHour);
  EXPECT_EQ(Take("tartu", {}).entries, 2u);
  EXPECT_EQ(tartu.Status().held, 0u);
  Tell("tartu", "tallinn");
  EXPECT_EQ(tartu.Digests(), tallinn.Digests());
}

TEST_F(Inbox, AnEntryBeforeTheOneThatIsTooFarAheadIsNotHeldWithIt) {
  Create("luxembourg", "1");
  (*this)["luxembourg"].clock.Set((*this)["luxembourg"].clock.NowMs() + 30 * kHour);
  Create("luxembourg", "2");
  const Intake intake = Tell("luxembourg", "tartu");
  EXPECT_EQ(intake.entries, 1u);
  EXPECT_EQ(intake.held, 1u);
}

// Entries of a member, made by hand.
struct ByHand : Inbox {
  Entry Next(const std::string& site, uint64_t seq) {
    Entry entry;
    entry.registry = Registry();
    entry.lane = LaneOf(KeyOf(site).public_key());
    entry.seq = seq;
    entry.hlc = HlcAt((*this)[site].clock.NowMs() + static_cast<int64_t>(seq));
    if (seq == 1) entry.context = {{LaneOf(KeyOf("tallinn").public_key()), 4}};
    entry.officer = "nobody";
    entry.packs = {PackIdOf(kPack)};
    entry.ops = {Op{OpKind::kCreate, 0, 0, Forever().Keep(Cat(seq)), {}}};
    return entry;
  }

  // A run of one entry; sealed over the entries before it, or with any signature.
  std::string RunOf(const Entry& entry, const KeyPair& key, const Hash256& root) {
    return EncodeRun({EncodeHeader(entry),
                      entry.lane,
                      entry.seq,
                      {{entry.hlc, Forever().Keep(EncodeBody(entry))}},
                      key.Sign(SealMessage(entry.registry, entry.lane, entry.seq, root))});
  }
  std::string First(const Entry& entry, const std::string& site) { return RunOf(entry, KeyOf(site), IdOf(EncodeEntry(entry))); }
};

TEST_F(ByHand, BytesThatCannotHoldAreRefusedAtOnceThoughTheyWouldHaveToWait) {
  Entry entry = Next("luxembourg", 1);
  entry.hlc = HlcAt((*this)["tartu"].clock.NowMs() + 30 * kHour);
  const std::string forged = RunOf(entry, KeyOf("tartu"), IdOf(EncodeEntry(entry)));
  EXPECT_EQ((*this)["tartu"]->Ingest({&forged, 1}).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE((*this)["tartu"]->Read()->Waiting()->empty());
  const std::string sound = First(entry, "luxembourg");
  EXPECT_EQ(Take("tartu", {sound}).held, 1u);
}

TEST_F(ByHand, GarbageBehindAGapIsDroppedWhenTheGapCloses) {
  const Entry second = Next("luxembourg", 2);
  const std::string garbage = RunOf(second, KeyOf("tartu"), Sha256({"anything"}));
  EXPECT_EQ(Take("tartu", {garbage}).waiting, 1u);
  Create("luxembourg", "1");
  const Intake intake = Tell("luxembourg", "tartu");
  EXPECT_EQ(intake.entries, 1u);
  EXPECT_EQ(intake.waiting, 0u);
  EXPECT_TRUE(intake.halted.empty());
  EXPECT_TRUE((*this)["tartu"]->Read()->Waiting()->empty());
}

TEST_F(ByHand, SoundRunsAreTakenThoughOthersOfTheBatchAreNot) {
  Create("luxembourg", "1");
  std::vector<std::string> runs = (*this)["luxembourg"].Since((*this)["tartu"].Frontier());
  const Entry entry = Next("tartu", 1);
  runs.push_back(RunOf(entry, KeyOf("luxembourg"), IdOf(EncodeEntry(entry))));
  runs.emplace_back("no run at all");
  const Intake intake = Take("tallinn", runs);
  EXPECT_EQ(intake.entries, 1u);
  EXPECT_EQ(intake.offered, 3u);
  EXPECT_EQ(intake.damaged, 2u);
}

// Signed by a member, stored while its cause is missing, and found to be malformed only when its turn comes.
TEST_F(ByHand, ASealedRunThatCannotBeFoldedIsDroppedAndStopsNobody) {
  Create("tallinn", "1");
  Entry rogue = Next("luxembourg", 1);
  rogue.context[0].seq = 5;
  rogue.hlc += 1u << 20;
  rogue.ops[0].changes = {{9, Verb::kSet, Value::Text("x"), {}}};  // no such field
  EXPECT_EQ(Take("tartu", {First(rogue, "luxembourg")}).waiting, 1u);
  const Intake intake = Tell("tallinn", "tartu");
  EXPECT_EQ(intake.entries, 1u);
  EXPECT_EQ(intake.waiting, 0u);
  EXPECT_EQ((*this)["tartu"].Digests(), (*this)["tallinn"].Digests());
}

TEST_F(ByHand, AFloodOfWhatNobodyCanCheckLeavesRoomForWhatMembersSigned) {
  const KeyPair stranger = KeyPair::FromSeed(Sha256({"stranger"}));
  Entry entry = Next("luxembourg", 2);
  entry.lane = LaneOf(stranger.public_key());
  entry.ops = {Op{OpKind::kCreate, 0, 0, "1", {{0, Verb::kSet, Value::Text(Forever().Keep(std::string(100, 'x'))), {}}}}};
  std::vector<std::string> flood;
  for (size_t i = 0; i < limits::kInboxRuns / 2 + 100; ++i) {
    ++entry.seq;
    chancery::Run run{EncodeHeader(entry), entry.lane, entry.seq, {}, {}};
    run.Append(entry.hlc, EncodeBody(entry));
    flood.push_back(EncodeRun(run));
  }
  const Intake flooded = Take("tartu", flood);
  EXPECT_EQ(flooded.waiting, limits::kInboxRuns / 2);
  EXPECT_EQ(flooded.left_out, 100u);
  Entry ahead = Next("luxembourg", 1);
  ahead.hlc = HlcAt((*this)["tartu"].clock.NowMs() + 30 * kHour);
  EXPECT_EQ(Take("tartu", {First(ahead, "luxembourg")}).held, 1u);
  Create("tallinn", "1");
  EXPECT_EQ(Tell("tallinn", "tartu").entries, 1u);
}

// A row of the inbox whose bytes changed on the disk is no entry; whoever sent it has it still.
TEST_F(Gap, ADamagedRowOfTheInboxIsLeftOutAndComesAgain) {
  Take("tartu", sixth);
  (*this)["tartu"].db.reset();
  {
    const auto env = *Env::Open({(*this)["tartu"].dir, false, false, 0});
    auto txn = *env->Write();
    std::string key, row;
    {
      Cursor rows(txn, Table::kInbox);
      ASSERT_TRUE(rows.Seek({}));
      key = rows.key();
      row = rows.value();
    }
    row[20] = static_cast<char>(row[20] ^ 1);
    txn.Put(Table::kInbox, key, row);
    ASSERT_TRUE(txn.Commit().ok());
  }
  (*this)["tartu"].db = *Database::Open((*this)["tartu"].dir, (*this)["tartu"].env);
  EXPECT_EQ((*this)["tartu"].Status().waiting, 0u);
  EXPECT_EQ(Take("tartu", fifth).entries, 1u);
  EXPECT_EQ(Take("tartu", sixth).entries, 1u);
}

// The genesis says how far a stamp may lead, here one second.
TEST_F(Inbox, TheGenesisSaysHowFarAStampMayLead) {
  const KeyPair key = KeyPair::FromSeed(Sha256({"narva"}));
  Entry first;
  first.kind = EntryKind::kGenesis;
  first.lane = LaneOf(key.public_key());
  first.seq = 1;
  first.hlc = HlcAt(1767225600000);
  first.genesis = Genesis{"land", {}, 10000, 1000, "narva", key.public_key()};
  const EntryId registry = IdOf(EncodeEntry(first));
  Tree tree;
  std::vector<std::string> runs;
  Entry pack;
  pack.kind = EntryKind::kPack;
  pack.registry = registry;
  pack.lane = first.lane;
  pack.seq = 2;
  pack.hlc = HlcAt(1767225600000 + 1500);
  pack.pack_toml = kPack;
  for (const Entry& entry : {first, pack}) {
    tree.Append(IdOf(EncodeEntry(entry)));
    runs.push_back(EncodeRun({EncodeHeader(entry),
                              entry.lane,
                              entry.seq,
                              {{entry.hlc, Forever().Keep(EncodeBody(entry))}},
                              key.Sign(SealMessage(registry, entry.lane, entry.seq, tree.Root()))}));
  }
  Site& site = New("elsewhere");
  const Bundle bundle{registry, {}, {}, {runs[0], runs[1]}, "", 0};
  site.db = *Database::Join(site.dir, {"elsewhere", "full", "e"}, EncodeBundle(bundle), site.env);
  EXPECT_EQ(site.Frontier(), "narva-1");
  EXPECT_EQ(site.Status().held, 1u);
  site.clock.Set(site.clock.NowMs() + 499);
  EXPECT_EQ(site->Ingest({})->held, 1u);
  site.clock.Set(site.clock.NowMs() + 1);
  EXPECT_EQ(site->Ingest({})->entries, 1u);
}

}  // namespace
}  // namespace chancery

// The order over real stores: what arrives from strangers, what a restart keeps, what damage looks like.
#include "engine/base/environment.h"
#include "engine/order/cosign.h"
#include "engine/order/rounds.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class OrderOfSites : public Sites {
 protected:
  std::string File(const std::string& site, const std::string& key) {
    return (*this)[site]->File(Draft().By("mari").Create("parcel/" + key))->short_name();
  }

  PlaceView PlaceAt(const std::string& site, const std::string& entry) { return *(*this)[site]->Read()->Place(entry); }
};

TEST_F(OrderOfSites, SurvivesARestartAndARebuild) {
  const std::string entry = File("tallinn", "1");
  Tick(30000);
  Exchange({"tallinn", "tartu", "luxembourg"});
  const PlaceView before = PlaceAt("tartu", entry);
  EXPECT_TRUE(before.settled);
  EXPECT_GE(before.cosigners.size(), 2u);
  (*this)["tartu"].Reopen();
  EXPECT_EQ(PlaceAt("tartu", entry).place, before.place);
  ASSERT_TRUE((*this)["tartu"]->Rebuild().ok());
  EXPECT_EQ(PlaceAt("tartu", entry).place, before.place);
  EXPECT_TRUE(PlaceAt("tartu", entry).settled);
  EXPECT_TRUE((*this)["tartu"]->Verify()->ok());
}

// Also where more rounds have been closed since than cosignatures are kept of.
TEST_F(OrderOfSites, WhatIsFinalStaysSoInARebuild) {
  File("tallinn", "0");
  Tick(30000);
  Exchange({"tallinn", "tartu", "luxembourg"});
  const uint64_t final_entries = (*this)["tartu"].Status().order.entries;
  ASSERT_GT(final_entries, 0u);
  for (int i = 1; i <= 70; ++i) {  // of the others tartu hears entries and no signatures
    File("tallinn", std::to_string(i));
    Tick(11000);
    Tell("tallinn", "luxembourg");
    ASSERT_TRUE((*this)["luxembourg"]->Settle().ok());
    ASSERT_TRUE((*this)["tallinn"]->Settle().ok());
    Tell("luxembourg", "tartu");
    Tell("tallinn", "tartu");
    ASSERT_TRUE((*this)["tartu"]->Settle().ok());
  }
  ASSERT_EQ((*this)["tartu"].Status().order.entries, final_entries);
  ASSERT_TRUE((*this)["tartu"]->Rebuild().ok());
  EXPECT_EQ((*this)["tartu"].Status().order.entries, final_entries);
}

TEST_F(OrderOfSites, WaitsForTheOneThatIsNotHeard) {
  const std::string entry = File("tallinn", "1");
  Tick(30000);
  Exchange({"tallinn", "tartu"});
  EXPECT_EQ(PlaceAt("tallinn", entry).place, 0u);
  EXPECT_EQ((*this)["tallinn"].Status().order.waiting_for, std::vector<std::string>{"luxembourg"});
  EXPECT_EQ(PlaceAt("tallinn", entry).witnesses, std::vector<std::string>{"tartu"});
  const std::string frontier = (*this)["tallinn"].Frontier();
  Exchange({"tallinn", "tartu"});
  EXPECT_EQ((*this)["tallinn"].Frontier(), frontier);  // one beat is enough
}

// A later stamp that was seen is no reason to hurry.
TEST_F(OrderOfSites, PatienceIsCountedByTheTimeOfDay) {
  Tick(9000);
  File("tallinn", "1");
  Tick(2000);
  File("tallinn", "2");  // of the next round
  Tell("tallinn", "tartu");
  const std::string frontier = (*this)["tartu"].Frontier();
  EXPECT_TRUE((*this)["tartu"]->Settle(600'000).ok());
  EXPECT_EQ((*this)["tartu"].Frontier(), frontier);
  Tick(590'000);
  EXPECT_TRUE((*this)["tartu"]->Settle(600'000).ok());
  EXPECT_EQ((*this)["tartu"].Frontier(), frontier);
  Tick(10'000);
  EXPECT_TRUE((*this)["tartu"]->Settle(600'000).ok());
  EXPECT_NE((*this)["tartu"].Frontier(), frontier);
}

TEST_F(OrderOfSites, NobodyBeatsWhereNothingIsUnsettled) {
  File("tallinn", "1");
  Tick(30000);
  Exchange({"tallinn", "tartu", "luxembourg"});
  const std::string frontier = (*this)["tallinn"].Frontier();
  for (int i = 0; i < 5; ++i) {
    Tick(60000);
    Exchange({"tallinn", "tartu", "luxembourg"});
  }
  EXPECT_EQ((*this)["tallinn"].Frontier(), frontier);
}

TEST_F(OrderOfSites, AtOneFilingASecondQuietSitesBeatAtMostOnceARound) {
  const std::vector<std::string> names = {"tallinn", "tartu", "luxembourg", "narva"};
  Join("narva");
  ASSERT_TRUE((*this)["tallinn"]->Admit((*this)["narva"]->SiteCard()).ok());
  Exchange(names);
  std::map<std::string, std::map<int64_t, int>> beats;  // by site and round of 5 s
  for (int second = 0; second < 40; ++second) {
    Tick(1000);
    Create("tallinn", "at" + std::to_string(second));
    Exchange(names);
  }
  Tick(15000);
  Exchange(names);
  const auto log = *(*this)["tallinn"]->Read()->Log("");
  for (const EntryView& entry : log) {
    int64_t ms = 0;
    ASSERT_TRUE(ParseTime(entry.hlc, &ms));
    if (entry.kind == "beat") ++beats[entry.site][ms / 5000];
  }
  EXPECT_GE(beats.size(), 3u);  // those that file nothing
  for (const auto& [site, rounds] : beats)
    for (const auto& [round, count] : rounds) EXPECT_EQ(count, 1) << site << " in round " << round;
  EXPECT_LE(beats["tallinn"].size(), 4u);  // what it files says as much
  Tick(600000);
  Exchange(names);
  EXPECT_EQ((*this)["tallinn"]->Read()->Log("")->size(), log.size());  // nothing is unsettled
}

TEST_F(OrderOfSites, TakesNothingThatDoesNotHold) {
  File("tallinn", "1");
  Tick(30000);
  Exchange({"tallinn", "tartu"});
  Database& db = *(*this)["tallinn"].db;
  const std::string bytes = *(*this)["tartu"]->Read()->Cosignatures();
  EXPECT_FALSE(*db.TakeCosignatures(bytes));  // they are here
  for (size_t at = 8; at < bytes.size(); at += 7) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    const absl::StatusOr<bool> taken = db.TakeCosignatures(flipped);
    EXPECT_FALSE(taken.ok() && *taken) << at;
  }
  EXPECT_EQ(db.TakeCosignatures("rubbish").status().code(), absl::StatusCode::kInvalidArgument);
  const Cosignature stranger = MakeCosignature(kSettledLog, {5, {}}, 1, {}, KeyPair::FromSeed(Sha256({"stranger"})));
  EXPECT_FALSE(*db.TakeCosignatures(EncodeCosignatures({stranger})));
}

// A member that signs another root of the same size: an alarm at whoever has computed his own.
TEST_F(OrderOfSites, TellsOfAnotherOrder) {
  File("tallinn", "1");
  Tick(30000);
  Exchange({"tallinn", "tartu", "luxembourg"});
  Database& db = *(*this)["tallinn"].db;
  std::string id;
  ASSERT_TRUE(Unhex((*this)["tallinn"].Status().registry, &id));
  const KeyPair tartu = KeyPair::FromSeed(Sha256({"chancery/seed/1\n", "tartu"}));
  const Cosignature other = MakeCosignature(kSettledLog, {1, Sha256({"another order"})}, 1ull << 40, RegistryId::From(id), tartu);
  EXPECT_TRUE(*db.TakeCosignatures(EncodeCosignatures({other})));
  EXPECT_EQ((*this)["tallinn"].Status().order.unequal, std::vector<std::string>{"tartu"});
  EXPECT_TRUE((*this)["luxembourg"].Status().order.unequal.empty());
}

TEST_F(OrderOfSites, VerifyFindsAnotherRootAndARebuildMendsIt) {
  File("tallinn", "1");
  Tick(30000);
  Exchange({"tallinn", "tartu", "luxembourg"});
  Site& site = (*this)["tallinn"];
  const std::string before = *site->Read()->Cosignatures();
  site.db.reset();
  {
    Env::Options options;
    options.dir = site.dir;
    options.durable = false;
    const auto env = *Env::Open(options);
    WriteTxn txn = *env->Write();
    std::string tile(*txn.Get(Table::kTile, std::string(16, '\0')));
    tile[40] = static_cast<char>(tile[40] ^ 1);
    txn.Put(Table::kTile, std::string(16, '\0'), tile);
    ASSERT_TRUE(txn.Commit().ok());
  }
  site.db = *Database::Open(site.dir, site.env);
  const VerifyView damaged = *site->Verify();
  ASSERT_FALSE(damaged.ok());
  EXPECT_NE(damaged.damage[0].find("of the order is not what the journal says"), std::string::npos) << damaged.damage[0];
  ASSERT_TRUE(site->Rebuild().ok());
  EXPECT_TRUE(site->Verify()->ok());
  EXPECT_EQ(*site->Read()->Cosignatures(), before);
}

}  // namespace
}  // namespace chancery

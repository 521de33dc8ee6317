// What is now known of then: a past equals what a store showed that held these entries, also where packs and members changed
// since. Pasts in random histories are compared with the reference model (tests/model/history.cc).
#include "engine/base/status.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

constexpr char kStricter[] = R"([pack]
name = "land"
version = 2

[register.parcel]
title = "Parcel"

[register.parcel.fields]
owner = { type = "text" }

[[rule]]
id = "one-parcel-each"
kind = "unique"
on = ["parcel.owner"]
title = "Nobody owns two parcels"
)";

class PastOfSites : public Sites {
 protected:
  struct Moment {
    std::string frontier, shown;
  };

  static std::string Shown(const Snapshot& snapshot) {
    const StatusView status = *snapshot.Status();
    std::string out = status.digest + status.docket + std::to_string(status.records);
    const absl::StatusOr<std::vector<std::string>> keys = snapshot.Keys("parcel");
    if (!keys.ok()) return out + std::string(keys.status().message());
    for (const std::string& key : *keys) out += ToJson(*snapshot.Record("parcel/" + key)).Json();
    const std::vector<CaseView> cases = *snapshot.Cases();
    for (const CaseView& c : cases) out += ToJson(*snapshot.Case(c.rule, c.subject)).Json();
    return out;
  }

  void Note(const std::string& site) {
    const Snapshot now = *(*this)[site]->Read();
    moments_[site].push_back({now.Frontier(), Shown(now)});
  }

  // What every site showed at the moments noted is what `here` tells of them.
  void CompareAll(const std::string& here) {
    const Snapshot now = *(*this)[here]->Read();
    for (const auto& [site, moments] : moments_)
      for (const Moment& moment : moments) {
        const absl::StatusOr<Snapshot> then = now.AsOf(moment.frontier);
        ASSERT_TRUE(then.ok()) << site << " " << moment.frontier << ": " << then.status();
        EXPECT_EQ(then->Frontier(), moment.frontier);
        EXPECT_EQ(Shown(*then), moment.shown) << here << " of " << site << " at " << moment.frontier;
      }
  }

  void Set(const std::string& site, const std::string& parcel, const std::string& owner) {
    const auto receipt = (*this)[site]->File(Draft().By("mari").Record("parcel/" + parcel).Set("owner", owner));
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    Note(site);
  }

  std::map<std::string, std::vector<Moment>> moments_;
};

TEST_F(PastOfSites, IsWhatWasShownThenThroughClashesAndRulings) {
  Create("tallinn", "1");
  Note("tallinn");
  Tell("tallinn", "luxembourg");
  Set("tallinn", "1", "Jaan");
  Set("luxembourg", "1", "Liis");
  Tell("luxembourg", "tallinn");
  Note("tallinn");
  RulingDraft ruling;
  ruling.rule = "parcel.owner";
  ruling.subject = "parcel/1";
  ruling.keep = "luxembourg-1";
  ruling.officer = "judge";
  ruling.reason = "heard both";
  ASSERT_TRUE((*this)["tallinn"]->Rule(ruling).ok());
  Note("tallinn");
  Set("tallinn", "1", "Peeter");
  Tell("tallinn", "tartu");
  CompareAll("tallinn");
  CompareAll("tartu");
}

TEST_F(PastOfSites, BeforeAPackThatMadeTheRulesStricterThereWasNoCase) {
  Create("tallinn", "1", "Mari");
  Create("tallinn", "2", "Mari");
  Note("tallinn");
  ASSERT_TRUE((*this)["tallinn"]->ApplyPack(kStricter, "land.toml").ok());
  Note("tallinn");
  Create("tallinn", "3", "Jaan");
  Note("tallinn");
  EXPECT_EQ((*this)["tallinn"].Status().cases, 1u);
  CompareAll("tallinn");
}

TEST_F(PastOfSites, WhatAnEndedSiteSawHasTheEntriesThatHaveNoEffectNow) {
  const std::vector<std::string> all = {"tallinn", "tartu", "luxembourg"}, two = {"tallinn", "tartu"};
  Exchange(all);
  Create("luxembourg", "1");
  Note("luxembourg");
  Tell("luxembourg", "tartu");
  Create("luxembourg", "2", "Liis");
  Note("luxembourg");
  ASSERT_TRUE((*this)["tallinn"]->ProposeEnd("luxembourg").ok());
  Exchange(two);
  Note("tallinn");
  Create("tallinn", "3");
  Note("tallinn");
  Tell("luxembourg", "tallinn");
  const Snapshot now = *(*this)["tallinn"]->Read();
  ASSERT_FALSE(now.Record("parcel/2").ok());
  const absl::StatusOr<Snapshot> seen = now.SeenBy("luxembourg");
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->Value("parcel/2/owner")->text, "Liis");
  EXPECT_FALSE(seen->Record("parcel/3").ok());
  CompareAll("tallinn");
}

TEST_F(PastOfSites, ATimeIsWhatIsStampedUpToIt) {
  Create("tallinn", "1");
  const std::string before = (*this)["tallinn"].Frontier();
  Tick(kHour);
  Create("tallinn", "2");
  Tick(24 * kHour);
  Create("tallinn", "3");
  const Snapshot now = *(*this)["tallinn"]->Read();
  EXPECT_EQ(now.AsOf("2026-01-01T00:30:00Z")->Frontier(), before);
  EXPECT_EQ(now.AsOf("2026-01-01T02:30:00+02:00")->Frontier(), before);
  EXPECT_TRUE(now.AsOf("2026-01-01")->Record("parcel/2").ok());
  EXPECT_FALSE(now.AsOf("2026-01-01")->Record("parcel/3").ok());
  EXPECT_TRUE(now.AsOf("2030-01-01")->Record("parcel/3").ok());
  EXPECT_EQ(now.AsOf("2030-01-01")->AsOf("2026-01-01T00:30:00Z")->Frontier(), before);
}

TEST_F(PastOfSites, SaysWhyThereIsNone) {
  const Snapshot now = *(*this)["tallinn"]->Read();
  EXPECT_EQ(now.AsOf("2025-12-31").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(now.AsOf("0").status().code(), absl::StatusCode::kNotFound);
  for (const char* text : {"tallinn-99", "narva-1", "tallinn-1,narva-1", "2026-02-30"})
    EXPECT_EQ(now.AsOf(text).status().code(), absl::StatusCode::kNotFound) << text;
  for (const char* text : {"", "yesterday", "tallinn", "tallinn-x"})
    EXPECT_EQ(now.AsOf(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_EQ(now.SeenBy("narva").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(now.SeenBy("tartu").status().code(), absl::StatusCode::kNotFound);  // it has filed nothing
}

TEST_F(PastOfSites, IsNotHandedOnAndOutlivesWhatItWasMadeFrom) {
  Create("tallinn", "1");
  std::optional<Snapshot> now = *(*this)["tallinn"]->Read();
  const Snapshot then = *now->AsOf(now->Frontier());
  now.reset();
  Create("tallinn", "2");
  EXPECT_EQ(then.Value("parcel/1/owner")->text, "Mari");
  EXPECT_FALSE(then.Record("parcel/2").ok());
  EXPECT_EQ(then.RunsSince("0").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(then.ExportBundle("0").status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace chancery

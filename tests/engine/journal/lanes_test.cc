#include "engine/journal/lanes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/base/limits.h"
#include "engine/journal/rows.h"
#include "tests/engine/journal/lanes_by_hand.h"

namespace chancery {
namespace {

Lanes Three() {
  Lanes lanes;
  lanes.Add(LaneOfSite("tallinn", 17));
  lanes.Add(LaneOfSite("luxembourg", 4));
  lanes.Add(LaneOfSite("riga"));
  return lanes;
}

TEST(Lanes, AFrontierIsReadAsItIsWritten) {
  const Lanes lanes = Three();
  EXPECT_EQ(lanes.FrontierText(), "luxembourg-4,tallinn-17");
  EXPECT_EQ(lanes.FrontierText(lanes.ParseFrontier(lanes.FrontierText()).value()), lanes.FrontierText());
  EXPECT_EQ(lanes.FrontierText(Vector()), "0");
  EXPECT_EQ(lanes.ParseFrontier("0").value(), Vector());
  EXPECT_EQ(lanes.FrontierText(lanes.ParseFrontier("tallinn-16,luxembourg-0").value()), "tallinn-16");
}

TEST(Lanes, OfAFrontierWhatIsNotHereIsLeftOut) {
  EXPECT_EQ(Three().FrontierText(Three().ParseFrontier("tallinn-99,narva-3").value()), "tallinn-17");
}

TEST(Lanes, WhatIsNoFrontierIsRefused) {
  for (const std::string_view bad : {"", "tallinn", "tallinn-", "tallinn-x", "tallinn-1x", "tallinn-1,", ",tallinn-1",
                                     "tallinn-1,,riga-1", "tallinn 1", "tallinn-99999999999999999999"}) {
    EXPECT_EQ(Three().ParseFrontier(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(Lanes, LanesOfOneNameAreToldApartOnceThereAreTwo) {
  Lanes lanes;
  lanes.Add(LaneOfSite("tallinn", "a"));
  lanes.Add(LaneOfSite("tallinn", "b", 2));
  EXPECT_EQ(lanes.At(0).Label(), "tallinn");
  EXPECT_EQ(lanes.At(1).Label(), "tallinn.2");
  EXPECT_EQ(lanes.Add(LaneOfSite("tallinn", "c", 2)).Label().size(), std::string("tallinn.2.01234567").size());
  EXPECT_NE(lanes.At(1).Label(), lanes.At(2).Label());
  EXPECT_EQ(lanes.At(0).Label(), "tallinn");
  EXPECT_EQ(lanes.FindLabel(lanes.At(2).Label()), &lanes.At(2));
  EXPECT_EQ(lanes.FindLabel("tallinn.2"), nullptr);
}

TEST(Lanes, NameEntriesByTheirPlaceAndBack) {
  const Lanes lanes = Three();
  const Place place{lanes.At(1).id, 4};
  EXPECT_EQ(lanes.DotOf(place), MakeDot(1, 4));
  EXPECT_EQ(lanes.PlaceOf(MakeDot(1, 4)), place);
  EXPECT_EQ(lanes.DotOf({1, 1}), std::nullopt);
  EXPECT_EQ(lanes.Short(MakeDot(1, 4)), "luxembourg-4");
  EXPECT_EQ(lanes.Short(MakeDot(7, 4)), "?-4");
  EXPECT_EQ(lanes.PlaceOf(MakeDot(7, 4)), (Place{0, 4}));
  EXPECT_EQ(lanes.Reached().At(place.lane), 4u);
}

TEST(Lanes, TheLatestLaneOfASiteIsTheOneWithTheHighestIncarnation) {
  Lanes lanes;
  for (const char* key : {"a", "b", "c"}) lanes.Add(LaneOfSite("tallinn", key, key[0] == 'b' ? 7 : 2));
  lanes.Add(LaneOfSite("riga", "d", 9));
  const auto key = [](const char* of) { return KeyOf(of).public_key(); };
  EXPECT_EQ(lanes.Incarnations("tallinn"), 7u);
  EXPECT_EQ(lanes.Incarnations("narva"), 0u);
  EXPECT_EQ(lanes.LastKeyOf("tallinn", key("x")), key("b"));
  EXPECT_EQ(lanes.LastKeyOf("tallinn", key("b")), LaneOf(key("a")) < LaneOf(key("c")) ? key("c") : key("a")) << "then by the id";
  EXPECT_EQ(lanes.LastKeyOf("riga", key("d")), std::nullopt);
}

// Whoever admits it first by the order of stamps names the lane, in whatever order the admissions arrive.
TEST(Lanes, AreNamedByTheFirstOfTheirAdmissions) {
  const auto admission = [](LaneId by, Hlc hlc, const char* site) {
    Entry entry;
    entry.lane = by;
    entry.seq = 5;
    entry.hlc = hlc;
    entry.admit.emplace();
    entry.admit->site = site;
    entry.admit->incarnation = 2;
    entry.admit->role = Role::kWitness;
    entry.admit->above = hlc - 1;
    return entry;
  };
  const std::vector<Entry> apart = {admission(7, 100, "narva"), admission(8, 90, "tartu"), admission(6, 90, "pskov")};
  for (const std::vector<size_t>& order : {std::vector<size_t>{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {1, 1, 2}}) {
    Lanes lanes;
    lanes.Add(LaneOfSite("?", "x"));
    EXPECT_TRUE(lanes.At(0).AdmittedIn(Vector())) << "the founder";
    for (const size_t i : order) lanes.Admit(0, MakeDot(static_cast<uint16_t>(i), 5), apart[i]);
    EXPECT_EQ(lanes.At(0).Label(), "pskov.2");
    EXPECT_EQ(lanes.At(0).role, Role::kWitness);
    EXPECT_EQ(lanes.At(0).admitted_hlc, 90u);
    EXPECT_EQ(lanes.At(0).above, 89u);
    EXPECT_EQ(lanes.HighestHlc(), 89u);
    const std::vector<Dot>& by = lanes.At(0).admitted_by;
    EXPECT_EQ(by.size(), std::set<size_t>(order.begin(), order.end()).size());
    EXPECT_TRUE(std::is_sorted(by.begin(), by.end()));
    Vector past;
    EXPECT_FALSE(lanes.At(0).AdmittedIn(past));
    past.Raise(1, 5);
    EXPECT_TRUE(lanes.At(0).AdmittedIn(past)) << "one of them is enough";
  }
}

TEST(Lanes, AreVoidBehindTheirEndAndBelowWhereTheyCount) {
  Lane lane = LaneOfSite("riga", 9);
  EXPECT_FALSE(lane.ended() || lane.over() || lane.Void(9, 1));
  lane.end = 7;
  EXPECT_TRUE(lane.ended() && lane.over());
  EXPECT_FALSE(lane.Void(7, 1));
  EXPECT_TRUE(lane.Void(8, 1));
  lane.end = kNoEnd;
  lane.counts_above = 50;
  EXPECT_FALSE(lane.over());
  EXPECT_TRUE(lane.Void(1, 50));
  EXPECT_FALSE(lane.Void(1, 51));
  lane.counts_above = UINT64_MAX;
  EXPECT_TRUE(lane.over());
}

TEST(Lanes, ComeBackFromTheStore) {
  NewStore store;
  {
    WriteTxn txn = store.Write();
    Lanes lanes = Three();
    Lane& lane = lanes.Edit(1);
    lane.role = Role::kBlind;
    lane.admitted_by = {MakeDot(0, 2), MakeDot(2, 5)};
    lane.first_admission = {3, 9};
    lane.admitted_hlc = 5;
    lane.above = 6;
    lane.end = 3;
    lane.counts_above = 7;
    lane.tip_hlc = 8;
    lane.context.Raise(2, 300);
    lanes.Store(txn);
    ASSERT_TRUE(txn.Commit().ok());
  }
  const Txn txn = store.Read();
  const Lanes lanes = Lanes::Load(txn).value();
  ASSERT_EQ(lanes.size(), 3u);
  EXPECT_EQ(lanes.FrontierText(), Three().FrontierText());
  const Lane& lane = lanes.At(1);
  EXPECT_EQ(lane.key, KeyOf("luxembourg").public_key());
  EXPECT_EQ(lane.role, Role::kBlind);
  EXPECT_EQ(lane.admitted_by, (std::vector<Dot>{MakeDot(0, 2), MakeDot(2, 5)}));
  EXPECT_EQ(lane.first_admission, (Place{3, 9}));
  EXPECT_EQ(lane.admitted_hlc, 5u);
  EXPECT_EQ(lane.above, 6u);
  EXPECT_EQ(lane.end, 3u);
  EXPECT_EQ(lane.counts_above, 7u);
  EXPECT_EQ(lane.tip_hlc, 8u);
  EXPECT_EQ(lane.context.At(2), 300u);
  EXPECT_EQ(lane.tree.Root(), Three().At(1).tree.Root());
}

TEST(Lanes, ALanesAuthorMayHaveSeenAsManyLanesAsAStoreCanName) {
  NewStore store;
  WriteTxn txn = store.Write();
  Lanes lanes;
  lanes.Add(LaneOfSite("tallinn")).context.Raise(limits::kLanes - 1, 7);
  lanes.Store(txn);
  EXPECT_EQ(Lanes::Load(txn)->At(0).context.At(limits::kLanes - 1), 7u);
}

// Whatever a row of lanes says that the engine has not written, the store is not opened on it.
TEST(Lanes, ADamagedRowIsToldOf) {
  NewStore store;
  std::string good;
  {
    WriteTxn txn = store.Write();
    Three().Store(txn);
    good = *txn.Get(Table::kLane, Key64(0));
    ASSERT_TRUE(txn.Commit().ok());
  }
  const auto load = [&](const std::string& key, const std::string& row) {
    WriteTxn txn = store.Write();
    txn.Put(Table::kLane, key, row);
    return Lanes::Load(txn).status().code();
  };
  EXPECT_EQ(load(Key64(0), good), absl::StatusCode::kOk);
  EXPECT_EQ(load(Key64(4), good), absl::StatusCode::kDataLoss) << "a handle is missing";
  const std::string body(UnsizedRow(good));
  for (size_t n = 0; n < body.size(); ++n)
    EXPECT_EQ(load(Key64(0), SizedRow(body.substr(0, n))), absl::StatusCode::kDataLoss) << n;
  EXPECT_EQ(load(Key64(0), SizedRow(body + 'x')), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace chancery

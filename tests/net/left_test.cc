// What a peer cannot merge yet, or never, goes to it once.
#include "net/sync/left.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "chancery/testing.h"
#include "tests/net/meet.h"

namespace chancery {
namespace {

using sync::Given;
using sync::Left;
using sync::Party;
using sync::State;

constexpr int64_t kDayMs = 24 * 3'600'000;

// One exchange on a session that stays open. Returns the bytes of runs, both ways.
uint64_t Exchanged(Party& a, Party& b) {
  const uint64_t before = a.gains().sent_bytes + b.gains().sent_bytes;
  Meet(a, b);
  return a.gains().sent_bytes + b.gains().sent_bytes - before;
}

State Holding(uint64_t entries, uint64_t waiting, uint64_t halted = 0) {
  State state;
  state.lanes = {{"key", entries}};
  state.waiting = waiting;
  state.halted = halted;
  return state;
}

TEST(Left, IsWhatAPeerKeepsAndHasNotMerged) {
  Left left;
  left.Note({{{"key", 9}, {"other", 2}}, {}}, Holding(4, 7), {});
  EXPECT_EQ(left.Above(Holding(4, 7)).lanes, (std::vector<sync::LaneTip>{{"key", 9}, {"other", 2}}));
  left.Note({}, Holding(9, 2), {});  // it has merged the first
  EXPECT_EQ(left.Above(Holding(9, 2)).lanes, (std::vector<sync::LaneTip>{{"key", 9}, {"other", 2}}));
  left.Note({}, Holding(9, 1), {});  // and lost one of the others
  EXPECT_EQ(left.Above(Holding(9, 1)).lanes, (std::vector<sync::LaneTip>{{"key", 9}}));
}

TEST(Left, IsNothingWhereItHadNoRoom) {
  Left left;
  left.Note({{{"key", 9}}, {1}}, Holding(4, 4), {});
  EXPECT_EQ(left.Above(Holding(4, 4)).lanes, Holding(4, 4).lanes);
  EXPECT_EQ(left.NewIn({"run"}, 0).size(), 1u);
}

TEST(Left, OfALaneWithTwoVersionsNothingIsKept) {
  Left left;
  left.Note({{{"key", 9}}, {}}, Holding(4, 0, 1), {"key"});
  EXPECT_EQ(left.Above(Holding(4, 0, 1)).lanes, Holding(9, 0).lanes);
  left.Note({}, Holding(4, 0, 0), {"key"});  // it does not know that there are two
  EXPECT_EQ(left.Above(Holding(4, 0)).lanes, Holding(4, 0).lanes);
}

TEST(Left, WhatWaitsAtBothGoesOnce) {
  Left left;
  const std::vector<std::string> runs = {"merged", "one", "two"};
  EXPECT_EQ(left.NewIn(runs, 1), runs);
  left.Note({{}, {sync::NameOf("one")}}, Holding(0, 5), {});
  EXPECT_EQ(left.NewIn(runs, 1), (std::vector<std::string>{"merged", "two"}));
  EXPECT_EQ(left.NewIn({"merged"}, 1), (std::vector<std::string>{"merged"}));
  EXPECT_EQ(left.NewIn(runs, 1), runs) << "it did not wait here any more";
}

// tallinn's clock leads by three days: what it files is held at luxembourg.
struct Ahead : testing::Test {
  Ahead() {
    ahead.clock = &late;
    here.clock = &now;
    FoundOptions options{.site = "tallinn", .registry_name = "cadastre", .packs = {{"land.toml", kLand}}, .key_seed = {}};
    tallinn.db = Ok(Database::Found(*tallinn.dir / "store", options, here));
    const std::string bundle = Ok(tallinn.now().ExportBundle("0"));
    luxembourg.db =
        Ok(Database::Join(*luxembourg.dir / "store", {.site = "luxembourg", .role = "full", .key_seed = {}}, bundle, here));
    Ok(tallinn->Admit(luxembourg->SiteCard()));
    Party a(*tallinn.db, 0), b(*luxembourg.db, 0);
    Exchanged(a, b);
    tallinn.db.reset();
    tallinn.db = Ok(Database::Open(*tallinn.dir / "store", ahead));
  }
  ManualClock now{1'800'000'000'000}, late{1'800'000'000'000 + 3 * kDayMs};
  Environment here, ahead;
  Site tallinn, luxembourg;
};

TEST_F(Ahead, WhatIsHeldGoesOverASessionOnce) {
  Party a(*tallinn.db, INT64_MAX / 2), b(*luxembourg.db, INT64_MAX / 2);
  Exchanged(a, b);
  constexpr int kTurns = sync::kAgainFirst - 3;
  std::vector<uint64_t> sent;
  for (int turn = 0; turn < kTurns; ++turn) {
    Ok(tallinn->File(Parcel(std::to_string(100 + turn), "Mari")));
    sent.push_back(Exchanged(a, b));
  }
  EXPECT_EQ(luxembourg.status().held, static_cast<uint64_t>(kTurns));
  EXPECT_LT(sent.back(), sent.front() + sent.front() / 2);
  now.Set(now.NowMs() + 3 * kDayMs);
  Exchanged(a, b);
  EXPECT_EQ(luxembourg.status().held, 0u);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

// Of this peer only so much is kept: the rest comes once there is room.
TEST_F(Ahead, WhatFoundNoRoomComesAgain) {
  Party a(*tallinn.db, INT64_MAX / 2), b(*luxembourg.db, INT64_MAX / 2, "tallinn", std::make_shared<sync::Heard>(), 3);
  for (int turn = 0; turn < 5; ++turn) {
    Ok(tallinn->File(Parcel(std::to_string(turn), "Mari")));
    Exchanged(a, b);
  }
  EXPECT_EQ(luxembourg.status().held, 3u);
  now.Set(now.NowMs() + 3 * kDayMs);
  Exchanged(a, b);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

TEST_F(Ahead, WhatIsLeftThereIsSentAgainAfterManyExchanges) {
  Party a(*tallinn.db, INT64_MAX / 2), b(*luxembourg.db, INT64_MAX / 2);
  Ok(tallinn->File(Parcel("1", "Mari")));
  Exchanged(a, b);
  int again = 0;
  for (int turn = 1; turn < 4 * sync::kAgainFirst; ++turn) {
    Ok(luxembourg->File(Parcel("l" + std::to_string(turn), "Jaan")));
    const size_t before = a.gains().sent;
    Exchanged(a, b);
    again += a.gains().sent > before;
  }
  EXPECT_EQ(again, 2) << "first after 20 exchanges, then after 40";
}

// Two sites of one name, admitted apart: their lanes are told from each other by their keys.
TEST(Left, NamesakesAreNotSentAgain) {
  const Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
  Meet(luxembourg, tallinn);
  for (const Site* member : {&tallinn, &luxembourg}) {
    const Site tartu = Joined("tartu", *member);
    Meet(tartu, *member);
    Ok(tartu->File(Parcel((*member)->site(), "Mari")));
    Meet(tartu, *member);
  }
  Meet(tallinn, luxembourg);
  ASSERT_EQ(tallinn.digests(), luxembourg.digests());
  Ok(tallinn->File(Parcel("1", "Mari")));
  Party a(*tallinn.db, INT64_MAX / 2), b(*luxembourg.db, INT64_MAX / 2);
  Exchanged(a, b);
  EXPECT_EQ(a.gains().sent, 1u);
  EXPECT_EQ(tallinn.digests(), luxembourg.digests());
}

// A copy of tartu's store files too: so many entries, where tartu files two. tallinn has the one version, luxembourg the other.
struct TwoVersions : testing::TestWithParam<int> {
  TwoVersions() {
    Meet(luxembourg, tallinn);
    Site tartu = Joined("tartu", tallinn), twin;
    Meet(tartu, tallinn);
    tartu.db.reset();
    std::filesystem::copy(*tartu.dir / "store", *twin.dir / "store", std::filesystem::copy_options::recursive);
    tartu.db = Ok(Database::Open(*tartu.dir / "store"));
    twin.db = Ok(Database::Open(*twin.dir / "store"));
    for (const char* key : {"a", "b"}) Ok(tartu->File(Parcel(key, "Mari")));
    for (int i = 0; i < GetParam(); ++i) Ok(twin->File(Parcel(std::to_string(i), "Jaan")));
    Meet(tartu, tallinn);
    Meet(twin, luxembourg);
  }
  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
};

// Runs begin behind what the other holds: it need not be the entry that differs.
TEST_P(TwoVersions, AreFoundInOneExchange) {
  Party a(*tallinn.db, 0), b(*luxembourg.db, 0);
  Exchanged(a, b);
  EXPECT_EQ(tallinn.status().halted, luxembourg.status().halted);
  EXPECT_EQ(tallinn.status().halted.size(), 1u);
  EXPECT_EQ(a.gains().damaged + b.gains().damaged, 0u);
  EXPECT_FALSE(a.gains().compared) << "what they hold is not the same";
}

// What anybody files who has seen the one version cannot be merged by who has the other and knows that.
struct TwoLengths : TwoVersions {};
TEST_P(TwoLengths, WhatFollowsThemGoesOverASessionOnce) {
  Meet(tallinn, luxembourg);
  Party a(*tallinn.db, INT64_MAX / 2), b(*luxembourg.db, INT64_MAX / 2);
  std::vector<uint64_t> sent;
  for (int turn = 0; turn < sync::kAgainFirst - 3; ++turn) {
    Ok(tallinn->File(Parcel("t" + std::to_string(100 + turn), "Mari")));
    Ok(luxembourg->File(Parcel("l" + std::to_string(100 + turn), "Jaan")));
    sent.push_back(Exchanged(a, b));
  }
  EXPECT_GT(luxembourg.status().waiting, 10u) << "nothing was tested";
  EXPECT_LT(sent.back(), sent.front() + sent.front() / 2);
}

INSTANTIATE_TEST_SUITE_P(Twin, TwoVersions, testing::Values(1, 2, 3, 6));
INSTANTIATE_TEST_SUITE_P(Twin, TwoLengths, testing::Values(1, 3, 6));

}  // namespace
}  // namespace chancery

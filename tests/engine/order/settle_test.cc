// What a store does with cosignatures that it is offered, and with more entries than it closes at once.
#include "engine/order/settle.h"

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "engine/order/settled_log.h"
#include "tests/engine/store/new_store.h"

namespace chancery {
namespace {

const RegistryId kRegistry = Sha256({"registry"});
constexpr uint64_t kMs = 10000;
constexpr int64_t kStart = 1767225600000;

KeyPair Key(const std::string& name) { return KeyPair::FromSeed(Sha256({name})); }

// tallinn and tartu, as lanes with entries, one each second.
class Settling : public testing::Test {
 protected:
  Settling() {
    for (const char* site : {"tallinn", "tartu"}) {
      Lane lane;
      lane.key = Key(site).public_key();
      lane.id = LaneOf(lane.key);
      lane.site = site;
      lanes_.Add(std::move(lane));
    }
  }
  void File(WriteTxn& txn, size_t entries) {
    Journal journal(txn);
    for (size_t i = 0; i < entries; ++i) {
      Lane& lane = lanes_.Edit(static_cast<uint16_t>(i % 2));
      Entry entry;
      entry.registry = kRegistry;
      entry.lane = lane.id;
      entry.kind = EntryKind::kPack;
      entry.pack_toml = std::to_string(i);
      lane.tip_hlc = HlcAt(kStart + 1000 * static_cast<int64_t>(i));
      journal.AppendOwn(lane, EncodeHeader(entry), lane.tip_hlc, EncodeBody(entry), {}, false);
    }
    for (const uint16_t handle : {0, 1}) journal.HashOwn(lanes_.Edit(handle));
    journal.Flush(txn, lanes_, kRegistry, Key("tallinn"));
    lanes_.Store(txn);
  }
  Cosignature By(const std::string& site, LaneId log, uint64_t size, uint64_t at_s, const Hash256& root = Sha256({"root"})) {
    return MakeCosignature(log, {size, root}, at_s, kRegistry, Key(site));
  }
  static bool Taken(WriteTxn& txn, const Cosignature& c) { return TakeCosignatures(txn, kRegistry, {&c, 1}).value(); }

  NewStore store_;
  Lanes lanes_;
};

TEST_F(Settling, RoundsAreTheSameLogHoweverFewEntriesAreTakenAtOnce) {
  const Lanes empty = lanes_;
  OrderRow whole;
  for (const size_t at_once : {1000, 64, 7, 1}) {
    WriteTxn txn = store_.Write();  // not committed: each begins anew
    File(txn, 95);
    const Journal journal(txn);
    const Epochs epochs = Epochs::Load(std::vector<Dot>(), journal, lanes_).value();
    const uint64_t closed = RoundOf(lanes_.HighestHlc(), kMs) - 1;
    OrderRow order;
    int turns = 0;
    for (; order.closed < closed; ++turns)
      ASSERT_TRUE(CloseRounds(txn, journal, lanes_, epochs, closed, kMs, at_once, &order).ok());
    if (at_once == 1000) {
      whole = order;
      EXPECT_EQ(turns, 1);
      EXPECT_GT(whole.entries, 80u);
    } else {
      EXPECT_GT(turns, at_once == 64 ? 0 : 5) << at_once;
    }
    EXPECT_EQ(order.log, whole.log) << at_once;
    EXPECT_EQ(order.entries, whole.entries) << at_once;
    EXPECT_EQ(order.positions, whole.positions) << at_once;
    EXPECT_TRUE(SettledNode(txn, 0, order.log.size() - 1).ok()) << at_once;
    lanes_ = empty;
  }
}

TEST_F(Settling, ARegistryWithoutItsGenesisIsToldOf) {
  WriteTxn txn = store_.Write();
  EXPECT_EQ(RoundMs(Journal(txn), lanes_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(Settling, KeepsCosignaturesOfMembersThatHold) {
  WriteTxn txn = store_.Write();
  File(txn, 6);
  const LaneId tallinn = lanes_.At(0).id;
  EXPECT_TRUE(Taken(txn, By("tartu", kSettledLog, 5, 100)));
  EXPECT_FALSE(Taken(txn, By("tartu", kSettledLog, 5, 100))) << "known";
  EXPECT_FALSE(Taken(txn, By("tartu", kSettledLog, 5, 99))) << "an older word on as many";
  EXPECT_TRUE(Taken(txn, By("tartu", kSettledLog, 5, 101))) << "a later one";
  EXPECT_FALSE(Taken(txn, By("mallory", kSettledLog, 5, 100))) << "a stranger";
  EXPECT_FALSE(Taken(txn, By("tartu", 7, 5, 100))) << "on a log that is not here";
  EXPECT_FALSE(Taken(txn, By("tallinn", tallinn, 3, 100, lanes_.At(0).tree.Root()))) << "on its own lane";
  Cosignature forged = By("tartu", kSettledLog, 6, 100);
  forged.at_s += 1;
  EXPECT_FALSE(Taken(txn, forged));
  EXPECT_TRUE(Taken(txn, By("tartu", tallinn, 3, 100, lanes_.At(0).tree.Root())));
  EXPECT_FALSE(Taken(txn, By("tartu", tallinn, 2, 100))) << "of another version of what is here";
  EXPECT_TRUE(Taken(txn, By("tartu", tallinn, 4, 100))) << "of more than is here nobody can say";
}

TEST_F(Settling, TakesNothingOlderThanAllThatItKeeps) {
  WriteTxn txn = store_.Write();
  File(txn, 2);
  for (uint64_t i = 1; i < limits::kCosignaturesKept; ++i) EXPECT_TRUE(Taken(txn, By("tartu", kSettledLog, 100 + i, 1000 + i)));
  EXPECT_TRUE(Taken(txn, By("tartu", kSettledLog, 99, 1000))) << "there is room";
  EXPECT_FALSE(Taken(txn, By("tartu", kSettledLog, 98, 999)));
  EXPECT_TRUE(Taken(txn, By("tartu", kSettledLog, 97, 1001))) << "the oldest makes room";
  EXPECT_EQ(CosignaturesOn(txn, kSettledLog)->size(), limits::kCosignaturesKept);
}

}  // namespace
}  // namespace chancery

#include "engine/order/rounds.h"

#include <gtest/gtest.h>

#include "engine/journal/rows.h"
#include "tests/engine/store/new_store.h"

namespace chancery {
namespace {

constexpr uint64_t kMs = 10000;

TEST(Rounds, HoldWhatIsStampedUpToTheirEnd) {
  EXPECT_EQ(RoundOf(RoundEnd(7, kMs), kMs), 7u);
  EXPECT_EQ(RoundOf(RoundEnd(7, kMs) + 1, kMs), 8u);
  EXPECT_EQ(RoundOf(RoundEnd(7, kMs) - 1, kMs), 7u);
  EXPECT_EQ(RoundOf(1, kMs), 1u);
  for (Hlc hlc = 1; hlc < RoundEnd(3, kMs); hlc += 12345) {
    const uint64_t round = RoundOf(hlc, kMs);
    EXPECT_LE(hlc, RoundEnd(round, kMs));
    EXPECT_GT(hlc, RoundEnd(round - 1, kMs));
  }
}

TEST(Rounds, AreClosedByTheLaneThatIsLeast) {
  EXPECT_EQ(ClosedRound({RoundEnd(5, kMs), RoundEnd(9, kMs)}, kMs), 5u);
  EXPECT_EQ(ClosedRound({RoundEnd(5, kMs) - 1, RoundEnd(9, kMs)}, kMs), 4u);
  EXPECT_EQ(ClosedRound({}, kMs), 0u);
}

TEST(Rounds, KnowHowFarALaneIsThatHasFiledNothing) {
  Lane lane;
  lane.admitted_hlc = RoundEnd(5, kMs) + 7;
  EXPECT_EQ(ReachOf(lane, 0), RoundEnd(5, kMs) + 6);  // whatever it files is stamped above its admission
  lane.tip_hlc = RoundEnd(6, kMs);
  EXPECT_EQ(ReachOf(lane, 0), RoundEnd(6, kMs));
  EXPECT_EQ(ReachOf(lane, RoundEnd(9, kMs)), RoundEnd(9, kMs) - 1);  // its next entry is stored, and waits
}

TEST(Rounds, AreNotClosedBeforeALanesEndIsHere) {
  Lane lane;
  lane.tip_hlc = 9;
  lane.end = 1;
  EXPECT_EQ(ReachOf(lane, 0), 9u) << "its last entry that counts has not come";
  lane.tree.Append(Sha256({"only"}));
  EXPECT_EQ(ReachOf(lane, 0), UINT64_MAX);
  lane.end = kNoEnd;
  lane.counts_above = 77;
  EXPECT_EQ(ReachOf(lane, 0), 77u) << "nothing at or below that counts";
}

class StoredRounds : public testing::Test {
 protected:
  // The row of a round, as CloseRounds puts it.
  static std::string Row(uint64_t size, uint64_t entries, const std::vector<uint64_t>& positions) {
    ByteWriter w;
    w.U64(size);
    w.U64(entries);
    w.Raw(Sha256({std::to_string(size)}).view());
    w.Varint(positions.size());
    for (const uint64_t seq : positions) w.Varint(seq);
    return w.out;
  }
  static void Put(WriteTxn& txn, uint64_t round, uint64_t size) {
    txn.Put(Table::kRound, Key64(round), SizedRow(Row(size, size - 1, {size})));
  }

  NewStore store_;
};

TEST_F(StoredRounds, AreFoundByNumberNeighbourAndSize) {
  WriteTxn txn = store_.Write();
  EXPECT_EQ(RoundOfSize(txn, 2).value(), std::nullopt);
  for (const auto& [round, size] : std::vector<std::pair<uint64_t, uint64_t>>{{3, 2}, {4, 5}, {70, 9}, {5000, 30}})
    Put(txn, round, size);
  const auto number = [](const absl::StatusOr<std::optional<RoundRow>>& row) { return *row ? (*row)->round : 0; };
  EXPECT_EQ(number(FindRound(txn, 4)), 4u);
  EXPECT_EQ(number(FindRound(txn, 5)), 0u);
  EXPECT_EQ(number(RoundBefore(txn, 0)), 0u);
  EXPECT_EQ(number(RoundBefore(txn, 3)), 0u);
  EXPECT_EQ(number(RoundBefore(txn, 70)), 4u);
  EXPECT_EQ(number(RoundAfter(txn, 4)), 70u);
  EXPECT_EQ(number(RoundAfter(txn, 5000)), 0u);
  for (const auto& [size, round] :
       std::vector<std::pair<uint64_t, uint64_t>>{{2, 3}, {5, 4}, {9, 70}, {30, 5000}, {1, 0}, {6, 0}, {31, 0}})
    EXPECT_EQ(number(RoundOfSize(txn, size)), round) << size;
  const auto latest = [&](uint64_t above, size_t most) {
    std::string text;
    const std::vector<RoundRow> rows = RoundsAfter(txn, above, most).value();
    for (const RoundRow& row : rows) text += std::to_string(row.round) + " ";
    return text;
  };
  EXPECT_EQ(latest(0, 9), "3 4 70 5000 ");
  EXPECT_EQ(latest(3, 9), "4 70 5000 ");
  EXPECT_EQ(latest(0, 2), "70 5000 ");
  EXPECT_EQ(latest(5000, 2), "");
  EXPECT_EQ((*FindRound(txn, 70))->positions, std::vector<uint64_t>{9});
}

TEST_F(StoredRounds, ADamagedOneIsToldByWhoeverReadsIt) {
  WriteTxn txn = store_.Write();
  const std::string good = Row(2, 1, {1, 300});
  for (size_t n = 0; n < good.size(); ++n) {
    txn.Put(Table::kRound, Key64(3), SizedRow(good.substr(0, n)));
    EXPECT_EQ(FindRound(txn, 3).status().code(), absl::StatusCode::kDataLoss) << n;
  }
  const auto code = absl::StatusCode::kDataLoss;
  EXPECT_EQ(RoundBefore(txn, 9).status().code(), code);
  EXPECT_EQ(RoundAfter(txn, 0).status().code(), code);
  EXPECT_EQ(RoundsAfter(txn, 0, 9).status().code(), code);
  EXPECT_EQ(RoundOfSize(txn, 2).status().code(), code);
}

TEST_F(StoredRounds, TheOrderComesBackOrIsToldAsDamaged) {
  WriteTxn txn = store_.Write();
  EXPECT_EQ(ReadOrder(txn)->closed, 0u) << "none is stored";
  OrderRow order{7, 8, {}, {3, 300}, 6};
  for (const char* leaf : {"a", "b", "c"}) order.log.Append(Sha256({leaf}));
  PutOrder(txn, order);
  const OrderRow back = ReadOrder(txn).value();
  EXPECT_EQ(std::tie(back.closed, back.entries, back.settled), std::tie(order.closed, order.entries, order.settled));
  EXPECT_EQ(back.log, order.log);
  EXPECT_EQ(back.positions, order.positions);
  EXPECT_EQ(back.PositionOf(1), 300u);
  EXPECT_EQ(back.PositionOf(2), 0u);
  const std::string key = Key64(4);  // of the order in table meta
  const std::string good(UnsizedRow(*txn.Get(Table::kMeta, key)));
  for (size_t n = 0; n < good.size(); ++n) {
    txn.Put(Table::kMeta, key, SizedRow(good.substr(0, n)));
    EXPECT_EQ(ReadOrder(txn).status().code(), absl::StatusCode::kDataLoss) << n;
  }
}

TEST(Rounds, ARecordNamesTheLanesThatHaveEntriesInTheOrderOfTheirIds) {
  Lanes lanes;
  for (const LaneId id : {9, 3, 5}) {
    Lane lane;
    lane.id = id;
    lane.context.Raise(0, 1);  // g++ -O1 takes an empty one for uninitialised
    lanes.Add(std::move(lane));
  }
  const RoundRecord record = RecordOf({7, 0, 12, {}, {4, 8}}, lanes, 2);
  EXPECT_EQ(record, (RoundRecord{7, 2, 12, {{3, 8}, {9, 4}}}));
  EXPECT_EQ(RecordOf({7, 0, 12, {}, {4, 0, 1}}, lanes, 2).frontier, (std::vector<Place>{{5, 1}, {9, 4}}));
}

}  // namespace
}  // namespace chancery

#include "engine/order/settled_log.h"

#include <gtest/gtest.h>

#include "engine/proof/merkle.h"
#include "tests/engine/store/new_store.h"

namespace chancery {
namespace {

class SettledLogTest : public testing::Test {
 protected:
  // Appends up to `size` in batches of `batch`, each in a transaction of its own.
  void Fill(uint64_t size, uint64_t batch) {
    while (tree_.size() < size) {
      WriteTxn txn = store_.Write();
      SettledLog log(txn, tree_);
      for (uint64_t i = 0; i < batch && log.tree().size() < size; ++i) EXPECT_TRUE((log.Append(Leaf(log.tree().size()))).ok());
      log.Flush();
      tree_ = log.tree();
      EXPECT_TRUE((txn.Commit()).ok());
    }
  }

  static Hash256 Leaf(uint64_t i) { return LeafHash(std::to_string(i)); }

  NewStore store_;
  Tree tree_;
};

TEST_F(SettledLogTest, ProvesEveryLeafAcrossTiles) {
  Fill(70000, 97);  // two whole levels of tiles, and some
  const Txn txn = store_.Read();
  const NodeHash node = [&](int level, uint64_t index) { return SettledNode(txn, level, index); };
  EXPECT_EQ(RootOf(70000, node).value(), tree_.Root());
  for (const uint64_t index : {0ul, 1ul, 255ul, 256ul, 257ul, 65535ul, 65536ul, 69999ul})
    EXPECT_TRUE(VerifyInclusion(index, Leaf(index), InclusionProof({index, 70000}, node).value(), {70000, tree_.Root()}))
        << index;
}

TEST_F(SettledLogTest, IsOneLogHoweverItIsCut) {
  Fill(1000, 1);
  const Tree one_by_one = tree_;
  Fill(3000, 255);
  const Txn txn = store_.Read();
  const NodeHash node = [&](int level, uint64_t index) { return SettledNode(txn, level, index); };
  EXPECT_TRUE(VerifyConsistency({1000, one_by_one.Root()}, {3000, tree_.Root()}, ConsistencyProof(1000, 3000, node).value()));
}

TEST_F(SettledLogTest, NamesTheTileThatIsNotThere) {
  Fill(300, 300);
  {
    WriteTxn txn = store_.Write();
    txn.Delete(Table::kTile, std::string(15, '\0') + "\x01");
    EXPECT_TRUE((txn.Commit()).ok());
  }
  const Txn txn = store_.Read();
  EXPECT_EQ(SettledNode(txn, 0, 299).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(SettledNode(txn, 0, 299).status().message().find("tile 1 of level 0"), absl::string_view::npos);
  EXPECT_TRUE(SettledNode(txn, 0, 255).ok());
}

TEST_F(SettledLogTest, FindsALeafAmongThoseThatAreAskedFor) {
  Fill(600, 600);
  const Txn txn = store_.Read();
  for (const uint64_t index : {0ul, 255ul, 256ul, 599ul}) {
    EXPECT_EQ(FindLeaf(txn, 0, 600, Leaf(index)).value(), index);
    EXPECT_EQ(FindLeaf(txn, index, 600, Leaf(index)).value(), index);
    EXPECT_EQ(FindLeaf(txn, index + 1, 600, Leaf(index)).value(), std::nullopt);
    EXPECT_EQ(FindLeaf(txn, 0, index, Leaf(index)).value(), std::nullopt);
  }
  EXPECT_EQ(FindLeaf(txn, 0, 600, Leaf(600)).value(), std::nullopt);
  EXPECT_EQ(FindLeaf(txn, 0, 601, Leaf(600)).status().code(), absl::StatusCode::kDataLoss) << "so many are not there";
  EXPECT_EQ(FindLeaf(txn, 768, 769, Leaf(768)).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(SettledLogTest, GoesOnOnlyBehindATileThatIsAsItLeftIt) {
  Fill(300, 300);
  WriteTxn txn = store_.Write();
  const std::string last = std::string(15, '\0') + "\x01";
  const std::string tile(*txn.Get(Table::kTile, last));
  for (const std::string& bad : {tile.substr(32), tile + std::string(32, 'x')}) {
    txn.Put(Table::kTile, last, bad);
    EXPECT_EQ(SettledLog(txn, tree_).Append(Leaf(300)).code(), absl::StatusCode::kDataLoss);
  }
  txn.Delete(Table::kTile, last);
  EXPECT_EQ(SettledLog(txn, tree_).Append(Leaf(300)).code(), absl::StatusCode::kDataLoss);
  txn.Put(Table::kTile, last, tile);
  EXPECT_TRUE(SettledLog(txn, tree_).Append(Leaf(300)).ok());
}

}  // namespace
}  // namespace chancery

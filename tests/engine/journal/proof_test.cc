#include "engine/journal/proof.h"

#include <gtest/gtest.h>

#include "engine/journal/rows.h"
#include "tests/engine/journal/lanes_by_hand.h"

namespace chancery {
namespace {

Tree TreeOf(uint64_t size) { return LaneOfSite("tallinn", size).tree; }

TEST(Proofs, ComeBackFromTheStore) {
  NewStore store;
  WriteTxn txn = store.Write();
  EXPECT_EQ(ForkOf(txn, 7).value(), 0u);
  EXPECT_FALSE(ReadProof(txn, 7).value());
  Signature seal;
  seal.bytes.fill(0x5e);
  PutProof(txn, {7, 3, TreeOf(11), seal, "a run"});
  const std::optional<Proof> proof = ReadProof(txn, 7).value();
  ASSERT_TRUE(proof);
  EXPECT_EQ(proof->fork, 3u);
  EXPECT_EQ(proof->tree, TreeOf(11));
  EXPECT_EQ(proof->seal, seal);
  EXPECT_EQ(proof->run, "a run");
  EXPECT_EQ(ForkOf(txn, 7).value(), 3u);
  EXPECT_EQ(ForkOf(txn, 8).value(), 0u) << "of another lane";
}

TEST(Proofs, ADamagedOneIsToldOf) {
  NewStore store;
  WriteTxn txn = store.Write();
  PutProof(txn, {7, 3, TreeOf(3), Signature(), "a run"});
  const std::string good(*txn.Get(Table::kProof, Key64(7)));
  const auto code = [&](const std::string& row) {
    txn.Put(Table::kProof, Key64(7), row);
    return ReadProof(txn, 7).status().code();
  };
  std::string flipped = good;
  flipped[20] ^= 1;
  EXPECT_EQ(code(flipped), absl::StatusCode::kDataLoss);
  EXPECT_EQ(ForkOf(txn, 7).status().code(), absl::StatusCode::kDataLoss);
  for (size_t n = 8; n < good.size(); n += 8) {  // cut short, with a sum that fits
    const std::string rest = good.substr(8, n - 8);
    EXPECT_EQ(code(Key64(Xxh64(rest)) + rest), absl::StatusCode::kDataLoss) << n;
  }
  EXPECT_EQ(code(good), absl::StatusCode::kOk);
}

TEST(Peaks, TheLargestTreeUpToASizeIsFound) {
  NewStore store;
  WriteTxn txn = store.Write();
  for (const uint64_t size : {3, 9}) PutPeaks(txn, 1, TreeOf(size));
  PutPeaks(txn, 2, TreeOf(5));
  const auto found = [&](uint16_t handle, uint64_t size) { return PeaksBefore(txn, handle, size).size(); };
  EXPECT_EQ(found(1, 2), 0u);
  EXPECT_EQ(found(1, 3), 3u);
  EXPECT_EQ(found(1, 8), 3u);
  EXPECT_EQ(found(1, 100), 9u);
  EXPECT_EQ(found(2, 4), 0u) << "the row before is another lane's";
  EXPECT_EQ(found(3, 100), 0u);
  EXPECT_EQ(PeaksBefore(txn, 1, 9), TreeOf(9));
}

}  // namespace
}  // namespace chancery

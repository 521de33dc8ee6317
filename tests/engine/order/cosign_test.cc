#include "engine/order/cosign.h"

#include <gtest/gtest.h>

#include "engine/base/limits.h"
#include "tests/engine/store/new_store.h"

namespace chancery {
namespace {

const RegistryId kRegistry = Sha256({"registry"});

KeyPair Key(const char* name) { return KeyPair::FromSeed(Sha256({name})); }
Cosignature Sample(uint64_t size = 3) {
  return MakeCosignature(kSettledLog, {size, Sha256({"root"})}, 1767225600, kRegistry, Key("a"));
}

TEST(Cosign, KeepsTheLatestOfEachMemberOnEachLog) {
  NewStore store;
  WriteTxn txn = store.Write();
  for (uint64_t size = 1; size <= limits::kCosignaturesKept + 10; ++size) PutCosignature(txn, Sample(size));
  PutCosignature(txn, MakeCosignature(7, {1, {}}, 1, kRegistry, Key("b")));
  const std::vector<Cosignature> kept = CosignaturesOn(txn, kSettledLog).value();
  ASSERT_EQ(kept.size(), limits::kCosignaturesKept);
  EXPECT_EQ(kept.front().tree.size, 11u);
  EXPECT_EQ(AllCosignatures(txn)->size(), limits::kCosignaturesKept + 1);
}

TEST(Cosign, ADamagedRowIsToldOf) {
  NewStore store;
  WriteTxn txn = store.Write();
  PutCosignature(txn, Sample());
  Cursor rows(txn, Table::kCosign);
  ASSERT_TRUE(rows.Seek({}));
  const std::string key(rows.key()), good(rows.value());
  std::string flipped = good;
  flipped[30] ^= 1;
  for (const std::string& bad : {flipped, good.substr(0, good.size() - 8), good + std::string(8, '\0')}) {
    txn.Put(Table::kCosign, key, bad);
    EXPECT_EQ(AllCosignatures(txn).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(CosignaturesOn(txn, kSettledLog).status().code(), absl::StatusCode::kDataLoss);
  }
  txn.Put(Table::kCosign, key, good);
  EXPECT_EQ(CosignaturesOn(txn, kSettledLog)->size(), 1u);
  EXPECT_TRUE(CosignaturesOn(txn, 7)->empty()) << "on another log";
}

}  // namespace
}  // namespace chancery

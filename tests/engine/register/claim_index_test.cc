// What a batch does to claims, against a map that is told the same.
#include "engine/register/claim_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/engine/store/new_store.h"

namespace chancery {
namespace {

ClaimRow Row(uint64_t rule, const std::string& subject, const std::string& record, Dot by) {
  ClaimRow row;
  row.rule = rule;
  row.subject = subject;
  row.value = ClaimHash(subject);
  row.record = RecordKeyOf(7 << 8, record);
  row.writes.emplace_back(by, 0);
  return row;
}

std::map<std::string, std::string> Stored(const Txn& txn) {
  std::map<std::string, std::string> stored;
  Cursor rows(txn, Table::kClaim);
  for (bool more = rows.Seek(""); more; more = rows.Next()) stored[std::string(rows.key())] = std::string(rows.value());
  return stored;
}

TEST(ClaimIndex, TheTableHasOfEachRowWhatWasDoneLast) {
  NewStore store;
  std::map<std::string, std::string> expected;
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    WriteTxn txn = store.Write();
    ClaimIndex index(txn);
    for (int i = 0; i < 90; ++i) {
      if (i % 30 == 0) index.Flush(txn);
      if (i == 60) index.Forget();
      const uint64_t rule = 1 + random() % 2;
      const std::string subject = std::to_string(random() % 3), record = "r" + std::to_string(random() % 3);
      const ClaimRow row = Row(rule, subject, record, MakeDot(0, random() % 1000 + 1));
      if (random() % 3 == 0) {
        index.Remove(row);
        expected.erase(ClaimKey(row));
      } else {
        index.Put(row);
        expected[ClaimKey(row)] = EncodeClaim(row);
      }
      size_t claimants = 0;
      for (const auto& [key, bytes] : expected) claimants += key.starts_with(ClaimPrefix(rule, row.value));
      EXPECT_EQ(index.Find(rule, row.value).size(), claimants) << "seed " << seed;
    }
    index.Flush(txn);
    EXPECT_EQ(Stored(txn), expected) << "seed " << seed;
    ASSERT_TRUE(txn.Commit().ok());
  }
}

}  // namespace
}  // namespace chancery

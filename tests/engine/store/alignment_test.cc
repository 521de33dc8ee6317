// Records are read in place, so every value must lie at a multiple of 8: in every table, in pages of the map and in pages that
// the running transaction has just made, through splits, merges and overflow pages.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "tests/engine/store/store_rows.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

constexpr int kOps = 200'000;
constexpr int kOpsPerCommit = 1000;
constexpr uint64_t kKeys = 3000;
constexpr size_t kLongestKey = 504;

using Model = std::map<std::string, std::string>;

bool Aligned(std::string_view s) { return reinterpret_cast<uintptr_t>(s.data()) % 8 == 0; }

// The keys in play, of all sizes that a key may have, short ones more often.
std::vector<std::string> MakeKeys(std::mt19937_64& random) {
  std::vector<std::string> keys;
  for (uint64_t n = 0; n < kKeys; ++n) {
    keys.push_back(Key(random()));
    for (size_t words = random() % (random() % 8 == 0 ? kLongestKey / 8 : 8); words > 0; --words) keys[n] += Key(random());
  }
  return keys;
}

// Mostly small rows, now and then one that needs pages of its own.
std::string RandomRow(std::mt19937_64& random) {
  const uint64_t words = random() % (random() % 50 == 0 ? 2048 : 40);
  std::string row(8 * words, static_cast<char>(random()));
  if (words > 0) row.replace(0, 8, Key(random()));
  return row;
}

void CompareAll(const Txn& txn, Table table, const Model& model) {
  Cursor rows(txn, table);
  auto expected = model.begin();
  for (bool more = rows.Seek(""); more; more = rows.Next(), ++expected) {
    ASSERT_NE(expected, model.end());
    ASSERT_EQ(rows.key(), expected->first);
    ASSERT_EQ(rows.value(), expected->second);
    ASSERT_TRUE(Aligned(rows.value()));
  }
  ASSERT_EQ(expected, model.end());
  ASSERT_EQ(txn.Count(table), model.size());
  ASSERT_TRUE(txn.status().ok()) << txn.status();
}

// One random put or deletion, and a look at one row afterwards.
void Step(WriteTxn& txn, Table table, const std::vector<std::string>& keys, Model& model, std::mt19937_64& random) {
  const std::string& key = keys[random() % kKeys];
  if (random() % 3 == 0) {
    txn.Delete(table, key);
    model.erase(key);
    ASSERT_FALSE(txn.Get(table, key).has_value());
  } else {
    std::string& row = model[key] = RandomRow(random);
    txn.Put(table, key, row);
    const auto own = txn.Get(table, key);
    ASSERT_TRUE(own.has_value() && Aligned(*own));
    ASSERT_EQ(*own, row);
  }
  const std::string& other = keys[random() % kKeys];
  const auto got = txn.Get(table, other);
  const auto expected = model.find(other);
  ASSERT_EQ(got.has_value(), expected != model.end());
  if (!got) return;
  ASSERT_TRUE(Aligned(*got));
  ASSERT_EQ(*got, expected->second);
}

class Alignment : public testing::TestWithParam<size_t> {};

TEST_P(Alignment, EveryValueIsAMultipleOfEightAndEqualToTheModel) {
  const auto table = static_cast<Table>(GetParam());
  TempDir dir;
  auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  std::mt19937_64 random(GetParam() + 1);
  const std::vector<std::string> keys = MakeKeys(random);
  Model model;
  for (int done = 0; done < kOps; done += kOpsPerCommit) {
    auto txn = (*env)->Write();
    ASSERT_TRUE(txn.ok()) << txn.status();
    for (int i = 0; i < kOpsPerCommit; ++i)
      ASSERT_NO_FATAL_FAILURE(Step(*txn, table, keys, model, random)) << "operation " << done + i;
    if (done % 10'000 == 0) {
      ASSERT_NO_FATAL_FAILURE(CompareAll(*txn, table, model));
    }
    ASSERT_TRUE(txn->Commit().ok());
    if (done % 10'000 == 0) {
      auto read = (*env)->Read();
      ASSERT_TRUE(read.ok()) << read.status();
      ASSERT_NO_FATAL_FAILURE(CompareAll(*read, table, model)) << "after operation " << done;
    }
  }
  EXPECT_GT(model.size(), kKeys / 3);
}

INSTANTIATE_TEST_SUITE_P(Tables, Alignment, testing::Range(size_t{0}, kTableNames.size()),
                         [](const testing::TestParamInfo<size_t>& info) { return std::string(kTableNames[info.param]); });

}  // namespace
}  // namespace chancery

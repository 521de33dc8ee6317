// What is rehearsed above a read is seen there alone, and reads as a table that was written does.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "engine/store/env.h"
#include "tests/engine/store/store_rows.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

constexpr Table kTable = Table::kRecord;
using Rows = std::map<std::string, std::string>;

Rows Listed(const Txn& txn) {
  Rows rows;
  Cursor cursor(txn, kTable);
  for (bool more = cursor.Seek({}); more; more = cursor.Next()) rows.emplace(cursor.key(), cursor.value());
  return rows;
}

std::string Found(const Cursor& cursor, bool found) { return found ? std::string(cursor.key()) : "(none)"; }

void Compare(const Txn& txn, const Rows& model, std::mt19937_64& draw) {
  ASSERT_EQ(Listed(txn), model);
  EXPECT_EQ(txn.Count(kTable), model.size());
  for (int i = 0; i < 8; ++i) {
    const std::string key = Key(draw() % 70);
    const auto at = model.find(key), from = model.lower_bound(key), behind = model.upper_bound(key);
    EXPECT_EQ(txn.Get(kTable, key).value_or("(none)"), at == model.end() ? "(none)" : at->second);
    Cursor cursor(txn, kTable);
    EXPECT_EQ(Found(cursor, cursor.Seek(key)), from == model.end() ? "(none)" : from->first);
    EXPECT_EQ(Found(cursor, cursor.SeekLast(key)), behind == model.begin() ? "(none)" : std::prev(behind)->first);
  }
}

void Change(WriteTxn& txn, Rows& model, std::mt19937_64& draw) {
  const std::string key = Key(draw() % 64), value = Row(8 * (1 + draw() % 3), static_cast<char>('a' + draw() % 26));
  const size_t what = draw() % 40;
  if (what == 0) {
    txn.Clear(kTable);
    model.clear();
  } else if (what < 15) {
    txn.Delete(kTable, key);
    model.erase(key);
  } else if (what < 25) {
    SortedRows rows(txn, kTable);
    EXPECT_EQ(rows.Get(key).has_value(), model.contains(key));
    rows.Put(key, value);
    model[key] = value;
  } else {
    txn.Put(kTable, key, value);
    model[key] = value;
  }
}

TEST(Overlay, ReadsAsATableThatWasWrittenAndLeavesTheFileAlone) {
  TempDir dir;
  const auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 draw(seed);
    Rows stored;
    {
      auto txn = (*env)->Write();
      ASSERT_TRUE(txn.ok());
      txn->Clear(kTable);
      for (int i = 0; i < 40; ++i) txn->Put(kTable, Key(draw() % 64), Row(8, 'z'));
      stored = Listed(*txn);
      ASSERT_TRUE(txn->Commit().ok());
    }
    const auto now = (*env)->Read();
    ASSERT_TRUE(now.ok());
    WriteTxn rehearsed = now->Rehearse();
    Rows model = stored;
    for (int i = 0; i < 60; ++i) {
      Change(rehearsed, model, draw);
      if (i % 6 == 0) Compare(rehearsed, model, draw);
    }
    WriteTxn above = rehearsed.Rehearse();
    Rows further = model;
    for (int i = 0; i < 20; ++i) Change(above, further, draw);
    Compare(above, further, draw);
    Compare(rehearsed, model, draw);
    Compare(*now, stored, draw);
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

TEST(Overlay, WhatIsRehearsedWaitsForNoWriterAndHoldsNoneUp) {
  TempDir dir;
  const auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  auto writer = (*env)->Write();
  ASSERT_TRUE(writer.ok());
  const auto now = (*env)->Read();
  ASSERT_TRUE(now.ok());
  WriteTxn rehearsed = now->Rehearse();
  rehearsed.Put(kTable, Key(1), Row(8, 'a'));
  writer->Put(kTable, Key(1), Row(8, 'b'));
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(rehearsed.Get(kTable, Key(1)), Row(8, 'a'));
  EXPECT_EQ((*env)->Read()->Get(kTable, Key(1)), Row(8, 'b'));
  EXPECT_EQ(now->Get(kTable, Key(1)), std::nullopt);
}

}  // namespace
}  // namespace chancery

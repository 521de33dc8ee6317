// A store file with any flipped bit is told of, or reads as before. None of these tests may end by a signal.
#include "engine/store/page_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "tests/engine/store/store_rows.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// Rows of several sizes in three tables, some removed again: branches, overflow pages, a free list.
void Fill(Env& env) {
  for (uint64_t round = 0; round < 12; ++round) {
    auto txn = env.Write();
    ASSERT_TRUE(txn.ok());
    for (uint64_t i = 0; i < 12; ++i) {
      txn->Put(Table::kRecord, Key((i * 12 + round) * 7919 % 200), Row(200 + 8 * i));
      txn->Put(Table::kJournal, Key(round * 12 + i), Row(round % 5 == 0 && i == 0 ? 9000 : 100));
    }
    if (round > 3) txn->Delete(Table::kJournal, Key((round - 3) * 12));
    ASSERT_TRUE(txn->Commit().ok());
  }
}

using Rows = std::vector<std::pair<std::string, std::string>>;

Rows AllRows(const Env& env) {
  Rows rows;
  const auto txn = env.Read();
  for (const Table table : {Table::kRecord, Table::kJournal}) {
    Cursor cursor(*txn, table);
    for (bool more = cursor.Seek({}); more; more = cursor.Next()) rows.emplace_back(cursor.key(), cursor.value());
  }
  EXPECT_TRUE(txn->status().ok());
  return rows;
}

class PageWalk : public testing::Test {
 protected:
  PageWalk() {
    auto env = Env::Open(In(dir_ / "s", true));
    EXPECT_TRUE(env.ok());
    Fill(**env);
    rows_ = AllRows(**env);
    env->reset();
    whole_ = ReadFile(File());
  }
  std::string File() const { return dir_ / "s/data.mdb"; }
  Env::Options Walked() const {
    Env::Options options = In(dir_ / "s", false);
    options.walk_pages = true;
    return options;
  }

  TempDir dir_;
  Rows rows_;
  std::string whole_;
};

TEST_F(PageWalk, LetsASoundFileThrough) {
  EXPECT_TRUE(WalkPages(File()).ok()) << WalkPages(File());
  EXPECT_GT(whole_.size(), 30u * 4096);
  EXPECT_TRUE(Env::Open(Walked()).ok());
}

// LMDB leaves a value on the pages that it took first, where the same transaction makes it shorter.
TEST_F(PageWalk, LetsAValueThroughThatHasMorePagesThanItNeeds) {
  {
    const auto env = Env::Open(In(dir_ / "s", false));
    auto txn = (*env)->Write();
    for (const size_t size : {20000, 9000, 40}) txn->Put(Table::kCase, Key(size), Row(30000));
    for (const size_t size : {20000, 9000, 40}) txn->Put(Table::kCase, Key(size), Row(size));
    ASSERT_TRUE(txn->Commit().ok());
  }
  EXPECT_TRUE(WalkPages(File()).ok()) << WalkPages(File());
  const auto env = Env::Open(Walked());
  ASSERT_TRUE(env.ok()) << env.status();
  auto txn = (*env)->Write();
  for (const size_t size : {20000, 9000, 40}) EXPECT_EQ(txn->Get(Table::kCase, Key(size)), Row(size)) << txn->status();
}

// A flip in the bytes of a row or in unused space is not the walk's to tell; then there are as many rows as before.
TEST_F(PageWalk, TellsOfEveryFlipThatLmdbWouldFollow) {
  uint64_t told = 0, harmless = 0;
  for (size_t page = 0; page < whole_.size() / 4096; ++page) {
    for (size_t bit = page % 7; bit < 8 * 4096; bit += bit < 8 * 160 ? 7 : 1009) {
      const size_t at = page * 4096 + bit / 8;
      const auto put = [&](char c) {
        std::fstream file(File(), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(at)).put(c);
      };
      put(static_cast<char>(whole_[at] ^ (1 << (bit % 8))));
      const auto env = Env::Open(Walked());
      if (env.ok()) {
        EXPECT_LE(AllRows(**env).size(), rows_.size()) << "page " << page << " bit " << bit;
        ++harmless;
      } else {
        EXPECT_EQ(env.status().code(), absl::StatusCode::kDataLoss) << "page " << page << " bit " << bit << ": " << env.status();
        ++told;
      }
      put(whole_[at]);
    }
  }
  EXPECT_GT(told, 1000u);
  EXPECT_GT(harmless, 1000u);
}

TEST_F(PageWalk, TellsOfAPageThatIsUsedTwiceOrListedAsFree) {
  const auto page_of = [&](size_t i) { return whole_.substr(i * 4096, 4096); };
  uint64_t told = 0;
  for (size_t i = 2; i + 1 < whole_.size() / 4096; ++i) {  // a misdirected write: one page where another belongs
    WriteFile(File(), whole_.substr(0, i * 4096) + page_of(i + 1) + whole_.substr((i + 1) * 4096));
    const auto env = Env::Open(Walked());
    if (env.ok()) {
      EXPECT_EQ(AllRows(**env).size(), rows_.size());
    } else {
      ++told;
    }
  }
  EXPECT_GT(told, 15u);
}

TEST_F(PageWalk, FindsAStoreSoundWhileOthersWrite) {
  auto env = Env::Open(In(dir_ / "s", false));
  ASSERT_TRUE(env.ok());
  std::atomic<bool> writing{true};
  std::thread writer([&] {
    for (int i = 0; i < 60; ++i) Fill(**env);
    writing = false;
  });
  int walks = 0;
  for (; writing || walks == 0; ++walks) {
    const absl::Status walked = (*env)->CheckPages();
    ASSERT_TRUE(walked.ok()) << walked;
  }
  writer.join();
  EXPECT_GT(walks, 3);
}

}  // namespace
}  // namespace chancery

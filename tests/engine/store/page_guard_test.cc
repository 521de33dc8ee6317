// A damaged store is read and written without a signal: it is told of as damage, or nothing comes of it.
#include "engine/store/page_guard.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/page_walk.h"
#include "tests/engine/store/store_rows.h"
#include "tests/support/figure.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

constexpr std::array<Table, 3> kTables = {Table::kMeta, Table::kJournal, Table::kRecord};

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Long keys make a high tree of few rows.
std::string LongKey(uint64_t n) { return Key(n) + Row(360, 'k'); }

// Rows of several sizes in three tables, some removed again: branches, overflow pages, a free list.
absl::Status Fill(Env& env, uint64_t rounds) {
  for (uint64_t round = 0; round < rounds; ++round) {
    ASSIGN_OR_RETURN(WriteTxn txn, env.Write());
    txn.Put(Table::kMeta, Key(round % 3), Row(16 + 8 * round));
    for (uint64_t i = 0; i < 8; ++i) {
      txn.Put(Table::kRecord, LongKey((i * 12 + round) * 7919 % 200), Row(200 + 8 * i));
      txn.Put(Table::kJournal, Key(round * 8 + i), Row(round % 5 == 0 && i == 0 ? 9000 : 100));
    }
    if (round > 3) txn.Delete(Table::kJournal, Key((round - 3) * 8));
    RETURN_IF_ERROR(txn.Commit());
  }
  return absl::OkStatus();
}

// All that a store does with LMDB, over every row there is.
absl::Status ReadAll(const Env& env) {
  ASSIGN_OR_RETURN(const Txn txn, env.Read());
  size_t bytes = 0;
  for (const Table table : kTables) {
    Cursor cursor(txn, table);
    for (bool more = cursor.Seek({}); more; more = cursor.Next()) {
      for (const char c : cursor.value()) bytes += static_cast<unsigned char>(c);
      if (const auto value = txn.Get(table, std::string(cursor.key()))) bytes += value->size();
    }
    Cursor last(txn, table);
    for (uint64_t i = 0; i < 200; i += 7) last.SeekLast(Key(i));
  }
  return bytes == 1 ? absl::InternalError("not a sum of ours") : txn.status();
}

absl::Status WriteAll(Env& env) {
  RETURN_IF_ERROR(Fill(env, 6));
  ASSIGN_OR_RETURN(WriteTxn txn, env.Write());
  for (uint64_t i = 0; i < 96; i += 2) txn.Delete(Table::kJournal, Key(i));
  for (uint64_t i = 0; i < 150; ++i) txn.Delete(Table::kRecord, LongKey(i));
  txn.Append(Table::kJournal, Key(~uint64_t{0}), Row(3000));  // above what any flip makes of a key
  RETURN_IF_ERROR(txn.Commit());
  ASSIGN_OR_RETURN(WriteTxn clears, env.Write());
  clears.Clear(Table::kJournal);
  return clears.Commit();
}

absl::Status Use(const std::string& dir) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Env> env, Env::Open(In(dir, false)));
  RETURN_IF_ERROR(ReadAll(*env));
  RETURN_IF_ERROR(WriteAll(*env));
  return ReadAll(*env);
}

// Writes first: nothing was looked at by reading.
absl::Status UseBlindly(const std::string& dir) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Env> env, Env::Open(In(dir, false)));
  RETURN_IF_ERROR(WriteAll(*env));
  return ReadAll(*env);
}

// Bytes that stand in the file in place of its own.
struct Damage {
  size_t at;
  std::string bytes;
};

std::string Words(const std::vector<Damage>& damages) {
  std::string words = Cat(damages.size(), ":");
  for (const Damage& damage : damages)
    words += Cat(" ", damage.bytes.size(), " bytes at page ", damage.at / 4096, " byte ", damage.at % 4096, ";");
  return words;
}

// What became of the damages that were tried, in memory that children share.
struct Tally {
  size_t next, told, untold, otherwise;  // otherwise: told of, but not as damage
};

class PageGuardTest : public testing::Test {
 protected:
  PageGuardTest() {
    {
      const auto env = Env::Open(In(dir_ / "whole", true));
      EXPECT_TRUE(env.ok());
      EXPECT_TRUE(Fill(**env, 20).ok());
    }
    whole_ = ReadFile(dir_ / "whole/data.mdb");
    tally_ = static_cast<Tally*>(mmap(nullptr, sizeof(Tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  }
  ~PageGuardTest() override { munmap(tally_, sizeof(Tally)); }

  void ExpectNoSignal(const std::vector<Damage>& damages) {
    for (const auto use : {Use, UseBlindly}) {
      const std::vector<Damage> signals = Signals(damages, use);
      EXPECT_TRUE(signals.empty()) << Words(signals);
      EXPECT_EQ(tally_->otherwise, 0u);
      EXPECT_GT(tally_->told, damages.size() / 10);
      Figure("damage.tried", damages.size());
    }
  }

  // The damages whose use ended by a signal.
  std::vector<Damage> Signals(const std::vector<Damage>& damages, absl::Status (*use)(const std::string&)) {
    std::vector<Damage> signals;
    *tally_ = {};
    while (tally_->next < damages.size()) {
      const pid_t child = fork();
      if (child == 0) {
        TryRest(damages, use);
        _exit(0);
      }
      int how = 0;
      waitpid(child, &how, 0);
      if (!WIFEXITED(how) || WEXITSTATUS(how) != 0) signals.push_back(damages[tally_->next++]);
    }
    return signals;
  }

  void TryRest(const std::vector<Damage>& damages, absl::Status (*use)(const std::string&)) {
    const std::string dir = dir_ / Cat("s", getpid());
    std::filesystem::create_directories(dir);
    for (; tally_->next < damages.size(); ++tally_->next) {
      const Damage& damage = damages[tally_->next];
      std::string bytes = whole_;
      bytes.replace(damage.at, damage.bytes.size(), damage.bytes);
      std::ofstream(dir + "/data.mdb", std::ios::binary | std::ios::trunc) << bytes;
      const absl::Status used = use(dir);
      ++(used.ok() ? tally_->untold : absl::IsDataLoss(used) ? tally_->told : tally_->otherwise);
    }
    std::filesystem::remove_all(dir);
  }

  size_t pages() const { return whole_.size() / 4096; }
  std::string_view PageAt(size_t page) const { return std::string_view(whole_).substr(page * 4096, 4096); }

  // The bytes of a page that LMDB follows: its head, slots, heads of rows and the keys behind them; of a value the first ones.
  std::set<size_t> Structure(size_t page) const {
    std::set<size_t> bytes;
    const std::string_view content = PageAt(page);
    for (size_t i = 0; i < 160; ++i) bytes.insert(page * 4096 + i);
    for (size_t slot = 16; slot < std::min<size_t>(At<uint16_t>(content, 12), 4096); slot += 2)
      for (size_t i = 0, row = At<uint16_t>(content, slot); i < 24 && row + i < 4096; ++i) bytes.insert(page * 4096 + row + i);
    return bytes;
  }

  // Every `step`-th bit of those bytes, flipped.
  std::vector<Damage> Flips(const std::vector<size_t>& pages, size_t step) const {
    std::vector<Damage> flips;
    size_t count = 0;
    for (const size_t page : pages)
      for (const size_t at : Structure(page))
        for (int bit = 0; bit < 8; ++bit)
          if (count++ % step == 0) flips.push_back({at, {static_cast<char>(whole_[at] ^ (1 << bit))}});
    return flips;
  }

  TempDir dir_;
  std::string whole_;
  Tally* tally_;
};

TEST_F(PageGuardTest, LetsASoundStoreThrough) {
  EXPECT_TRUE(Use(dir_ / "whole").ok());
  EXPECT_TRUE(UseBlindly(dir_ / "whole").ok());
}

// Where pages are looked at, rows are found without LMDB: it must be the same rows.
TEST_F(PageGuardTest, FindsWhatLmdbFinds) {
  const auto filled = Env::Open(In(dir_ / "made", true));
  ASSERT_TRUE(filled.ok());
  ASSERT_TRUE(Fill(**filled, 20).ok());  // no page of it is older than this process
  const auto opened = Env::Open(In(dir_ / "whole", false));
  ASSERT_TRUE(opened.ok());
  const auto expected = (*filled)->Read(), found = (*opened)->Read();
  size_t there = 0;
  for (const Table table : kTables) {
    for (uint64_t i = 0; i < 220; ++i) {
      for (const std::string& key : {Key(i), LongKey(i)}) {
        EXPECT_EQ(found->Get(table, key), expected->Get(table, key)) << i;
        there += expected->Get(table, key) ? 1 : 0;
      }
    }
  }
  EXPECT_GT(there, 200u);
}

// A sound store is never told of as damaged, however its trees grow, shrink and are opened again.
TEST_F(PageGuardTest, FollowsAStoreThatIsOpenedAgainAndAgain) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::map<std::string, std::string> rows;
  ASSERT_TRUE(Env::Open(In(dir_ / "s", true)).ok());
  for (int opens = 0; opens < 60; ++opens) {
    const auto env = Env::Open(In(dir_ / "s", false));
    ASSERT_TRUE(env.ok()) << env.status();
    for (int commits = 0; commits < 4; ++commits) {
      auto txn = (*env)->Write();
      ASSERT_TRUE(txn.ok()) << txn.status();
      const bool shrinks = random() % 3 == 0;
      for (int i = 0; i < 120; ++i) {
        const std::string key = LongKey(random() % 600);
        ASSERT_EQ(txn->Get(Table::kRecord, key).has_value(), rows.contains(key)) << txn->status();
        if (shrinks) {
          txn->Delete(Table::kRecord, key);
          rows.erase(key);
        } else {
          rows[key] = Row(random() % 20 == 0 ? 5000 + random() % 9000 : 8 + random() % 400, static_cast<char>('a' + i % 26));
          txn->Put(Table::kRecord, key, rows[key]);
        }
      }
      ASSERT_TRUE(txn->Commit().ok()) << txn->status();
    }
    const auto txn = (*env)->Read();
    for (const auto& [key, value] : rows) ASSERT_EQ(txn->Get(Table::kRecord, key), value) << txn->status();
    Cursor cursor(*txn, Table::kRecord);
    auto row = rows.begin();
    for (bool more = cursor.Seek({}); more; more = cursor.Next(), ++row) {
      ASSERT_TRUE(row != rows.end() && cursor.key() == row->first && cursor.value() == row->second);
    }
    ASSERT_TRUE(row == rows.end() && txn->status().ok()) << txn->status();
  }
  EXPECT_TRUE(WalkPages(dir_ / "s/data.mdb").ok());
}

TEST_F(PageGuardTest, NoFlipEndsInASignal) {
  std::vector<size_t> all(pages());
  std::iota(all.begin(), all.end(), size_t{0});
  ExpectNoSignal(Flips(all, 97));
}

// The two heads, and what they point to: the names of the tables and the list of free pages.
TEST_F(PageGuardTest, NoFlipWhereAllBeginsEndsInASignal) {
  std::ofstream(dir_ / "copy", std::ios::binary) << whole_;
  const int fd = open((dir_ / "copy").c_str(), O_RDONLY);
  const MetaPage meta = NewestMetaPage(fd);
  close(fd);
  ExpectNoSignal(Flips({0, 1, TreeHead(meta.main_tree).root, TreeHead(meta.free_tree).root}, 7));
}

TEST_F(PageGuardTest, NoPageInPlaceOfAnotherEndsInASignal) {
  std::vector<Damage> misdirected;
  for (size_t to = 0; to < pages(); ++to)
    for (size_t from = to % 11; from < pages(); from += 11)
      if (from != to) misdirected.push_back({to * 4096, std::string(PageAt(from))});
  ExpectNoSignal(misdirected);
}

TEST_F(PageGuardTest, NoLostSectorEndsInASignal) {
  std::vector<Damage> lost;
  for (size_t at = 0; at < whole_.size(); at += 512) {
    lost.push_back({at, std::string(512, '\0')});
    lost.push_back({at, std::string(512, '\xff')});
  }
  ExpectNoSignal(lost);
}

}  // namespace
}  // namespace chancery

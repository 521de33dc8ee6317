#include "engine/store/env.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include "engine/base/status.h"
#include "tests/engine/store/store_rows.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

std::string Value(const Txn& txn, Table table, uint64_t key) { return std::string(txn.Get(table, Key(key)).value_or("(none)")); }

TEST(Env, OpensOnlyWhatIsThereAndCreatesOnlyWhatIsNot) {
  TempDir dir;
  EXPECT_EQ(Env::Open(In(dir / "s", false)).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Env::Open(In(dir / "s", true)).ok());
  EXPECT_EQ(Env::Open(In(dir / "s", true)).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(Env::Open(In(dir / "s", false)).ok());
}

TEST(Env, KeepsWhatWasCommittedAndNothingElse) {
  TempDir dir;
  {
    auto env = Env::Open(In(dir / "s", true));
    ASSERT_TRUE(env.ok()) << env.status();
    auto kept = (*env)->Write();
    ASSERT_TRUE(kept.ok());
    kept->Put(Table::kRecord, Key(1), Row(8, 'a'));
    kept->Put(Table::kClaim, Key(1), Row(8, 'b'));
    ASSERT_TRUE(kept->Commit().ok());
    auto dropped = (*env)->Write();
    ASSERT_TRUE(dropped.ok());
    dropped->Put(Table::kRecord, Key(1), Row(8, 'z'));
    dropped->Clear(Table::kClaim);
  }
  auto env = Env::Open(In(dir / "s", false));
  ASSERT_TRUE(env.ok()) << env.status();
  auto txn = (*env)->Read();
  ASSERT_TRUE(txn.ok());
  EXPECT_EQ(Value(*txn, Table::kRecord, 1), Row(8, 'a'));
  EXPECT_EQ(Value(*txn, Table::kClaim, 1), Row(8, 'b'));
  EXPECT_EQ(Value(*txn, Table::kCase, 1), "(none)");
  EXPECT_TRUE(txn->status().ok());
}

TEST(Env, AReaderStaysAtItsMoment) {
  TempDir dir;
  auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  auto before = (*env)->Read();
  ASSERT_TRUE(before.ok());
  auto txn = (*env)->Write();
  ASSERT_TRUE(txn.ok());
  txn->Put(Table::kRecord, Key(1), Row(8));
  EXPECT_EQ(Value(*txn, Table::kRecord, 1), Row(8));
  ASSERT_TRUE(txn->Commit().ok());
  EXPECT_EQ(Value(*before, Table::kRecord, 1), "(none)");
  auto after = (*env)->Read();
  ASSERT_TRUE(after.ok());
  EXPECT_EQ(Value(*after, Table::kRecord, 1), Row(8));
}

TEST(Env, ClearEmptiesOneTable) {
  TempDir dir;
  auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  auto txn = (*env)->Write();
  ASSERT_TRUE(txn.ok());
  for (uint64_t i = 0; i < 100; ++i) {
    txn->Put(Table::kRecord, Key(i), Row(64));
    txn->Put(Table::kClaim, Key(i), Row(64));
  }
  txn->Clear(Table::kClaim);
  txn->Delete(Table::kRecord, Key(7));
  txn->Delete(Table::kRecord, Key(700));  // not there: no error
  ASSERT_TRUE(txn->Commit().ok());
  auto read = (*env)->Read();
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->Count(Table::kClaim), 0u);
  EXPECT_EQ(read->Count(Table::kRecord), 99u);
}

TEST(Env, ACursorFindsTheNearestRowOnEitherSide) {
  TempDir dir;
  auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  auto txn = (*env)->Write();
  ASSERT_TRUE(txn.ok());
  EXPECT_FALSE(Cursor(*txn, Table::kJournal).SeekLast(Key(5)));
  for (const uint64_t i : {10, 20, 30}) txn->Put(Table::kJournal, Key(i), Row(8));
  Cursor rows(*txn, Table::kJournal);
  const auto at = [&](bool found) { return found ? std::string(rows.key()) : "(none)"; };
  EXPECT_EQ(at(rows.Seek("")), Key(10));
  EXPECT_EQ(at(rows.Seek(Key(11))), Key(20));
  EXPECT_EQ(at(rows.Next()), Key(30));
  EXPECT_EQ(at(rows.Next()), "(none)");
  EXPECT_EQ(at(rows.Seek(Key(31))), "(none)");
  EXPECT_EQ(at(rows.SeekLast(Key(9))), "(none)");
  EXPECT_EQ(at(rows.SeekLast(Key(10))), Key(10));
  EXPECT_EQ(at(rows.SeekLast(Key(29))), Key(20));
  EXPECT_EQ(at(rows.SeekLast(Key(99))), Key(30));
}

TEST(EnvDeathTest, ASizeThatWouldSpoilTheAlignmentIsOurOwnFault) {
  TempDir dir;
  auto env = Env::Open(In(dir / "s", true));
  ASSERT_TRUE(env.ok()) << env.status();
  auto txn = (*env)->Write();
  ASSERT_TRUE(txn.ok());
  EXPECT_DEATH(txn->Put(Table::kMeta, Key(1), "seven.."), "CHECK failed");
  EXPECT_DEATH(txn->Put(Table::kMeta, "seven..", Row(8)), "CHECK failed");
  EXPECT_DEATH(txn->Put(Table::kMeta, "", Row(8)), "CHECK failed");
  EXPECT_DEATH(txn->Put(Table::kMeta, Row(512), Row(8)), "CHECK failed");
}

// While it lives, a write beyond `bytes` of any file fails with EFBIG, as a full disk fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    old_handler_ = signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit old_limit_{};
  sighandler_t old_handler_;
};

TEST(Env, AFailedCommitLatchesTheStoreUntilItIsOpenedAgain) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "s", 10, 1000).ok());
  Env::Options options = In(dir / "s", false);
  options.durable = true;
  {
    auto env = Env::Open(options);
    ASSERT_TRUE(env.ok()) << env.status();
    {
      const FileSizeLimit limit(256 << 10);
      auto txn = (*env)->Write();
      ASSERT_TRUE(txn.ok());
      for (uint64_t i = 10; i < 1000; ++i) txn->Put(Table::kJournal, Key(i), Row(1000));
      const absl::Status failed = txn->Commit();
      EXPECT_EQ(failed.code(), absl::StatusCode::kDataLoss);
      EXPECT_NE(failed.message().find("outcome unknown"), absl::string_view::npos) << failed;
      EXPECT_NE(NextOf(failed), "");
    }
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ((*env)->Write().status().code(), absl::StatusCode::kDataLoss);  // the disk is well again: still
    auto read = (*env)->Read();
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->Count(Table::kJournal), 10u);
  }
  auto env = Env::Open(options);
  ASSERT_TRUE(env.ok()) << env.status();
  auto txn = (*env)->Write();
  ASSERT_TRUE(txn.ok()) << txn.status();
  EXPECT_EQ(txn->Count(Table::kJournal), 10u);
  for (uint64_t i = 0; i < 10; ++i) EXPECT_EQ(Value(*txn, Table::kJournal, i), Row(1000));
  txn->Put(Table::kJournal, Key(10), Row(1000));
  EXPECT_TRUE(txn->Commit().ok());
}

TEST(Env, RefusesToWriteBelowTheDiskReserve) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "s", 3, 8).ok());
  Env::Options options = In(dir / "s", false);
  options.reserve_bytes = uint64_t{1} << 60;
  {
    auto env = Env::Open(options);
    ASSERT_TRUE(env.ok()) << env.status();
    ASSERT_LT((*env)->FreeBytes(), options.reserve_bytes);
    const absl::Status refused = (*env)->Write().status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_NE(NextOf(refused), "");
    auto read = (*env)->Read();
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(read->Count(Table::kJournal), 3u);
  }
  options.reserve_bytes = 1;
  auto env = Env::Open(options);
  ASSERT_TRUE(env.ok());
  EXPECT_TRUE((*env)->Write().ok());
}

}  // namespace
}  // namespace chancery

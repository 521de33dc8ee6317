// What is wrong with a directory is said in words, before a byte of the file is mapped: none of these tests may end by a signal.
#include "engine/store/file_check.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "tests/engine/store/store_rows.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

constexpr uint64_t kRows = 200;

void WriteFile(const std::string& path, std::string_view bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// Every row that was committed is there.
bool Whole(Env& env) {
  auto txn = env.Read();
  if (!txn.ok()) return false;
  for (uint64_t i = 0; i < kRows; ++i) {
    if (txn->Get(Table::kJournal, Key(i)) != Row(1000)) return false;
  }
  return true;
}

void ExpectDataLoss(const absl::Status& status, std::string_view words) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(S(status.message()).find(words), std::string_view::npos) << status;
}

TEST(FileCheck, AnEmptyFileIsRefused) {
  TempDir dir;
  WriteFile(dir / "s/data.mdb", "");
  ExpectDataLoss(Env::Open(In(dir / "s", false)).status(), "is empty");
}

TEST(FileCheck, AForeignFileIsRefused) {
  TempDir dir;
  for (const size_t size : {1, 100, 4096, 8192, 100'000}) {
    WriteFile(dir / "s/data.mdb", std::string(size, 'x'));
    ExpectDataLoss(Env::Open(In(dir / "s", false)).status(), "is no LMDB file");
  }
}

TEST(FileCheck, AnotherProgramsDatabaseIsRefused) {
  TempDir dir;
  MDB_env* env = nullptr;
  std::filesystem::create_directories(dir / "s");
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, (dir / "s").c_str(), 0, 0600), 0);
  MDB_txn* txn = nullptr;
  MDB_dbi dbi;
  MDB_val key{1, const_cast<char*>("k")}, value{1, const_cast<char*>("v")};
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, nullptr, 0, &dbi), 0);
  ASSERT_EQ(mdb_put(txn, dbi, &key, &value, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  ExpectDataLoss(Env::Open(In(dir / "s", false)).status(), "no chancery store");
}

TEST(FileCheck, AStoreCutOffAnywhereIsRefusedOrWhole) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "whole", kRows, 1000).ok());
  const uint64_t size = std::filesystem::file_size(dir / "whole/data.mdb");
  ASSERT_GT(size, 40u * 4096);
  int refused = 0;
  for (uint64_t cut = 0; cut < size; cut += 4096 - 7 * (cut % 3)) {
    std::filesystem::remove_all(dir / "cut");
    std::filesystem::create_directories(dir / "cut");
    std::filesystem::copy_file(dir / "whole/data.mdb", dir / "cut/data.mdb");
    std::filesystem::resize_file(dir / "cut/data.mdb", cut);
    auto env = Env::Open(In(dir / "cut", false));
    if (env.ok()) {
      EXPECT_TRUE(Whole(**env)) << cut << " bytes of " << size;
    } else {
      ++refused;
      EXPECT_EQ(env.status().code(), absl::StatusCode::kDataLoss) << cut << ": " << env.status();
      EXPECT_NE(NextOf(env.status()), "") << cut;
    }
  }
  EXPECT_GT(refused, 30);
  auto env = Env::Open(In(dir / "whole", false));
  ASSERT_TRUE(env.ok()) << env.status();
  EXPECT_TRUE(Whole(**env));
}

TEST(FileCheck, AStoreWithBothHeadsOverwrittenIsRefused) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "s", kRows, 1000).ok());
  std::fstream file(dir / "s/data.mdb", std::ios::binary | std::ios::in | std::ios::out);
  file << std::string(8192, '\0');
  file.close();
  ExpectDataLoss(Env::Open(In(dir / "s", false)).status(), "is no LMDB file");
}

TEST(FileCheck, ASecondOpenInThisProcessIsRefused) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "s", 1, 8).ok());
  std::filesystem::create_directory_symlink(dir / "s", dir / "other-name");
  auto first = Env::Open(In(dir / "s", false));
  ASSERT_TRUE(first.ok());
  for (const std::string& name : {dir / "s", dir / "other-name", dir / "./s/"}) {
    const absl::Status refused = Env::Open(In(name, false)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
    EXPECT_NE(S(refused.message()).find(Cat("pid ", getpid())), std::string_view::npos) << refused;
    EXPECT_NE(S(refused.message()).find("store_test"), std::string_view::npos) << refused;
  }
  first->reset();
  EXPECT_TRUE(Env::Open(In(dir / "s", false)).ok());
}

// A child that opens the store, says so with one byte ('y' or 'n'), and stays until it is killed.
class OtherProcess {
 public:
  explicit OtherProcess(const std::string& dir) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      auto env = Env::Open(In(dir, false));
      const char said = env.ok() ? 'y' : 'n';
      if (write(ends[1], &said, 1) == 1) pause();
      _exit(0);
    }
    close(ends[1]);
    EXPECT_EQ(read(ends[0], &said_, 1), 1);
    close(ends[0]);
  }
  ~OtherProcess() { Kill(); }
  void Kill() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  bool opened() const { return said_ == 'y'; }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  char said_ = '?';
};

TEST(FileCheck, AStoreHeldByAnotherProcessNamesIt) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "s", 1, 8).ok());
  OtherProcess holder(dir / "s");
  ASSERT_TRUE(holder.opened());
  const absl::Status refused = Env::Open(In(dir / "s", false)).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable) << refused;
  EXPECT_NE(S(refused.message()).find(Cat("pid ", holder.pid())), std::string_view::npos) << refused;
  EXPECT_NE(S(refused.message()).find("store_test"), std::string_view::npos) << refused;
  EXPECT_NE(NextOf(refused), "");
  holder.Kill();
  EXPECT_TRUE(Env::Open(In(dir / "s", false)).ok());  // a killed holder leaves no lock behind
}

TEST(FileCheck, AForkOfTheHolderIsRefusedToo) {
  TempDir dir;
  ASSERT_TRUE(MakeStore(dir / "s", 1, 8).ok());
  auto env = Env::Open(In(dir / "s", false));
  ASSERT_TRUE(env.ok());
  EXPECT_FALSE(OtherProcess(dir / "s").opened());
  auto txn = (*env)->Write();
  ASSERT_TRUE(txn.ok());
  txn->Put(Table::kJournal, Key(1), Row(8));
  EXPECT_TRUE(txn->Commit().ok());
}

}  // namespace
}  // namespace chancery

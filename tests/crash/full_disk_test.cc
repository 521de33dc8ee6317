// The disk is full: entries are refused or their outcome is unknown, nothing that was acknowledged goes, reading goes on.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>

#include "chancery/chancery.h"
#include "tests/crash/check.h"
#include "tests/support/small_disk.h"
#include "tests/support/temp_dir.h"

namespace chancery::crash {
namespace {

constexpr const char* kPack = R"([pack]
name = "land"
version = 1
[register.parcel.fields]
deed = { type = "text" }
plan = { type = "text" }
)";

constexpr int kNoMount = 77;  // the child may not mount

#define REQUIRE(condition)                                                    \
  do {                                                                        \
    if (!(condition)) {                                                       \
      std::cerr << __FILE__ << ":" << __LINE__ << ": " << #condition << "\n"; \
      _exit(1);                                                               \
    }                                                                         \
  } while (false)

// Limits and mounts are of a process: each scenario has one of its own.
int InChild(const std::function<void()>& scenario) {
  std::cout.flush();
  const pid_t child = fork();
  if (child == 0) {
    scenario();
    _exit(0);
  }
  int state = 0;
  waitpid(child, &state, 0);
  return WIFEXITED(state) ? WEXITSTATUS(state) : -WTERMSIG(state);
}

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

Draft Parcel(int number) {
  const std::string key = std::to_string(number);
  std::string plan;  // does not compress
  for (uint32_t i = 0, x = static_cast<uint32_t>(number) + 1; i < 20000; ++i, x = x * 1664525 + 1013904223)
    plan += static_cast<char>('!' + (x >> 24) % 90);
  return Draft().Create("parcel/" + key).Set("deed", key).Set("plan", plan);
}

std::unique_ptr<Database> Founded(const std::string& dir, const Environment& env) {
  auto db = Database::Found(dir, {"tallinn", "", {{"land.toml", kPack}}, "t"}, env);
  REQUIRE(db.ok());
  return *std::move(db);
}

// Files until the store says no; what it acknowledged, and its words.
struct Filed {
  std::set<std::string> acknowledged;
  absl::Status last;
};
Filed FileUntilRefused(Database& db) {
  Filed filed;
  for (int i = 0; i < 2000; ++i) {
    const absl::StatusOr<Receipt> receipt = db.File(Parcel(i));
    if (!receipt.ok()) {
      filed.last = receipt.status();
      break;
    }
    filed.acknowledged.insert(receipt->entry());
  }
  REQUIRE(!filed.last.ok());
  REQUIRE(filed.acknowledged.size() > 5);
  return filed;
}

void RequireReadable(const Database& db, const Filed& filed) {
  const absl::StatusOr<Snapshot> now = db.Read();
  REQUIRE(now.ok());
  for (size_t i = 0; i < filed.acknowledged.size(); ++i) REQUIRE(now->Value("parcel/" + std::to_string(i) + "/deed").ok());
  for (const std::string& entry : filed.acknowledged) REQUIRE(now->Entry(entry).ok());
}

// The commit that met the wall may have happened or not; nobody may go on as if it had not, until the store is opened again.
void RequireLatched(Database& db, const Filed& filed) {
  const ErrorView error = Explain(filed.last);
  REQUIRE(!error.refused);
  REQUIRE(error.exit_code == 5);
  REQUIRE(error.message.find("outcome unknown") != std::string::npos);
  REQUIRE(!error.next.empty());
  RequireReadable(db, filed);
  REQUIRE(absl::IsDataLoss(db.File(Draft().Create("parcel/small")).status()));
  REQUIRE(absl::IsDataLoss(db.FileAll({Draft().Create("parcel/small")})[0].status()));
  REQUIRE(absl::IsDataLoss(db.ApplyPack(kPack, "land.toml").status()));
  RequireReadable(db, filed);
}

Environment WithoutReserve() {
  Environment env;
  env.reserve_bytes = 0;
  return env;
}

void FillAndMakeRoom(const std::string& dir, const std::function<void()>& make_room) {
  const std::string store = dir + "/store";
  std::unique_ptr<Database> db = Founded(store, WithoutReserve());
  const Filed filed = FileUntilRefused(*db);
  RequireLatched(*db, filed);
  make_room();
  REQUIRE(absl::IsDataLoss(db->File(Draft().Create("parcel/small")).status()));  // room alone does not tell what happened
  db.reset();
  const std::string broken = CheckStore(store, filed.acknowledged);
  if (!broken.empty()) std::cerr << broken << "\n";
  REQUIRE(broken.empty());
}

TEST(FullDisk, LatchesUntilTheStoreIsOpenedWithRoom) {
  const TempDir dir;
  const int code = InChild([&] {
    const SmallDisk disk(dir.path(), 12 << 20);
    if (!disk.there()) _exit(kNoMount);
    Write(dir / "ballast", std::string(8 << 20, 'x'));
    FillAndMakeRoom(dir.path(), [&] { std::remove((dir / "ballast").c_str()); });
  });
  if (code == kNoMount) GTEST_SKIP() << SmallDisk::kNone;
  EXPECT_EQ(code, 0);
}

TEST(FullDisk, RefusesWhileTheReserveIsLeft) {
  const TempDir dir;
  const int code = InChild([&] {
    const SmallDisk disk(dir.path(), 8 << 20);
    if (!disk.there()) _exit(kNoMount);
    Write(dir / "ballast", std::string(2 << 20, 'x'));
    Environment env;
    env.reserve_bytes = 3 << 20;
    const std::unique_ptr<Database> db = Founded(dir / "store", env);
    const Filed filed = FileUntilRefused(*db);
    REQUIRE(absl::IsResourceExhausted(filed.last));
    RequireReadable(*db, filed);
    REQUIRE(absl::IsResourceExhausted(db->File(Draft().Create("parcel/small")).status()));
    std::remove((dir / "ballast").c_str());
    const absl::StatusOr<Receipt> receipt = db->File(Draft().Create("parcel/small").Set("deed", "small"));  // no reopening
    REQUIRE(receipt.ok());
  });
  if (code == kNoMount) GTEST_SKIP() << SmallDisk::kNone;
  EXPECT_EQ(code, 0);
}

// The same wall without a mount: the kernel refuses to let the file grow.
TEST(FullDisk, LatchesAtTheLimitOfAFilesSize) {
  const TempDir dir;
  EXPECT_EQ(InChild([&] {
              signal(SIGXFSZ, SIG_IGN);
              rlimit limit{3 << 20, RLIM_INFINITY};
              REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
              FillAndMakeRoom(dir.path(), [&] {
                limit.rlim_cur = RLIM_INFINITY;
                REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
              });
            }),
            0);
}

}  // namespace
}  // namespace chancery::crash

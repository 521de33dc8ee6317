#include "engine/store/file_check.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

std::mutex& HeldMutex() {
  static std::mutex mutex;
  return mutex;
}
std::set<std::string>& Held() {  // directories open in this process: LMDB does not notice a second open
  static std::set<std::string> held;
  return held;
}

std::string OwnCommand() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  std::string words = all.str();
  for (char& c : words)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  while (!words.empty() && words.back() == ' ') words.pop_back();
  return words.substr(0, 200);
}

absl::Status LockedBy(const std::string& dir, const std::string& who) {
  return Error(absl::StatusCode::kUnavailable, Cat("the store ", dir, " is locked by ", who),
               "wait until it ends, or ask it to do the work");
}

// The fields of an LMDB 0.9 meta page that tell whether the file can hold what it claims (lmdb: struct MDB_meta, 64 bit).
struct Meta {
  bool valid = false;
  uint64_t last_page = 0, txn = 0;
};

Meta ReadMeta(int fd, off_t at) {
  unsigned char page[152];
  if (pread(fd, page, sizeof page, at) != static_cast<ssize_t>(sizeof page)) return {};
  const auto u32 = [&](int i) {
    uint32_t v;
    std::memcpy(&v, page + i, 4);
    return v;
  };
  const auto u64 = [&](int i) {
    uint64_t v;
    std::memcpy(&v, page + i, 8);
    return v;
  };
  if (u32(16) != 0xBEEFC0DE || u32(20) != 1) return {};
  return {true, u64(136), u64(144)};
}

// LMDB may leave free pages at its end unwritten, so a short file can be whole. Whether every page in use is there is tried in a
// child: a missing one would end this process by SIGBUS.
bool ReadableInChild(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int fault : {SIGBUS, SIGSEGV}) signal(fault, SIG_DFL);  // dies quietly, whatever handlers this process has
    MDB_env* env = nullptr;
    MDB_txn* txn = nullptr;
    MDB_dbi names;
    bool good = mdb_env_create(&env) == 0 && mdb_env_set_maxdbs(env, 64) == 0 && mdb_env_set_mapsize(env, size_t{1} << 40) == 0 &&
                mdb_env_open(env, path.c_str(), MDB_RDONLY | MDB_NOSUBDIR | MDB_NOLOCK, 0600) == 0 &&
                mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn) == 0 && mdb_dbi_open(txn, nullptr, 0, &names) == 0;
    MDB_cursor* tables = nullptr;
    good = good && mdb_cursor_open(txn, names, &tables) == 0;
    MDB_val name, ignored, key, value;
    volatile unsigned char sum = 0;
    while (good && mdb_cursor_get(tables, &name, &ignored, MDB_NEXT) == 0) {
      MDB_dbi dbi;
      MDB_cursor* rows = nullptr;
      const std::string table(static_cast<const char*>(name.mv_data), name.mv_size);
      good = mdb_dbi_open(txn, table.c_str(), 0, &dbi) == 0 && mdb_cursor_open(txn, dbi, &rows) == 0;
      int rc = 0;
      while (good && (rc = mdb_cursor_get(rows, &key, &value, MDB_NEXT)) == 0)
        for (size_t i = 0; i < value.mv_size; i += 512) sum = sum ^ static_cast<const unsigned char*>(value.mv_data)[i];
      good = good && rc == MDB_NOTFOUND;
    }
    _exit(good ? 0 : 1);
  }
  int state = 1;
  return child > 0 && waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

absl::Status Damaged(const std::string& path, std::string_view how) {
  return Error(absl::StatusCode::kDataLoss, Cat(path, " ", how),
               "restore a backup, or join again from a peer: what peers hold comes back");
}

}  // namespace

absl::StatusOr<int> LockDirectory(const std::string& dir, std::string* real_dir) {
  char resolved[PATH_MAX];
  *real_dir = realpath(dir.c_str(), resolved) != nullptr ? resolved : dir;
  const std::lock_guard<std::mutex> guard(HeldMutex());
  if (Held().contains(*real_dir)) return LockedBy(dir, Cat("pid ", getpid(), ", command ", OwnCommand(), " (this process)"));
  const int fd = open((dir + "/owner").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Error(absl::StatusCode::kInvalidArgument, Cat("cannot write in ", dir, ": ", strerror(errno)));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char who[300] = {};
    const ssize_t n = pread(fd, who, sizeof who - 1, 0);
    close(fd);
    return LockedBy(dir, n > 0 ? std::string(who, static_cast<size_t>(n)) : "another process");
  }
  const std::string who = Cat("pid ", getpid(), ", command ", OwnCommand());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, who.data(), who.size(), 0) < 0) {
    // The note is for people; the lock itself holds without it.
  }
  Held().insert(*real_dir);
  return fd;
}

void UnlockDirectory(int fd, const std::string& real_dir) {
  const std::lock_guard<std::mutex> guard(HeldMutex());
  Held().erase(real_dir);
  close(fd);
}

absl::Status SyncNames(const std::string& dir) {
  const int fd = open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (synced) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, Cat("the directory ", dir, " cannot be synced: ", strerror(error)));
}

absl::Status CheckFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error(absl::StatusCode::kInvalidArgument, Cat("cannot read ", path, ": ", strerror(errno)));
  struct stat info {};
  const bool sized = fstat(fd, &info) == 0;
  const uint64_t page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const Meta a = ReadMeta(fd, 0), b = ReadMeta(fd, static_cast<off_t>(page));
  close(fd);
  if (!sized || info.st_size == 0) return Damaged(path, "is empty");
  if (!a.valid && !b.valid) return Damaged(path, "is no LMDB file");
  const uint64_t size = static_cast<uint64_t>(info.st_size);
  if (size < 2 * page) return Damaged(path, "is truncated: its two head pages are not there");
  if (size % page != 0) return Damaged(path, Cat("is truncated inside a page: ", size, " bytes"));
  const Meta& newest = !b.valid || (a.valid && a.txn >= b.txn) ? a : b;
  if ((newest.last_page + 1) * page > size && !ReadableInChild(path))
    return Damaged(path, Cat("is truncated: ", size, " bytes of ", (newest.last_page + 1) * page));
  return absl::OkStatus();
}

}  // namespace chancery

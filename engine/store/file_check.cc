#include "engine/store/file_check.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <set>
#include <sstream>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/page_walk.h"

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
  const MetaPage a = ReadMetaPage(fd, 0), b = ReadMetaPage(fd, 1), newest = NewestMetaPage(fd);
  close(fd);
  if (!sized || info.st_size == 0) return Damaged(path, "is empty");
  if (!a.valid && !b.valid) return Damaged(path, "is no LMDB file");
  const uint64_t size = static_cast<uint64_t>(info.st_size);
  if (size < 2 * page) return Damaged(path, "is truncated: its two head pages are not there");
  if (size % page != 0) return Damaged(path, Cat("is truncated inside a page: ", size, " bytes"));
  if (!a.valid || !b.valid) return Damaged(path, "is damaged: one of its two head pages does not hold");
  // They are written in turn, one a commit. Were the newer one taken for the older, a commit would be lost without a word.
  if (a.txn % 2 != 0 || (b.txn != 0 && b.txn % 2 == 0) || std::max(a.txn, b.txn) - std::min(a.txn, b.txn) > 1)
    return Damaged(path, "is damaged: its two head pages are not of successive commits");
  const uint64_t told = (newest.last_page + 1) * page;
  if (told > size && !WalkPages(path).ok())  // LMDB may leave free pages at its end unwritten: a short file can be whole
    return Damaged(path, Cat("is truncated: ", size, " bytes of ", told));
  return absl::OkStatus();
}

}  // namespace chancery

// Stands between a store and the kernel: these functions are found before those of libc, in this program and in liblmdb.so.
// One lock lies around a call and its event, so that the order in the log is the order in which the kernel saw them.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "tests/crash/recording.h"

namespace chancery::crash {
namespace {

constexpr int kDescriptors = 1024;
enum class Watch : char { kNo, kData, kDurableData, kTail, kNames, kNamesAbove };

std::mutex mutex;
std::string directory, data_file, tail_file, key_file;
int log_fd = -1;
Watch watched[kDescriptors];

Watch WatchOf(int fd) { return fd >= 0 && fd < kDescriptors ? watched[fd] : Watch::kNo; }
bool IsFile(int fd) { return WatchOf(fd) == Watch::kData || WatchOf(fd) == Watch::kDurableData || WatchOf(fd) == Watch::kTail; }
Event::File FileOf(int fd) { return WatchOf(fd) == Watch::kTail ? Event::File::kTail : Event::File::kData; }

void AppendRaw(const void* bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    const long n = syscall(SYS_write, log_fd, static_cast<const char*>(bytes) + done, size - done);
    if (n <= 0) std::abort();  // a recording with a hole proves nothing
    done += static_cast<size_t>(n);
  }
}

void Append(Event::Kind kind, Event::File file, uint64_t offset, const void* bytes, uint64_t size) {
  const char type[] = {static_cast<char>(kind), static_cast<char>(file)};
  AppendRaw(type, 2);
  AppendRaw(&offset, 8);
  AppendRaw(&size, 8);
  AppendRaw(bytes, size);
}

void AppendWrite(int fd, off_t offset, const void* bytes, long size) {
  if (size > 0)
    Append(WatchOf(fd) == Watch::kDurableData ? Event::Kind::kDurableWrite : Event::Kind::kWrite, FileOf(fd),
           static_cast<uint64_t>(offset), bytes, static_cast<uint64_t>(size));
}

int Synced(int fd, long rc) {
  if (rc == 0 && IsFile(fd)) Append(Event::Kind::kSync, FileOf(fd), 0, nullptr, 0);
  if (rc == 0 && WatchOf(fd) == Watch::kNames) Append(Event::Kind::kSyncNames, {}, 0, directory.data(), directory.size());
  if (rc == 0 && WatchOf(fd) == Watch::kNamesAbove) Append(Event::Kind::kSyncNames, {}, 0, "..", 2);
  return static_cast<int>(rc);
}

}  // namespace

void RecordStore(const std::string& dir, const std::string& log) {
  const std::lock_guard<std::mutex> guard(mutex);
  log_fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, log.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600));
  if (log_fd < 0) std::abort();
  directory = dir;
  data_file = dir + "/data.mdb";
  tail_file = dir + "/tail";
  key_file = dir + "/site.key";
}

void RecordAcknowledged(std::string_view entry) {
  const std::lock_guard<std::mutex> guard(mutex);
  Append(Event::Kind::kAcknowledged, {}, 0, entry.data(), entry.size());
}

}  // namespace chancery::crash

using namespace chancery::crash;  // NOLINT: what follows are libc's own names

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  const std::lock_guard<std::mutex> guard(mutex);
  const bool there = access(path, F_OK) == 0;
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
  if (fd < 0 || fd >= kDescriptors || log_fd < 0) return fd;
  if (path == data_file) watched[fd] = (flags & O_DSYNC) != 0 ? Watch::kDurableData : Watch::kData;
  if (path == tail_file) watched[fd] = Watch::kTail;
  if (path == directory) watched[fd] = Watch::kNames;
  if (path == directory + "/..") watched[fd] = Watch::kNamesAbove;
  if (path == data_file || path == tail_file || path == key_file) {
    if (!there) Append(Event::Kind::kName, {}, 0, path, std::strlen(path));
  }
  return fd;
}

int close(int fd) {
  const std::lock_guard<std::mutex> guard(mutex);
  if (fd >= 0 && fd < kDescriptors) watched[fd] = Watch::kNo;
  return static_cast<int>(syscall(SYS_close, fd));
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  if (!IsFile(fd)) return syscall(SYS_pwrite64, fd, bytes, size, offset);
  const std::lock_guard<std::mutex> guard(mutex);
  const long n = syscall(SYS_pwrite64, fd, bytes, size, offset);
  AppendWrite(fd, offset, bytes, n);
  return n;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (!IsFile(fd)) return syscall(SYS_write, fd, bytes, size);
  const std::lock_guard<std::mutex> guard(mutex);
  const off_t offset = lseek(fd, 0, SEEK_CUR);
  const long n = syscall(SYS_write, fd, bytes, size);
  AppendWrite(fd, offset, bytes, n);
  return n;
}

ssize_t writev(int fd, const iovec* parts, int count) {
  if (!IsFile(fd)) return syscall(SYS_writev, fd, parts, count);
  const std::lock_guard<std::mutex> guard(mutex);
  const off_t offset = lseek(fd, 0, SEEK_CUR);
  const long n = syscall(SYS_writev, fd, parts, count);
  std::string whole;
  for (int i = 0; i < count; ++i) whole.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  AppendWrite(fd, offset, whole.data(), n);
  return n;
}

int ftruncate(int fd, off_t size) noexcept {
  const std::lock_guard<std::mutex> guard(mutex);
  const long rc = syscall(SYS_ftruncate, fd, size);
  if (rc == 0 && IsFile(fd)) Append(Event::Kind::kTruncate, FileOf(fd), static_cast<uint64_t>(size), nullptr, 0);
  return static_cast<int>(rc);
}

int fdatasync(int fd) {
  if (IsFile(fd)) usleep(500);  // as a disk would: other filers queue up meanwhile, and groups form
  const std::lock_guard<std::mutex> guard(mutex);
  return Synced(fd, syscall(SYS_fdatasync, fd));
}

int fsync(int fd) {
  const std::lock_guard<std::mutex> guard(mutex);
  return Synced(fd, syscall(SYS_fsync, fd));
}

int msync(void*, size_t, int) {
  std::fputs("the store is written through its map, which nothing here can see\n", stderr);
  std::abort();
}
}

// These functions are found before those of libc, in this program and in liblmdb.so; and C++ takes these for its own.
#include "tests/crash/failing.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <new>

namespace chancery::crash {
namespace {

std::atomic<bool> armed;
std::atomic<uint64_t> asked;
Failure failure;

bool Fails(Means means) {
  if (!armed.load(std::memory_order_relaxed) || means != failure.means) return false;
  const uint64_t now = ++asked;
  return failure.nth != 0 && (now == failure.nth || (failure.for_ever && now > failure.nth));
}

long Call(long number, long a, long b = 0, long c = 0, long d = 0) {
  if (!Fails(Means::kCalls)) return syscall(number, a, b, c, d);
  errno = EIO;
  return -1;
}

long At(const void* pointer) { return reinterpret_cast<long>(pointer); }

void* Take(size_t size) {
  void* taken = Fails(Means::kMemory) ? nullptr : std::malloc(size);
  if (taken == nullptr) std::abort();
  return taken;
}

}  // namespace

void Arm(const Failure& what) {
  failure = what;
  asked = 0;
  armed = true;
}

uint64_t Disarm() {
  armed = false;
  return asked;
}

}  // namespace chancery::crash

using namespace chancery::crash;  // NOLINT: what follows are libc's own names

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const int mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, int) : 0;
  va_end(rest);
  return static_cast<int>(Call(SYS_openat, AT_FDCWD, At(path), flags, mode));
}

ssize_t read(int fd, void* bytes, size_t size) { return Call(SYS_read, fd, At(bytes), static_cast<long>(size)); }
ssize_t pread(int fd, void* bytes, size_t size, off_t offset) {
  return Call(SYS_pread64, fd, At(bytes), static_cast<long>(size), offset);
}
ssize_t write(int fd, const void* bytes, size_t size) { return Call(SYS_write, fd, At(bytes), static_cast<long>(size)); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return Call(SYS_pwrite64, fd, At(bytes), static_cast<long>(size), offset);
}
ssize_t writev(int fd, const iovec* parts, int count) { return Call(SYS_writev, fd, At(parts), count); }
int ftruncate(int fd, off_t size) noexcept { return static_cast<int>(Call(SYS_ftruncate, fd, size)); }
int fdatasync(int fd) { return static_cast<int>(Call(SYS_fdatasync, fd)); }
int fsync(int fd) { return static_cast<int>(Call(SYS_fsync, fd)); }
int rename(const char* from, const char* to) noexcept { return static_cast<int>(Call(SYS_rename, At(from), At(to))); }
int unlink(const char* path) noexcept { return static_cast<int>(Call(SYS_unlink, At(path))); }
}

void* operator new(size_t size) { return Take(size); }
void* operator new[](size_t size) { return Take(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return Fails(Means::kMemory) ? nullptr : std::malloc(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return Fails(Means::kMemory) ? nullptr : std::malloc(size); }
void operator delete(void* taken) noexcept { std::free(taken); }
void operator delete[](void* taken) noexcept { std::free(taken); }
void operator delete(void* taken, size_t) noexcept { std::free(taken); }
void operator delete[](void* taken, size_t) noexcept { std::free(taken); }

#include "net/cli/session_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "net/cli/files.h"

namespace chancery::cli {
namespace {

constexpr int kAttempts = 600;
constexpr useconds_t kBetweenUs = 50'000;

absl::StatusOr<int> Lock(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return absl::UnknownError(path + ": cannot be opened: " + std::strerror(errno));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
    usleep(kBetweenUs);
  }
  close(fd);
  return absl::UnavailableError(path + ": another command has this session");
}

}  // namespace

absl::StatusOr<SessionFile> SessionFile::Open(const std::string& path) {
  if (path.empty()) return SessionFile(path, -1);
  const absl::StatusOr<int> lock = Lock(path + ".lock");
  if (!lock.ok()) return lock.status();
  SessionFile file(path, *lock);
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (absl::IsNotFound(text.status())) return file;
  absl::StatusOr<Session> session = text.ok() ? Session::Parse(*text) : text.status();
  if (!session.ok()) return absl::Status(session.status().code(), path + ": " + std::string(session.status().message()));
  file.session_ = *std::move(session);
  return file;
}

SessionFile::SessionFile(SessionFile&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)), session_(std::move(other.session_)) {}

SessionFile::~SessionFile() {
  if (lock_ >= 0) close(lock_);
}

absl::Status SessionFile::Raise(const Session& seen) {
  const std::string before = session_.Text();
  session_.Raise(seen);
  if (path_.empty() || session_.Text() == before) return absl::OkStatus();
  return WriteFile(path_, session_.Text() + "\n");
}

}  // namespace chancery::cli

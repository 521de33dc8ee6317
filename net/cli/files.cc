#include "net/cli/files.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "net/drill/file_source.h"

namespace chancery::cli {
namespace {

absl::Status Trouble(const std::string& path, std::string_view doing) {
  const int error = errno;
  const std::string text = path + ": " + std::string(doing) + ": " + strerror(error);
  return error == ENOENT ? absl::NotFoundError(text) : absl::UnknownError(text);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ > STDERR_FILENO) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

// A new name is durable once its directory is.
absl::Status SyncDirectory(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  const Descriptor dir(open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return dir.get() >= 0 && fsync(dir.get()) == 0 ? absl::OkStatus() : Trouble(path, "its directory cannot be synced");
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const Descriptor file(path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Trouble(path, "cannot be opened");
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t n = read(file.get(), buffer, sizeof buffer);
    if (n < 0) return Trouble(path, "cannot be read");
    if (n == 0) return bytes;
    bytes.append(buffer, static_cast<size_t>(n));
  }
}

absl::StatusOr<ByteSource> OpenBundle(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) return drill::OpenSource(path);
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  const auto kept = std::make_shared<const std::string>(*std::move(bytes));
  return ByteSource([kept](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    return kept->copy(at, room, std::min<uint64_t>(offset, kept->size()));
  });
}

absl::Status WriteFile(const std::string& path, const std::function<absl::Status(const ByteSink&)>& produce) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored)) {
    return absl::InvalidArgumentError(path + ": is no file that could be replaced");
  }
  const std::string part = path + ".part";
  const Descriptor file(open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) return Trouble(part, "cannot be written");
  absl::Status status = produce([&](std::string_view bytes) {
    return WriteAll(file.get(), bytes) ? absl::OkStatus() : Trouble(path, "cannot be written");
  });
  if (status.ok() && (fsync(file.get()) != 0 || rename(part.c_str(), path.c_str()) != 0)) {
    status = Trouble(path, "cannot be written");
  }
  if (!status.ok()) {
    unlink(part.c_str());
    return status;
  }
  return SyncDirectory(path);
}

absl::Status WriteFile(const std::string& path, std::string_view bytes) {
  return WriteFile(path, [bytes](const ByteSink& write) { return write(bytes); });
}

std::string Sha256Hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

absl::StatusOr<ScratchDir> ScratchDir::Make(const std::string& pattern) {
  std::string path = pattern;
  if (mkdtemp(path.data()) == nullptr) return Trouble(pattern, "cannot be made");
  return ScratchDir(path);
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;  // a scratch directory that stays does no harm
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace chancery::cli

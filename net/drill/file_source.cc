#include "net/drill/file_source.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/str_cat.h"

namespace chancery::drill {
namespace {

absl::Status Trouble(const std::string& path, const char* doing) {
  const int error = errno;
  const std::string text = absl::StrCat(path, ": ", doing, ": ", strerror(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::UnknownError(text);
}

}  // namespace

absl::StatusOr<ByteSource> OpenSource(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // a pipe without a writer would wait for one
  if (fd < 0) return Trouble(path, "cannot be opened");
  const std::shared_ptr<const int> file(new int(fd), [](const int* opened) {
    close(*opened);
    delete opened;
  });
  struct stat info {};
  if (fstat(fd, &info) != 0) return Trouble(path, "cannot be read");
  if (!S_ISREG(info.st_mode)) return absl::UnknownError(path + ": is no file");
  return ByteSource([file, path](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    for (;;) {
      const ssize_t n = pread(*file, at, room, static_cast<off_t>(offset));
      if (n >= 0) return static_cast<size_t>(n);
      if (errno != EINTR) return Trouble(path, "cannot be read");
    }
  });
}

}  // namespace chancery::drill

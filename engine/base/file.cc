#include "engine/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return Error(absl::StatusCode::kNotFound, Cat("there is no ", path));
  std::string bytes;
  std::array<char, 4096> part;
  ssize_t n = fd;
  while (fd >= 0 && (n = read(fd, part.data(), part.size())) > 0) bytes.append(part.data(), static_cast<size_t>(n));
  const std::string why = std::strerror(errno);
  if (fd >= 0) close(fd);
  if (n < 0) return Error(absl::StatusCode::kUnavailable, Cat(path, " cannot be read: ", why));
  return bytes;
}

}  // namespace chancery

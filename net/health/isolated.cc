// A planned cut: the file `isolated` in the store's directory.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "chancery/net.h"

namespace chancery {
namespace {

std::string PathIn(const std::string& dir) { return dir + "/isolated"; }

}  // namespace

bool IsIsolated(const std::string& dir) { return access(PathIn(dir).c_str(), F_OK) == 0; }

absl::Status SetIsolated(const std::string& dir, bool isolated) {
  const std::string path = PathIn(dir);
  if (!isolated)
    return unlink(path.c_str()) == 0 || errno == ENOENT ? absl::OkStatus() : absl::UnknownError(path + " cannot be removed");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return absl::UnknownError(path + " cannot be made");
  const bool synced = fsync(fd) == 0;
  return close(fd) == 0 && synced ? absl::OkStatus() : absl::UnknownError(path + " cannot be made");
}

}  // namespace chancery

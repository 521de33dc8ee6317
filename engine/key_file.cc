#include "engine/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/file_check.h"

namespace chancery {

absl::Status WriteKeyFile(const std::string& dir, const KeyPair& key) {
  const std::string path = dir + "/site.key", text = Hex(key.Secret()) + "\n";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  if (!written)
    return Error(absl::StatusCode::kInvalidArgument, Cat("cannot write ", path, ": ", strerror(error)),
                 "choose an empty directory");
  return SyncNames(dir);
}

absl::StatusOr<KeyPair> ReadKeyFile(const std::string& dir) {
  std::ifstream in(dir + "/site.key");
  std::string hex, secret;
  KeyPair key;
  if (!(in >> hex) || !Unhex(hex, &secret) || !KeyPair::FromSecret(secret, &key))
    return Error(absl::StatusCode::kDataLoss, Cat(dir, "/site.key is missing or damaged"),
                 "a store without its key can be read at a peer; join anew as another site");
  return key;
}

void RemoveStoreFiles(const std::string& dir) {
  for (const char* name : {"data.mdb", "lock.mdb", "site.key", "owner"}) std::remove((dir + "/" + name).c_str());
  rmdir(dir.c_str());  // stays where it holds anything else
}

}  // namespace chancery

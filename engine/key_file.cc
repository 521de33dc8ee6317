#include "engine/key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/entry.h"
#include "engine/store/file_check.h"

namespace chancery {
namespace {

std::string KeyPath(const std::string& dir) { return dir + "/site.key"; }
std::string StagedPath(const std::string& dir) { return dir + "/site.key.new"; }

absl::Status CannotWrite(const std::string& path, std::string_view next) {
  return Error(absl::StatusCode::kInvalidArgument, Cat("cannot write ", path, ": ", strerror(errno)), next);
}

absl::Status WriteSecret(const std::string& path, const KeyPair& key, int how, std::string_view next) {
  const std::string text = Hex(key.Secret()) + "\n";
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | how | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  const absl::Status status = written ? absl::OkStatus() : CannotWrite(path, next);
  if (fd >= 0) close(fd);
  return status;
}

std::optional<KeyPair> ReadSecret(const std::string& path) {
  std::ifstream in(path);
  std::string hex, secret;
  KeyPair key;
  if (!(in >> hex) || !Unhex(hex, &secret) || !KeyPair::FromSecret(secret, &key)) return std::nullopt;
  return key;
}

}  // namespace

absl::Status WriteKeyFile(const std::string& dir, const KeyPair& key) {
  RETURN_IF_ERROR(WriteSecret(KeyPath(dir), key, O_EXCL, "choose an empty directory"));
  return SyncNames(dir);
}

absl::StatusOr<KeyPair> FindKeyFile(const std::string& dir, const PublicKey& wanted) {
  const std::optional<KeyPair> key = ReadSecret(KeyPath(dir)), staged = ReadSecret(StagedPath(dir));
  if (key && key->public_key() == wanted) {
    std::remove(StagedPath(dir).c_str());  // of a renewal that did not come to its commit
    return *key;
  }
  if (staged && staged->public_key() == wanted) {
    RETURN_IF_ERROR(AdoptKeyFile(dir));
    return *staged;
  }
  return Error(absl::StatusCode::kDataLoss,
               key ? Cat(KeyPath(dir), " is not the key of this store") : Cat(KeyPath(dir), " is missing or damaged"),
               "bring back the key that belongs to it, or restore a backup: that makes a new key");
}

absl::Status StageKeyFile(const std::string& dir, const KeyPair& key) {
  RETURN_IF_ERROR(WriteSecret(StagedPath(dir), key, O_TRUNC, "make room, or make the directory writable"));
  return SyncNames(dir);
}

absl::Status AdoptKeyFile(const std::string& dir) {
  const std::string path = KeyPath(dir);
  if (const std::optional<KeyPair> before = ReadSecret(path)) {
    const std::string aside = Cat(path, ".", absl::Hex(LaneOf(before->public_key()), absl::kZeroPad16));
    if (std::rename(path.c_str(), aside.c_str()) != 0) return CannotWrite(aside, "");
  }
  if (std::rename(StagedPath(dir).c_str(), path.c_str()) != 0) return CannotWrite(path, "");
  return SyncNames(dir);
}

void RemoveStoreFiles(const std::string& dir) {
  for (const char* name : {"data.mdb", "lock.mdb", "site.key", "owner", "tip", "tail"}) std::remove((dir + "/" + name).c_str());
  rmdir(dir.c_str());  // stays where it holds anything else
}

}  // namespace chancery

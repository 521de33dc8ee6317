#include "net/rpc/bundle_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace chancery::rpc {
namespace {

constexpr uint64_t kRoomLeft = 256ull << 20;  // of the disk, to who files here

absl::Status NoRoom() {
  return absl::ResourceExhaustedError("the peer's disk has no room to write a bundle: let it be carried as a file");
}

}  // namespace

absl::StatusOr<std::shared_ptr<BundleFile>> BundleFile::Write(const Database& db, const sync::State& theirs,
                                                              bool with_documents) {
  std::string path = db.dir() + "/fetched.XXXXXX";
  const int fd = mkostemp(path.data(), O_CLOEXEC);
  if (fd < 0) return absl::UnknownError("no file can be made in " + db.dir());
  unlink(path.c_str());
  const std::shared_ptr<BundleFile> file(new BundleFile(fd, db.dir()));
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<std::string> since = sync::FrontierOf(theirs, *now);
  if (!since.ok()) return since.status();
  const ByteSink append = [&file](std::string_view bytes) { return file->Append(bytes); };
  const absl::Status written = now->ExportBundle(*since, append, with_documents);
  return written.ok() ? absl::StatusOr<std::shared_ptr<BundleFile>>(file) : written;
}

BundleFile::~BundleFile() { close(fd_); }

absl::Status BundleFile::Append(std::string_view bytes) {
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(dir_, failed);
  if (failed || space.available < kRoomLeft + bytes.size()) return NoRoom();
  while (!bytes.empty()) {
    const ssize_t n = write(fd_, bytes.data(), bytes.size());
    if (n <= 0) return NoRoom();
    bytes.remove_prefix(static_cast<size_t>(n));
    size_ += static_cast<uint64_t>(n);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> BundleFile::Read(uint64_t from, size_t room) const {
  std::string bytes(room, 0);
  const ssize_t n = pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(std::min(from, size_)));
  if (n < 0) return absl::UnknownError("the bundle cannot be read");
  bytes.resize(static_cast<size_t>(n));
  return bytes;
}

}  // namespace chancery::rpc

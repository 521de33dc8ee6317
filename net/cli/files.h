// Files that the command reads and writes.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery::cli {

// path "-": standard input. Errors: NotFound (no such file), Unknown (cannot be read).
absl::StatusOr<std::string> ReadFile(const std::string& path);

// A bundle, read where it is asked for; what comes down a pipe is held in memory. Errors: as ReadFile.
absl::StatusOr<ByteSource> OpenBundle(const std::string& path);

// The file appears whole or not at all, and is on the disk when this returns.
absl::Status WriteFile(const std::string& path, std::string_view bytes);
// The same piece by piece: `produce` hands what it has to the sink. Errors: also what it returns.
absl::Status WriteFile(const std::string& path, const std::function<absl::Status(const ByteSink&)>& produce);

std::string Sha256Hex(std::string_view bytes);

// A directory that this process made, and that goes with its content when this does.
class ScratchDir {
 public:
  static absl::StatusOr<ScratchDir> Make(const std::string& pattern);  // ends in XXXXXX
  ScratchDir(ScratchDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  ScratchDir& operator=(ScratchDir&&) = delete;
  ~ScratchDir();
  const std::string& path() const { return path_; }

 private:
  explicit ScratchDir(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace chancery::cli

#include "net/cli/store_copy.h"

#include <filesystem>
#include <system_error>

namespace chancery::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "check.";

void RemoveLeftovers(const fs::path& store) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(store, ignored)) {
    if (entry.is_directory(ignored) && entry.path().filename().string().starts_with(kPrefix))
      fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

absl::StatusOr<ScratchDir> CopyStore(const std::string& store) {
  RemoveLeftovers(store);
  absl::StatusOr<ScratchDir> scratch = ScratchDir::Make(store + "/" + kPrefix + "XXXXXX");
  if (!scratch.ok()) return scratch;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store, error)) {
    if (!error && entry.is_regular_file(error)) fs::copy_file(entry.path(), scratch->path() / entry.path().filename(), error);
    if (error) return absl::UnknownError(store + ": cannot be copied for the check: " + error.message());
  }
  return scratch;
}

}  // namespace chancery::cli

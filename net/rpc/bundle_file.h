// What a peer lacks, written once and read by it in pieces.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "net/sync/state.h"

namespace chancery::rpc {

class BundleFile {
 public:
  // In the store's directory, under no name. theirs: the lanes that the peer holds. Errors: Unknown (it cannot be made),
  // ResourceExhausted (no room), and those of ExportBundle.
  static absl::StatusOr<std::shared_ptr<BundleFile>> Write(const Database& db, const sync::State& theirs, bool with_documents);
  ~BundleFile();
  BundleFile(const BundleFile&) = delete;

  uint64_t size() const { return size_; }
  absl::StatusOr<std::string> Read(uint64_t from, size_t room) const;

 private:
  BundleFile(int fd, std::string dir) : fd_(fd), dir_(std::move(dir)) {}
  absl::Status Append(std::string_view bytes);

  int fd_;
  std::string dir_;
  uint64_t size_ = 0;
};

}  // namespace chancery::rpc

// `tip`: how far the own lane has come, in a file beside the store and in no backup. Where it is ahead of the store, the store is
// an older copy of itself. Written after a commit has returned durable and never synced by itself: it may be behind after a power
// cut, and then says nothing; it is never ahead of what was committed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/base/hash.h"
#include "engine/crdt/frontier.h"

namespace chancery {

struct Tip {
  LaneId lane = 0;
  uint64_t seq = 0;
  Hash256 root;  // of the lane's tree at `seq`
  bool operator==(const Tip&) const = default;
};

// nullopt: none, or its check does not hold. Errors: Unavailable (it cannot be read).
absl::StatusOr<std::optional<Tip>> ReadTip(const std::string& dir);

// A number that changes whenever the file or data.mdb tells of something new, as Database::Pulse. nullopt: there is no store.
std::optional<uint64_t> PulseOf(const std::string& dir);

class Sidecar {
 public:
  Sidecar() = default;
  Sidecar(const Sidecar&) = delete;
  ~Sidecar();

  void Open(const std::string& dir);
  void Write(
      const Tip& tip);  // one small write where it differs from the last; what fails is left out: the next one is whole again

 private:
  int fd_ = -1;
  std::optional<Tip> last_;
};

}  // namespace chancery

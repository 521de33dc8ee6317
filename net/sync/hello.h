// Who a site says it is, and whether another one talks to it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery::sync {

inline constexpr uint16_t kProtocol = 3;        // what this program speaks
inline constexpr uint16_t kOldestProtocol = 3;  // and still understands

struct Hello {
  std::string registry;  // 64 hexadecimal digits
  std::string registry_name;
  uint16_t protocol = kProtocol, oldest = kOldestProtocol;
  std::string site;
  std::string lane;           // 16 bytes: the fingerprint of the key that its entries are signed with
  std::string next, vouched;  // 16 bytes: of the link key that it will show; 64: its lane's signature over that. Both, or neither
  std::string noted;          // 16 bytes: the other's link key on its list, the next one where it has noted that; "" = not said
};

absl::StatusOr<Hello> OwnHello(const Database& db);

// Whether to exchange with a peer that is registered here as `peer` and says `theirs`. Both ends ask, so both can say why not.
// A site that waits for its own admission asks less: it cannot know who was admitted since. Errors: FailedPrecondition.
absl::Status Welcome(const Database& db, const std::string& peer, const Hello& theirs);

}  // namespace chancery::sync

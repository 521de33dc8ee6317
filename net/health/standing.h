// How a site stands towards its peers: what they hold of what was filed here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/net.h"

namespace chancery::health {

struct Standing {
  std::vector<PeerView> peers;      // ascending by name
  std::vector<uint64_t> behind;     // of each: entries of this site that it does not hold, as last heard
  std::vector<std::string> up_to;   // of each: "tallinn-17", the last one that it holds of this site's lane; "" = none, "all"
  uint64_t only_here = 0;           // entries of this site that no peer holds
  std::vector<std::string> ranges;  // "tallinn-13…17": those
  int64_t only_here_since_ms = 0;   // when the first of them was filed, as it is stamped; 0 = there is none
  bool isolated = false;            // by plan
  std::optional<std::vector<std::string>> not_noted =
      {};  // peers that have not this site's next link key; nullopt = it renews none
};

// Those, ascending. Errors: as NextFingerprint.
absl::StatusOr<std::optional<std::vector<std::string>>> NotNoted(const std::string& dir, const std::vector<PeerView>& peers);

absl::StatusOr<Standing> ReadStanding(const Snapshot& now, std::vector<PeerView> peers, bool isolated);

// Of the peers in chancery.toml and what the book says of them.
absl::StatusOr<Standing> ReadStanding(const Database& db, const PeerBook& book);

// How many peers hold the entry of this site's lane that is called so ("tallinn-17"). A witness holds nothing.
absl::StatusOr<std::vector<std::string>> HoldersOf(const Snapshot& now, const std::vector<PeerView>& peers,
                                                   const std::string& entry);

}  // namespace chancery::health

// The leaf that ends a round in the settled log: what the log then has, where each lane stood, and in which epoch it is.
// docs/reference/order.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/crdt/frontier.h"

namespace chancery {

struct RoundRecord {
  uint64_t round = 0;
  uint64_t epoch = 0;           // the last whose decision stands in the log: its members settle what ends here
  uint64_t entries = 0;         // in the log so far
  std::vector<Place> frontier;  // ascending by lane: of each the last entry up to the round's end
  bool operator==(const RoundRecord&) const = default;
};

std::string EncodeRoundRecord(const RoundRecord& record);
// Accepts exactly what EncodeRoundRecord makes. Errors: InvalidArgument.
absl::StatusOr<RoundRecord> DecodeRoundRecord(std::string_view bytes);

}  // namespace chancery

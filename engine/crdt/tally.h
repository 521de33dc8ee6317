// Sums: what one lane has added to a counter, or used of a quota and granted to others. A field has one tally a lane; they
// commute, and the field's value is their sum. Source: docs/reference/kinds.md#counter, #escrow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/crdt/frontier.h"
#include "engine/crdt/hlc.h"

namespace chancery {

struct Tally {
  uint64_t first = 0;   // sequence number of the first entry that counts here; the last is the write's own
  int64_t sum = 0;      // added up mod 2^64: a filing that its author saw overflow is refused
  uint64_t minted = 0;  // escrow: the quota that came with the record's creation by this lane
  Hlc minted_at = 0;
  std::vector<std::pair<LaneId, uint64_t>> granted;  // escrow: to other lanes, ascending
  bool operator==(const Tally&) const = default;
};

std::string EncodeTally(const Tally& tally);
std::optional<Tally> DecodeTally(std::string_view payload);

// A part of a tally: what one entry does.
struct TallyStep {
  int64_t amount = 0;
  uint64_t minted = 0;
  std::optional<LaneId> grants_to;  // then `amount` is granted, not added
};
void Add(const TallyStep& step, uint64_t seq, Hlc hlc, Tally& tally);

// A quota as its tallies have it.
struct Quota {
  uint64_t max = 0;  // 0: the record was never created with one
  int64_t used = 0;
  std::vector<std::pair<LaneId, int64_t>> rights;  // by lane, ascending: what each may still use; those with something or less
};
int64_t LeftOf(const Quota& quota);  // max - used

// tallies: by lane, ascending. Where a record was created apart the quota of the first creation in canonical order counts.
Quota QuotaOf(const std::vector<std::pair<LaneId, Tally>>& tallies);

}  // namespace chancery

// The inbox: runs that are stored and not merged yet. They wait for what they build on, or are held because their stamps lead
// this site's clock too far. In no frontier, no digest, no docket; forwarded to whoever takes from this site.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/run.h"
#include "engine/journal/lanes.h"
#include "engine/store/env.h"

namespace chancery {

// What a run needs and brings, told without its entries.
struct Outline {
  LaneId lane = 0;
  uint64_t first = 0, last = 0;
  Hlc first_hlc = 0, last_hlc = 0;
  std::vector<Place> context;  // what its first entry's author had seen since the entry before
  uint64_t hash = 0;           // of its encoded bytes, first 8 of SHA-256
  size_t row_bytes = 0;        // what the inbox needs for it
  std::string Key() const;     // of that row
};

// Errors: InvalidArgument (its first entry is malformed).
absl::StatusOr<Outline> OutlineOf(const Run& run, std::string_view encoded);

// Causes before effects, for entries that were made in good faith.
bool Earlier(const Outline& a, const Outline& b);

class Inbox {
 public:
  // Every run that is kept, in the order of Earlier. A row whose bytes have changed on the disk is left out, its key noted:
  // whoever sent the run has it still. O(bytes kept).
  static std::vector<Outline> All(const Txn& txn, std::vector<std::string>* damaged = nullptr);

  // The encoded run. Errors: DataLoss.
  static absl::StatusOr<std::string> RunOf(const Txn& txn, const Outline& outline);

  static bool Has(const Txn& txn, const Outline& outline);
  static void Put(WriteTxn& txn, const Outline& outline, std::string_view run);
  static void Drop(WriteTxn& txn, std::string_view key) { txn.Delete(Table::kInbox, key); }
};

// Why runs are not merged, as a function of what is stored: held are those that lack nothing but time, theirs or that of held
// ones they build on; the others wait.
struct Reasons {
  std::vector<bool> held;     // of each run, in the order given
  uint64_t held_entries = 0;  // each entry once
  uint64_t waiting_entries = 0;
  std::set<std::string> missing;  // "tallinn-4": what would let the waiting ones in, as far as it is not waiting here itself
};
Reasons ReasonsFor(const Lanes& lanes, const std::vector<Outline>& runs);  // runs in the order of Earlier

}  // namespace chancery

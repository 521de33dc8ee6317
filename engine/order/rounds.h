// Rounds: stretches of stamps of one length, fixed at the founding. Round k ends at k·Δ; in it are the entries stamped above the
// end of the round before, up to its own. A round is closed at a site that has every lane past its end; its entries, beats left
// out, then stand in the one order, sorted by stamp and lane. docs/reference/order.md
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/round_record.h"
#include "engine/journal/epochs.h"
#include "engine/journal/journal.h"
#include "engine/journal/tree.h"
#include "engine/store/env.h"

namespace chancery {

Hlc RoundEnd(uint64_t round, uint64_t round_ms);
uint64_t RoundOf(Hlc hlc, uint64_t round_ms);  // the first that ends at or behind it

// How far the order has come at this site. Local in what it says of peers; the log is the same wherever it is as long.
struct OrderRow {
  uint64_t closed = 0;              // every round up to this one is in the log
  uint64_t entries = 0;             // in the log; its other leaves are records of rounds
  Tree log;                         // the settled log
  std::vector<uint64_t> positions;  // by lane handle: its last entry that is in a closed round
  uint64_t settled = 0;             // the last round whose end a quorum has cosigned
  uint64_t PositionOf(uint16_t handle) const { return handle < positions.size() ? positions[handle] : 0; }
};
absl::StatusOr<OrderRow> ReadOrder(const Txn& txn);  // Errors: DataLoss
void PutOrder(WriteTxn& txn, const OrderRow& row);

// What the log was at the end of a round that had entries.
struct RoundRow {
  uint64_t round = 0;
  uint64_t size = 0;     // of the log, the round's record included
  uint64_t entries = 0;  // in it
  Hash256 root;
  std::vector<uint64_t> positions;  // by lane handle: of each lane the last entry up to its end
};
absl::StatusOr<std::optional<RoundRow>> FindRound(const Txn& txn, uint64_t round);    // exactly that one
absl::StatusOr<std::optional<RoundRow>> RoundBefore(const Txn& txn, uint64_t round);  // the last below it
absl::StatusOr<std::optional<RoundRow>> RoundOfSize(const Txn& txn, uint64_t size);   // whose end made the log so large
absl::StatusOr<std::optional<RoundRow>> RoundAfter(const Txn& txn, uint64_t round);   // the first above it
// The latest above `round`, at most `most`; ascending.
absl::StatusOr<std::vector<RoundRow>> RoundsAfter(const Txn& txn, uint64_t round, size_t most);

// An entry on its way into the order.
struct Placed {
  Hlc hlc = 0;
  LaneId lane = 0;
  uint64_t seq = 0;
  EntryId id;
  auto operator<=>(const Placed&) const = default;
};
// Of one round, in order. Errors: DataLoss.
absl::StatusOr<std::vector<Placed>> EntriesOf(const Journal& journal, const Lanes& lanes, const RoundRow* before,
                                              const RoundRow& round);

// The epoch that the log itself knows of at the end of a round: whose decision stands in it.
uint64_t EpochAt(const Epochs& epochs, const Lanes& lanes, uint64_t round, uint64_t round_ms);

// What ends a round in the log, of which number, entries and positions count.
RoundRecord RecordOf(const RoundRow& row, const Lanes& lanes, uint64_t epoch);

// Whether an entry stands in the order: beats do not, nor what is void, nor what witnesses say.
bool HasPlace(const Lane& lane, uint64_t seq, const Leaf& leaf);

// How far a lane is known to have come: nothing of it will turn up at or below that stamp. `next`: the stamp of its next entry,
// where that is stored and waits; 0 = it is not.
Hlc ReachOf(const Lane& lane, Hlc next);

// The rounds that every lane has passed.
uint64_t ClosedRound(std::vector<Hlc> reach, uint64_t round_ms);

// Appends every round up to `closed` that is not in the log yet, at most about `entries_max` entries of whole rounds at a time:
// row.closed says how far it came. Errors: DataLoss.
absl::Status CloseRounds(WriteTxn& txn, const Journal& journal, const Lanes& lanes, const Epochs& epochs, uint64_t closed,
                         uint64_t round_ms, size_t entries_max, OrderRow* row);

}  // namespace chancery

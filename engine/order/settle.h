// What a site does for the one order: when it owes a beat, which rounds it closes, what it cosigns, what a quorum has settled.
// The rules are those of docs/reference/order.md; `now` is this site's clock, and decides on nothing but beats and the times in
// its own cosignatures.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/journal/epochs.h"
#include "engine/order/cosign.h"
#include "engine/order/rounds.h"

namespace chancery {

// Length of a round, as the genesis has it. Errors: DataLoss.
absl::StatusOr<uint64_t> RoundMs(const Journal& journal, const Lanes& lanes);

// When a site beats: by its clock, which has seen every stamp that it holds, at once; or as long after the end of a round by the
// time of day alone.
struct BeatTime {
  int64_t now_ms = 0;
  int64_t patience_ms = 0;
};

// Where a beat of this site's own lane would let rounds close that have entries and whose end its clock has passed: from where
// on. One beat passes them all. nullopt: it owes none. Errors: DataLoss.
absl::StatusOr<std::optional<Hlc>> BeatDue(const Journal& journal, const Lanes& lanes, const Lane& own, const OrderRow& order,
                                           uint64_t round_ms, const BeatTime& time);

// Closes rounds that are passed by every lane, cosigns what it can and has not yet, and finds out what is settled. True: the
// store has changed. Errors: DataLoss.
absl::StatusOr<bool> Settle(WriteTxn& txn, const RegistryId& registry, const KeyPair& key, int64_t now_ms);

// Derives the order again from the journal and the cosignatures that are kept. Errors: DataLoss.
absl::Status RebuildOrder(WriteTxn& txn);

// Every leaf, record and root of the log, from the journal alone, against what the tables have: one sentence where they differ,
// "" where they do not. Errors: DataLoss (the journal). Cost: reads the settled part of the journal.
absl::StatusOr<std::string> CheckOrder(const Txn& txn, const Journal& journal, const Lanes& lanes);

// Keeps cosignatures of members of the registry that hold; others are left out. True: there was a new one.
absl::StatusOr<bool> TakeCosignatures(WriteTxn& txn, const RegistryId& registry, absl::Span<const Cosignature> offered);

// Members that count for a round's settlement, and how many of them it takes: those of its epoch that hold data.
struct Quorum {
  std::vector<const Lane*> members;  // ascending by lane id
  size_t needed = 0;
};
Quorum QuorumOf(const Epochs& epochs, const Lanes& lanes, uint64_t round, uint64_t round_ms);

// Cosigners of the log as it was at the end of a round. Errors: DataLoss.
absl::StatusOr<std::vector<Cosignature>> CosignersOf(const Txn& txn, const RoundRow& round);

// Members that signed another log than this site has computed: an alarm. Whoever has not heard of the last epoch, and signed
// nothing in it, may have signed what it made void. Errors: DataLoss.
absl::StatusOr<std::vector<LaneId>> Unequal(const Txn& txn, const OrderRow& order, const Epochs& epochs, const Lanes& lanes,
                                            uint64_t round_ms);

// The lanes whose silence keeps the next round with entries from closing, and what round that is. Errors: DataLoss.
struct Unheard {
  uint64_t round = 0;  // 0 = every entry here is in a closed round
  std::vector<const Lane*> lanes;
};
absl::StatusOr<Unheard> UnheardLanes(const Journal& journal, const Lanes& lanes, const OrderRow& order, uint64_t round_ms);

}  // namespace chancery

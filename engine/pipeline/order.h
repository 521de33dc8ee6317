// The one order, as it is asked for.
#pragma once

#include "chancery/types.h"
#include "engine/order/settle.h"

namespace chancery {

// As BeatDue, of the lane that the site writes. nullopt: none is owed, or the site has no lane to write. Errors: DataLoss.
absl::StatusOr<std::optional<Hlc>> BeatOwed(const Txn& txn, LaneId own, const BeatTime& time);

// Errors of both: DataLoss.
absl::StatusOr<OrderView> ViewOfOrder(const Txn& txn, const Journal& journal, const Lanes& lanes);
absl::StatusOr<PlaceView> ViewOfPlace(const Txn& txn, const Journal& journal, const Lanes& lanes, Dot dot);

}  // namespace chancery

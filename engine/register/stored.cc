#include "engine/register/stored.h"

#include <algorithm>

#include "engine/base/status.h"

namespace chancery {
namespace {

bool KnowsLanes(const Record& record, const Lanes& lanes) {
  const auto known = [&](Dot dot) { return HandleOf(dot) < lanes.size(); };
  bool all = known(record.last_touch) && std::all_of(record.edits.begin(), record.edits.end(), known);
  for (const Life& life : record.life) all = all && known(life.dot);
  for (const Slot& slot : record.slots)
    for (const Write& write : slot.cell) all = all && known(write.dot);
  for (const Element& element : record.elements)
    for (const Mark& mark : element.marks) all = all && known(mark.dot);
  return all;
}

}  // namespace

absl::Status ReadStored(std::string_view row, const Lanes& lanes, Record* record) {
  RETURN_IF_ERROR(DecodeRecord(row, record));
  if (KnowsLanes(*record, lanes)) return absl::OkStatus();
  return Error(absl::StatusCode::kDataLoss, "a stored record names a lane that the store does not know");
}

}  // namespace chancery

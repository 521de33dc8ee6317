#include "engine/register/digest.h"

#include <algorithm>

#include "engine/base/planted.h"
#include "engine/codec/digest.h"

namespace chancery {
namespace {

// Losers among writes with merge = last are prunable, so they are no part of the digest.
bool HasLosers(const RegisterInfo& reg, const Record& record, const Lanes& lanes) {
  return std::any_of(record.slots.begin(), record.slots.end(), [&](const Slot& slot) {
    return slot.cell.size() > 1 && Visible(slot.cell, reg.fields[slot.field].def, lanes).size() < slot.cell.size();
  });
}

Record WithoutLosers(const RegisterInfo& reg, Record record, const Lanes& lanes) {
  for (Slot& slot : record.slots) {
    Cell cell;
    for (const Write* w : Visible(slot.cell, reg.fields[slot.field].def, lanes)) cell.push_back(*w);
    slot.cell = std::move(cell);
  }
  return record;
}

}  // namespace

Sum128 RecordDigest(const RegisterInfo& reg, std::string_view key, const Record& record, const Lanes& lanes,
                    const RegistryId& registry) {
  const TupleNames names{reg.name, reg.tuple_fields, lanes.ids()};
  thread_local ByteBuffer tuple;
  tuple.Clear();
  if (HasLosers(reg, record, lanes)) {
    PutRecordTuple(WithoutLosers(reg, record, lanes), key, names, tuple);
  } else {
    PutRecordTuple(record, key, names, tuple);
  }
  if (Planted(Bug::kDigestUnsorted)) tuple.U8(static_cast<uint8_t>(lanes.PlaceOf(record.last_touch).lane));
  return TupleSum(registry, tuple.view());
}

}  // namespace chancery

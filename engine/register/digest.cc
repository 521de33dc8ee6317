#include "engine/register/digest.h"

#include "engine/base/planted.h"
#include "engine/codec/digest.h"

namespace chancery {
namespace {

// The sum of the part that `put` writes.
template <class PutPart>
unsigned __int128 SumOf(uint64_t seed, const Record& record, const Lanes& lanes, PutPart put) {
  thread_local ByteBuffer part;
  part.Clear();
  put(part);
  if (Planted(Bug::kDigestUnsorted)) part.U8(static_cast<uint8_t>(lanes.PlaceOf(record.last_touch).lane));
  return PartSum(part.view(), seed).value;
}

unsigned __int128 CellSum(const RegisterInfo& reg, const Slot& slot, const Record& record, const Lanes& lanes, uint64_t seed) {
  return SumOf(seed, record, lanes, [&](ByteBuffer& part) {
    const DigestField& field = reg.digest_fields[slot.field];
    Writes visible;
    if (slot.cell.size() > 1) visible = Visible(slot.cell, reg.fields[slot.field].def, lanes);
    if (slot.cell.size() <= 1 || visible.size() == slot.cell.size()) return PutCellPart(field, slot.cell, lanes.ids(), part);
    Cell cell;  // losers among writes with merge = last are not shown, so they are no part of the digest
    for (const Write* write : visible) cell.push_back(*write);
    PutCellPart(field, cell, lanes.ids(), part);
  });
}

unsigned __int128 SetSum(const RegisterInfo& reg, uint16_t field, const Record& record, const Lanes& lanes, uint64_t seed) {
  return SumOf(seed, record, lanes, [&](ByteBuffer& part) { PutSetPart(reg.digest_fields[field], record, lanes.ids(), part); });
}

}  // namespace

Sum128 RecordDigest(const RegisterInfo& reg, const Record& record, const Lanes& lanes, uint64_t seed) {
  if (!record.exists()) return {};
  Sum128 sum{SumOf(seed, record, lanes, [&](ByteBuffer& part) { PutLifePart(record.life, lanes.ids(), part); })};
  for (const Slot& slot : record.slots)
    if (slot.field < reg.digest_fields.size()) sum.value += CellSum(reg, slot, record, lanes, seed);
  int before = -1;  // the field of the elements added last
  for (const Element& element : record.elements)
    if (element.field != before && element.field < reg.digest_fields.size())
      sum.value += SetSum(reg, before = element.field, record, lanes, seed);
  return sum;
}

Sum128 BegunDigest(const RegisterInfo& reg, const Life& life, absl::Span<const LoneWrite> writes, const Lanes& lanes,
                   uint64_t seed) {
  thread_local ByteBuffer part;
  const auto sum_of = [&](auto put) {
    part.Clear();
    put();
    return PartSum(part.view(), seed).value;
  };
  Sum128 sum{sum_of([&] { PutLifePart({life}, lanes.ids(), part); })};
  const Place place = lanes.PlaceOf(life.dot);
  for (const LoneWrite& write : writes)
    sum.value += sum_of([&] { PutLonePart(reg.digest_fields[write.field], place, life.op, *write.value, part); });
  return sum;
}

Sum128 FieldDigest(const RegisterInfo& reg, uint16_t field, const Record& record, const Lanes& lanes, uint64_t seed) {
  Sum128 sum;
  const auto at = std::lower_bound(record.slots.begin(), record.slots.end(), field,
                                   [](const Slot& slot, uint16_t handle) { return slot.field < handle; });
  if (at != record.slots.end() && at->field == field) sum.value += CellSum(reg, *at, record, lanes, seed);
  if (!record.elements.empty()) sum.value += SetSum(reg, field, record, lanes, seed);
  return sum;
}

}  // namespace chancery

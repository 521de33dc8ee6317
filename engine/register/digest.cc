#include "engine/register/digest.h"

#include "engine/base/planted.h"
#include "engine/codec/digest.h"

namespace chancery {
namespace {

Sum128 CellTerms(const RegisterInfo& reg, const Slot& slot, const Lanes& lanes, uint64_t seed) {
  const DigestField& field = reg.digest_fields[slot.field];
  const auto term = [&](const Write& write) {
    return WriteTerm(field, write.value, PlaceSeed(write.dot, write.op, lanes.ids(), seed));
  };
  Sum128 sum;
  if (slot.cell.size() == 1) return term(slot.cell[0]);
  for (const Write* write : Visible(slot.cell, reg.fields[slot.field].def, lanes)) sum += term(*write);
  return sum;
}

}  // namespace

Sum128 RecordDigest(const RegisterInfo& reg, const Record& record, const Lanes& lanes, uint64_t seed) {
  if (!record.exists()) return {};
  if (Planted(Bug::kDigestUnsorted)) seed += lanes.PlaceOf(record.last_touch).lane;
  Sum128 sum = ExistsTerm(seed);
  sum += LifeTerms(record.life, lanes.ids(), seed);
  for (const Slot& slot : record.slots)
    if (slot.field < reg.digest_fields.size()) sum += CellTerms(reg, slot, lanes, seed);
  int before = -1;  // the field of the elements added last
  for (const Element& element : record.elements)
    if (element.field != before && element.field < reg.digest_fields.size())
      sum += SetTerms(reg.digest_fields[before = element.field], record, lanes.ids(), seed);
  return sum;
}

Sum128 BegunDigest(const RegisterInfo& reg, const Life& life, absl::Span<const LoneWrite> writes, const Lanes& lanes,
                   uint64_t seed) {
  Sum128 sum = ExistsTerm(seed);
  sum += LifeTerms({life}, lanes.ids(), seed);
  const uint64_t place = PlaceSeed(life.dot, life.op, lanes.ids(), seed);
  for (const LoneWrite& write : writes) sum += WriteTerm(reg.digest_fields[write.field], *write.value, place);
  return sum;
}

Sum128 FieldDigest(const RegisterInfo& reg, uint16_t field, const Record& record, const Lanes& lanes, uint64_t seed) {
  if (Planted(Bug::kDigestUnsorted)) seed += lanes.PlaceOf(record.last_touch).lane;
  Sum128 sum;
  const auto at = std::lower_bound(record.slots.begin(), record.slots.end(), field,
                                   [](const Slot& slot, uint16_t handle) { return slot.field < handle; });
  if (at != record.slots.end() && at->field == field) sum += CellTerms(reg, *at, lanes, seed);
  if (!record.elements.empty()) sum += SetTerms(reg.digest_fields[field], record, lanes.ids(), seed);
  return sum;
}

}  // namespace chancery

#include "engine/register/digest.h"

#include <algorithm>

#include "engine/base/planted.h"
#include "engine/codec/digest.h"

namespace chancery {
namespace {

// The seeds of places of one record. Most of its fields were written by one entry.
class Places {
 public:
  Places(const Lanes& lanes, uint64_t seed) : lanes_(lanes), seed_(seed) {}
  template <class Written>  // a write or a mark of life
  uint64_t SeedOf(const Written& written) {
    if (last_ == 0 || written.dot != dot_ || written.op != op_) {
      dot_ = written.dot;
      op_ = written.op;
      last_ = PlaceSeed(dot_, op_, lanes_.ids(), seed_);
    }
    return last_;
  }
  const Lanes& lanes() const { return lanes_; }

 private:
  const Lanes& lanes_;
  const uint64_t seed_;
  Dot dot_ = 0;
  uint16_t op_ = 0;
  uint64_t last_ = 0;
};

Sum128 CellTerms(const RegisterInfo& reg, const Slot& slot, Places& places) {
  const DigestField& field = reg.digest_fields[slot.field];
  const auto term = [&](const Write& write) { return WriteTerm(field, write.value, places.SeedOf(write)); };
  Sum128 sum;
  if (slot.cell.size() == 1) return term(slot.cell[0]);
  for (const Write* write : Visible(slot.cell, reg.fields[slot.field].def, places.lanes())) sum += term(*write);
  return sum;
}

}  // namespace

Sum128 RecordDigest(const RegisterInfo& reg, const Record& record, const Lanes& lanes, uint64_t seed) {
  if (!record.exists()) return {};
  if (Planted(Bug::kDigestByArrival)) seed += lanes.PlaceOf(record.last_touch).lane;
  Sum128 sum = ExistsTerm(seed);
  Places places(lanes, seed);
  for (const Life& mark : record.life) sum += LifeTerm(mark.live, places.SeedOf(mark));
  for (const Slot& slot : record.slots)
    if (slot.field < reg.digest_fields.size()) sum += CellTerms(reg, slot, places);
  int before = -1;  // the field of the elements added last
  for (const Element& element : record.elements)
    if (element.field != before && element.field < reg.digest_fields.size())
      sum += SetTerms(reg.digest_fields[before = element.field], record, lanes.ids(), seed);
  return sum;
}

Sum128 BegunDigest(const RegisterInfo& reg, Dot dot, uint16_t op, absl::Span<const LoneWrite> writes, const Lanes& lanes,
                   uint64_t seed) {
  const uint64_t place = PlaceSeed(dot, op, lanes.ids(), seed);
  Sum128 sum = ExistsTerm(seed);
  sum += LifeTerm(true, place);
  for (const LoneWrite& write : writes) sum += WriteTerm(reg.digest_fields[write.field], *write.value, place);
  return sum;
}

Sum128 FieldDigest(const RegisterInfo& reg, uint16_t field, const Record& record, const Lanes& lanes, uint64_t seed) {
  if (Planted(Bug::kDigestByArrival)) seed += lanes.PlaceOf(record.last_touch).lane;
  Sum128 sum;
  const auto at = std::lower_bound(record.slots.begin(), record.slots.end(), field,
                                   [](const Slot& slot, uint16_t handle) { return slot.field < handle; });
  Places places(lanes, seed);
  if (at != record.slots.end() && at->field == field) sum += CellTerms(reg, *at, places);
  if (!record.elements.empty()) sum += SetTerms(reg.digest_fields[field], record, lanes.ids(), seed);
  return sum;
}

}  // namespace chancery

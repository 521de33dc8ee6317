#include "engine/codec/digest.h"

#include <algorithm>

#include "engine/base/status.h"

namespace chancery {
namespace {

enum What : uint64_t { kCell = 0, kSet = 1 };  // seeds of a field's name

bool IsPresent(const Few<Mark>& marks, bool remove_wins) {
  const auto is_add = [](const Mark& m) { return m.add; };
  if (remove_wins) return !marks.empty() && std::all_of(marks.begin(), marks.end(), is_add);
  return std::any_of(marks.begin(), marks.end(), is_add);
}

Sum128 ValueTerm(uint64_t name, const Value& value, uint64_t place_seed) {
  return Xxh128(value.payload(), (place_seed ^ name) + static_cast<uint64_t>(value.kind));
}

}  // namespace

DigestField::DigestField(std::string_view name, uint16_t field_handle, bool field_remove_wins)
    : cell(Xxh64(name, kCell)), set(Xxh64(name, kSet)), handle(field_handle), remove_wins(field_remove_wins) {}

Sum128 ExistsTerm(uint64_t seed) { return Xxh128({}, seed); }

uint64_t PlaceSeed(Dot dot, uint16_t op, std::span<const LaneId> lanes, uint64_t seed) {
  const uint16_t handle = HandleOf(dot);
  char bytes[16];
  StoreBig64(handle < lanes.size() ? lanes[handle] : 0, bytes);  // 0: a damaged row, so no site has such a digest
  StoreBig64(SeqOf(dot) << 16 | op, bytes + 8);
  return Xxh64({bytes, sizeof bytes}, seed);
}

Sum128 LifeTerm(bool live, uint64_t place_seed) {
  const char byte = live ? 1 : 0;
  return Xxh128({&byte, 1}, place_seed);
}

Sum128 WriteTerm(const DigestField& field, const Value& value, uint64_t place_seed) {
  return ValueTerm(field.cell, value, place_seed);
}

// The elements of one field stand together, ascending by value.
Sum128 SetTerms(const DigestField& field, const Record& record, std::span<const LaneId> lanes, uint64_t seed) {
  const auto below = [](const Element& e, uint16_t handle) { return e.field < handle; };
  Sum128 sum;
  for (auto it = std::lower_bound(record.elements.begin(), record.elements.end(), field.handle, below);
       it != record.elements.end() && it->field == field.handle; ++it) {
    if (!IsPresent(it->marks, field.remove_wins)) continue;
    for (const Mark& mark : it->marks)
      if (mark.add) sum += ValueTerm(field.set, it->value, PlaceSeed(mark.dot, mark.op, lanes, seed));
  }
  return sum;
}

Hash128 DigestOf(const std::array<Sum128, kDigestBuckets>& sums) {
  ByteWriter w;
  for (const Sum128& sum : sums) {
    w.U64(static_cast<uint64_t>(sum.value >> 64));
    w.U64(static_cast<uint64_t>(sum.value));
  }
  return Cut(Sha256({w.out}));
}

}  // namespace chancery

#include "engine/codec/digest.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "engine/base/status.h"

namespace chancery {
namespace {

enum What : uint8_t { kCell = 0, kSet = 1 };

// A write, mark or life mark by its place rather than by its dot.
template <class T>
struct Placed {
  Place place;
  const T* item;
};

Place PlaceOf(Dot dot, std::span<const LaneId> lanes) {
  CHECK(HandleOf(dot) < lanes.size());
  return {lanes[HandleOf(dot)], SeqOf(dot)};
}

template <class T>
Few<Placed<T>, 2> InOrder(const Few<T>& items, std::span<const LaneId> lanes) {
  Few<Placed<T>, 2> placed;  // one as a rule
  placed.reserve(items.size());
  for (const T& item : items) placed.push_back({PlaceOf(item.dot, lanes), &item});
  std::sort(placed.begin(), placed.end(),
            [](const Placed<T>& a, const Placed<T>& b) { return std::tie(a.place, a.item->op) < std::tie(b.place, b.item->op); });
  return placed;
}

void Put(ByteBuffer& w, const Place& p) {
  w.U64(p.lane);
  w.Varint(p.seq);
}

void Put(ByteBuffer& w, const Value& v) {
  w.U8(static_cast<uint8_t>(v.kind));
  w.Sized(v.payload());
}

void PutWrite(ByteBuffer& w, const Place& place, const Write& write) {
  Put(w, place);
  w.Varint(write.op);
  Put(w, write.value);
}

bool IsPresent(const Few<Mark>& marks, bool remove_wins) {
  const auto is_add = [](const Mark& m) { return m.add; };
  if (remove_wins) return !marks.empty() && std::all_of(marks.begin(), marks.end(), is_add);
  return std::any_of(marks.begin(), marks.end(), is_add);
}

void PutElement(ByteBuffer& w, const Element& element, std::span<const LaneId> lanes) {
  Few<Mark> adds;
  std::copy_if(element.marks.begin(), element.marks.end(), std::back_inserter(adds), [](const Mark& m) { return m.add; });
  Put(w, element.value);
  w.Varint(adds.size());
  for (const auto& [place, mark] : InOrder(adds, lanes)) {
    Put(w, place);
    w.Varint(mark->op);
  }
}

}  // namespace

DigestField::DigestField(std::string_view field_name, uint16_t field_handle, bool field_remove_wins)
    : name(field_name), handle(field_handle), remove_wins(field_remove_wins) {
  ByteWriter w;
  w.Sized(name);
  w.U8(kCell);
  w.Varint(1);
  alone = std::move(w.out);
}

void PutLifePart(const Few<Life>& life, std::span<const LaneId> lanes, ByteBuffer& w) {
  w.Sized("");  // no field has this name
  w.Varint(life.size());
  for (const auto& [place, mark] : InOrder(life, lanes)) {
    Put(w, place);
    w.U8(mark->live ? 1 : 0);
  }
}

void PutLonePart(const DigestField& field, const Place& place, uint16_t op, const Value& value, ByteBuffer& w) {
  const std::string_view payload = value.payload();
  w.Within(field.alone.size() + sizeof place.lane + 1 + 3 * kVarintBytes + payload.size(), [&](Pen& pen) {
    pen.Raw(field.alone);
    pen.U64(place.lane);
    pen.Varint(place.seq);
    pen.Varint(op);
    pen.U8(static_cast<uint8_t>(value.kind));
    pen.Sized(payload);
  });
}

void PutCellPart(const DigestField& field, const Cell& cell, std::span<const LaneId> lanes, ByteBuffer& w) {
  if (cell.empty()) return;
  if (cell.size() == 1) return PutLonePart(field, PlaceOf(cell[0].dot, lanes), cell[0].op, cell[0].value, w);
  w.Sized(field.name);
  w.U8(kCell);
  w.Varint(cell.size());
  for (const auto& [place, write] : InOrder(cell, lanes)) PutWrite(w, place, *write);
}

// The elements of one field stand together, ascending by value.
void PutSetPart(const DigestField& field, const Record& record, std::span<const LaneId> lanes, ByteBuffer& w) {
  const std::vector<Element>& elements = record.elements;
  const auto below = [](const Element& e, uint16_t handle) { return e.field < handle; };
  std::vector<const Element*> present;
  for (auto it = std::lower_bound(elements.begin(), elements.end(), field.handle, below);
       it != elements.end() && it->field == field.handle; ++it) {
    if (IsPresent(it->marks, field.remove_wins)) present.push_back(&*it);
  }
  if (present.empty()) return;
  w.Sized(field.name);
  w.U8(kSet);
  w.Varint(present.size());
  for (const Element* element : present) PutElement(w, *element, lanes);
}

Sum128 PartSum(std::string_view part, uint64_t seed) { return part.empty() ? Sum128() : Xxh128(part, seed); }

Hash128 DigestOf(const std::array<Sum128, kDigestBuckets>& sums) {
  ByteWriter w;
  for (const Sum128& sum : sums) {
    w.U64(static_cast<uint64_t>(sum.value >> 64));
    w.U64(static_cast<uint64_t>(sum.value));
  }
  return Cut(Sha256({w.out}));
}

}  // namespace chancery

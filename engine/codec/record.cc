#include "engine/codec/record.h"

#include <algorithm>
#include <tuple>

namespace chancery {
namespace {

bool Before(const Slot& slot, uint16_t field) { return slot.field < field; }

}  // namespace

void Record::Clear() {
  last_touch = 0;
  edits.clear();
  life.clear();
  slots.clear();
  elements.clear();
}

bool Record::exists() const {
  return !edits.empty() || std::any_of(life.begin(), life.end(), [](const Life& mark) { return mark.live; });
}

const Cell* Record::Find(uint16_t field) const {
  if (field < slots.size() && slots[field].field == field) return &slots[field].cell;  // every field up to here is set
  const auto it = std::lower_bound(slots.begin(), slots.end(), field, Before);
  return it != slots.end() && it->field == field ? &it->cell : nullptr;
}

Cell* Record::Find(uint16_t field) { return const_cast<Cell*>(std::as_const(*this).Find(field)); }

Cell& Record::At(uint16_t field) {
  if (slots.empty() || slots.back().field < field) return slots.emplace_back(Slot{field, {}}).cell;
  auto it = std::lower_bound(slots.begin(), slots.end(), field, Before);
  if (it->field != field) it = slots.insert(it, Slot{field, {}});  // the last one is at or behind it
  return it->cell;
}

Few<Mark>& Record::At(uint16_t field, const Value& value) {
  auto it = std::lower_bound(elements.begin(), elements.end(), value, [field](const Element& e, const Value& v) {
    return std::tie(e.field, e.value) < std::tie(field, v);
  });
  if (it == elements.end() || it->field != field || it->value != value) it = elements.insert(it, Element{field, value, {}});
  return it->marks;
}

}  // namespace chancery

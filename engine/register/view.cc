#include "engine/register/view.h"

#include <algorithm>

#include "engine/base/planted.h"

namespace chancery {

Writes Visible(const Cell& cell, const Lanes& lanes) {
  const Write* latest = nullptr;
  for (const Write& w : cell) {
    if (!w.last) continue;
    const bool later =
        latest == nullptr || (Planted(Bug::kLastByArrival) ? true : Before(lanes, latest->hlc, latest->dot, w.hlc, w.dot));
    if (later) latest = &w;
  }
  Writes out;
  for (const Write& w : cell)
    if (!w.last || &w == latest) out.push_back(&w);
  if (out.size() > 1)
    std::sort(out.begin(), out.end(), [&](const Write* a, const Write* b) {
      return std::make_pair(lanes.PlaceOf(a->dot), a->op) < std::make_pair(lanes.PlaceOf(b->dot), b->op);
    });
  return out;
}

Few<const Value*, 2> Distinct(const Writes& visible) {
  Few<const Value*, 2> out;
  for (const Write* w : visible)
    if (std::none_of(out.begin(), out.end(), [&](const Value* v) { return *v == w->value; })) out.push_back(&w->value);
  return out;
}

const Write* InterimOf(const Writes& visible, const FieldDef& field, const Lanes& lanes) {
  if (visible.empty() || (field.interim == Interim::kNone && Distinct(visible).size() > 1)) return nullptr;
  const auto before = [&](const Write* a, const Write* b) { return Before(lanes, a->hlc, a->dot, b->hlc, b->dot); };
  const auto [first, last] = std::minmax_element(visible.begin(), visible.end(), before);
  return field.interim == Interim::kLast ? *last : *first;
}

bool LifeMayClash(const Record& record) {
  const bool dead = std::any_of(record.life.begin(), record.life.end(), [](const Life& mark) { return !mark.live; });
  return record.life.size() > 1 || (dead && !record.edits.empty());
}

bool Present(const Element& element, const FieldDef& field) {
  const auto adds = std::count_if(element.marks.begin(), element.marks.end(), [](const Mark& m) { return m.add; });
  return adds > 0 && (!field.remove_wins || adds == static_cast<ptrdiff_t>(element.marks.size()));
}

}  // namespace chancery

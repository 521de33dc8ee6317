#include "engine/register/view.h"

#include <algorithm>

#include "engine/base/planted.h"

namespace chancery {

namespace {

Value Member(const Value& group, const std::string& name) {
  if (group.kind == Kind::kGroup)
    for (const auto& [member, value] : group.AsGroup())
      if (member == name) return value;
  return {};
}

// Of two writes with merge = last.
bool Outlasts(const Write& b, const Write& a, const FieldDef& field, const Lanes& lanes) {
  if (!field.by.empty()) {
    const Value ours = Member(b.value, field.by), theirs = Member(a.value, field.by);
    if (ours != theirs) return IsGreater(ours, theirs);
  }
  return Planted(Bug::kLastByArrival) || Before(lanes, a.hlc, a.dot, b.hlc, b.dot);
}

}  // namespace

Writes Visible(const Cell& cell, const FieldDef& field, const Lanes& lanes) {
  const Write* latest = nullptr;
  for (const Write& w : cell)
    if (w.last && (latest == nullptr || Outlasts(w, *latest, field, lanes))) latest = &w;
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

const Value* ShownIn(const Record& record, const FieldInfo& field, const Lanes& lanes) {
  const Cell* cell = record.Find(field.handle);
  const Write* shown = cell == nullptr ? nullptr : InterimOf(Visible(*cell, field.def, lanes), field.def, lanes);
  return shown == nullptr || shown->value.unset() ? nullptr : &shown->value;
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

// What of a cell counts, in canonical order. Pure functions of rows and lanes.
#pragma once

#include <vector>

#include "engine/codec/record.h"
#include "engine/journal/lanes.h"
#include "engine/register/catalog.h"

namespace chancery {

// Canonical order of two stamped places.
inline bool Before(const Lanes& lanes, Hlc a_hlc, Dot a, Hlc b_hlc, Dot b) {
  return a_hlc != b_hlc ? a_hlc < b_hlc : lanes.PlaceOf(a) < lanes.PlaceOf(b);
}

using Writes = Few<const Write*, 2>;  // of one cell

// The writes that count: all but those written `last` against which a later one written `last` stands, or, where the field says
// by which member of the group, a greater one. Cells of several writes carry their stamps. Ascending by (lane, seq, op): the same
// list at every site.
Writes Visible(const Cell& cell, const FieldDef& field, const Lanes& lanes);

// The distinct values of visible writes.
Few<const Value*, 2> Distinct(const Writes& visible);

// The first or last visible write in canonical order, as the field says; nullptr for none or where there is nothing.
const Write* InterimOf(const Writes& visible, const FieldDef& field, const Lanes& lanes);

// The value that is shown of a field of one value; nullptr: none is, or it is unset.
const Value* ShownIn(const Record& record, const FieldInfo& field, const Lanes& lanes);

// Whether creations, deletions and edits stand that may clash: a cheap test, true for hardly any record.
bool LifeMayClash(const Record& record);

// Whether an element is in its set.
bool Present(const Element& element, const FieldDef& field);

}  // namespace chancery

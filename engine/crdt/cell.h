// The one merge of register-like fields, set elements and existence: standing writes, and what replaces them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/types/span.h"
#include "engine/base/few.h"
#include "engine/crdt/frontier.h"
#include "engine/crdt/hlc.h"
#include "engine/crdt/value.h"

namespace chancery {

// How a write replaces what stands (fixed in the entry, not by the pack in force).
enum class Replaces : uint8_t {
  kNamed = 0,    // guarded: exactly the writes listed; an empty list means every write its author had seen (they had one value)
  kAllSeen = 1,  // last, rulings, set marks: every write its author had seen
};

// A write that no other has replaced.
struct Write {
  Dot dot = 0;
  Hlc hlc = 0;        // 0 = not held here: the journal knows it
  uint16_t op = 0;    // index of the operation in its entry
  bool last = false;  // written with merge = last: it loses in silence against a later one that is `last` too
  Value value;
  bool operator==(const Write&) const = default;
};
using Cell = Few<Write>;  // ascending by dot

// Removes what the new write replaces and adds it: order-free under causal delivery. `seen` is the author's past (its own lane up
// to the entry before). O(standing writes).
void Merge(Cell& cell, const Vector& seen, Replaces replaces, absl::Span<const Dot> named, Write write);

// A ruling withdraws exactly these writes. Sums, which stand at the place of the last entry that added to them, are never
// replaced nor withdrawn: a creation begins them anew.
void Retract(Cell& cell, absl::Span<const Dot> dots);

// Shares and priority lists: withdraws `named` and adds the write beside all others, unless it only takes away (a strike).
void Keep(Cell& cell, absl::Span<const Dot> named, Write write);

}  // namespace chancery

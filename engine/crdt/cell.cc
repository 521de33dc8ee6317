#include "engine/crdt/cell.h"

#include "engine/crdt/ranked.h"

namespace chancery {
namespace {

void Insert(Cell& cell, Write write) {
  const auto after = std::upper_bound(cell.begin(), cell.end(), write.dot, [](Dot d, const Write& w) { return d < w.dot; });
  cell.insert(after, std::move(write));
}

}  // namespace

void Merge(Cell& cell, const Vector& seen, Replaces replaces, absl::Span<const Dot> named, Write write) {
  if (cell.empty()) return void(cell.push_back(std::move(write)));
  if (replaces == Replaces::kNamed && !named.empty()) {
    Retract(cell, named);
  } else {
    EraseIf(cell, [&](const Write& w) { return seen.Has(w.dot) && w.value.kind != Kind::kTally; });
  }
  Insert(cell, std::move(write));
}

void Retract(Cell& cell, absl::Span<const Dot> dots) {
  EraseIf(cell, [&](const Write& w) {
    return w.value.kind != Kind::kTally && std::find(dots.begin(), dots.end(), w.dot) != dots.end();
  });
}

void Keep(Cell& cell, absl::Span<const Dot> named, Write write) {
  Retract(cell, named);
  const bool strikes = write.value.kind == Kind::kRank && IsStrike(write.value.payload());
  if (!write.value.unset() && !strikes) Insert(cell, std::move(write));
}

}  // namespace chancery

#include "engine/crdt/frontier.h"

#include <algorithm>

namespace chancery {
namespace {

bool LaneBefore(const Place& p, LaneId lane) { return p.lane < lane; }

}  // namespace

uint64_t Frontier::At(LaneId lane) const {
  const auto it = std::lower_bound(lanes.begin(), lanes.end(), lane, LaneBefore);
  return it != lanes.end() && it->lane == lane ? it->seq : 0;
}

void Frontier::Raise(Place p) {
  if (p.seq == 0) return;
  const auto it = std::lower_bound(lanes.begin(), lanes.end(), p.lane, LaneBefore);
  if (it == lanes.end() || it->lane != p.lane) {
    lanes.insert(it, p);
  } else {
    it->seq = std::max(it->seq, p.seq);
  }
}

bool Frontier::Covers(const Frontier& other) const {
  return std::all_of(other.lanes.begin(), other.lanes.end(), [&](const Place& p) { return At(p.lane) >= p.seq; });
}

}  // namespace chancery

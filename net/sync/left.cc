#include "net/sync/left.h"

#include <algorithm>
#include <utility>

namespace chancery::sync {

void Left::Note(const Given& given, const State& theirs, const std::set<std::string>& halted) {
  for (const auto& [key, size] : given.lanes) left_.lanes[key] = std::max(left_.lanes[key], size);
  left_.waiting.insert(given.waiting.begin(), given.waiting.end());
  std::erase_if(left_.lanes, [&](const auto& lane) { return lane.second <= SizeIn(theirs, lane.first); });
  uint64_t unmerged = 0;
  for (const auto& [key, size] : left_.lanes)
    if (theirs.halted == 0 || !halted.contains(key)) unmerged += size - SizeIn(theirs, key);
  if (unmerged > theirs.waiting + theirs.held) Clear();
}

State Left::Above(State theirs) const {
  for (const auto& [key, size] : left_.lanes) {
    const auto at = std::lower_bound(theirs.lanes.begin(), theirs.lanes.end(), key,
                                     [](const LaneTip& tip, const std::string& wanted) { return tip.key < wanted; });
    if (at != theirs.lanes.end() && at->key == key) {
      at->size = std::max(at->size, size);
    } else {
      theirs.lanes.insert(at, {key, size});
    }
  }
  return theirs;
}

std::vector<std::string> Left::NewIn(std::vector<std::string> runs, size_t merged) {
  std::vector<std::string> fresh;
  std::set<uint64_t> still;
  for (size_t i = 0; i < runs.size(); ++i) {
    const uint64_t name = i < merged ? 0 : NameOf(runs[i]);
    if (i >= merged && left_.waiting.contains(name)) {
      still.insert(name);
    } else {
      fresh.push_back(std::move(runs[i]));
    }
  }
  left_.waiting = std::move(still);
  return fresh;
}

}  // namespace chancery::sync

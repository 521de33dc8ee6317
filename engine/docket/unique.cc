#include "engine/docket/clash.h"

namespace chancery {
namespace {

bool SameFiling(const ClaimRow& a, const ClaimRow& b) { return !a.same.IsZero() && a.same == b.same; }

}  // namespace

// Any two claims of one value by different records clash, also where one knew the other; those of the same filing do not.
std::vector<Clash> UniqueClashes(const std::vector<ClaimRow>& claimants) {
  std::vector<Clash> clashes;
  for (size_t i = 0; i < claimants.size(); ++i)
    for (size_t j = i + 1; j < claimants.size(); ++j) {
      if (SameFiling(claimants[i], claimants[j])) continue;
      for (const auto& [dot, op] : claimants[i].writes)
        for (const auto& [other, other_op] : claimants[j].writes)
          clashes.push_back({{dot, static_cast<uint32_t>(op)}, {other, static_cast<uint32_t>(other_op)}});
    }
  return clashes;
}

}  // namespace chancery

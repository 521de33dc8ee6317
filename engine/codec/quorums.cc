#include "engine/codec/quorums.h"

#include <algorithm>

namespace chancery {

bool HoldsData(const EpochMember& member) { return member.role != Role::kWitness; }

Quorums QuorumsOf(const Epoch& epoch) {
  const size_t all = epoch.members.size();
  const auto holders = static_cast<size_t>(std::count_if(epoch.members.begin(), epoch.members.end(), HoldsData));
  const size_t settle = holders / 2 + 1;
  return {settle, std::max(all / 2 + 1, all - settle + 1)};
}

const EpochMember* FindMember(const Epoch& epoch, LaneId lane) {
  for (const EpochMember& member : epoch.members)
    if (member.lane == lane) return &member;
  return nullptr;
}

const LaneEnd* FindEnd(const Epoch& epoch, LaneId lane) {
  for (const LaneEnd& end : epoch.ends)
    if (end.lane == lane) return &end;
  return nullptr;
}

}  // namespace chancery

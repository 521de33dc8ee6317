// Who counts in an epoch, and how many of them it takes: functions of the epoch's own words, the same for members and for whoever
// checks what they signed. docs/reference/epoch.md
#pragma once

#include <cstddef>

#include "engine/codec/entry.h"

namespace chancery {

// How many members settle a round, and how many decide the next epoch. More than half each, and any two that may be picked have
// a member in common that holds data: who decides where a lane ends has heard of all that is settled.
struct Quorums {
  size_t settle = 0;  // of those that hold data
  size_t decide = 0;  // of all
};
Quorums QuorumsOf(const Epoch& epoch);

bool HoldsData(const EpochMember& member);
const EpochMember* FindMember(const Epoch& epoch, LaneId lane);  // nullptr: it is none
const LaneEnd* FindEnd(const Epoch& epoch, LaneId lane);         // nullptr: it has not ended

}  // namespace chancery

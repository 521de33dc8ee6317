// Counters, quotas, ladders and numbers from blocks, in the model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "tests/model/model.h"

namespace chancery::model {

__extension__ using Wide = __int128;

// What the standing bumps of a field come to. One act filed apart counts once: the first in canonical order.
struct Sum {
  Sum(const Row* row, uint32_t field, const FieldSpec& spec);  // nullptr: nothing was written, and nobody holds rights

  int64_t total() const;           // mod 2^64
  Wide Used(LaneId lane) const;    // escrow
  Wide Rights(LaneId lane) const;  // what the lane may still use

  std::map<LaneId, Wide> used, granted_to, granted_by;
  LaneId founder = 0;  // escrow: whose the quota was at first
  Wide max = 0;
};

std::string StepOf(const Row* row, uint32_t field, const FieldSpec& spec);  // of a ladder: the highest written
size_t HeightOf(const FieldSpec& spec, const std::string& step);            // the number of steps = no step

// Which blocks of numbers are the lane's: the founder's 0, those of the lanes that the founder admitted 1, 2, … nullopt: of
// another.
std::optional<uint64_t> NumberOf(const Meaning& view, LaneId lane);
LaneId NewestLaneOf(const Meaning& view, const std::string& site);  // 0: no lane of it was admitted

// The number that a lane issues next for a field, when `before` of its numbers were issued in the entry at hand. nullopt: one of
// a lane that another than the founder admitted, far behind.
std::optional<int64_t> NextNumber(const Meaning& view, LaneId lane, const RegisterSpec& reg, uint32_t field, uint64_t before);

}  // namespace chancery::model

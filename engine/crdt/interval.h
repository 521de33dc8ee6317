// A stretch of days, times or numbers: [from, to), or from `from` on.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/crdt/value.h"

namespace chancery {

struct Interval {
  Kind of = Kind::kDate;  // of its ends: kInteger, kDate (days since 1970) or kTime (ms since 1970)
  int64_t from = 0;
  std::optional<int64_t> to;  // above `from`; nullopt: no end
  bool operator==(const Interval&) const = default;
};

bool Overlap(const Interval& a, const Interval& b);  // both of one kind, else false

Value IntervalValue(const Interval& interval);  // kind kInterval; borrows nothing
// nullopt: not the canonical payload of an interval.
std::optional<Interval> IntervalIn(std::string_view payload);

}  // namespace chancery

// What is left of a failing run once everything is left out that it does not need: first events of the plan, then, where the
// failure shows in a drill too, statements of that.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "net/sim/sim.h"

namespace chancery::sim {

// Of n things the fewest, roughly, with which `fails` still holds; it holds for all. Asks at most `most` times. Ascending.
std::vector<size_t> Fewest(size_t n, size_t most, const std::function<bool(const std::vector<size_t>&)>& fails);

// A plan with these of its events alone: places in plan.happenings.
Plan Only(const Plan& plan, const std::vector<size_t>& happenings);

struct Shrunk {
  std::vector<size_t> happenings;  // of the plan, which fail as all did
  Report report;                   // of a run with them alone
  std::vector<std::string> drill;  // lines
  bool drill_fails = false;        // false: it needs the simulated network, and the drill only tells what was done
};

// failed: what the whole plan reported. runs_most: simulations that it may cost.
Shrunk Shrink(const Plan& plan, const Report& failed, size_t runs_most = 150);

}  // namespace chancery::sim

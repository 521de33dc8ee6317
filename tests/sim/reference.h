// What the reference model makes of the entries that each site holds in the end, beside what the site shows.
#pragma once

#include <string>

#include "net/sim/sim.h"

namespace chancery::sim {

// A plan of which the model knows all that happens: no officers' rights, no journals that end, one version of each pack.
Plan DrawModelled(uint64_t seed, int sites, size_t ops);

// As a LastLook of Simulate. "" = they agree.
std::string CompareWithModel(World& world);

}  // namespace chancery::sim

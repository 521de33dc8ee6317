// A run as a picture: one lane a site, cuts shaded, filings, merges, cases and what is settled.
#pragma once

#include <string>

#include "net/sim/sim.h"

namespace chancery::sim {

std::string PictureOf(const Plan& plan, const Report& report);  // SVG

}  // namespace chancery::sim

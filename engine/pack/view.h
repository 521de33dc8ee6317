// A pack's definition as the plain data of the public surface.
#pragma once

#include "chancery/pack.h"
#include "engine/pack/pack.h"

namespace chancery {

PackView ViewOf(const PackDef& pack);

}  // namespace chancery

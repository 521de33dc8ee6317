// Where keys and values of tests lie that have to outlive what they were made from.
#pragma once

#include "engine/base/arena.h"

namespace chancery {

inline Arena& Forever() {
  static Arena& arena = *new Arena;
  return arena;
}

}  // namespace chancery

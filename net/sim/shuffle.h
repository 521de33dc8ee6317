// Any order of a list, drawn.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "chancery/testing.h"

namespace chancery::sim {

template <class T>
void Shuffle(std::vector<T>& list, SeededRandom& random) {
  for (size_t i = list.size(); i > 1; --i) std::swap(list[i - 1], list[random.Below(i)]);
}

}  // namespace chancery::sim

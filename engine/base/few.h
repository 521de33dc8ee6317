// A vector whose first items need no allocation: for what is one or two as a rule.
#pragma once

#include <algorithm>
#include <cstddef>

#include "absl/container/inlined_vector.h"

namespace chancery {

template <class T, size_t N = 1>
using Few = absl::InlinedVector<T, N>;

template <class Items, class Predicate>
void EraseIf(Items& items, Predicate predicate) {
  items.erase(std::remove_if(items.begin(), items.end(), predicate), items.end());
}

}  // namespace chancery

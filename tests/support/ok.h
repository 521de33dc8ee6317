// The value, or the end of the test with what went wrong.
#pragma once

#include <stdexcept>
#include <utility>

#include "absl/status/statusor.h"

namespace chancery {

template <class T>
T Ok(absl::StatusOr<T> result) {
  if (!result.ok()) throw std::runtime_error(result.status().ToString());
  return *std::move(result);
}

}  // namespace chancery

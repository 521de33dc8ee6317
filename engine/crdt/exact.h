// Exact numbers, of any size: GMP's fractions.
#pragma once

#include <gmpxx.h>

#include "engine/crdt/value.h"

namespace chancery {

using Exact = mpq_class;

inline Exact ExactOf(int64_t v) { return Exact(static_cast<long>(v)); }

// Of an integer or a rational; 0 of anything else.
inline Exact ExactOf(const Value& value) {
  if (value.kind == Kind::kInteger) return ExactOf(value.AsInteger());
  if (value.kind != Kind::kRational) return 0;
  const auto [num, den] = value.AsRational();
  return Exact(mpz_class(static_cast<long>(num)), mpz_class(static_cast<unsigned long>(den)));
}

}  // namespace chancery

// Rules between records in the model, but for `unique`: intervals that must not overlap, sums with a limit, references without a
// circle.
#pragma once

#include <gmpxx.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/crdt/interval.h"
#include "tests/model/model.h"

namespace chancery::model {

// no-overlap: an interval that a record shows, once for each group it is in.
struct Stay {
  std::string subject, record;
  Interval interval;
  Act write;
};
std::vector<Stay> StaysOf(const Meaning& view, const RuleSpec& rule);
bool Overlapping(const Meaning& view, const RuleSpec& rule, const Stay& a, const Stay& b);  // and not allowed to

// at-most
struct Part {  // what a record adds to a sum
  std::string record;
  mpz_class amount;
  Act write;
  size_t position = 0;  // in the canonical order: when all that makes it a part was written
};
struct Total {
  std::vector<Part> parts;         // by position
  std::optional<mpz_class> limit;  // none: anything goes
  mpz_class sum() const;
};
std::map<std::string, Total> TotalsOf(const Meaning& view, const RuleSpec& rule);  // by subject

// acyclic
struct Edge {
  std::string from, to;
  Act write;
};
struct Circle {
  std::set<std::string> records;
  std::vector<Edge> edges;
  const std::string& subject() const { return *records.begin(); }
};
std::vector<Circle> CirclesOf(const Meaning& view, const RuleSpec& rule);

}  // namespace chancery::model

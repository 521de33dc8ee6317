// A random history through the public interface, compared with the model at every step.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace chancery::model {

struct HistoryOptions {
  uint64_t seed = 1;
  int steps = 60;
  bool dense = false;  // fewer records, fields and sites: bugs in merging are found sooner
};

// How often things happened that a test must not be silent about.
using Tally = std::map<std::string, uint64_t>;

// Returns "" where engine and model agree throughout; else what differs and what led to it, in the language of drills.
std::string RunHistory(const HistoryOptions& options, Tally& tally);

}  // namespace chancery::model

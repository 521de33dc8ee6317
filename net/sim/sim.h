// `chancery sim`: the real engine and the real exchange of several sites in one thread and in virtual time, through whatever one
// seed draws. docs/explanation/simulation.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "net/sim/plan.h"
#include "net/sim/story.h"

namespace chancery::sim {

struct Report {
  std::string failure;                           // what did not hold; "" = everything held
  uint64_t trace = 0, lines = 0;                 // hash of all that was told, and how many lines it was
  int64_t chaos_ms = 0, calm_ms = 0;             // virtual: of the first phase, and until all was at rest
  uint64_t happenings = 0, reads = 0, lost = 0;  // lost: tokens that went with their disk
  uint64_t bytes = 0, connections = 0, breaks = 0;
  std::map<std::string, uint64_t> counts;  // of everything that happened: what is not there did not
  std::vector<std::string> acts;           // the same as statements of a drill
  std::vector<Mark> marks;
  std::vector<Gap> gaps;
  std::vector<std::string> sites;
};

// Who looks at the world when all is at rest, or when it has failed: for tests that know more than this library. What is returned
// is a failure.
class World;
using LastLook = std::function<std::string(World&)>;

// tell: gets every line of the story; may be empty. Blocks; cost: about a millisecond a happening and site.
Report Simulate(const Plan& plan, const std::function<void(const std::string&)>& tell = {}, const LastLook& last = {});

}  // namespace chancery::sim

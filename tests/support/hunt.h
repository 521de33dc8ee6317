// How long a random test looks for a bug that is planted in the engine.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include "engine/base/planted.h"
#include "tests/support/figure.h"

#ifdef CHANCERY_PLANTED_BUGS

namespace chancery {

inline constexpr uint64_t kHuntSeeds = 200;         // a bug that as many seeds do not find is a hole in the test
inline constexpr uint64_t kHuntsApart = 1'000'000;  // first seeds of two hunts: they have none in common

// What the seed finds, in a process of its own: a bug may as well end it.
inline std::string FoundBy(const std::function<std::string(uint64_t seed)>& run, uint64_t seed) {
  int ends[2];
  if (pipe(ends) != 0) return "";
  const pid_t child = fork();
  if (child == 0) {
    const std::string found = run(seed).substr(0, 300);
    _exit(write(ends[1], found.data(), found.size()) == static_cast<ssize_t>(found.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string found(300, 0);
  const ssize_t size = read(ends[0], found.data(), found.size());
  close(ends[0]);
  int state = 0;
  waitpid(child, &state, 0);
  found.resize(static_cast<size_t>(std::max<ssize_t>(size, 0)));
  return found.empty() && state != 0 ? "it ends the process" : found;
}

// Hunts for the bug: from seed 1 on, with CHANCERY_HUNTS=N from N first seeds far apart. Prints how many seeds each took, and
// their median as the figure planted.NAME; fails where that is beyond kHuntSeeds. run: of one seed; what it finds, or "".
inline void ExpectFound(Bug bug, const std::function<std::string(uint64_t seed)>& run) {
  PlantBug(bug);
  const char* given = std::getenv("CHANCERY_HUNTS");
  const uint64_t hunts = given == nullptr ? 1 : std::max<uint64_t>(1, std::strtoull(given, nullptr, 10));
  std::vector<uint64_t> took;
  std::cout << "  " << BugName(bug) << ": found after";
  for (uint64_t hunt = 0; hunt < hunts; ++hunt) {
    std::string found;
    uint64_t seeds = 0;
    while (found.empty() && seeds < kHuntSeeds) found = FoundBy(run, hunt * kHuntsApart + ++seeds);
    took.push_back(found.empty() ? kHuntSeeds + 1 : seeds);
    std::cout << " " << took.back() << (hunt == 0 ? " (" + found.substr(0, found.find('\n')) + ")" : "") << std::flush;
  }
  std::cout << "\n";
  PlantBug(Bug::kNone);
  std::sort(took.begin(), took.end());
  const uint64_t median = took[took.size() / 2];
  EXPECT_LE(median, kHuntSeeds) << BugName(bug) << " was not found in " << kHuntSeeds << " seeds";
  Figure(std::string("planted.") + BugName(bug), median);
}

// As a name of a test.
inline std::string HuntName(const testing::TestParamInfo<Bug>& info) {
  std::string name = BugName(info.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace chancery

#endif

// Tests of the test: each bug that can be planted in the engine is found by random histories alone.
#include "engine/base/planted.h"

#include <gtest/gtest.h>

#include <iostream>
#include <string>

#include "tests/model/history.h"

#ifdef CHANCERY_PLANTED_BUGS

namespace chancery::model {
namespace {

constexpr uint64_t kSeedsMax = 200;
constexpr uint64_t kQuietSeeds = 60;  // a sound engine is not accused in as many

class Planted : public testing::TestWithParam<int> {
 protected:
  ~Planted() override { PlantBug(Bug::kNone); }
};

TEST_P(Planted, IsFound) {
  PlantBug(static_cast<Bug>(GetParam()));
  Tally tally;
  std::string error;
  uint64_t seed = 0;
  while (error.empty() && seed < kSeedsMax) error = RunHistory({.seed = ++seed, .steps = 40, .dense = true}, tally);
  EXPECT_NE(error, "") << BugName(static_cast<Bug>(GetParam())) << " was not found in " << kSeedsMax << " histories";
  std::cout << "  " << BugName(static_cast<Bug>(GetParam())) << ": found after " << seed
            << " histories: " << error.substr(0, error.find("\n\n")) << "\n";
}

INSTANTIATE_TEST_SUITE_P(Bugs, Planted, testing::Range(1, kBugCount), [](const testing::TestParamInfo<int>& info) {
  std::string name = BugName(static_cast<Bug>(info.param));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(NotPlanted, NothingIsFound) {
  Tally tally;
  for (uint64_t seed = 1; seed <= kQuietSeeds; ++seed) {
    const std::string error = RunHistory({.seed = seed, .steps = 40, .dense = true}, tally);
    ASSERT_EQ(error, "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace chancery::model

#endif

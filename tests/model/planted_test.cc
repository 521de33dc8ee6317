// Tests of the test: each bug that can be planted in the engine is found by random histories alone.
#include "engine/base/planted.h"

#include <gtest/gtest.h>

#include <cstdlib>
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
  while (error.empty() && seed < kSeedsMax) error = RunHistory({.seed = ++seed, .dense = true}, tally);
  EXPECT_NE(error, "") << BugName(static_cast<Bug>(GetParam())) << " was not found in " << kSeedsMax << " histories";
  std::cout << "  " << BugName(static_cast<Bug>(GetParam())) << ": found after " << seed
            << " histories: " << error.substr(0, error.find("\n\n")) << "\n";
}

INSTANTIATE_TEST_SUITE_P(Bugs, Planted, testing::Range(1, kMergeBugCount), [](const testing::TestParamInfo<int>& info) {
  std::string name = BugName(static_cast<Bug>(info.param));
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
});

TEST(NotPlanted, NothingIsFound) {
  const char *given = std::getenv("CHANCERY_SEED"), *more = std::getenv("CHANCERY_SEEDS");
  const uint64_t first = given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
  const uint64_t count = more != nullptr ? std::strtoull(more, nullptr, 10) : given != nullptr ? 1 : kQuietSeeds;
  Tally tally;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const std::string error = RunHistory({.seed = seed, .dense = true}, tally);
    ASSERT_EQ(error, "") << "replay: CHANCERY_SEED=" << seed << " " << testing::internal::GetArgvs()[0]
                         << " --gtest_filter=NotPlanted.NothingIsFound";
  }
}

}  // namespace
}  // namespace chancery::model

#endif

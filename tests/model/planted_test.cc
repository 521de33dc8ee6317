// Tests of the test: each bug that can be planted in the engine is found by random histories alone.
#include "engine/base/planted.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/model/history.h"
#include "tests/support/hunt.h"

#ifdef CHANCERY_PLANTED_BUGS

namespace chancery::model {
namespace {

constexpr uint64_t kQuietSeeds = 30;  // a sound engine is not accused in as many

class Planted : public testing::TestWithParam<Bug> {
 protected:
  ~Planted() override { PlantBug(Bug::kNone); }
};

TEST_P(Planted, IsFound) {
  Tally tally;
  ExpectFound(GetParam(), [&tally](uint64_t seed) { return RunHistory({.seed = seed, .dense = true}, tally); });
}

// All that are about what a site shows. A list that got shorter would be a hole.
std::vector<Bug> OfMerging() {
  static_assert(kMergeBugCount > 50);
  std::vector<Bug> bugs;
  for (int bug = 1; bug < kMergeBugCount; ++bug) bugs.push_back(static_cast<Bug>(bug));
  return bugs;
}

INSTANTIATE_TEST_SUITE_P(Bugs, Planted, testing::ValuesIn(OfMerging()), HuntName);

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

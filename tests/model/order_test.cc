// The settled order against its definition, on random histories; and bugs that are planted in it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <vector>

#include "tests/model/order_history.h"
#include "tests/support/hunt.h"

namespace chancery::model {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* given = std::getenv(name);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

TEST(Order, IsTheSortedSetAtEveryStep) {
  const uint64_t first = FromEnvironment("CHANCERY_SEED", 1);
  const uint64_t count = FromEnvironment("CHANCERY_SEEDS", std::getenv("CHANCERY_SEED") != nullptr ? 1 : 60);
  OrderTally tally;
  for (uint64_t seed = first; seed < first + count; ++seed)
    ASSERT_EQ(RunOrderHistory(seed, tally), "") << "replay: CHANCERY_SEED=" << seed << " " << testing::internal::GetArgvs()[0]
                                                << " --gtest_filter=Order.IsTheSortedSetAtEveryStep";
  for (const auto& [what, n] : tally) std::cout << "  " << n << "\t" << what << "\n";
  if (count < 20) return;
  for (const char* what : {"joined",
                           "filed",
                           "lost runs",
                           "cosignatures taken",
                           "settled something",
                           "clock set",
                           "cosignatures compared",
                           "settled further",
                           "waiting",
                           "beats",
                           "lost for ever",
                           "restored",
                           "cut",
                           "cut one way",
                           "exchanged as far as they hear",
                           "heard by one that nobody hears",
                           "epochs",
                           "lanes ended",
                           "void entries",
                           "joined as a witness",
                           "proposed to end a live site",
                           "proposed to end a lost site"})
    EXPECT_GT(tally[what], 0u) << what << " never happened";
}

#ifdef CHANCERY_PLANTED_BUGS

class PlantedInTheOrder : public testing::TestWithParam<Bug> {
 protected:
  ~PlantedInTheOrder() override { PlantBug(Bug::kNone); }
};

TEST_P(PlantedInTheOrder, IsFound) {
  OrderTally tally;
  ExpectFound(GetParam(), [&tally](uint64_t seed) { return RunOrderHistory(seed, tally); });
}

// All that are about the order, without an end at its proposer's tip: a final entry that the proposer has not heard of is too
// rare here. removal_test.cc has it. A list that got shorter would be a hole.
std::vector<Bug> OfTheOrder() {
  static_assert(kBugCount - kMergeBugCount > 15);
  std::vector<Bug> bugs;
  for (int bug = kMergeBugCount; bug < kBugCount; ++bug)
    if (static_cast<Bug>(bug) != Bug::kEndIsProposersTip) bugs.push_back(static_cast<Bug>(bug));
  return bugs;
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedInTheOrder, testing::ValuesIn(OfTheOrder()), HuntName);

#endif

}  // namespace
}  // namespace chancery::model

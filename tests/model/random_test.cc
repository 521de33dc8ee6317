// Random histories against the reference model. docs/explanation/testing.md says how to replay and read a failure.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/model/history.h"

namespace chancery::model {
namespace {

constexpr uint64_t kHistories = 80;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What a default run must have met, or it has tested nothing of it.
const char* const kMustHappen[] = {"opened existence",
                                   "opened firm-home",
                                   "opened firm.phase",
                                   "opened parcel.next",
                                   "opened parcel.parent",
                                   "opened parcel.status",
                                   "ruled keep on reference",
                                   "ruled set on reference",
                                   "ruled both on reference",
                                   "ruled none on reference",
                                   "ruled keep on state",
                                   "refused reference",
                                   "refused state",
                                   "deletions",
                                   "brought back",
                                   "unset by a deletion",
                                   "edits that take no side",
                                   "states apart that go together",
                                   "opened firm-name",
                                   "opened firm.seat",
                                   "opened parcel-code",
                                   "opened parcel-number",
                                   "opened parcel.address",
                                   "opened parcel.area",
                                   "opened parcel.code",
                                   "opened parcel.number",
                                   "opened parcel.owner",
                                   "opened parcel.petition",
                                   "opened parcel.usage",
                                   "ruled keep on field",
                                   "ruled set on field",
                                   "ruled both on field",
                                   "ruled none on field",
                                   "ruled keep on once",
                                   "ruled keep on unique",
                                   "ruled set on unique",
                                   "ruled both on unique",
                                   "ruled none on unique",
                                   "ruled keep on existence",
                                   "ruled both on existence",
                                   "ruled none on existence",
                                   "ruled",
                                   "split",
                                   "split mended",
                                   "reopened",
                                   "withdrawn",
                                   "refused admission",
                                   "refused contested",
                                   "refused existence",
                                   "refused hold",
                                   "refused idempotency",
                                   "refused once",
                                   "refused ruling",
                                   "refused type",
                                   "refused unique",
                                   "repeats",
                                   "over",
                                   "batches",
                                   "unread filings",
                                   "bundles",
                                   "restarts",
                                   "rebuilds",
                                   "waiting",
                                   "held",
                                   "released",
                                   "restores",
                                   "lanes anew",
                                   "equal frontiers",
                                   "contested reads",
                                   "standing apart, not contested",
                                   "records gone",
                                   "dependants"};

TEST(Random, History) {
  const bool one = std::getenv("CHANCERY_SEED") != nullptr;
  const uint64_t first = FromEnvironment("CHANCERY_SEED", 1);
  const uint64_t count = FromEnvironment("CHANCERY_SEEDS", one ? 1 : kHistories);
  Tally tally;
  for (uint64_t seed = first; seed < first + count; ++seed) {
    const std::string error = RunHistory({.seed = seed}, tally);
    ASSERT_EQ(error, "") << "replay: CHANCERY_SEED=" << seed << " " << testing::internal::GetArgvs()[0]
                         << " --gtest_filter=Random.History";
  }
  for (const auto& [what, n] : tally) std::cout << "  " << n << "\t" << what << "\n";
  if (count < kHistories) return;
  for (const char* what : kMustHappen) EXPECT_GT(tally[what], 0u) << what << " never happened: the histories test nothing of it";
}

}  // namespace
}  // namespace chancery::model

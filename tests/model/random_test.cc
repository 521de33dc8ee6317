// Random histories against the reference model. docs/explanation/testing.md says how to replay and read a failure.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/model/history.h"
#include "tests/support/figure.h"

namespace chancery::model {
namespace {

constexpr uint64_t kHistories = 120, kLong = 1000;  // what a long run must have met besides is more
constexpr uint64_t kMoments = 1000;                 // of the past: as the model says, and as some site showed them then

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What a default run must have met, or it has tested nothing of it.
const char* const kMustHappen[] = {
    "deletions",
    "brought back",
    "unset by a deletion",
    "edits that take no side",
    "states apart that go together",
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
    "dependants",
    "split mended",
    "acts filed apart that count once",
    "built on a copy alone",
    "transfers without effect",
    "charges tied",
    "more than one block of numbers",
    "moments read again, way 0",
    "moments read again, way 1",
    "moments read again, way 2",
    "moments that were seen then",
    "merges previewed",
    "cases previewed",
    "values previewed",
    "found",
    "found, contested",
    "found by an interval",
    "found by a reference",
    "pages of cases",
    "changes told",
    "officers from the start",
    "officers founded midway",
    "refused, a term is over",
    "filed by a deputy",
    "own acts not ruled",
    "opened authority",
    "ruled authority",
    "authority by way of a principal",
    "authority of rulings",
    "proposals",
    "proposed field",
    "proposed authority",
    "proposals overtaken",
    "approvals",
    "approvals at another site",
    "approved apart",
    "returns",
};
const char* const kRules[] = {
    "existence",    "firm-home",       "firm.phase",    "parcel.next",    "parcel.parent", "parcel.status", "firm-name",
    "firm.seat",    "parcel-code",     "parcel-number", "parcel.address", "parcel.area",   "parcel.code",   "parcel.number",
    "parcel.owner", "parcel.petition", "parcel.usage",  "block.cap",      "block.within",  "block-within",  "block-phase",
    "estate.block", "estate.charges",  "estate.code",   "estate.phase",   "estate.rents",  "estate.shares", "estate.size",
    "size-total",   "lease-hours",     "lease-series",  "lease-term",     "lease.hours",   "lease.part",    "lease.place",
    "lease.rent",   "lease.series",    "lease.term",    "rent-total",
};
const char* const kKinds[] = {"field",  "state",  "reference",  "unique",  "existence",
                              "shares", "ranked", "no-overlap", "at-most", "acyclic"};
const char* const kVerbs[] = {"set",      "unset", "add",    "remove", "bump",  "move",
                              "transfer", "file",  "strike", "cede",   "grant", "issue"};
const char* const kRefusals[] = {"authority", "officers", "acyclic",     "admission", "at-most", "contested",  "escrow",
                                 "existence", "hold",     "idempotency", "ladder",    "limit",   "no-overlap", "once",
                                 "reference", "ruling",   "shares",      "state",     "type",    "unique"};

std::vector<std::string> MustHappen(bool in_a_long_run) {
  std::vector<std::string> all(std::begin(kMustHappen), std::end(kMustHappen));
  for (const char* rule : kRules) all.push_back(std::string("opened ") + rule);
  for (const std::string kind : kKinds) {
    for (const std::string state : {"open ", "ruled "}) all.push_back(state + kind);
    if (!in_a_long_run) continue;
    for (const std::string state : {"split ", "reopened ", "withdrawn "}) all.push_back(state + kind);
    for (const std::string outcome : {"keep", "set", "both", "none"}) {
      if (outcome != "set" || (kind != "existence" && kind != "ranked")) all.push_back("ruled " + outcome + " on " + kind);
    }
  }
  all.push_back("ruled keep on once");
  for (const char* verb : kVerbs) all.push_back(std::string("filed ") + verb);
  for (const char* refusal : kRefusals) all.push_back(std::string("refused ") + refusal);
  return all;
}

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
  uint64_t opened = 0;
  for (const auto& [what, n] : tally) opened += what.starts_with("opened ") ? n : 0;
  Figure("merge.conflicts", opened);
  if (count < kHistories) return;
  for (const std::string& what : MustHappen(count >= kLong))
    EXPECT_GT(tally[what], 0u) << what << " never happened: the histories test nothing of it";
  EXPECT_GE(tally["moments read again, way 0"] + tally["moments read again, way 1"] + tally["moments read again, way 2"],
            kMoments);
  EXPECT_GE(tally["moments that were seen then"], kMoments);
}

}  // namespace
}  // namespace chancery::model

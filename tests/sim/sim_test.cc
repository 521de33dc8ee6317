// Whole runs: nothing fails, the same seed is the same run, everything that can happen does, and what is planted is found.
#include "net/sim/sim.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_format.h"
#include "engine/base/planted.h"
#include "net/drill/rehearsal.h"
#include "net/drill/sites.h"
#include "net/sim/packs.h"
#include "net/sim/picture.h"
#include "net/sim/shrink.h"
#include "tests/model/packs.h"
#include "tests/sim/reference.h"
#include "tests/support/figure.h"

namespace chancery::sim {
namespace {

struct Seeds {
  uint64_t first, count;
};
Seeds Asked(uint64_t usual) {
  const char *given = std::getenv("CHANCERY_SEED"), *more = std::getenv("CHANCERY_SEEDS");
  return {given == nullptr ? 1 : std::strtoull(given, nullptr, 10), more != nullptr    ? std::strtoull(more, nullptr, 10)
                                                                    : given != nullptr ? 1
                                                                                       : usual};
}

// Nights, whose seeds begin beyond a thousand, have room for as many sites as the command offers.
int SitesOf(uint64_t seed) { return 3 + static_cast<int>(seed % (seed < 1000 ? 3 : 5)); }
size_t OpsOf(uint64_t seed) { return seed % 4 == 0 ? 160 : 70; }

// The first event that was never done; "" = each was.
std::string NotDone(const std::map<std::string, uint64_t>& counts) {
  for (int i = 0; i < kDeeds; ++i)
    if (!counts.contains(std::string("did: ") + NameOf(static_cast<Deed>(i)))) return NameOf(static_cast<Deed>(i));
  return "";
}

// What runs came to, in figures.
class Sums {
 public:
  void Add(const Plan& plan, const Report& report) {
    ++seeds_;
    site_ms_ += (report.chaos_ms + report.calm_ms) * plan.sites;
    for (const auto& [what, times] : report.counts) counts[what] += times;
  }
  void Print() const {
    for (const auto& [what, times] : counts) std::cout << "  " << what << " " << times << "\n";
    uint64_t acts = 0, faults = 0, rarest = UINT64_MAX;
    for (int i = 0; i < kDeeds; ++i) {
      const auto done = counts.find(std::string("did: ") + NameOf(static_cast<Deed>(i)));
      const uint64_t times = done == counts.end() ? 0 : done->second;
      const bool client = i < static_cast<int>(Deed::kCut);
      (client ? acts : faults) += times;
      if (!client) rarest = std::min(rarest, times);
    }
    Figure("sim.seeds", seeds_);
    Figure("sim.acts", acts);
    Figure("sim.faults", faults);
    Figure("sim.rarest", rarest);
    Figure("sim.site-hours", static_cast<uint64_t>(site_ms_ / 3'600'000));
#ifdef __SANITIZE_ADDRESS__
    Figure("sanitized.seeds", seeds_);
#endif
  }
  std::map<std::string, uint64_t> counts;

 private:
  uint64_t seeds_ = 0;
  int64_t site_ms_ = 0;
};

constexpr uint64_t kUsual = 18, kUsualMost = 45;

// Usually as many seeds as it takes until every event was done.
TEST(Simulation, WhateverHappensWhatIsPromisedHolds) {
  const Seeds seeds = Asked(kUsual);
  Sums sums;
  std::map<std::string, uint64_t>& counts = sums.counts;
  const auto more = [&](uint64_t done) {
    return done < seeds.count || (seeds.count == kUsual && done < kUsualMost && !NotDone(counts).empty());
  };
  for (uint64_t done = 0; more(done); ++done) {
    const uint64_t seed = seeds.first + done;
    const Plan plan = DrawPlan(seed, SitesOf(seed), OpsOf(seed));
    const Report report = Simulate(plan);
    ASSERT_EQ(report.failure, "") << "replay: " << CommandOf(plan);
    std::cout << "seed " << seed << " hash " << absl::StrFormat("%016x", report.trace) << "\n";
    sums.Add(plan, report);
  }
  sums.Print();
  if (seeds.count < kUsual) return;
  EXPECT_EQ(NotDone(counts), "") << "was never done";
  if (seeds.count < 100) return;
  for (const char* what :
       {"ruled", "proposed", "cases opened", "answers lost", "entries that waited", "held entries seen", "restored", "wiped",
        "retired", "joined", "officer changed", "pack loaded", "made afresh", "network: lost"})
    EXPECT_GT(counts[what], 0u) << "not once: " << what;
}

TEST(Simulation, HasThePackOfTheReferenceModel) { EXPECT_EQ(UnitPack(1), model::UnitPack().toml); }

TEST(Simulation, AgreesWithTheReferenceModel) {
  const Seeds seeds = Asked(6);
  for (uint64_t seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    const Report report = Simulate(DrawModelled(seed, SitesOf(seed), 80), {}, CompareWithModel);
    ASSERT_EQ(report.failure, "") << "replay: CHANCERY_SEED=" << seed
                                  << " build/dev/tests/sim_test --gtest_filter=Simulation.AgreesWithTheReferenceModel";
  }
}

// Where the stores of a run are.
class In {
 public:
  explicit In(const std::string& folder) {
    if (const char* before = std::getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", folder.c_str(), 1);
  }
  ~In() { before_ ? setenv("TMPDIR", before_->c_str(), 1) : unsetenv("TMPDIR"); }
  In(const In&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(Simulation, OneSeedIsOneRun) {
  const drill::ScratchFolder here;
  const std::string there = here.path() + "/and-there";
  std::filesystem::create_directory(there);
  std::set<uint64_t> traces;
  for (const auto& [seed, ops] : std::vector<std::pair<uint64_t, size_t>>{{3, 60}, {5, 60}, {6, 60}, {13, 60}, {6, 40}}) {
    std::string once, twice;
    const Plan plan = DrawPlan(seed, 4, ops);
    const auto run = [&plan](const std::string& folder, std::string& all) {
      const In in(folder);
      return Simulate(plan, [&all](const std::string& line) { all += line + "\n"; });
    };
    const Report first = run(here.path(), once), second = run(there, twice);
    EXPECT_EQ(once, twice);
    EXPECT_EQ(first.trace, second.trace);
    EXPECT_GT(first.lines, 100u);
    EXPECT_TRUE(traces.insert(first.trace).second) << "seed " << seed << " is a run like another";
    Figure("rerun.seeds", 1);
  }
}

TEST(Simulation, ARunInWhichNothingHappenedFails) {
  Plan plan = DrawPlan(1, 3, 20);
  plan.happenings.clear();
  EXPECT_NE(Simulate(plan).failure.find("nothing was shown"), std::string::npos);
}

TEST(Simulation, IsDrawnAsAPicture) {
  const Plan plan = DrawPlan(1, 3, 40);
  const std::string svg = PictureOf(plan, Simulate(plan));
  for (const char* part : {"<svg", "tallinn", "luxembourg", "<circle", "<polyline", "everything held", "</svg>"})
    EXPECT_NE(svg.find(part), std::string::npos) << part;
}

TEST(Fewest, LeavesWhatIsNeeded) {
  const auto needs = [](const std::vector<size_t>& kept) {
    const auto has = [&kept](size_t one) { return std::find(kept.begin(), kept.end(), one) != kept.end(); };
    return has(3) && has(40);
  };
  EXPECT_EQ(Fewest(100, 1000, needs), (std::vector<size_t>{3, 40}));
}

TEST(Fewest, AsksNoMoreThanItMay) {
  size_t asked = 0;
  const auto needs = [&asked](const std::vector<size_t>& kept) {
    ++asked;
    return std::find(kept.begin(), kept.end(), size_t{40}) != kept.end();
  };
  const std::vector<size_t> left = Fewest(100, 5, needs);
  EXPECT_EQ(asked, 5u);
  EXPECT_LT(left.size(), 100u);
  EXPECT_TRUE(needs(left));
}

#ifdef CHANCERY_PLANTED_BUGS

class PlantedBug : public testing::TestWithParam<Bug> {
 protected:
  ~PlantedBug() override { PlantBug(Bug::kNone); }
};
class Shrinking : public testing::Test {
 protected:
  ~Shrinking() override { PlantBug(Bug::kNone); }
};

constexpr uint64_t kSeedsMost = 30;

std::pair<Plan, Report> Find() {
  for (uint64_t seed = 1; seed <= kSeedsMost; ++seed) {
    const Plan plan = DrawModelled(seed, 3, 90);
    Report report = Simulate(plan, {}, CompareWithModel);
    if (!report.failure.empty()) return {plan, std::move(report)};
  }
  return {};
}

TEST_P(PlantedBug, IsFound) {
  PlantBug(GetParam());
  const auto [plan, report] = Find();
  EXPECT_NE(report.failure, "") << BugName(GetParam()) << " was not found in " << kSeedsMost << " runs";
  std::cout << "  " << BugName(GetParam()) << ": seed " << plan.seed << ": " << report.failure.substr(0, 150) << "\n";
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedBug,
                         testing::Values(Bug::kSetReplacesUnseen, Bug::kContextForgets, Bug::kLastByArrival,
                                         Bug::kDigestByArrival, Bug::kClashIdByArrival, Bug::kActsCountTwice,
                                         Bug::kOrderByArrival),
                         [](const testing::TestParamInfo<Bug>& info) {
                           std::string name = BugName(info.param);
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

// A run that fails is cut down to a drill of a screenful, which fails for whoever has nothing but the drill.
TEST_F(Shrinking, LeavesADrillOfAScreenful) {
  PlantBug(Bug::kClashIdByArrival);
  Report report;
  Plan plan;
  for (uint64_t seed = 1; seed <= kSeedsMost && report.failure.empty(); ++seed) report = Simulate(plan = DrawPlan(seed, 3, 60));
  ASSERT_NE(report.failure, "");
  const Shrunk shrunk = Shrink(plan, report, 40);
  EXPECT_TRUE(shrunk.drill_fails) << report.failure;
  EXPECT_LE(shrunk.drill.size(), 30u);
  EXPECT_LT(shrunk.happenings.size(), plan.happenings.size());
  EXPECT_FALSE(Simulate(Only(plan, shrunk.happenings)).failure.empty());
  std::string text;
  for (const std::string& line : shrunk.drill) text += line + "\n";
  std::cout << text;
  PlantBug(Bug::kNone);
  const absl::StatusOr<drill::Drill> drill = drill::ParseDrill(text);
  ASSERT_TRUE(drill.ok()) << drill.status();
  drill::Rehearsal rehearsal(PackText);
  for (const drill::Statement& statement : drill->statements)
    EXPECT_EQ(rehearsal.Run(statement).end, drill::Step::End::kHeld) << "without the bug: " << statement.text;
}

#endif

}  // namespace
}  // namespace chancery::sim

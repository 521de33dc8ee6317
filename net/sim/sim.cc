#include "net/sim/sim.h"

#include <filesystem>

#include "net/sim/watch.h"
#include "net/sim/world.h"

namespace chancery::sim {
namespace {

constexpr int64_t kSettleInMs = 60'000;  // what founding takes until all are members
constexpr int64_t kLookMs = 2'000, kRestMs = 45 * 60'000, kDividedMs = 60'000;

class Run {
 public:
  Run(const Plan& plan, const std::function<void(const std::string&)>& tell, const LastLook& last)
      : plan_(plan), last_(last), world_(plan, tell), watch_(world_) {}

  Report Do() {
    world_.Found();
    world_.RunTo(kSettleInMs);
    const int64_t began = world_.now_ms();
    Chaos(began);
    report_.chaos_ms = world_.now_ms() - began;
    if (!world_.failed()) Calm();
    Finish();
    return std::move(report_);
  }

 private:
  void Chaos(int64_t began) {
    SeededRandom random(plan_.seed ^ 0x5bd1e995);
    for (const Happening& happening : plan_.happenings) {
      if (world_.failed()) return;
      world_.RunTo(began + happening.at_ms);
      if (world_.failed()) return;
      world_.Do(happening);
      ++report_.happenings;
      watch_.Step();
      const std::vector<SimSite*> running = world_.Running();
      if (random.Below(60) == 0 && !running.empty()) watch_.Afresh(*running[random.Below(running.size())], random.Next());
    }
    world_.RunTo(began + plan_.end_ms);
  }

  // Everything comes to rest, and once more when every site has filed.
  void Calm() {
    const int64_t began = world_.now_ms();
    world_.Calm();
    if (world_.forked()) return Divided(began);
    if (!Rest()) return;
    for (SimSite* site : world_.Standing()) {
      for (const Deed deed : {Deed::kMark, Deed::kReadmit}) {
        const Happening last{.deed = deed, .a = site->index, .seed = plan_.seed};
        world_.Do(last);
      }
    }
    if (!Rest()) return;
    report_.calm_ms = world_.now_ms() - began;
    world_.LookAll();
    watch_.AtTheEnd();
    for (SimSite* site : world_.Standing())
      if (!world_.failed()) return watch_.Afresh(*site, plan_.seed);
  }

  // Two stores had one key: sites that have taken different versions of its lane stay apart until people end it. All know of it,
  // and what each holds is sound.
  void Divided(int64_t began) {
    for (int64_t ms = 0; ms < kDividedMs && !world_.failed(); ms += kLookMs) {
      world_.RunTo(world_.now_ms() + kLookMs);
      watch_.Step();
    }
    report_.calm_ms = world_.now_ms() - began;
    for (SimSite* site : world_.Standing()) world_.Do({.deed = Deed::kLook, .a = site->index, .seed = plan_.seed});
    watch_.AtTheEnd();
  }

  bool Rest() {
    const int64_t until = world_.now_ms() + kRestMs;
    do {
      world_.RunTo(world_.now_ms() + kLookMs);
      watch_.Step();
      if (world_.failed()) return false;
      if (world_.AtRest()) return true;
    } while (world_.now_ms() < until);
    world_.Fail("the sites have not come to rest in " + std::to_string(kRestMs / 60'000) + " minutes: " + world_.WhatIsOpen());
    return false;
  }

  void Finish() {
    const ClientHistory::Verdict verdict = world_.history().Check();
    if (!verdict.broken.empty()) world_.Fail("what clients saw cannot be: " + verdict.broken);
    if (!world_.failed()) CheckSomethingHappened();
    if (last_)
      if (const std::string found = last_(world_); !found.empty()) world_.Fail(found);
    Story& story = world_.story();
    story.Count("tokens lost with their disk", verdict.lost);
    report_.failure = world_.failure();
    report_.trace = story.hash();
    report_.lines = story.lines();
    report_.reads = world_.history().reads();
    report_.lost = verdict.lost;
    report_.bytes = world_.network().bytes();
    report_.connections = world_.network().connects();
    report_.breaks = world_.network().breaks();
    report_.counts = story.counts();
    report_.acts = story.acts();
    report_.marks = std::move(story.marks);
    report_.gaps = std::move(story.gaps);
    report_.sites = world_.SiteNames();
  }

  // A run in which nothing happened shows nothing.
  void CheckSomethingHappened() {
    const Story& story = world_.story();
    for (const char* what : {"filed", "tokens filed", "read", "network: linked", "network: taken", "settled further"})
      if (story.CountOf(what) == 0)
        world_.Fail(std::string("nothing was shown: not once in this run there was \"") + what + "\"");
  }

  const Plan& plan_;
  const LastLook& last_;
  World world_;
  Watch watch_;
  Report report_;
};

size_t OpenFiles() {
  size_t count = 0;
  std::error_code error;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator("/proc/self/fd", error)) ++count;
  return count;
}

}  // namespace

Report Simulate(const Plan& plan, const std::function<void(const std::string&)>& tell, const LastLook& last) {
  const size_t before = OpenFiles();
  Report report = Run(plan, tell, last).Do();
  if (report.failure.empty() && OpenFiles() != before) report.failure = "files are still open";
  return report;
}

}  // namespace chancery::sim

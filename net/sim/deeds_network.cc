// What becomes of links, and what is carried by hand.
#include <algorithm>

#include "net/sim/deeds.h"
#include "net/sim/shuffle.h"

namespace chancery::sim {

bool Deeds::OfLinks() {
  switch (h_.deed) {
    case Deed::kCut:
      return Cut();
    case Deed::kCutOneWay:
      return CutWay(h_.a, h_.b, h_.for_ms);
    case Deed::kFlap:
      return Flap(h_.a, h_.b);
    case Deed::kSlow:
      return Slow(h_.a, h_.b);
    case Deed::kBreak:
      return w_.network_.BreakAfter(h_.a, h_.b, random_.Below(3) == 0 ? random_.Below(64) : random_.Below(20000)) > 0;
    case Deed::kMute:
      return w_.network_.Mute(h_.a, h_.b) > 0;
    default:
      return false;
  }
}

bool Deeds::CutWay(int from, int to, int64_t for_ms) {
  ++w_.network_.At(from, to).cuts;
  w_.Tell(w_.names_[static_cast<size_t>(from)] + " does not reach " + w_.names_[static_cast<size_t>(to)]);
  w_.story_.gaps.push_back({w_.now_ms(), w_.now_ms() + for_ms, from, to});
  w_.Later(for_ms, [&w = w_, from, to] {
    if (w.calm_) return;
    --w.network_.At(from, to).cuts;
    w.network_.Changed();
    w.Tell(w.names_[static_cast<size_t>(from)] + " reaches " + w.names_[static_cast<size_t>(to)] + " again");
  });
  return true;
}

// Two groups; whoever is in neither hears both, at times.
bool Deeds::Cut() {
  bool cut = false;
  std::vector<int> group(w_.sites_.size());
  for (int& one : group) one = static_cast<int>(random_.Below(random_.Below(3) == 0 ? 3 : 2));
  for (size_t i = 0; i < group.size(); ++i)
    for (size_t j = 0; j < group.size(); ++j)
      if (group[i] + group[j] == 1) cut |= CutWay(static_cast<int>(i), static_cast<int>(j), h_.for_ms);
  return cut;
}

bool Deeds::Flap(int a, int b) {
  const auto times = 3 + random_.Below(6);
  int64_t at = 0;
  for (uint64_t i = 0; i < times; ++i) {
    const auto lasts = static_cast<int64_t>(100 + random_.Below(3000));
    w_.Later(at, [&w = w_, a, b, lasts, seed = random_.Next()] {
      if (w.calm_) return;
      const Happening gap{.a = a, .b = b, .for_ms = lasts, .seed = seed};
      Deeds(w, gap).CutWay(a, b, lasts);
      Deeds(w, gap).CutWay(b, a, lasts);
    });
    at += lasts + static_cast<int64_t>(100 + random_.Below(4000));
  }
  return true;
}

bool Deeds::Slow(int a, int b) {
  for (const auto& [from, to] : {std::pair{a, b}, {b, a}}) {
    Route& route = w_.network_.At(from, to);
    route.delay_us = 50'000 + random_.Below(600'000);
    route.bytes_per_s = 1000 + random_.Below(60'000);
    route.loss_percent = static_cast<int>(random_.Below(40));
  }
  w_.Tell("the link of " + w_.names_[static_cast<size_t>(a)] + " and " + w_.names_[static_cast<size_t>(b)] + " is slow");
  w_.Later(h_.for_ms, [&w = w_, a, b] {
    for (const auto& [from, to] : {std::pair{a, b}, {b, a}}) {
      const int cuts = w.network_.At(from, to).cuts;
      w.network_.At(from, to) = Route{.cuts = cuts};
    }
  });
  return true;
}

// Runs in a bag: some fall out, some are in it twice, in any order, and they come when they come, cut or not.
bool Deeds::Courier(SimSite& from, SimSite& to) {
  const absl::StatusOr<Snapshot> now = from.db->Read();
  const std::string since = random_.Below(2) == 0 || !to.running() ? "0" : to.db->Read()->Frontier();
  absl::StatusOr<std::vector<std::string>> runs = now->RunsSince(since);
  if (!runs.ok()) runs = now->RunsSince("0");  // a lane of the other's is not known here
  if (!runs.ok()) return Failed(from.name + " gives no runs: " + std::string(runs.status().message()));
  std::vector<std::string> bag;
  for (const std::string& run : *runs)
    for (uint64_t copies = random_.Below(3) == 0 ? 0 : random_.Below(5) == 0 ? 2 : 1; copies > 0; --copies) bag.push_back(run);
  Shuffle(bag, random_);
  w_.Tell("a bag leaves " + from.name + " for " + to.name + " with " + std::to_string(bag.size()) + " runs");
  w_.Later(h_.for_ms, [&w = w_, &from, &to, bag = std::move(bag)] {
    if (!to.running()) return;
    const absl::StatusOr<Intake> intake = to.db->Ingest(bag);
    if (absl::IsResourceExhausted(intake.status())) return w.Tell(to.name + " has no room for a bag");
    if (w.forked_ && absl::IsDataLoss(intake.status())) return w.Tell(to.name + " has another version of what is in a bag");
    if (!intake.ok()) return w.Fail(to.name + " does not take a bag: " + std::string(intake.status().message()));
    if (intake->damaged > 0 && !w.forked_) return w.Fail(to.name + " finds runs of " + from.name + " damaged");
    w.Tell(to.name + " takes " + std::to_string(intake->entries) + " entries out of a bag; " + std::to_string(intake->waiting) +
           " wait");
    w.story_.Count("entries by hand", intake->entries);
    if (intake->waiting > 0) w.story_.Count("entries that waited", intake->waiting);
    if (intake->held > 0) w.story_.Count("entries held", intake->held);
    if (intake->entries > 0) w.Act("sync " + to.name + " " + from.name);
    to.peer->Wake();
  });
  return true;
}

}  // namespace chancery::sim

// What must hold at every moment and in the end, whatever happens: seen from inside, of the stores themselves.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "net/sim/world.h"

namespace chancery::sim {

class Watch {
 public:
  explicit Watch(World& world) : world_(world) {}

  // Equal entries make equal records and cases, at whatever moment of the run; what is settled stays so, and is one order.
  void Step();
  // A store that gets the same entries in another order and at once makes the same of them.
  void Afresh(SimSite& site, uint64_t seed);
  // Once all is at rest: nothing that was acknowledged is missing; journals, sums and what is derived hold; nothing has grown
  // out of bounds.
  void AtTheEnd();

 private:
  void Look(SimSite& site);
  void LookAtOrder(SimSite& site, const Snapshot& now, const StatusView& status);
  void CheckAcknowledged(const SimSite& site);
  void CheckPapers(const SimSite& site);
  void CheckDerived(SimSite& site);
  void CheckBounds(const SimSite& site);
  void CheckHalted();

  World& world_;
  std::map<std::string, std::pair<std::string, std::string>> meanings_;  // lanes -> digests, and who showed them first
  std::map<std::string, std::string> roots_;                             // of the settled order, by size
  std::map<std::string, uint64_t> places_;                               // settled: entry -> place
};

}  // namespace chancery::sim

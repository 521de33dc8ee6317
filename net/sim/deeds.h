// What one event of a plan does to the world.
#pragma once

#include <string>

#include "net/sim/world.h"

namespace chancery::sim {

class Deeds {
 public:
  Deeds(World& world, const Happening& happening) : w_(world), h_(happening), random_(happening.seed) {}
  void Do();

 private:
  // Of clients and officers.
  void File(SimSite& site);
  void Rule(SimSite& site);
  void Mark(SimSite& site);
  void Look(SimSite& site);
  void Unheard(SimSite& site, SimSite& other);
  void DiskFails(SimSite& site, SimSite& other);
  void FileToken(SimSite& site, Token token, bool answered);
  void Accepted(SimSite& site, const Receipt& receipt, const std::string& words, const std::string& statement);
  void Refused(SimSite& site, const absl::Status& why, const std::string& what);
  Literal Renamed(Literal json) const;

  // Of the network.
  void Cut();
  void CutWay(int from, int to, int64_t for_ms);
  void Flap(int a, int b);
  void Slow(int a, int b);
  void Courier(SimSite& from, SimSite& to);

  // Of sites.
  void GoDown(SimSite& site, bool quietly);
  void Full(SimSite& site);
  void BackUp(SimSite& site);
  void Restore(SimSite& site);
  void Wipe(SimSite& site, SimSite& member);
  void Clone(SimSite& site, SimSite& other);
  void Clock(SimSite& site);
  void Join(SimSite& member);
  void Retire(SimSite& site, SimSite& by);
  void LoadPack(SimSite& site);
  void ChangeOfficer(SimSite& site);

  World& w_;
  const Happening& h_;
  SeededRandom random_;
};

}  // namespace chancery::sim

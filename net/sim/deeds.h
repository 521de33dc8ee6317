// What one event of a plan does to the world.
#pragma once

#include <optional>
#include <string>

#include "net/sim/world.h"

namespace chancery::sim {

// What is asked of it is done, or, where it cannot be, left out: each says whether it was done.
class Deeds {
 public:
  Deeds(World& world, const Happening& happening) : w_(world), h_(happening), random_(happening.seed) {}
  bool Do();

 private:
  bool OfClients(SimSite& site, SimSite& other);
  bool OfLinks();
  bool OfSites(SimSite& site, SimSite& other);
  bool OfPeople(SimSite& site, SimSite& other);
  bool Failed(const std::string& why) { return w_.Fail(why), false; }

  // Of clients and officers.
  bool File(SimSite& site);
  bool Rule(SimSite& site);
  bool Mark(SimSite& site);
  bool Look(SimSite& site);
  bool Unheard(SimSite& site, SimSite& other);
  bool FilePaper(SimSite& site);
  bool DiskFails(SimSite& site, SimSite& other);
  // What the site says. disk_bytes: to which files can grow meanwhile.
  absl::Status FileToken(SimSite& site, Token token, bool answered, std::optional<uint64_t> disk_bytes = std::nullopt);
  void Accepted(SimSite& site, const Receipt& receipt, const std::string& words, const std::string& statement);
  bool Refused(SimSite& site, const absl::Status& why, const std::string& what);
  Literal Renamed(Literal json) const;

  // Of links.
  bool Cut();
  bool CutWay(int from, int to, int64_t for_ms);
  bool Flap(int a, int b);
  bool Slow(int a, int b);

  // Of sites.
  bool Courier(SimSite& from, SimSite& to);
  bool GoDown(SimSite& site, bool quietly);
  bool Full(SimSite& site);
  bool BackUp(SimSite& site);
  bool Restore(SimSite& site);
  bool Wipe(SimSite& site, SimSite& member);
  bool Clone(SimSite& site, SimSite& other);
  bool Clock(SimSite& site);

  // Of people.
  bool Join(SimSite& member, const std::string& role);
  bool Readmit(SimSite& site);
  bool Retire(SimSite& site, SimSite& by);
  void GoOnAlone(SimSite& site);
  bool LoadPack(SimSite& site);
  bool ChangeOfficer(SimSite& site);

  World& w_;
  const Happening& h_;
  SeededRandom random_;
};

}  // namespace chancery::sim

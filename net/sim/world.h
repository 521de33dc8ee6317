// The sites of a simulated registry, each with a store, a clock and a standing peer of its own, and all that happens to them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chancery/chancery.h"
#include "net/drill/sites.h"
#include "net/sim/clock.h"
#include "net/sim/history.h"
#include "net/sim/loop.h"
#include "net/sim/network.h"
#include "net/sim/plan.h"
#include "net/sim/standing_peer.h"
#include "net/sim/story.h"

namespace chancery::sim {

struct SimSite {
  SimSite(const Loop& loop, std::string site_name, int at, uint64_t seed)
      : name(std::move(site_name)), index(at), clock(loop), random(seed) {}
  bool running() const { return db != nullptr; }
  // A store of its life: it has another name once the disk was lost.
  std::string store() const { return stores == 0 ? name : name + " with disk " + std::to_string(stores + 1); }

  const std::string name;
  const int index;
  std::string role = "full";
  std::string dir;
  SiteClock clock;
  SeededRandom random;
  int stores = 0, starts = 0;
  uint64_t reserve_bytes = 0;
  bool sync_fails = false;          // the next one
  bool retired = false;             // somebody proposed to end it
  bool gone = false;                // lost for ever
  std::string backup;               // file of the last; "" = none
  std::string last_acked;           // entry, by this store
  std::string shown;                // what it held and made of it, as last told
  uint64_t settled = 0, cases = 0;  // as last seen
  std::unique_ptr<Database> db;     // null: it is down
  std::unique_ptr<StandingPeer> peer;
};

// An entry that somebody holds a receipt of.
struct Acked {
  std::string entry, short_name, store;
};

// A document that one of them names.
struct Paper {
  BlobView blob;
  std::string store;
};

class World {
 public:
  World(const Plan& plan, std::function<void(const std::string&)> tell);
  ~World();
  World(const World&) = delete;

  void Found();                         // the sites of the plan, all equal
  void Do(const Happening& happening);  // when its time has come
  void RunTo(int64_t ms);               // since the beginning
  void Calm();               // phase two: links, clocks and sites are well from now on, and operators do what they should
  bool AtRest();             // all hold the same, and all of it is settled
  std::string WhatIsOpen();  // of that, in words

  bool failed() const { return !failure_.empty(); }
  const std::string& failure() const { return failure_; }
  void Fail(const std::string& why);

  std::vector<SimSite*> Running();
  std::vector<SimSite*> Standing();  // of them those that are members to the end
  int64_t now_ms() const { return loop_.now_ms(); }
  Story& story() { return story_; }
  const Network& network() const { return network_; }
  ClientHistory& history() { return history_; }
  const std::vector<Acked>& acked() const { return acked_; }
  const std::vector<Paper>& papers() const { return papers_; }
  bool forked() const { return forked_; }                  // two stores had one key
  const std::string& genesis() const { return genesis_; }  // a bundle: what there was before anybody filed
  std::vector<std::string> SiteNames() const;
  const std::string& folder() const { return scratch_.path(); }
  void LookAll();  // a client reads every pair at every site, for the last time

 private:
  friend class Deeds;
  SimSite& Add();
  Environment EnvironmentOf(SimSite& site);
  std::string KeySeedOf(const SimSite& site) const;
  void Start(SimSite& site);  // opens the store, and takes part
  void TakePart(SimSite& site);
  void Stop(SimSite& site, bool quietly);
  void JoinFrom(SimSite& site, SimSite& member);
  void Lose(SimSite& site);               // its disk, with the store: what only it had is gone
  void Excuse(const std::string& store);  // it may have lost what it acknowledged
  void AdmitWhoWaits();                   // operators do that, whatever the network does
  void EndWhoIsGone();
  bool PapersAreThere(const SimSite& site);  // as far as anybody has them
  bool MayLose(const SimSite& site) const;
  void Later(int64_t in_ms, std::function<void()> what);
  void Tell(const std::string& line) { story_.Tell(now_ms(), WithoutFolder(line)); }
  std::string WithoutFolder(const std::string& text) const;  // where the stores are differs from run to run
  void Act(const std::string& statement) { story_.Act(now_ms(), statement); }
  void Heard(SimSite& site, const NetEvent& event);
  void Look(SimSite& site, const Snapshot& now, int pair, int client, bool last);

  const Plan& plan_;
  drill::ScratchFolder scratch_;  // outlives the stores
  Loop loop_;
  Story story_;
  Network network_;
  std::vector<std::string> names_;  // of all sites that there may be
  std::vector<std::unique_ptr<SimSite>> sites_;
  std::multimap<int64_t, std::function<void()>> later_;
  ClientHistory history_;
  std::vector<Acked> acked_;
  std::vector<Paper> papers_;
  Token tokens_ = 0;
  std::string genesis_;
  int entries_named_ = 0, losses_ = 0;
  bool forked_ = false, calm_ = false;
  std::map<std::string, std::string> names_of_entries_;  // short form -> its name in the drill
  std::string failure_;
};

inline constexpr int kSitesMost = 9;
inline constexpr int64_t kOperatorMs = 15'000;  // as often somebody looks whether a site waits to be admitted
inline constexpr int kPairTokens = 24;

std::string PairRecord(const char* side, int pair);  // "mark/left-3"

}  // namespace chancery::sim

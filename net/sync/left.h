// What a peer was sent and has not merged: it waits there for a cause or for time, or is of a lane with two versions. It is not
// sent again with each new entry.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "net/sync/state.h"

namespace chancery::sync {

// Runs of one offer.
struct Given {
  std::map<std::string, uint64_t> lanes;  // by key: how many entries of it whoever took them would hold
  std::set<uint64_t> waiting;             // names of runs that wait at the sender: no frontier names them
};

class Left {
 public:
  // The peer has answered an offer, or says anew what it holds. What it was given counts as left there as long as it keeps as
  // many entries unmerged as that would be; else some had no room, and all is forgotten. halted: keys of lanes that have two
  // versions here; where the peer knows of such, it drops what it is sent of them.
  void Note(const Given& given, const State& theirs, const std::set<std::string>& halted);

  State Above(State theirs) const;  // with what is left there
  // The same runs without those that wait here and are left there. merged: so many at the front are none of those. What does not
  // wait here any more is forgotten.
  std::vector<std::string> NewIn(std::vector<std::string> runs, size_t merged);

  void Clear() { left_ = {}; }

 private:
  Given left_;
};

}  // namespace chancery::sync

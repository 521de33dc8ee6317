// The one order by its definition: all entries that there are, sorted. No part of the engine computes it so.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/codec/run.h"

namespace chancery::model {

inline constexpr int64_t kRoundMs = 10000;

struct Known {
  Hlc hlc = 0;
  LaneId lane = 0;
  uint64_t seq = 0;
  EntryId id;
  EntryKind kind = EntryKind::kFiling;
  auto operator<=>(const Known&) const = default;
};
struct Admission {
  Known by;  // the entry
  Role role = Role::kFull;
};

// Every entry that anybody has ever held, and what those about members say.
struct Universe {
  std::set<Known> entries;
  std::multimap<LaneId, Admission> admissions;
  std::map<uint64_t, Epoch> epochs;       // decided; 0 is the founder alone
  std::map<EntryId, uint64_t> decisions;  // entries that say so
  std::string fault;

  void Add(const Run& run, size_t i);
  bool Ended(const Known& k) const;
  // Above what stamp the entries of each lane count: its first admission that does. Founders are not in it; lanes that nobody
  // has admitted in what counts are at the end of time.
  std::map<LaneId, Hlc> Since() const;
  std::vector<Known> Effective() const;  // what has a place, and beats
};

struct Round {
  uint64_t size = 0, entries = 0;
  Hash256 root;
};
// What the log is at the end of every round that has entries.
std::map<uint64_t, Round> OrderOf(const Universe& all);

}  // namespace chancery::model

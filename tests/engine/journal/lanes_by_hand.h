// Lanes made by hand.
#pragma once

#include <string>

#include "engine/codec/run.h"
#include "engine/journal/lanes.h"
#include "tests/engine/store/new_store.h"

namespace chancery {

inline KeyPair KeyOf(const std::string& name) { return KeyPair::FromSeed(Sha256({name})); }

inline Lane LaneOfSite(const std::string& site, const std::string& key, uint64_t incarnation = 1, uint64_t tip = 0) {
  Lane lane;
  lane.key = KeyOf(key).public_key();
  lane.id = LaneOf(lane.key);
  lane.site = site;
  lane.incarnation = incarnation;
  for (uint64_t i = 0; i < tip; ++i) lane.tree.Append(Sha256({std::to_string(i)}));
  return lane;
}
inline Lane LaneOfSite(const std::string& site, uint64_t tip = 0) { return LaneOfSite(site, site, 1, tip); }

}  // namespace chancery

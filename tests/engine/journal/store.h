// A store of lanes and journal alone, and lanes made by hand.
#pragma once

#include <memory>
#include <string>

#include "engine/codec/run.h"
#include "engine/journal/lanes.h"
#include "tests/support/temp_dir.h"

namespace chancery {

class JournalStore {
 public:
  JournalStore() {
    Env::Options options;
    options.dir = dir_ / "s";
    options.create = true;
    options.durable = false;
    env_ = Env::Open(options).value();
  }
  Txn Read() const { return env_->Read().value(); }
  WriteTxn Write() { return env_->Write().value(); }

 private:
  const TempDir dir_;
  std::unique_ptr<Env> env_;
};

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

// Every entry that exists anywhere in a history, and what its author had merged.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/codec/entry.h"
#include "engine/codec/run.h"

namespace chancery::model {

using Seen = std::map<LaneId, uint64_t>;  // highest sequence number per lane: names a down-closed set of entries
bool Has(const Seen& seen, Place place);

struct Item {
  Entry entry;
  EntryId id;
  Seen past;  // what its author had merged
  Place place() const { return {entry.lane, entry.seq}; }
};

bool Apart(const Item& a, const Item& b);  // two entries whose authors did not know the other's

class Book {
 public:
  // Takes the entries of an encoded run. Returns what is wrong with it, "" if nothing: other bytes at a place that is taken, a
  // stamp that does not rise above what the entry knew.
  std::string Take(const std::string& run, std::vector<Place>* places);
  void Add(Item item);  // computes its past

  std::string Short(Place place) const;               // "tallinn-17"
  const Item* Find(const std::string& name) const;    // by short form; nullptr = none
  LaneId LaneOfSite(const std::string& label) const;  // 0 = none

  std::map<Place, Item> items;
  std::map<LaneId, std::string> labels;   // "tallinn", "tallinn.2"
  std::map<Place, std::string> contents;  // of filings: what their officers wrote
};

}  // namespace chancery::model

// What a site must do with a draft or a ruling, in its own view: the operations it files, or why it refuses. The model's other
// half.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tests/model/model.h"

namespace chancery::model {

struct Expected {
  std::set<std::string> refusals;   // every kind that fits; empty = it is filed
  std::vector<std::string> before;  // not empty: the same act was filed before, as one of these entries
  Ops ops;
  bool far_numbers = false;  // the numbers that it issues are those of a lane that not the founder admitted: given, not foretold
  Few<PackId> packs;         // that the ops name, in order of first use
  std::vector<Fact> facts;   // rulings: what it decides
};

// The draft as the JSON of product's surface.
std::string JsonOf(const Draft& draft);
std::string JsonOf(const RulingDraft& ruling);
// Two drafts are the same act iff this is equal: of a transfer it says who gains or loses how much, and nowhere what is replaced.
std::string ContentOf(const Draft& draft);

// lane: of the site. drafts: the content of entries filed before.
using Contents = std::map<Place, std::string>;
Expected Expect(const Meaning& view, LaneId lane, const Draft& draft, const Contents& contents);
Expected Expect(const Meaning& view, LaneId lane, const RulingDraft& ruling);

}  // namespace chancery::model

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
std::string JsonOf(const ApprovalDraft& approval);
// Two drafts are the same act iff this is equal: of a transfer it says who gains or loses how much, and nowhere what is replaced.
std::string ContentOf(const Draft& draft);

struct Office {  // where somebody files
  LaneId lane = 0;
  int64_t today = 0;  // by the site's clock: days since 1970
};

Expected Expect(const Meaning& view, const Office& office, const Draft& draft);
Expected Expect(const Meaning& view, const Office& office, const RulingDraft& ruling);
Expected ExpectProposal(const Meaning& view, const Office& office, const RulingDraft& ruling);
Expected ExpectApproval(const Meaning& view, const Office& office, const ApprovalDraft& approval);
Expected ExpectReturn(const Meaning& view, const Office& office, const ApprovalDraft& word);

}  // namespace chancery::model

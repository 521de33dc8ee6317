// What a site finds, lists and tells one after the other, against the model.
#pragma once

#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "tests/model/history.h"
#include "tests/model/model.h"

namespace chancery::model {

// Some questions, drawn by `random` from what stands in the records: each must find exactly the records that the model finds, in
// their order, in pages too. views: of meaning.rows, in their order. Returns what differs, "" = nothing.
std::string CheckFound(const Snapshot& snapshot, const Meaning& meaning, const std::vector<RecordView>& views,
                       SeededRandom& random, Tally& tally);

// The docket in pages of two is the docket.
std::string CheckCasePages(const Snapshot& snapshot, Tally& tally);

// Somebody who follows a site: goes on from his position at every look.
class Follower {
 public:
  // Returns what he missed, was told twice, or before its causes; "" = nothing.
  std::string Look(const Snapshot& snapshot, const Book& book, const Seen& held, Tally& tally);

 private:
  std::string Take(const ChangeView& change, const Book& book);
  std::string position_ = "0";
  Seen told_;
};

}  // namespace chancery::model

// Why runs wait, as a function of lanes and outlines; and the rows that keep them.
#include "engine/journal/inbox.h"

#include <gtest/gtest.h>

#include "engine/journal/journal.h"
#include "engine/journal/rows.h"
#include "tests/engine/journal/lanes_by_hand.h"

namespace chancery {
namespace {

// tallinn-10 and luxembourg-4 are here.
struct Waiting : testing::Test {
  Waiting() {
    lanes_.Add(LaneOfSite("tallinn", 10));
    lanes_.Add(LaneOfSite("luxembourg", 4));
  }
  static LaneId Id(const std::string& site) { return LaneOfSite(site).id; }
  Waiting& Has(const std::string& site, uint64_t first, uint64_t last, std::vector<Place> context = {}) {
    runs_.push_back({Id(site), first, last, first, last, std::move(context), 0, 0});
    return *this;
  }
  // "held|waiting|missing, missing"
  std::string Why() const {
    const Reasons reasons = ReasonsFor(lanes_, runs_);
    std::string text = std::to_string(reasons.held_entries) + "|" + std::to_string(reasons.waiting_entries) + "|";
    for (const std::string& name : reasons.missing) text += (text.back() == '|' ? "" : ", ") + name;
    return text;
  }

  Lanes lanes_;
  std::vector<Outline> runs_;
};

TEST_F(Waiting, WhatFollowsTheTipLacksNothingButTime) { EXPECT_EQ(Has("tallinn", 11, 13).Why(), "3|0|"); }

TEST_F(Waiting, WhatBuildsOnWhatIsHeldIsHeldToo) {
  EXPECT_EQ(Has("tallinn", 11, 13).Has("tallinn", 14, 14).Has("luxembourg", 5, 5, {{Id("tallinn"), 14}}).Why(), "5|0|");
}

TEST_F(Waiting, BehindAGapItNamesTheEntryBeforeIt) { EXPECT_EQ(Has("tallinn", 13, 15).Why(), "0|3|tallinn-12"); }

TEST_F(Waiting, WhatOneWaitsForAndIsWaitingItselfIsNotNamed) {
  EXPECT_EQ(Has("tallinn", 13, 15).Has("tallinn", 16, 17).Why(), "0|5|tallinn-12");
  EXPECT_EQ(Has("luxembourg", 5, 6, {{Id("tallinn"), 14}}).Why(), "0|7|tallinn-12");
  EXPECT_EQ(Has("luxembourg", 7, 7, {{Id("tallinn"), 18}}).Why(), "0|8|tallinn-12, tallinn-18");
}

TEST_F(Waiting, ACauseThatIsHereHoldsNothingUp) {
  EXPECT_EQ(Has("luxembourg", 5, 5, {{Id("tallinn"), 10}}).Why(), "1|0|");
  runs_.clear();
  EXPECT_EQ(Has("luxembourg", 5, 5, {{Id("tallinn"), 11}}).Why(), "0|1|tallinn-11");
}

TEST_F(Waiting, AStrangerWaitsForItsAdmission) {
  EXPECT_EQ(Has("narva", 1, 2).Why(), "0|2|the admission of a site that is not known here");
  runs_.clear();
  EXPECT_EQ(Has("tallinn", 11, 11, {{Id("narva"), 1}}).Why(), "0|1|the admission of a site that is not known here");
}

TEST_F(Waiting, WhatBuildsOnALaneOfTwoVersionsWaitsForAnEnd) {
  lanes_.Halt(0, 9);
  EXPECT_EQ(Has("luxembourg", 5, 5, {{Id("tallinn"), 8}}).Why(), "1|0|");
  runs_.clear();
  EXPECT_EQ(Has("luxembourg", 5, 5, {{Id("tallinn"), 9}}).Why(), "0|1|tallinn-9, of which two versions exist");
}

TEST_F(Waiting, EachEntryCountsOnceHoweverRunsOverlap) {
  EXPECT_EQ(Has("tallinn", 9, 12).Has("tallinn", 11, 14).Has("tallinn", 12, 13).Why(), "4|0|");
  EXPECT_EQ(Has("tallinn", 20, 29).Has("tallinn", 25, 31).Why(), "4|12|tallinn-19");
}

TEST_F(Waiting, AnEntryThatIsHeldAndWaitsIsHeld) {
  Has("tallinn", 11, 12, {{Id("luxembourg"), 9}});
  EXPECT_EQ(Has("tallinn", 11, 13).Why(), "3|0|luxembourg-9");
}

class InboxRows : public testing::Test {
 protected:
  InboxRows() {
    Entry entry;
    entry.registry = Sha256({"registry"});
    entry.lane = LaneOfSite("tallinn").id;
    entry.seq = 12;
    entry.hlc = 77;
    entry.kind = EntryKind::kBeat;
    entry.context = {{5, 9}, {6, uint64_t{1} << 40}};
    chancery::Run run;
    run.header = EncodeHeader(entry);
    run.lane = entry.lane;
    run.first = entry.seq;
    run.Append(entry.hlc, EncodeBody(entry));
    entry.context.clear();
    run.Append(90, EncodeBody(entry));
    encoded_ = EncodeRun(run);
    outline_ = OutlineOf(run, encoded_).value();
  }

  NewStore store_;
  std::string encoded_;
  Outline outline_;
};

TEST_F(InboxRows, AreAsLongAsTheirOutlineSays) {
  WriteTxn txn = store_.Write();
  EXPECT_FALSE(Inbox::Has(txn, outline_));
  Inbox::Put(txn, outline_, encoded_);
  EXPECT_TRUE(Inbox::Has(txn, outline_));
  EXPECT_EQ(txn.Get(Table::kInbox, outline_.Key())->size(), outline_.row_bytes);
  EXPECT_LT(outline_.row_bytes, encoded_.size() + 80) << "not larger than it has to be";
  EXPECT_EQ(Inbox::RunOf(txn, outline_).value(), encoded_);
  const std::vector<Outline> all = Inbox::All(txn);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].lane, outline_.lane);
  EXPECT_EQ(all[0].first, 12u);
  EXPECT_EQ(all[0].last, 13u);
  EXPECT_EQ(all[0].first_hlc, 77u);
  EXPECT_EQ(all[0].last_hlc, 90u);
  EXPECT_EQ(all[0].context, (std::vector<Place>{{5, 9}, {6, uint64_t{1} << 40}}));
  EXPECT_EQ(all[0].hash, outline_.hash);
  EXPECT_EQ(all[0].row_bytes, outline_.row_bytes);
  Inbox::Drop(txn, outline_.Key());
  EXPECT_FALSE(Inbox::Has(txn, outline_));
  EXPECT_EQ(Inbox::RunOf(txn, outline_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(InboxRows, AreReadInTheOrderOfTheirStamps) {
  WriteTxn txn = store_.Write();
  for (const Hlc hlc : {5, 3, 4}) {
    Outline other = outline_;
    other.first = 100 - hlc;
    other.first_hlc = hlc;
    Inbox::Put(txn, other, encoded_);
  }
  std::string stamps;
  for (const Outline& one : Inbox::All(txn)) stamps += std::to_string(one.first_hlc);
  EXPECT_EQ(stamps, "345");
}

TEST_F(InboxRows, ADamagedOneIsLeftOutAndNamed) {
  WriteTxn txn = store_.Write();
  Inbox::Put(txn, outline_, encoded_);
  const std::string good(*txn.Get(Table::kInbox, outline_.Key()));
  const auto resealed = [](std::string rest) { return Key64(Xxh64(rest)) + rest; };
  std::string flipped = good, many = good.substr(8);
  flipped[40] ^= 1;
  const size_t count = 4 + encoded_.size() + 3 * 8;  // where the places of the context are counted
  ASSERT_EQ(many[count], 2);
  many[count] = 100;
  for (const std::string& bad : {flipped, resealed(many), resealed(std::string(8, '\xff'))}) {
    txn.Put(Table::kInbox, outline_.Key(), bad);
    std::vector<std::string> damaged;
    EXPECT_TRUE(Inbox::All(txn, &damaged).empty());
    EXPECT_EQ(damaged, std::vector<std::string>{outline_.Key()});
  }
}

}  // namespace
}  // namespace chancery

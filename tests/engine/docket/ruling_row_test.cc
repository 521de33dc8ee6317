// What makes two rulings say the same, and how their rows come back.
#include <gtest/gtest.h>

#include "engine/docket/docket.h"

namespace chancery {
namespace {

Entry Ruling(Outcome outcome, const Value& value, uint32_t field = 3, std::string_view key = "1", Place keep = {}) {
  Entry entry;
  entry.kind = EntryKind::kRuling;
  entry.ruling.emplace();
  entry.ruling->rule = "parcel.owner";
  entry.ruling->subject = "parcel/1";
  entry.ruling->outcome = outcome;
  entry.ruling->keep = keep;
  entry.ops = {{OpKind::kEdit, 0, 0, key, {{field, Verb::kSettle, value, {}}}}};
  return entry;
}
Hash128 Says(const Entry& entry) { return Docket::RowOf(entry, MakeDot(0, 9), Lanes()).outcome; }

TEST(RulingRow, RulingsThatSetTheSameSayTheSame) {
  const Value text = Value::Text(""), other = Value::Text("b");
  const Hash128 set = Says(Ruling(Outcome::kSet, text));
  EXPECT_EQ(set, Says(Ruling(Outcome::kSet, text)));
  EXPECT_NE(set, Says(Ruling(Outcome::kSet, other)));
  EXPECT_NE(set, Says(Ruling(Outcome::kSet, Value::Unset()))) << "no value is not the empty one";
  EXPECT_NE(set, Says(Ruling(Outcome::kSet, text, 4)));
  EXPECT_NE(set, Says(Ruling(Outcome::kSet, text, 3, "2")));
  EXPECT_NE(set, Says(Ruling(Outcome::kBoth, text)));
}

TEST(RulingRow, RulingsThatKeepTheSameSayTheSameWhateverTheyWrite) {
  const Hash128 keep = Says(Ruling(Outcome::kKeep, Value::Text("a"), 3, "1", {7, 2}));
  EXPECT_EQ(keep, Says(Ruling(Outcome::kKeep, Value::Text("b"), 3, "1", {7, 2})));
  EXPECT_NE(keep, Says(Ruling(Outcome::kKeep, Value::Text("a"), 3, "1", {7, 3})));
  EXPECT_NE(keep, Says(Ruling(Outcome::kKeep, Value::Text("a"), 3, "1", {8, 2})));
}

TEST(RulingRow, NamesTheFactsThatAreOfLanesKnownHere) {
  Lanes lanes;
  for (const LaneId id : {9, 5}) {
    Lane lane;
    lane.id = id;
    lane.context.Raise(0, 1);  // g++ -O1 takes an empty one for uninitialised
    lanes.Add(std::move(lane));
  }
  Entry entry = Ruling(Outcome::kBoth, Value::Text("a"));
  entry.ruling->facts = {{{5, 1}, 0}, {{7, 1}, 0}, {{9, 4}, 2}};
  EXPECT_EQ(Docket::RowOf(entry, MakeDot(0, 9), lanes).facts, (std::vector<CaseFact>{{MakeDot(0, 4), 2}, {MakeDot(1, 1), 0}}));
}

}  // namespace
}  // namespace chancery

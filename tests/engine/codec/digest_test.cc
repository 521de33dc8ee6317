// The terms of the state digest: docs/reference/digest.md.
#include "engine/codec/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "samples.h"

namespace chancery {
namespace {

constexpr uint64_t kSeed = 7;

class DigestTest : public testing::Test {
 protected:
  static unsigned __int128 Digest(const Record& record, const std::vector<LaneId>& lanes, bool remove_wins = false) {
    Sum128 sum;
    for (const Life& mark : record.life) sum += LifeTerm(mark.live, PlaceSeed(mark.dot, mark.op, lanes, kSeed));
    if (const Cell* cell = record.Find(2))
      for (const Write& w : *cell) sum += WriteTerm(owner, w.value, PlaceSeed(w.dot, w.op, lanes, kSeed));
    sum += SetTerms({"tags", 1, remove_wins}, record, lanes, kSeed);
    return sum.value;
  }
  static Write By(Dot dot, Value value) {
    Write w;
    w.dot = dot;
    w.value = std::move(value);
    return w;
  }
  inline static const DigestField owner = {"owner", 2};
};

TEST_F(DigestTest, HandlesAreForgotten) {
  Record here, there;  // one site calls the lanes 70 and 90 by the handles 0 and 1, the other by 1 and 0
  here.life = {{MakeDot(0, 3), 0, 0, true}, {MakeDot(1, 4), 0, 0, true}};
  there.life = {{MakeDot(0, 4), 0, 0, true}, {MakeDot(1, 3), 0, 0, true}};
  here.slots = {{2, {By(MakeDot(0, 3), Value::Text("a")), By(MakeDot(1, 4), Value::Text("b"))}}};
  there.slots = {{2, {By(MakeDot(0, 4), Value::Text("b")), By(MakeDot(1, 3), Value::Text("a"))}}};
  here.last_touch = 77;
  EXPECT_TRUE(Digest(here, {70, 90}) == Digest(there, {90, 70}));
  EXPECT_TRUE(Digest(here, {70, 90}) != Digest(there, {70, 90}));
}

TEST_F(DigestTest, OnlyElementsThatArePresentCount) {
  Record record;
  record.edits = {7};
  record.At(1, Value::Text("a")) = {{MakeDot(0, 1), 0, 0, true}, {MakeDot(1, 1), 0, 0, false}};
  Record without = record;
  without.elements[0].marks.pop_back();
  EXPECT_TRUE(Digest(record, {70, 90}) == Digest(without, {70, 90}));  // a removal that lost is not shown
  Record empty;
  empty.edits = {7};
  EXPECT_TRUE(Digest(record, {70, 90}, true) == Digest(empty, {70, 90}, true));
  EXPECT_TRUE(Digest(without, {70, 90}, true) != Digest(empty, {70, 90}, true));
  without.elements[0].marks.clear();
  EXPECT_TRUE(Digest(without, {70, 90}, true) == Digest(empty, {70, 90}, true));
}

TEST_F(DigestTest, WhatSaysNothingAddsNothing) {
  const std::vector<LaneId> lanes = {70};
  EXPECT_TRUE(SetTerms({"tags", 1}, {}, lanes, kSeed).value == 0);
  EXPECT_TRUE(ExistsTerm(kSeed).value != 0) << "a record that exists and says nothing is one";
}

// Each thing that a term says makes another term.
TEST_F(DigestTest, ATermIsOfAllThatItSays) {
  const std::vector<LaneId> lanes = {70, 90};
  const auto seed = [](std::string_view reg, std::string_view key) { return DigestSeed(samples::Registry(), Name64(reg), key); };
  const uint64_t parcel = seed("parcel", "1");
  const auto place = [&](uint16_t handle, uint64_t seq, uint16_t op, uint64_t of) {
    return PlaceSeed(MakeDot(handle, seq), op, lanes, of);
  };
  const auto term = [&](const DigestField& field, const Value& value, uint64_t at) { return WriteTerm(field, value, at).value; };
  const Value a = Value::Text("a");
  Value blank = Value::Text(""), unset;
  Record element, other;
  element.At(2, a) = {{MakeDot(0, 3), 0, 0, true}};
  other.At(2, Value::Text("b")) = {{MakeDot(0, 3), 0, 0, true}};
  const auto life = [&](uint64_t seq, bool live) { return LifeTerm(live, place(0, seq, 0, parcel)).value; };
  const std::vector<unsigned __int128> terms = {
      term(owner, a, place(0, 3, 0, parcel)),
      term({"holder", 2}, a, place(0, 3, 0, parcel)),
      term(owner, a, place(0, 3, 0, seed("parcel", "2"))),
      term(owner, a, place(0, 3, 0, seed("house", "1"))),
      term(owner, a, place(1, 3, 0, parcel)),
      term(owner, a, place(0, 4, 0, parcel)),
      term(owner, a, place(0, 3, 1, parcel)),
      term(owner, Value::Text("b"), place(0, 3, 0, parcel)),
      term(owner, blank, place(0, 3, 0, parcel)),
      term(owner, unset, place(0, 3, 0, parcel)),
      SetTerms(owner, element, lanes, parcel).value,
      SetTerms(owner, other, lanes, parcel).value,
      life(3, true),
      life(3, false),
      life(4, true),
      ExistsTerm(parcel).value,
      ExistsTerm(seed("parcel", "2")).value,
  };
  EXPECT_EQ(std::set<unsigned __int128>(terms.begin(), terms.end()).size(), terms.size());
}

TEST_F(DigestTest, TheDigestSeesEveryBucket) {
  std::array<Sum128, kDigestBuckets> sums{};
  const Hash128 empty = DigestOf(sums);
  for (Sum128& sum : sums) {
    sum = ExistsTerm(1);
    EXPECT_NE(DigestOf(sums), empty);
    sum = {};
  }
  EXPECT_LT(DigestBucket(UINT64_MAX), kDigestBuckets);
}

}  // namespace
}  // namespace chancery

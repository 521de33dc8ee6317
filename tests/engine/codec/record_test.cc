#include "engine/codec/record.h"

#include <capnp/message.h>
#include <gtest/gtest.h>
#include <record.capnp.h>

#include <cstring>
#include <random>

#include "engine/base/hash.h"
#include "engine/codec/digest.h"
#include "samples.h"

namespace chancery {
namespace {

// The stored bytes with a check sum that fits, whatever was done to the rest.
std::string Sealed(std::string stored) {
  ByteWriter check;
  check.U64(Xxh64(std::string_view(stored).substr(8)));
  std::memcpy(stored.data(), check.out.data(), 8);
  return stored;
}

TEST(Record, ComesBackFromItsBytes) {
  for (const auto& [name, record] : samples::Records()) {
    const std::string stored = EncodeRecord(record);
    EXPECT_EQ(stored.size() % 8, 0u) << name;
    const auto decoded = DecodeRecord(stored);
    ASSERT_TRUE(decoded.ok()) << name;
    EXPECT_TRUE(*decoded == record) << name;
  }
}

// Eight fields of 184 bytes together, one entry that wrote them all: the record of the size budget.
TEST(Record, ATypicalOneTakesAtMost270Bytes) {
  const size_t bytes = EncodeRecord(samples::TypicalRecord()).size();
  RecordProperty("typical_record_bytes", static_cast<int>(bytes));
  std::printf("a typical record takes %zu bytes\n", bytes);
  EXPECT_LE(bytes, 270u);
}

TEST(Record, WhatStandsAloneKeepsNoStamp) {
  Record record = samples::TypicalRecord();
  Record stamped = record;
  stamped.slots[0].cell[0].hlc = 5;
  stamped.life[0].hlc = 5;
  stamped.At(999);                       // a cell with nothing in it is not stored
  stamped.At(999, Value::Text("gone"));  // nor an element without marks
  EXPECT_EQ(EncodeRecord(stamped), EncodeRecord(record));
}

// What the library reads through the schema is what stands there, and as the library itself would have put it.
TEST(Record, IsAMessageOfTheSchemaInCanonicalForm) {
  for (const auto& [name, record] : samples::Records()) {
    const std::string stored = EncodeRecord(record);
    std::vector<capnp::word> words(stored.size() / sizeof(capnp::word) - 1);
    std::memcpy(words.data(), stored.data() + 8, words.size() * sizeof(capnp::word));
    const kj::ArrayPtr<const capnp::word> segment(words.data(), words.size());
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1));
    EXPECT_TRUE(message.isCanonical()) << name;
    const auto root = message.getRoot<schema::Record>();
    capnp::MallocMessageBuilder copied;
    copied.setRoot(root);
    const auto again = capnp::canonicalize(copied.getRoot<schema::Record>().asReader());
    EXPECT_EQ(std::memcmp(again.begin(), words.data(), words.size() * sizeof(capnp::word)), 0) << name;
    EXPECT_EQ(again.size(), words.size()) << name;
  }
}

TEST(Record, AnywhereInMemory) {
  const Record record = samples::ContestedRecord();
  const std::string shifted = "x" + EncodeRecord(record);
  const auto decoded = DecodeRecord(std::string_view(shifted).substr(1));
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(*decoded == record);
}

TEST(Record, EveryFlippedBitIsDataLoss) {
  const std::string stored = EncodeRecord(samples::ContestedRecord());
  for (size_t bit = 0; bit < stored.size() * 8; ++bit) {
    std::string bad = stored;
    bad[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_EQ(DecodeRecord(bad).status().code(), absl::StatusCode::kDataLoss) << bit;
    EXPECT_FALSE(PeekField(bad, 10).ok) << bit;
  }
}

// Past the check sum nothing is trusted either: it reads, or it says no, and what it reads has these bytes and no others.
TEST(Record, WhateverIsAcceptedIsCanonical) {
  const uint64_t seed = 233;
  std::mt19937_64 random(seed);
  std::vector<std::string> good;
  for (const auto& [name, record] : samples::Records()) good.push_back(EncodeRecord(record));
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string stored = good[random() % good.size()];
    for (uint64_t n = 1 + random() % 2; n > 0; --n) stored[8 + random() % (stored.size() - 8)] = static_cast<char>(random());
    stored = Sealed(std::move(stored));
    for (const uint16_t field : {0, 13, 200, 65535}) PeekField(stored, field);
    const auto decoded = DecodeRecord(stored);
    if (!decoded.ok()) continue;
    ++accepted;
    ASSERT_EQ(EncodeRecord(*decoded), stored) << "seed " << seed << " step " << i;
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Record, PeekAgreesWithDecode) {
  for (const auto& [name, record] : samples::Records()) {
    const std::string stored = EncodeRecord(record);
    for (int field = 0; field <= 65535; field += field < 400 ? 1 : 7235) {
      const FieldPeek peek = PeekField(stored, static_cast<uint16_t>(field));
      const Cell* cell = record.Find(static_cast<uint16_t>(field));
      ASSERT_TRUE(peek.ok) << name << " " << field;
      EXPECT_EQ(peek.exists, record.exists()) << name;
      ASSERT_EQ(peek.found, cell != nullptr) << name << " " << field;
      if (cell == nullptr) continue;
      ASSERT_EQ(peek.single, cell->size() == 1) << name << " " << field;
      if (!peek.single) continue;
      EXPECT_EQ(peek.dot, (*cell)[0].dot);
      EXPECT_EQ(peek.kind, (*cell)[0].value.kind);
      EXPECT_EQ(peek.payload, (*cell)[0].value.payload());
    }
  }
}

TEST(Record, PlacesAreMadeInOrder) {
  Record record;
  for (const int field : {5, 1, 3, 1}) record.At(static_cast<uint16_t>(field));
  ASSERT_EQ(record.slots.size(), 3u);
  EXPECT_EQ(record.slots[1].field, 3);
  EXPECT_EQ(record.Find(4), nullptr);
  record.At(2, Value::Text("b"));
  record.At(2, Value::Text("a"));
  record.At(1, Value::Text("z"));
  record.At(2, Value::Text("b")).push_back({MakeDot(1, 1), 0, 0, true});
  ASSERT_EQ(record.elements.size(), 3u);
  EXPECT_EQ(record.elements[0].field, 1);
  EXPECT_EQ(record.elements[2].marks.size(), 1u);
}

class DigestTest : public testing::Test {
 protected:
  // What the digest is of.
  static std::string Parts(const Record& record, const std::vector<LaneId>& lanes, bool remove_wins = false) {
    ByteBuffer parts;
    PutLifePart(record, lanes, parts);
    if (const Cell* owner = record.Find(2)) PutCellPart({"owner", 2}, *owner, lanes, parts);
    PutSetPart({"tags", 1, remove_wins}, record, lanes, parts);
    return std::string(parts.view());
  }
  static Write By(Dot dot, Value value) {
    Write w;
    w.dot = dot;
    w.value = std::move(value);
    return w;
  }
};

TEST_F(DigestTest, HandlesAreForgotten) {
  Record here, there;  // one site calls the lanes 70 and 90 by the handles 0 and 1, the other by 1 and 0
  here.life = {{MakeDot(0, 3), 0, 0, true}, {MakeDot(1, 4), 0, 0, true}};
  there.life = {{MakeDot(0, 4), 0, 0, true}, {MakeDot(1, 3), 0, 0, true}};
  here.slots = {{2, {By(MakeDot(0, 3), Value::Text("a")), By(MakeDot(1, 4), Value::Text("b"))}}};
  there.slots = {{2, {By(MakeDot(0, 4), Value::Text("b")), By(MakeDot(1, 3), Value::Text("a"))}}};
  here.last_touch = 77;
  EXPECT_EQ(Parts(here, {70, 90}), Parts(there, {90, 70}));
  EXPECT_NE(Parts(here, {70, 90}), Parts(there, {70, 90}));
}

TEST_F(DigestTest, OnlyElementsThatArePresentCount) {
  Record record;
  record.edits = {7};
  record.At(1, Value::Text("a")) = {{MakeDot(0, 1), 0, 0, true}, {MakeDot(1, 1), 0, 0, false}};
  Record without = record;
  without.elements[0].marks.pop_back();
  EXPECT_EQ(Parts(record, {70, 90}), Parts(without, {70, 90}));  // a removal that lost is not shown
  Record empty;
  empty.edits = {7};
  EXPECT_EQ(Parts(record, {70, 90}, true), Parts(empty, {70, 90}, true));
  EXPECT_NE(Parts(without, {70, 90}, true), Parts(empty, {70, 90}, true));
}

TEST_F(DigestTest, WhatSaysNothingAddsNothing) {
  ByteBuffer part;
  PutCellPart({"owner", 2}, {}, std::vector<LaneId>{70}, part);
  PutSetPart({"tags", 1}, {}, std::vector<LaneId>{70}, part);
  EXPECT_EQ(part.view(), "");
  EXPECT_EQ(static_cast<uint64_t>(PartSum("", 1).value), 0u);
}

// What is moved from one record, or one field, to another one is another sum.
TEST_F(DigestTest, APartIsOfItsRecordAndItsField) {
  const std::vector<LaneId> lanes = {70};
  const Cell cell = {By(MakeDot(0, 3), Value::Text("a"))};
  ByteBuffer owner, holder;
  PutCellPart({"owner", 2}, cell, lanes, owner);
  PutCellPart({"holder", 3}, cell, lanes, holder);
  const auto seed = [](std::string_view reg, std::string_view key) { return DigestSeed(samples::Registry(), Name64(reg), key); };
  const auto sum = [](const ByteBuffer& part, uint64_t of) { return static_cast<uint64_t>(PartSum(part.view(), of).value); };
  const uint64_t first = sum(owner, seed("parcel", "1"));
  EXPECT_NE(first, sum(holder, seed("parcel", "1")));
  EXPECT_NE(first, sum(owner, seed("parcel", "2")));
  EXPECT_NE(first, sum(owner, seed("house", "1")));
}

TEST_F(DigestTest, TheDigestSeesEveryBucket) {
  std::array<Sum128, kDigestBuckets> sums{};
  const Hash128 empty = DigestOf(sums);
  for (Sum128& sum : sums) {
    sum = PartSum("x", 1);
    EXPECT_NE(DigestOf(sums), empty);
    sum = {};
  }
  EXPECT_LT(DigestBucket(UINT64_MAX), kDigestBuckets);
}

}  // namespace
}  // namespace chancery

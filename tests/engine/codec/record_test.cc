#include "engine/codec/record.h"

#include <capnp/message.h>
#include <gtest/gtest.h>
#include <record.capnp.h>

#include <cstring>
#include <random>

#include "engine/base/hash.h"
#include "engine/codec/record_layout.h"
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
TEST(Record, ATypicalOneTakesAtMost250Bytes) {
  const size_t bytes = EncodeRecord(samples::TypicalRecord()).size();
  RecordProperty("typical_record_bytes", static_cast<int>(bytes));
  std::printf("a typical record takes %zu bytes\n", bytes);
  EXPECT_LE(bytes, 250u);
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

// A row that is written by hand, so that each thing in it can be what EncodeRecord never writes.
struct Row {
  Dot first = MakeDot(1, 5);
  std::string slots = {}, rare = {};
  size_t blobs = rare.empty() ? 1 : 2;

  std::string Stored() const {
    ByteWriter w;
    const auto word = [&w](uint64_t v) {
      for (int i = 0; i < 8; ++i) w.U8(static_cast<uint8_t>(v >> 8 * i));
    };
    word(0);
    word(layout::RootWord(blobs));
    word(first);
    word(layout::BlobWord(blobs - 1, slots.size()));
    if (blobs == 2) word(layout::BlobWord(layout::WordsFor(slots.size()), rare.size()));
    for (const std::string& blob : {slots, rare}) {
      w.Raw(blob);
      w.out.resize((w.out.size() + 7) / 8 * 8, '\0');
    }
    return Sealed(w.out);
  }
  bool Refused() const { return !DecodeRecord(Stored()).ok(); }
};

// Head of `slots`, of a record with these writers beside the first; a field that is written once; a stamp in `rare`.
std::string Head(uint8_t life, uint8_t flags, uint8_t touch, const std::vector<Dot>& others = {}) {
  ByteWriter w;
  w.U8(static_cast<uint8_t>(life | flags | (others.empty() ? 0 : layout::kOthers) | touch << layout::kTouchShift));
  if (!others.empty()) w.Varint(others.size());
  for (const Dot dot : others) {
    w.Varint(HandleOf(dot));
    w.Varint(SeqOf(dot));
  }
  return w.out;
}
std::string Field(uint64_t gap, uint8_t writer, Kind kind = Kind::kText, std::string_view payload = "x") {
  ByteWriter w;
  w.Varint(gap);
  w.U8(static_cast<uint8_t>(static_cast<uint8_t>(kind) | writer << layout::kWriterShift));
  w.Sized(payload);
  return w.out;
}
std::string Stamp(Dot dot, uint64_t op_and_flag) {
  ByteWriter w;
  w.U64(dot);
  w.Varint(100);
  w.Varint(op_and_flag);
  return w.out;
}

TEST(Record, WritersStandInOrderOfTheirFirstUseEachOnce) {
  const Dot second = MakeDot(2, 7);
  const auto head = [](const std::vector<Dot>& others) { return Head(layout::kBorn, 0, 1, others); };
  const std::string ops = Head(layout::kBorn, layout::kOps, 1, {second});
  EXPECT_FALSE((Row{.slots = head({second}) + Field(0, 0) + Field(0, 1)}).Refused());
  EXPECT_FALSE((Row{.slots = ops + std::string("\3\0", 2) + Field(0, 1)}).Refused());
  EXPECT_TRUE((Row{.slots = head({second}) + Field(0, 2)}).Refused()) << "there is no third";
  EXPECT_TRUE((Row{.first = 1, .slots = head({2, 3}) + Field(0, 2) + Field(0, 1)}).Refused()) << "the third before the second";
  EXPECT_TRUE((Row{.first = 1, .slots = head({2, 3}) + Field(0, 1)}).Refused()) << "the third wrote nothing";
  EXPECT_TRUE((Row{.first = 7, .slots = head({7}) + Field(0, 1)}).Refused()) << "one writer twice";
  EXPECT_TRUE((Row{.first = 0, .slots = head({7}) + Field(0, 1)}).Refused()) << "born of nobody";
  EXPECT_TRUE((Row{.slots = head({})}).Refused()) << "touched by nobody";
  const std::string flag(1, static_cast<char>(layout::kBorn | layout::kOthers));
  EXPECT_TRUE((Row{.slots = flag + std::string(1, '\0')}).Refused()) << "no others, in another form";
  EXPECT_TRUE((Row{.slots = flag + "\2\1\1"}).Refused()) << "more than there are bytes";
  EXPECT_TRUE((Row{.slots = flag + "\xff\xff\xff\xff\xff\xff\xff\xff\x7f\1\1"}).Refused()) << "many more";
  EXPECT_TRUE((Row{.slots = flag + "\1\x80\x80\4\7" + Field(0, 1)}).Refused()) << "of a lane above 65535";
  EXPECT_TRUE((Row{.slots = flag + "\1\2\x80\x80\x80\x80\x80\x80\x40" + Field(0, 1)}).Refused()) << "a number of 49 bits";
  EXPECT_TRUE((Row{.slots = ops + std::string("\0\0", 2) + Field(0, 1)}).Refused()) << "operations that are all the first";
  EXPECT_TRUE((Row{.slots = ops + std::string("\x80\x80\4\0", 4) + Field(0, 1)}).Refused()) << "an operation above 65535";
  EXPECT_TRUE((Row{.slots = ops + "\3"}).Refused()) << "cut short";
}

TEST(Record, BegunIsTheSameAsEncoded) {
  Arena arena;
  const std::vector<Value> values = {Value::Text("Mari"), Value::Integer(-70000), Value::Unset(),
                                     Value(Kind::kText, arena.Keep(std::string(300, 'x'))), Value::Bool(true)};
  for (const uint16_t op : {0, 3}) {
    Record record;
    record.last_touch = MakeDot(2, 77);
    record.life.push_back({record.last_touch, 0, op, true, false});
    std::vector<LoneWrite> writes;
    for (size_t i = 0; i <= values.size(); ++i) {  // also of a record without fields
      ByteBuffer row;
      EncodeBegun(record.last_touch, op, writes, row);
      EXPECT_EQ(row.view(), EncodeRecord(record)) << i << " fields, operation " << op;
      if (i == values.size()) break;
      const auto field = static_cast<uint16_t>(i * i * 40 + i);
      writes.push_back({field, i % 2 == 1, &values[i]});
      record.At(field).push_back({record.last_touch, 0, op, i % 2 == 1, values[i]});
    }
  }
}

TEST(Record, TheLastTouchIsTheFirstWriterOfItsEntry) {
  const auto row = [](std::string_view ops, uint8_t touch) {  // two operations of one entry
    return Row{.first = 7, .slots = Head(layout::kBorn, layout::kOps, touch, {7}) + std::string(ops) + Field(0, 1)};
  };
  EXPECT_FALSE(row(std::string_view("\0\1", 2), 0).Refused());
  EXPECT_TRUE(row(std::string_view("\0\1", 2), 1).Refused());
  const std::string head = Head(layout::kBorn, layout::kOps, 1, {MakeDot(2, 7)});
  EXPECT_FALSE((Row{.slots = head + std::string("\1\0", 2)}).Refused()) << "it wrote nothing that stands";
  EXPECT_TRUE((Row{.slots = head + std::string("\0\1", 2)}).Refused()) << "so it has no operation";
}

// 7 and 2^64 - 7 are 0.
TEST(Record, AnIndexHasOneForm) {
  const std::string far = "\xf9\xff\xff\xff\xff\xff\xff\xff\xff\x01", head = Head(layout::kBorn, 0, 0);
  EXPECT_TRUE((Row{.slots = Head(layout::kBorn, 0, layout::kFarTouch) + far}).Refused());
  const auto what = [](uint8_t kind) { return static_cast<char>(kind | layout::kFarWriter << layout::kWriterShift); };
  const std::string gap(1, '\0');
  for (const std::string& field :
       {gap + what(static_cast<uint8_t>(Kind::kText)) + far + "\1x", gap + what(layout::kSeveral) + far}) {
    EXPECT_TRUE((Row{.slots = head + field}).Refused());
    EXPECT_FALSE(PeekField(Row{.slots = head + field}.Stored(), 0).ok);
  }
}

TEST(Record, NoEntryHasNumberZero) {
  const std::string head = Head(layout::kBorn, 0, 1, {MakeDot(3, 0)});
  EXPECT_FALSE((Row{.slots = Head(layout::kBorn, 0, 1, {MakeDot(3, 1)}) + Field(0, 1)}).Refused());
  EXPECT_TRUE((Row{.first = MakeDot(3, 0), .slots = Head(layout::kBorn, 0, 0)}).Refused());
  EXPECT_TRUE((Row{.slots = head + Field(0, 1)}).Refused());
  EXPECT_FALSE(PeekField(Row{.slots = head + Field(0, 1)}.Stored(), 0).ok);
  const auto rare = [](uint8_t life, uint8_t flags, const std::string& bytes) {
    return Row{.first = 7, .slots = Head(life, flags, 0), .rare = bytes}.Refused();
  };
  const std::string none(1, '\0');
  EXPECT_TRUE(rare(layout::kRareLive, 0, "\1" + Stamp(MakeDot(3, 0), 0) + none));
  EXPECT_FALSE(rare(layout::kRareLive, 0, "\1" + Stamp(MakeDot(3, 1), 0) + none));
  ByteWriter edits;
  for (const Dot dot : {Dot{0}, Dot{7}}) edits.U64(dot);
  EXPECT_TRUE(rare(layout::kRareLive, layout::kRareEdits, none + "\2" + edits.out));
}

TEST(Record, FieldsAreNumberedUpTo65535) {
  const std::string head = Head(layout::kBorn, 0, 0);
  EXPECT_FALSE((Row{.first = 7, .slots = head + Field(65535, 0)}).Refused());
  EXPECT_TRUE((Row{.first = 7, .slots = head + Field(65536, 0)}).Refused());
  EXPECT_TRUE((Row{.first = 7, .slots = head + Field(65535, 0) + Field(0, 0)}).Refused());
  EXPECT_TRUE((Row{.first = 7, .slots = head + Field(5, 0) + Field(UINT64_MAX, 0)}).Refused());
  EXPECT_FALSE(PeekField(Row{.first = 7, .slots = head + Field(65536, 0)}.Stored(), 7).ok);
  EXPECT_TRUE((Row{.first = 7, .slots = head + Field(0, 0, Kind::kInteger, "")}).Refused());
}

TEST(Record, AnElementHasAFieldAValueAndMarks) {
  const auto row = [](uint64_t field, std::string_view value, std::string_view count, const std::string& marks) {
    ByteWriter w;
    w.Varint(field);
    w.U8(static_cast<uint8_t>(Kind::kText));
    w.Sized(value);
    w.Raw(count);
    w.Raw(marks);
    return w.out;
  };
  const std::string mark = Stamp(7, 1), one = "\1", none(1, '\0');
  const auto refused = [](const std::string& rare) {
    return Row{.first = 7, .slots = Head(layout::kBorn, 0, 0), .rare = rare}.Refused();
  };
  EXPECT_FALSE(refused(row(65535, "a", one, mark)));
  EXPECT_TRUE(refused(row(65536, "a", one, mark)));
  EXPECT_TRUE(refused(row(5, "a", none, "")));
  EXPECT_TRUE(refused(row(5, "a", "\2", mark)));
  EXPECT_TRUE(refused(row(5, "a", "\2", mark + mark))) << "one mark twice";
  EXPECT_FALSE(refused(row(5, "a", "\2", mark + Stamp(7, 2))));
  EXPECT_FALSE(refused(row(5, "a", one, Stamp(7, 0x1ffff))));
  EXPECT_TRUE(refused(row(5, "a", one, Stamp(7, 0x20000)))) << "an operation above 65535";
  EXPECT_FALSE(refused(row(5, "a", one, mark) + row(5, "b", one, mark)));
  EXPECT_TRUE(refused(row(5, "a", one, mark) + row(5, "a", one, mark)));
  EXPECT_TRUE(refused(row(5, "b", one, mark) + row(5, "a", one, mark)));
}

TEST(Record, LifeAndEditsAreWrittenInTheirOneForm) {
  const auto refused = [](uint8_t life, uint8_t flags, const std::string& rare) {
    return Row{.first = 7, .slots = Head(life, flags, 0), .rare = rare}.Refused();
  };
  const auto count = [](uint8_t n) { return std::string(1, static_cast<char>(n)); };
  const std::string live = Stamp(7, 1), dead = Stamp(7, 0), no = count(0), ruled = count(1);
  EXPECT_FALSE(refused(layout::kRareDead, 0, count(1) + dead + no));
  EXPECT_TRUE(refused(layout::kRareLive, 0, count(1) + dead + no)) << "it does not exist";
  EXPECT_TRUE(refused(layout::kRareLive, 0, count(1) + live + no)) << "that is born";
  EXPECT_FALSE(refused(layout::kRareLive, 0, count(1) + live + ruled));
  EXPECT_TRUE(refused(layout::kRareLive, 0, count(1) + live + count(2)));
  EXPECT_TRUE(refused(layout::kRareDead, 0, count(1) + live + ruled));
  EXPECT_TRUE(refused(layout::kRareDead, 0, count(0))) << "dead without a mark";
  EXPECT_FALSE(refused(layout::kRareLive, 0, count(0))) << "edited only";
  EXPECT_TRUE(refused(layout::kRareLive, 0, count(2) + live + ruled + live + ruled)) << "one mark twice";
  EXPECT_TRUE(refused(layout::kRareLive, 0, count(9) + live + ruled));
  ByteWriter usual, other, twice, back;
  for (const Dot dot : {Dot{7}}) usual.U64(dot);
  for (const Dot dot : {Dot{6}, Dot{7}}) other.U64(dot);
  for (const Dot dot : {Dot{7}, Dot{7}}) twice.U64(dot);
  for (const Dot dot : {Dot{7}, Dot{6}}) back.U64(dot);
  EXPECT_FALSE(refused(layout::kRareLive, layout::kRareEdits, count(0) + count(2) + other.out));
  EXPECT_TRUE(refused(layout::kRareLive, layout::kRareEdits, count(0) + count(1) + usual.out)) << "it is the usual one";
  EXPECT_TRUE(refused(layout::kRareLive, layout::kRareEdits, count(0) + count(2) + twice.out));
  EXPECT_TRUE(refused(layout::kRareLive, layout::kRareEdits, count(0) + count(2) + back.out));
  EXPECT_TRUE(refused(layout::kRareLive, layout::kRareEdits, count(0) + count(3) + other.out));
  EXPECT_TRUE(refused(layout::kNoLife, layout::kRareEdits, count(2) + other.out)) << "edited, and of no life";
}

TEST(Record, ARowIsOneMessageWithoutAnEmptyBlob) {
  const Row good{.first = 7, .slots = Head(layout::kBorn, 0, 0)};
  EXPECT_FALSE(good.Refused());
  EXPECT_TRUE((Row{.first = 7, .slots = good.slots, .blobs = 2}).Refused()) << "rare, and nothing in it";
  EXPECT_TRUE((Row{.first = 7, .slots = ""}).Refused()) << "no slots";
  for (const size_t bytes : {0, 7, 8, 9, 16}) EXPECT_FALSE(DecodeRecord(std::string(bytes, '\0')).ok()) << bytes;
  for (const size_t bytes : {16, 24, 32})
    EXPECT_FALSE(DecodeRecord(Sealed(std::string(bytes, '\0'))).ok()) << "a word that is no root";
  const std::string stored = good.Stored();
  for (size_t bytes = 16; bytes < stored.size(); bytes += 8)
    EXPECT_FALSE(DecodeRecord(Sealed(stored.substr(0, bytes))).ok()) << "cut off behind " << bytes;
  EXPECT_FALSE(DecodeRecord(Sealed(stored + std::string(8, '\0'))).ok()) << "a word behind its end";
  for (size_t i = stored.size() - 7; i < stored.size(); ++i) {
    std::string padded = stored;
    padded[i] = 1;
    EXPECT_FALSE(DecodeRecord(Sealed(padded)).ok()) << "padding that is not zero";
  }
}

TEST(Record, APeekTrustsNothingEither) {
  const std::string head = Head(layout::kBorn, 0, 0);
  EXPECT_TRUE(PeekField(Row{.first = 7, .slots = head + Field(3, 0)}.Stored(), 3).found);
  EXPECT_FALSE(PeekField(Row{.first = 0, .slots = head + Field(3, 0)}.Stored(), 3).ok) << "written by nobody";
  EXPECT_FALSE(PeekField(Row{.first = 7, .slots = head + Field(3, 1)}.Stored(), 3).ok) << "by a writer that is not there";
  for (const Kind kind : {Kind::kBool, Kind::kInterval, Kind::kTransfer, Kind::kTally})
    EXPECT_FALSE(PeekField(Row{.first = 7, .slots = head + Field(3, 0, kind, "")}.Stored(), 3).ok) << static_cast<int>(kind);
  const std::string several{0, static_cast<char>(layout::kSeveral | layout::kLast)};
  EXPECT_FALSE(PeekField(Row{.first = 7, .slots = head + several}.Stored(), 0).ok);
  const std::string many(1, static_cast<char>(layout::kBorn | layout::kOthers));
  EXPECT_FALSE(PeekField(Row{.slots = many + "\xff\xff\xff\xff\x7f\1\1"}.Stored(), 3).ok) << "more writers than there are bytes";
  EXPECT_EQ(PeekField(Row{.slots = Head(layout::kBorn, 0, 1, {MakeDot(2, 9)}) + Field(3, 1)}.Stored(), 3).dot, MakeDot(2, 9));
}

// Of one entry two operations may write one record; a ruling may say alone that it exists.
TEST(Record, TwoOperationsOfOneEntryAreTwoWriters) {
  const Dot dot = MakeDot(1, 5);
  Record r;
  r.last_touch = dot;
  r.life = {{dot, 100, 0, true, true}};
  const auto by = [&](uint16_t op) { return Write{dot, 0, op, false, Value::Text("x")}; };
  r.slots = {{0, {by(1)}}, {1, {by(2)}}, {2, {by(1)}}};
  const auto decoded = DecodeRecord(EncodeRecord(r));
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(*decoded == r);
}

}  // namespace
}  // namespace chancery

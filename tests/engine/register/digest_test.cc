// What a record adds to the digest of a store: docs/reference/digest.md.
#include "engine/register/digest.h"

#include <gtest/gtest.h>

#include "engine/pack/pack.h"

namespace chancery {
namespace {

struct DigestOfARecord : testing::Test {
  DigestOfARecord() {
    for (const LaneId id : {70, 90}) {
      Lane lane;
      lane.id = id;
      lanes.Add(std::move(lane));
    }
    record.life = {{MakeDot(0, 1), HlcAt(1), 0, true}};
    record.At(Handle("owner")) = {Of(0, 1, "Mari", false)};
    record.At(Handle("remark")) = {Of(0, 2, "first", true), Of(1, 1, "later", true)};
    record.At(Handle("tags"), Value::Text("a")) = {{MakeDot(0, 1), HlcAt(1), 0, true}};
  }
  uint16_t Handle(std::string_view field) const { return reg->Find(field)->handle; }
  static Write Of(uint16_t handle, uint64_t seq, std::string_view value, bool last) {
    return {MakeDot(handle, seq), HlcAt(static_cast<int64_t>(seq) + 10 * handle), 0, last, Value::Text(value)};
  }
  Sum128 Digest(const Record& of) const { return RecordDigest(*reg, of, lanes, 7); }

  static std::vector<PackSource> Packs() {
    constexpr char kLand[] = R"([pack]
name = "land"
version = 1
[register.parcel]
fields.owner = { type = "text" }
fields.remark = { type = "text", merge = "last" }
fields.tags = { type = "set", of = "text" }
)";
    PackSource land;
    land.def = *ParsePack(kLand, "land.toml", {});
    return {land};
  }

  std::shared_ptr<const Catalog> catalog = Catalog::Build(Packs());
  const RegisterInfo* reg = catalog->Find("parcel");
  Lanes lanes;
  Record record;
};

TEST_F(DigestOfARecord, IsNothingWhereItDoesNotExist) {
  EXPECT_NE(Digest(record).value, 0u);
  record.life = {{MakeDot(0, 3), HlcAt(3), 0, false}};
  EXPECT_EQ(Digest(record).value, 0u);
}

TEST_F(DigestOfARecord, LeavesOutWritesThatLostInSilence) {
  Record without = record;
  without.At(Handle("remark")).erase(without.At(Handle("remark")).begin());
  EXPECT_EQ(Digest(record).value, Digest(without).value);
  without.At(Handle("remark"))[0].value = Value::Text("other");
  EXPECT_NE(Digest(record).value, Digest(without).value);
}

TEST_F(DigestOfARecord, IsTheSumOfItsLifeAndItsFields) {
  Record bare;
  bare.life = record.life;
  unsigned __int128 sum = Digest(bare).value;
  for (const char* field : {"owner", "remark", "tags"}) {
    const Sum128 part = FieldDigest(*reg, Handle(field), record, lanes, 7);
    EXPECT_NE(part.value, 0u) << field;
    sum += part.value;
  }
  EXPECT_TRUE(sum == Digest(record).value);
  EXPECT_TRUE(RecordDigest(*reg, record, lanes, 8).value != Digest(record).value) << "of another record";
}

}  // namespace
}  // namespace chancery

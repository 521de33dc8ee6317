#include "engine/base/bytes.h"

#include <gtest/gtest.h>

#include <limits>

namespace chancery {
namespace {

TEST(Bytes, IntegersAreBigEndian) {
  ByteWriter w;
  w.U8(1);
  w.U16(0x0203);
  w.U32(0x04050607);
  w.U64(0x08090a0b0c0d0e0f);
  EXPECT_EQ(w.out, std::string("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"));
  ByteReader r(w.out);
  EXPECT_EQ(r.U8(), 1);
  EXPECT_EQ(r.U16(), 0x0203);
  EXPECT_EQ(r.U32(), 0x04050607u);
  EXPECT_EQ(r.U64(), 0x08090a0b0c0d0e0fu);
  EXPECT_TRUE(r.ok() && r.AtEnd());
}

TEST(Bytes, VarintsGoThereAndBackAtEveryLength) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t v : {(uint64_t{1} << bit) - 1, uint64_t{1} << bit, ~(uint64_t{1} << bit)}) {
      ByteWriter w;
      w.Varint(v);
      w.Zigzag(static_cast<int64_t>(v));
      ByteReader r(w.out);
      EXPECT_EQ(r.Varint(), v);
      EXPECT_EQ(r.Zigzag(), static_cast<int64_t>(v));
      EXPECT_TRUE(r.ok() && r.AtEnd());
    }
  }
}

TEST(Bytes, RefusesAVarintThatIsNotShortestOrTooLong) {
  const std::string bad[] = {std::string("\x80\x00", 2),
                             std::string("\xff\x80\x00", 3),
                             std::string(9, '\xff') + "\x02",
                             std::string(10, '\x80') + "\x01",
                             "\x80",
                             ""};
  for (const std::string& bytes : bad) {
    ByteReader r(bytes);
    EXPECT_EQ(r.Varint(), 0u);
    EXPECT_FALSE(r.ok());
  }
  ByteReader r(std::string_view("\0", 1));
  EXPECT_EQ(r.Varint(), 0u);
  EXPECT_TRUE(r.ok());
}

TEST(Bytes, AfterTheFirstBadByteEveryReadIsEmpty) {
  ByteWriter w;
  w.Varint(100);  // a length that is not there
  w.Raw("abc");
  ByteReader r(w.out);
  EXPECT_EQ(r.Sized(), "");
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.U8(), 0);
  EXPECT_EQ(r.Raw(1), "");
  EXPECT_EQ(r.left(), 0u);
}

TEST(Bytes, ASizeNearTheEndOfTheNumbersDoesNotWrap) {
  ByteWriter w;
  w.Varint(std::numeric_limits<uint64_t>::max());
  w.Raw("abc");
  ByteReader r(w.out);
  EXPECT_EQ(r.Sized(), "");
  EXPECT_FALSE(r.ok());
}

}  // namespace
}  // namespace chancery

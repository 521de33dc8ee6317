#include "engine/codec/round_record.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(RoundRecord, IsWrittenInOneWay) {
  const RoundRecord record{176722561, 3, 300, {{1, 2}, {7, 300}}};
  const std::string bytes = EncodeRoundRecord(record);
  EXPECT_EQ(bytes.size(), 17u + 3 * 8 + 1 + 9 + 10);
  EXPECT_EQ(*DecodeRoundRecord(bytes), record);
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeRoundRecord(bytes.substr(0, n)).ok()) << n;
  EXPECT_FALSE(DecodeRoundRecord(bytes + "x").ok());
  EXPECT_FALSE(DecodeRoundRecord("x" + bytes.substr(1)).ok());
  for (const RoundRecord& bad : {RoundRecord{1, 0, 1, {{7, 1}, {1, 1}}}, {1, 0, 1, {{7, 1}, {7, 2}}}, {1, 0, 1, {{7, 0}}}})
    EXPECT_FALSE(DecodeRoundRecord(EncodeRoundRecord(bad)).ok());
  std::string many = EncodeRoundRecord({1, 0, 1, {}});
  many.pop_back();
  EXPECT_FALSE(DecodeRoundRecord(many + "\xff\xff\xff\xff\x7f").ok());  // more lanes than it has bytes
}

}  // namespace
}  // namespace chancery

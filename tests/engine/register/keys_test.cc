// Keys of records, byte by byte: docs/reference/store.md.
#include "engine/register/keys.h"

#include <gtest/gtest.h>

#include "engine/base/hash.h"

namespace chancery {
namespace {

constexpr uint64_t kHash = 0x0102030405060708u;

TEST(Keys, SevenBytesOfTheRegisterThenTheKeyThenZerosToEight) {
  using namespace std::string_literals;
  EXPECT_EQ(RecordKeyOf(kHash, ""), "\1\2\3\4\5\6\7\0"s);
  EXPECT_EQ(RecordKeyOf(kHash, "a"), "\1\2\3\4\5\6\7a\0\0\0\0\0\0\0\0"s);
  EXPECT_EQ(RecordKeyOf(kHash, "abcdefgh"), "\1\2\3\4\5\6\7abcdefgh\0"s);
  EXPECT_EQ(RecordKeyOf(kHash, "abcdefghi").size(), 24u);
  EXPECT_EQ(RecordKeyOf(kHash, std::string(16, 'x')).size(), 24u);
}

TEST(Keys, GiveBackWhatTheyAreMadeOf) {
  for (size_t size = 1; size <= limits::kKeyBytes; ++size) {
    const std::string name(size, 'k');
    const RecordKey key = RecordKeyOf(Name64("parcel"), name);
    EXPECT_EQ(KeyOf(key), name);
    EXPECT_EQ(RegisterOf(key), RegisterPart(Name64("parcel")));
    EXPECT_EQ(key.size() % 8, 0u);
    EXPECT_EQ(ShortRecordKey(Name64("parcel"), name).view(), key);
  }
  EXPECT_EQ(RegisterOf(""), 0u);
}

TEST(Keys, WriteOverALongerOne) {
  RecordKey key = RecordKeyOf(kHash, std::string(40, 'x'));
  PutRecordKey(kHash, "b", &key);
  EXPECT_EQ(key, RecordKeyOf(kHash, "b"));
}

TEST(Keys, AreOrderedByRegisterThenKey) {
  const RecordKey a = RecordKeyOf(kHash, "a"), ab = RecordKeyOf(kHash, "ab"), b = RecordKeyOf(kHash, "b");
  EXPECT_LT(a, ab);
  EXPECT_LT(ab, b);
  EXPECT_LT(b, RecordKeyOf(kHash + 0x100, "a"));
}

}  // namespace
}  // namespace chancery

#include "engine/proof/lines.h"

#include <gtest/gtest.h>

namespace chancery {
namespace {

TEST(Lines, ALineEndsOrIsLeftAsTheRest) {
  LineReader lines("a\n\nb");
  std::string_view line;
  ASSERT_TRUE(lines.Next(&line));
  EXPECT_EQ(line, "a");
  ASSERT_TRUE(lines.Next(&line));
  EXPECT_EQ(line, "");
  EXPECT_FALSE(lines.Next(&line));
  EXPECT_EQ(lines.rest(), "b");
}

TEST(Lines, ANumberHasOneForm) {
  uint64_t value = 0;
  for (const std::string_view good : {"0", "7", "10", "18446744073709551615"}) EXPECT_TRUE(ParseDecimal(good, &value)) << good;
  EXPECT_EQ(value, ~uint64_t{0});
  for (const std::string_view bad : {"", "00", "07", "+7", "-0", " 7", "7 ", "7\n", "0x7", "7.", "18446744073709551616"})
    EXPECT_FALSE(ParseDecimal(bad, &value)) << bad;
}

TEST(Lines, AHashHas32Bytes) {
  Hash256 hash;
  const std::string text = PrintHash(Sha256({}));
  ASSERT_TRUE(ParseHash(text, &hash));
  EXPECT_EQ(hash, Sha256({}));
  for (const std::string& bad : {std::string(), text + "\n", text.substr(4), text.substr(0, 43), text + "AAAA"})
    EXPECT_FALSE(ParseHash(bad, &hash)) << bad;
}

}  // namespace
}  // namespace chancery

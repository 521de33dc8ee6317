#include "engine/base/copy.h"

#include <gtest/gtest.h>

#include <string>

namespace chancery {
namespace {

std::string Letters(size_t size) {
  std::string letters;
  for (size_t i = 0; i < size; ++i) letters += static_cast<char>('a' + i % 23);
  return letters;
}

TEST(Copy, EveryLengthAndNotAByteMore) {
  for (size_t size = 0; size <= 70; ++size) {
    std::string to(size + 2, '.');
    CopyBytes(Letters(size), to.data() + 1);
    EXPECT_EQ(to, "." + Letters(size) + ".");
  }
}

TEST(SameBytes, TellsApartWhatDiffersInOneByteOrInLength) {
  for (size_t size = 0; size <= 40; ++size) {
    const std::string a = Letters(size);
    EXPECT_TRUE(SameBytes(a, std::string(a)));
    EXPECT_FALSE(SameBytes(a, a + "x"));
    EXPECT_FALSE(SameBytes(a + "x", a));
    for (size_t at = 0; at < size; ++at) {
      std::string b = a;
      b[at] ^= 1;
      EXPECT_FALSE(SameBytes(a, b)) << size << " at " << at;
    }
  }
}

}  // namespace
}  // namespace chancery

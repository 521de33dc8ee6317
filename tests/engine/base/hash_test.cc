#include "engine/base/hash.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "engine/base/strings.h"

namespace chancery {
namespace {

TEST(Hash, Sha256HasTheVectorsOfFips180) {
  EXPECT_EQ(Hex(Sha256({}).view()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256({"abc"}).view()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256({"a", "", "bc"}), Sha256({"abc"}));
  EXPECT_EQ(Hex(Sha256({std::string(1000000, 'a')}).view()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Hash, PartsDoNotCollideByConcatenation) {
  EXPECT_NE(HashParts({"a", "bc"}), HashParts({"ab", "c"}));
  EXPECT_NE(HashParts({"abc"}), HashParts({"abc", ""}));
  EXPECT_EQ(HashParts({"a", std::string(200, 'b')}), Cut(Sha256({"\x01", "a", "\xc8\x01", std::string(200, 'b')})));
}

TEST(Hash, NamesAndCutsAreTheFirstBytes) {
  EXPECT_EQ(Name64("abc"), 0xba7816bf8f01cfeau);
  EXPECT_EQ(Hex(Cut(Sha256({"abc"})).view()), "ba7816bf8f01cfea414140de5dae2223");
}

TEST(Hash, Xxh3HasItsPublishedValues) {  // of the empty input, as the reference implementation's self test has them
  EXPECT_EQ(Xxh64(""), 0x2d06800538d394c2u);
  const Sum128 sum = Xxh128("", 0);
  EXPECT_EQ(static_cast<uint64_t>(sum.value >> 64), 0x99aa06d3014798d8u);
  EXPECT_EQ(static_cast<uint64_t>(sum.value), 0x6001c324468d497fu);
  EXPECT_NE(Xxh128("a", 1).value, Xxh128("a", 2).value);
}

TEST(Hash, DigestsCompareAsBytes) {
  const Hash128 low = Hash128::From("0123456789abcdef"), high = Hash128::From("0123456789abcdeg");
  EXPECT_LT(low, high);
  EXPECT_EQ(low.view(), "0123456789abcdef");
  EXPECT_FALSE(low.IsZero());
  EXPECT_TRUE(Hash256{}.IsZero());
}

TEST(Hash, ThreadsDoNotShareAContext) {
  const Hash256 expected = Sha256({"a", "b", "c"});
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&count, &expected] {
      for (int i = 0; i < 2000; ++i) count += Sha256({"a", "b", "c"}) != expected;
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(HashDeathTest, RefusesAViewOfAnotherSize) { EXPECT_DEATH(Hash256::From("short"), "CHECK failed"); }

}  // namespace
}  // namespace chancery

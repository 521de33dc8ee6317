#include "engine/base/strings.h"

#include <gtest/gtest.h>

#include "engine/base/limits.h"

namespace chancery {
namespace {

TEST(Strings, JoinsBothKindsOfView) {
  EXPECT_EQ(Cat(std::string_view("a"), 1, absl::string_view("b"), std::string("c")), "a1bc");
}

TEST(Strings, HexGoesThereAndBack) {
  const std::string bytes("\x00\x7f\xff\x10", 4);
  EXPECT_EQ(Hex(bytes), "007fff10");
  std::string back;
  ASSERT_TRUE(Unhex("007FFF10", &back));
  EXPECT_EQ(back, bytes);
}

TEST(Strings, UnhexRefusesOddLengthAndForeignCharacters) {
  std::string out;
  for (const char* bad : {"0", "0g", "g0", "0x", " 0", "00 "}) EXPECT_FALSE(Unhex(bad, &out)) << bad;
  EXPECT_TRUE(Unhex("", &out));
  EXPECT_EQ(out, "");
}

TEST(Strings, Base64HasTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(Base64(plain), coded);
    std::string back;
    EXPECT_TRUE(Unbase64(coded, &back)) << coded;
    EXPECT_EQ(back, plain);
  }
  EXPECT_EQ(Base64("\xfb\xff"), "+/8=");
}

TEST(Strings, Unbase64TakesTheOneFormOnly) {
  std::string out;
  for (const char* bad : {"Zg", "Zg=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm-_", "Z", "====", "Zg==Zg=="})
    EXPECT_FALSE(Unbase64(bad, &out)) << bad;
}

TEST(Strings, TextIsUtf8WithoutNul) {
  for (const char* good : {"", "Õ", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsText(good)) << Hex(good);
  }
  // Overlong forms, surrogates, above U+10FFFF, lone and missing continuation bytes.
  for (const char* bad : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf",
                          "\xed\xa0\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xf0\x9f\x98", "\xff", "a\xc3"}) {
    EXPECT_FALSE(IsText(bad)) << Hex(bad);
  }
  EXPECT_FALSE(IsText(std::string_view("a\0b", 3)));
}

// Texts are looked at eight bytes at a time.
TEST(Strings, NoByteIsOverlookedWhereverItStands) {
  for (size_t size = 1; size <= 40; ++size) {
    const std::string plain(size, '~');
    EXPECT_TRUE(IsText(plain) && IsKey(plain)) << size;
    for (size_t at = 0; at < size; ++at) {
      const auto with = [&](char c) { return std::string(plain).replace(at, 1, 1, c); };
      EXPECT_TRUE(IsText(with(' ')) && IsKey(with(' '))) << size << " " << at;
      for (const char c : {'\0', '\x80', '\xff'}) EXPECT_FALSE(IsText(with(c)) || IsKey(with(c))) << size << " " << at;
      for (const char c : {'\x01', '\x1f', '\x7f'}) {  // a text may have them, a key may not
        EXPECT_TRUE(IsText(with(c))) << size << " " << at;
        EXPECT_FALSE(IsKey(with(c))) << size << " " << at;
      }
    }
  }
}

TEST(Strings, NamesAreLowerCaseAndShort) {
  for (const char* good : {"a", "parcel", "a_b-9"}) EXPECT_TRUE(IsName(good)) << good;
  for (const char* bad : {"", "A", "1a", "_a", "-a", "a.b", "a b", "õ", "aB"}) EXPECT_FALSE(IsName(bad)) << bad;
  EXPECT_TRUE(IsName(std::string(limits::kNameBytes, 'a')));
  EXPECT_FALSE(IsName(std::string(limits::kNameBytes + 1, 'a')));
  EXPECT_FALSE(IsName(std::string_view("a\0", 2)));
}

TEST(Strings, KeysAreShortTextWithoutControlCharacters) {
  for (const char* good : {"1", "2341:0057", "a/b c#%", "Õ", "\xc2\xa0"}) EXPECT_TRUE(IsKey(good)) << good;
  for (const char* bad : {"", "a\n", "\x1f", "\x7f", "\xc2\x80", "\xc2\x9f", "\xff"}) EXPECT_FALSE(IsKey(bad)) << Hex(bad);
  EXPECT_FALSE(IsKey(std::string_view("a\0", 2)));
  EXPECT_TRUE(IsKey(std::string(limits::kKeyBytes, 'k')));
  EXPECT_FALSE(IsKey(std::string(limits::kKeyBytes + 1, 'k')));
}

}  // namespace
}  // namespace chancery

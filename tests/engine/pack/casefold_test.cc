#include "tests/engine/pack/support.h"

namespace chancery {
namespace {

TEST(Casefold, ComparesWithoutCaseAndForm) {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},
      {"Paju Lill OÜ", "paju lill oü"},
      {"O\u0308", "ö"},  // composed
      {"STRASSE", "strasse"},
      {"Straße", "strasse"},
      {"ﬁle Ⅷ １２", "file viii 12"},  // compatibility forms
      {"ΣΊΣΥΦΟΣ", "σίσυφοσ"},
      {"12/345", "12/345"},
  };
  for (const auto& [text, folded] : table) EXPECT_EQ(Casefold(text).value(), folded) << text;
}

TEST(Casefold, FoldsPlainLettersAsItDoesBesideOthers) {
  for (char c = 1; c > 0; ++c) EXPECT_EQ(Casefold(std::string(1, c)).value() + "õ", Casefold(c + std::string("õ")).value()) << c;
}

TEST(Casefold, FoldsWhatIsFoldedToItself) {
  for (char32_t c = 0x80; c < 0x3000; ++c) {
    std::string text;
    if (c < 0x800) {
      text = {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
    } else {
      text = {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)), static_cast<char>(0x80 | (c & 0x3f))};
    }
    const absl::StatusOr<std::string> once = Casefold(text);
    if (!once.ok()) continue;
    EXPECT_EQ(Casefold(*once).value(), *once) << "U+" << std::hex << static_cast<uint32_t>(c);
  }
}

TEST(Casefold, RefusesCharactersThatAreNotAssigned) {
  for (const char* text : {"a\u0378", "\U000E0080", "\uFFFE"}) {
    EXPECT_EQ(Casefold(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(Casefold("\xc3").status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace chancery

#include "chancery/types.h"
#include "engine/base/strings.h"
#include "tests/engine/text/support.h"

namespace chancery {
namespace {

TEST(Address, ReadsAndWritesItsCanonicalText) {
  for (const char* text : {"parcel/1", "parcel/2341:0057/owner", "company/1/board/Xaver", "a/%25%2F%20%23", "a/ä/b/c%20d"}) {
    EXPECT_EQ(Address::Parse(text).value().Text(), text);
  }
  const Address a = Address::Parse("r/a%2Fb%20c%23%25/f/x%20y").value();
  EXPECT_EQ(a.key, "a/b c#%");
  EXPECT_EQ(a.field, "f");
  EXPECT_EQ(a.member, "x y");
  EXPECT_EQ(a.Shown(), "r/a/b c#%/f/x y");
}

TEST(Address, TakesASpaceOrHashOfAKeyAsItIsShown) {
  EXPECT_EQ(Address::Parse("street/Main Street #1").value().Text(), "street/Main%20Street%20%231");
}

TEST(Address, RefusesWithTheReason) {
  const std::string long_key(256, 'k');
  const std::pair<std::string, std::string> table[] = {
      {"", "\"\" is no address: it has no key"},
      {"parcel", "\"parcel\" is no address: it has no key"},
      {"parcel/", "\"parcel/\" is no address: its key is empty"},
      {"Parcel/1",
       "\"Parcel/1\" is no address: the register's name is a lower-case letter, then letters, digits, `-` and `_`, 63 at most"},
      {"parcel/1/Owner",
       "\"parcel/1/Owner\" is no address: a field's name is a lower-case letter, then letters, digits, `-` and `_`, 63 at most"},
      {"parcel/1/",
       "\"parcel/1/\" is no address: a field's name is a lower-case letter, then letters, digits, `-` and `_`, 63 at most"},
      {"parcel/1/f/", "\"parcel/1/f/\" is no address: its member is empty"},
      {"parcel/1/f/m/x", "\"parcel/1/f/m/x\" is no address: it has more than four parts; a `/` of a key is written %2F"},
      {"parcel/5%", "\"parcel/5%\" is no address: a `%` of a key is written %25; the escapes are %25 %2F %20 %23"},
      {"parcel/%2f", "\"parcel/%2f\" is no address: a `%` of a key is written %25; the escapes are %25 %2F %20 %23"},
      {"parcel/%41", "\"parcel/%41\" is no address: a `%` of a key is written %25; the escapes are %25 %2F %20 %23"},
      {"parcel/a\tb", "\"parcel/a\\tb\" is no address: a key is UTF-8 without control characters"},
      {"parcel/a\x7f", "\"parcel/a\x7f\" is no address: a key is UTF-8 without control characters"},
      {"parcel/a\xc2\x85", "\"parcel/a\xc2\x85\" is no address: a key is UTF-8 without control characters"},
      {"parcel/\xff", "the text is no address: a key is UTF-8 without control characters"},
      {std::string("parcel/a\0b", 10), "the text is no address: a key is UTF-8 without control characters"},
      {"parcel/" + long_key, "\"parcel/" + std::string(113, 'k') + "\" is no address: its key has 256 bytes, 255 are allowed"},
  };
  for (const auto& [text, message] : table) {
    const absl::Status status = Address::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), message);
    EXPECT_NE(NextOf(status), "");
  }
  EXPECT_TRUE(Address::Parse("parcel/" + std::string(255, 'k')).ok());
}

TEST(Address, RoundTripsEveryKey) {
  for (const char* key : {"1", "%", "/", " ", "#", "%25", "a/b", "õ ä", "\xc2\xa0", "..", "-"}) {
    ASSERT_TRUE(IsKey(key)) << key;
    const Address a{"r", key, "f", ""};
    EXPECT_EQ(Address::Parse(a.Text()).value(), a) << key;
  }
}

}  // namespace
}  // namespace chancery

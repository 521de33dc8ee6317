#include "engine/text/value_text.h"

#include "tests/engine/text/support.h"
#include "tests/support/forever.h"

namespace chancery {
namespace {

FieldDef Plain(FieldType type) {
  FieldDef def;
  def.type = type;
  return def;
}

FieldDef Address2() {
  FieldDef def = Plain(FieldType::kGroup);
  def.members = {{"built", FieldType::kDate}, {"street", FieldType::kText}, {"town", FieldType::kText}};
  return def;
}

absl::StatusOr<Value> Typed(const FieldDef& def, const Literal& v) {
  return TypeValue(def, def.type, v, "parcel/1/f", Forever());
}

TEST(TypeValue, ReadsEveryFormAndShowsTheCanonicalOne) {
  const struct {
    FieldType type;
    Literal written;
    Kind kind;
    const char* shown;
  } table[] = {
      {FieldType::kText, "Mari", Kind::kText, "\"Mari\""},
      {FieldType::kText, "", Kind::kText, "\"\""},
      {FieldType::kInteger, 1200, Kind::kInteger, "1200"},
      {FieldType::kInteger, "-0012", Kind::kInteger, "-12"},
      {FieldType::kInteger, "9223372036854775807", Kind::kInteger, "9223372036854775807"},
      {FieldType::kInteger, INT64_MIN, Kind::kInteger, "-9223372036854775808"},
      {FieldType::kRational, "3/4", Kind::kRational, "\"3/4\""},
      {FieldType::kRational, "-6/8", Kind::kRational, "\"-3/4\""},
      {FieldType::kRational, "10/5", Kind::kRational, "\"2\""},
      {FieldType::kRational, "5", Kind::kRational, "\"5\""},
      {FieldType::kRational, "0/7", Kind::kRational, "\"0\""},
      {FieldType::kBool, true, Kind::kBool, "true"},
      {FieldType::kBool, false, Kind::kBool, "false"},
      {FieldType::kDate, "2026-01-31", Kind::kDate, "\"2026-01-31\""},
      {FieldType::kDate, "1900-02-28", Kind::kDate, "\"1900-02-28\""},
      {FieldType::kTime, "2026-05-03T10:02:00Z", Kind::kTime, "\"2026-05-03T10:02:00.000Z\""},
      {FieldType::kTime, "2026-05-03T10:02:00.25+03:00", Kind::kTime, "\"2026-05-03T07:02:00.250Z\""},
      {FieldType::kBytes, "AAH/", Kind::kBytes, "\"AAH/\""},
      {FieldType::kReference, "parcel/a%20b", Kind::kReference, "\"parcel/a b\""},
  };
  for (const auto& row : table) {
    const absl::StatusOr<Value> value = Typed(Plain(row.type), row.written);
    ASSERT_TRUE(value.ok()) << row.shown << value.status().message();
    EXPECT_EQ(value->kind, row.kind) << row.shown;
    EXPECT_TRUE(Value::IsCanonical(value->kind, value->payload())) << row.shown;
    EXPECT_EQ(ShowJson(*value), row.shown);
  }
  EXPECT_EQ(ShowJson(Value::Unset()), "null");
}

TEST(TypeValue, ReadsAGroupAsOneValue) {
  const Literal written = ParseJson(R"({"town":"Tartu","built":"1902-05-01"})").value();
  const Value group = Typed(Address2(), written).value();
  EXPECT_TRUE(Value::IsCanonical(Kind::kGroup, group.payload()));
  EXPECT_EQ(ShowJson(group), R"({"built":"1902-05-01","town":"Tartu"})");
  EXPECT_EQ(group, Typed(Address2(), ParseJson(R"({"built":"1902-05-01","town":"Tartu"})").value()).value());
}

TEST(TypeValue, ReadsTheElementsOfASet) {
  FieldDef def = Plain(FieldType::kSet);
  def.of = FieldType::kDate;
  EXPECT_EQ(TypeValue(def, def.of, "2026-01-31", "parcel/1/f", Forever()).value(), Value::Date(20484));
  EXPECT_EQ(Said(TypeValue(def, def.of, 3, "parcel/1/f", Forever()).status()),
            "type: parcel/1/f takes a date of the calendar, for example \"2026-01-31\"; found 3");
}

TEST(TypeValue, RefusesWithAddressFormAndExample) {
  const struct {
    FieldType type;
    const char* written;
    const char* message;
  } table[] = {
      {FieldType::kText, "12", "takes a text, for example \"Mari Kask\"; found 12"},
      {FieldType::kText, "null", "may not be null: null is not a value"},
      {FieldType::kText, "[\"a\"]", "takes a text, for example \"Mari Kask\"; found a list"},
      {FieldType::kInteger, "\"12a\"", "takes an integer of 64 bits with sign, for example 1200 or \"1200\"; found \"12a\""},
      {FieldType::kInteger, "\"+1\"", "takes an integer of 64 bits with sign, for example 1200 or \"1200\"; found \"+1\""},
      {FieldType::kInteger, "\" 1\"", "takes an integer of 64 bits with sign, for example 1200 or \"1200\"; found \" 1\""},
      {FieldType::kInteger, "\"\"", "takes an integer of 64 bits with sign, for example 1200 or \"1200\"; found \"\""},
      {FieldType::kInteger, "\"9223372036854775808\"",
       "takes an integer of 64 bits with sign, for example 1200 or \"1200\"; found \"9223372036854775808\""},
      {FieldType::kInteger, "true", "takes an integer of 64 bits with sign, for example 1200 or \"1200\"; found true"},
      {FieldType::kRational, "\"1/0\"", "takes a fraction in text, for example \"3/4\" or \"5\"; found \"1/0\""},
      {FieldType::kRational, "\"1/-2\"", "takes a fraction in text, for example \"3/4\" or \"5\"; found \"1/-2\""},
      {FieldType::kRational, "\"1/\"", "takes a fraction in text, for example \"3/4\" or \"5\"; found \"1/\""},
      {FieldType::kRational, "\"0.5\"", "takes a fraction in text, for example \"3/4\" or \"5\"; found \"0.5\""},
      {FieldType::kBool, "\"true\"", "takes true or false, for example true; found \"true\""},
      {FieldType::kBool, "1", "takes true or false, for example true; found 1"},
      {FieldType::kDate, "\"2026-02-29\"", "takes a date of the calendar, for example \"2026-01-31\"; found \"2026-02-29\""},
      {FieldType::kDate, "20260131", "takes a date of the calendar, for example \"2026-01-31\"; found 20260131"},
      {FieldType::kTime, "\"2026-05-03 10:02\"",
       "takes an RFC 3339 time, for example \"2026-01-31T10:02:00Z\"; found \"2026-05-03 10:02\""},
      {FieldType::kBytes, "\"AA\"", "takes bytes as base64 with padding, for example \"AAH/\"; found \"AA\""},
      {FieldType::kReference, "\"parcel\"", "takes the address of a record, for example \"parcel/1\"; found \"parcel\""},
      {FieldType::kReference, "\"parcel/1/owner\"",
       "takes the address of a record, for example \"parcel/1\"; found \"parcel/1/owner\""},
      {FieldType::kCounter, "1", "takes no value written with \"set\"; found 1"},
      {FieldType::kGroup, "\"x\"", "takes an object of its members, for example {\"built\": …}; found \"x\""},
      {FieldType::kGroup, "{}", "has no member set"},
  };
  for (const auto& row : table) {
    const FieldDef def = row.type == FieldType::kGroup ? Address2() : Plain(row.type);
    const absl::Status status = Typed(def, ParseJson(std::string("\n ") + row.written).value()).status();
    EXPECT_EQ(Said(status), std::string("type: line 2, column 2: parcel/1/f ") + row.message);
    EXPECT_EQ(RefusalOf(status)->at, "parcel/1/f");
    EXPECT_NE(RefusalOf(status)->next, "");
  }
}

TEST(TypeValue, RefusesMembersThatTheGroupHasNot) {
  EXPECT_EQ(Said(Typed(Address2(), ParseJson(R"({"town":"Tartu","stret":"x"})").value()).status()),
            "type: line 1, column 25: parcel/1/f has no member \"stret\"; did you mean \"street\"?");
  EXPECT_EQ(Said(Typed(Address2(), ParseJson(R"({"built":"soon"})").value()).status()),
            "type: line 1, column 10: parcel/1/f/built takes a date of the calendar, for example \"2026-01-31\"; found \"soon\"");
  EXPECT_EQ(Said(Typed(Address2(), ParseJson(R"({"town":null})").value()).status()),
            "type: line 1, column 9: parcel/1/f/town may not be null: null is not a value");
  Literal twice = Literal::Object({{"town", "a"}, {"town", "b"}});
  EXPECT_EQ(Said(Typed(Address2(), twice).status()), "type: parcel/1/f has member town twice");
}

TEST(TypeValue, RefusesTextThatIsNotText) {
  EXPECT_EQ(Said(Typed(Plain(FieldType::kText), Literal("\xff")).status()),
            "type: parcel/1/f takes a text, for example \"Mari Kask\"; found a text that is not UTF-8 without U+0000");
  EXPECT_FALSE(Typed(Plain(FieldType::kText), Literal(std::string("a\0b", 3))).ok());
}

TEST(TypeValue, RefusesAValueOverTheLimit) {
  EXPECT_TRUE(Typed(Plain(FieldType::kText), Literal(std::string(768 << 10, 'x'))).ok());
  const std::string message = "limit: parcel/1/f has a value of 786433 bytes; 786432 are allowed";
  EXPECT_EQ(Said(Typed(Plain(FieldType::kText), Literal(std::string((768 << 10) + 1, 'x'))).status()), message);
  Literal group = Literal::Object({{"street", std::string(500 << 10, 'x')}, {"town", std::string(500 << 10, 'y')}});
  EXPECT_EQ(Said(Typed(Address2(), group).status()).substr(0, 43), "limit: parcel/1/f has a value of 1024020 by");
}

TEST(ShowJson, OfATextIsTheJsonOfItsLiteral) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  for (const std::string& text : {std::string(), std::string("Mari \"M.\" Mets\\"), std::string("öäü😀"), all})
    EXPECT_EQ(ShowJson(Value::Text(text)), Literal(text).Json());
}

}  // namespace
}  // namespace chancery

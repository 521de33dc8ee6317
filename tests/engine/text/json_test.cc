#include "chancery/types.h"
#include "tests/engine/text/support.h"

namespace chancery {
namespace {

Literal Parsed(std::string_view json) {
  const absl::StatusOr<Literal> literal = ParseJson(json);
  EXPECT_TRUE(literal.ok()) << json << ": " << literal.status().message();
  return literal.ok() ? *literal : Literal();
}

std::string Place(const Literal& v) { return std::to_string(v.line) + ":" + std::to_string(v.column); }

TEST(ParseJson, WritesWhatItReads) {
  for (const char* json :
       {"null", "true", "false", "0", "-1", "9223372036854775807", "-9223372036854775808", "\"\"", "\"ä\"", "[]", "{}",
        "[1,\"a\",null]", "{\"b\":1,\"a\":{\"c\":[true]}}", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\""}) {
    EXPECT_EQ(Parsed(json).Json(), json);
  }
  EXPECT_EQ(Parsed(" [ 1 , \"\\u00e4\\/\\ud83d\\ude00\" ]\n").Json(), "[1,\"ä/😀\"]");
  EXPECT_EQ(Parsed("\xef\xbb\xbf{\"a\":-0}").Json(), "{\"a\":0}");
}

TEST(ParseJson, GivesEveryLiteralItsLineAndColumn) {
  const Literal v = Parsed("{\"id\": \"x\",\n  \"ops\": [12, {\"ä\":true} ,null],\r\n\"n\" : 7}");
  EXPECT_EQ(Place(v), "1:1");
  EXPECT_EQ(Place(*v.Find("id")), "1:8");
  const Literal& ops = *v.Find("ops");
  EXPECT_EQ(Place(ops), "2:10");
  EXPECT_EQ(Place(ops.list[0]), "2:11");
  EXPECT_EQ(Place(ops.list[1]), "2:15");
  EXPECT_EQ(Place(*ops.list[1].Find("ä")), "2:20");  // columns count characters
  EXPECT_EQ(Place(ops.list[2]), "2:27");
  EXPECT_EQ(Place(*v.Find("n")), "3:7");
  EXPECT_EQ(Place(Parsed("\n 5")), "2:2");
  EXPECT_EQ(Place(Parsed("\xef\xbb\xbf{\"a\":1}")), "1:2");
}

TEST(ParseJson, RefusesWithLineAndColumn) {
  const std::pair<std::string, std::string> table[] = {
      {"", "line 1, column 1: unexpected end of input; expected '[', '{', or a literal"},
      {"{\"a\":1", "line 1, column 7: unexpected end of input; expected '}'"},
      {"{\"a\":1}\n x", "line 2, column 2: invalid literal"},
      {"{\"a\":1} {}", "line 1, column 9: unexpected '{'; expected end of input"},
      {"{\n\"a\":1,\n}", "line 3, column 1: unexpected '}'; expected string literal"},
      {"{\"a\":1,\n \"b\":2, \"a\":3}", "line 2, column 9: key \"a\" is written twice in one object"},
      {"[1.5]", "line 1, column 2: 1.5 is not a 64-bit integer"},
      {"[" + std::string(60, '1') + "]", "line 1, column 2: " + std::string(40, '1') + "… is not a 64-bit integer"},
      {"[1,2e3]", "line 1, column 4: 2e3 is not a 64-bit integer"},
      {"9223372036854775808", "line 1, column 1: 9223372036854775808 is not a 64-bit integer"},
      {"-9223372036854775809", "line 1, column 1: -9223372036854775809 is not a 64-bit integer"},
      {"\"\xff\"", "line 1, column 2: invalid string: ill-formed UTF-8 byte"},
      {"\"\xed\xa0\x80\"", "line 1, column 3: invalid string: ill-formed UTF-8 byte"},
      {"[\"a\\u0000\"]", "line 1, column 2: text may not hold U+0000"},
      {"{\"a\\u0000\":1}", "line 1, column 2: a key may not hold U+0000"},
      {std::string("[1,\n\0]", 6), "line 2, column 1: JSON may not hold U+0000"},
      {"\"\\ud800\"", "line 1, column 8: invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"},
      {"[01]", "line 1, column 3: unexpected number literal; expected ']'"},
      {"'a'", "line 1, column 1: invalid literal"},
      {"[1,]", "line 1, column 4: unexpected ']'; expected '[', '{', or a literal"},
  };
  for (const auto& [json, message] : table) {
    const absl::StatusOr<Literal> literal = ParseJson(json);
    EXPECT_EQ(literal.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_EQ(literal.status().message(), message) << json;
  }
  EXPECT_EQ(ParseJson("[1e999]").status().message(), "line 1, column 6: not a 64-bit integer");
}

TEST(ParseJson, RefusesNestingOver64) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(Parsed(nested(64)).Json(), nested(64));
  EXPECT_EQ(ParseJson(nested(65)).status().message(), "line 1, column 65: nested more than 64 deep");
}

TEST(ParseJson, FindsARepeatedKeyAmongMany) {
  std::string json = "{";
  for (int i = 0; i < 5000; ++i) json += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",\n";
  EXPECT_EQ(Parsed(json + "\"k\":{}}").members.size(), 5001u);
  EXPECT_EQ(ParseJson(json + "\"k4000\":1}").status().message(),
            "line 5001, column 1: key \"k4000\" is written twice in one object");
}

TEST(Literal, ComparesWithoutPlaces) {
  Literal made = Literal::Object();
  made.Add("a", Literal::List({1, "x", true, Literal()}));
  EXPECT_EQ(Parsed("\n{ \"a\": [1, \"x\", true, null] }"), made);
  EXPECT_EQ(made.Find("b"), nullptr);
  EXPECT_FALSE(Parsed("[1]") == Parsed("[2]"));
  EXPECT_FALSE(Literal("1") == Literal(1));
}

}  // namespace
}  // namespace chancery

// Bad input gets words, the documented exit code, and loses nothing.
#include <gtest/gtest.h>

#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

using std::string_literals::operator""s;

struct BadEntry {
  const char* name;
  std::string line;
  const char* kind;  // of the refusal
};

class BadEntries : public ::testing::TestWithParam<BadEntry> {};

TEST_P(BadEntries, AreRefusedAndNothingIsStored) {
  const Land land;
  const std::string before = land.Status().Find("digest")->text;
  const Result filed = land.Json({"file"}, GetParam().line + "\n");
  EXPECT_EQ(filed.code, 6) << filed.out;
  EXPECT_EQ(filed.Last("refused").Find("kind")->text, GetParam().kind) << filed.out;
  EXPECT_EQ(filed.Last("refused").Find("line")->integer, 1);
  EXPECT_FALSE(filed.Last("refused").Find("message")->text.empty());
  EXPECT_EQ(land.Status().Find("digest")->text, before);
}

const BadEntry kEntries[] = {
    {"NoJson", "house", "type"},
    {"ATrailingComma", R"({"ops":[{"create":"parcel/1",}]})", "type"},
    {"ARepeatedKey", R"({"note":"a","note":"b","ops":[{"create":"parcel/1"}]})", "type"},
    {"AnUnknownKey", R"({"wish":"a","ops":[{"create":"parcel/1"}]})", "type"},
    {"AFraction", R"({"ops":[{"create":"parcel/1","set":{"area_m2":1.5}}]})", "type"},
    {"NoOperation", R"({"ops":[]})", "type"},
    {"Null", R"({"ops":[{"create":"parcel/1","set":{"owner":null}}]})", "type"},
    {"AnEscapedNul", R"({"ops":[{"create":"parcel/1","set":{"owner":"a\u0000b"}}]})", "type"},
    {"ANulInAKey", R"({"ops":[{"create":"parcel/a\u0000b","set":{"owner":"a"}}]})", "type"},
    {"ARawNul", "{\"ops\":[{\"create\":\"parcel/1\",\"set\":{\"owner\":\"a\0b\"}}]}"s, "type"},
    {"BrokenUtf8", "{\"ops\":[{\"create\":\"parcel/1\",\"set\":{\"owner\":\"\xc3\x28\"}}]}", "type"},
    {"ALongKey", "{\"ops\":[{\"create\":\"parcel/" + std::string(300, 'k') + "\"}]}", "type"},
    {"AControlCharacterInAKey", R"({"ops":[{"create":"parcel/a\u0007b"}]})", "type"},
    {"AnUnknownRegister", R"({"ops":[{"create":"house/1"}]})", "type"},
    {"AnUnknownField", R"({"ops":[{"create":"parcel/1","set":{"colour":"red"}}]})", "type"},
    {"AWordForANumber", R"({"ops":[{"create":"parcel/1","set":{"area_m2":"large"}}]})", "type"},
    {"ANumberTooLarge", R"({"ops":[{"create":"parcel/1","set":{"area_m2":"9223372036854775808"}}]})", "type"},
    {"NoDayOfTheCalendar", R"({"ops":[{"create":"parcel/1","set":{"sold":"2026-02-30"}}]})", "type"},
    {"AMissingRecord", R"({"ops":[{"record":"parcel/1","set":{"owner":"Mari"}}]})", "existence"},
    {"AFieldTwice", R"({"ops":[{"create":"parcel/1","set":{"owner":"a"}},{"record":"parcel/1","set":{"owner":"b"}}]})", "type"},
    {"ALongId", "{\"id\":\"" + std::string(65, 'i') + R"(","ops":[{"create":"parcel/1"}]})", "limit"},
    {"AHugeValue", "{\"ops\":[{\"create\":\"parcel/1\",\"set\":{\"owner\":\"" + std::string(800 << 10, 'v') + "\"}}]}", "limit"},
};
INSTANTIATE_TEST_SUITE_P(Table, BadEntries, ::testing::ValuesIn(kEntries),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadLine {
  const char* name;
  Words words;
  int code;
};

class BadLines : public ::testing::TestWithParam<BadLine> {};

TEST_P(BadLines, EndWithWordsAndTheirCode) {
  const Land land;
  const Result run = land.Do(GetParam().words);
  EXPECT_EQ(run.code, GetParam().code) << run.err;
  EXPECT_FALSE(run.err.empty());
  const Result json = land.Json(GetParam().words);
  EXPECT_EQ(json.code, GetParam().code);
  ASSERT_FALSE(json.Lines().empty()) << json.err;
}

const BadLine kLines[] = {
    {"NoVerb", {}, 2},
    {"AnUnknownVerb", {"frobnicate"}, 2},
    {"AnUnknownOption", {"status", "--frobnicate"}, 2},
    {"AMissingArgument", {"get"}, 2},
    {"NoAddress", {"get", "parcel"}, 2},
    {"AnUnknownRegister", {"get", "house/1"}, 2},
    {"AnUnknownField", {"get", "parcel/1/colour"}, 2},
    {"AMissingRecord", {"get", "parcel/1"}, 4},
    {"AMissingCase", {"case", "show", "parcel.owner", "parcel/1"}, 4},
    {"AMissingLog", {"log", "parcel/1"}, 4},
    {"AMissingFile", {"file", "nowhere.json"}, 4},
    {"AMissingBundle", {"bundle", "apply", "nowhere.cbn"}, 4},
    {"NoFrontier", {"bundle", "export", "--since", "yesterday", "-o", "out.cbn"}, 2},
    {"AMissingPack", {"pack", "check", "nowhere.toml"}, 4},
    {"AMissingDrill", {"rehearse", "nowhere.drill"}, 2},
    {"NoCard", {"site", "admit", "land.toml"}, 6},
    {"AnotherStoreHere", {"init", "--site", "tallinn", "--pack", "land.toml"}, 1},
    {"ABadAck", {"file", "--ack", "perhaps"}, 2},
    {"RuleWithoutAnOutcome", {"case", "rule", "parcel.owner", "parcel/1", "--officer", "j", "--reason", "r"}, 2},
};
INSTANTIATE_TEST_SUITE_P(Table, BadLines, ::testing::ValuesIn(kLines),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(BadStores, ThereIsNone) {
  const Land land;
  const Result run = land.At("nowhere", {"status"});
  EXPECT_EQ(run.code, 4);
  EXPECT_NE(run.err.find("chancery init"), std::string::npos) << run.err;
}

TEST(BadStores, ANameOfASiteIsChecked) {
  const Land land;
  for (const std::string& site : {"Tallinn"s, "1st"s, "a b"s, std::string(64, 's'), ""s}) {
    EXPECT_EQ(land.At("other", {"init", "--site", site, "--pack", land / "land.toml"}).code, 2) << site;
  }
}

TEST(BadStores, AWrongPackIsRefusedWithItsLine) {
  const Land land;
  WriteAll(land / "wrong.toml", "[pack]\nname = \"wrong\"\nversion = 1\n[register.a.fields]\nowner = { type = \"txet\" }\n");
  const Result checked = land.Do({"pack", "check", land / "wrong.toml"});
  EXPECT_EQ(checked.code, 6);
  EXPECT_NE(checked.err.find("wrong.toml:5"), std::string::npos) << checked.err;
  EXPECT_EQ(land.At("other", {"init", "--site", "tallinn", "--pack", land / "wrong.toml"}).code, 6);
  EXPECT_EQ(land.At("other", {"status"}).code, 4) << "a refused pack leaves no store behind";
}

TEST(BadStores, AnUnknownKindIsRefusedWithTheNearestName) {
  const Land land;
  WriteAll(land / "odd.toml", "[pack]\nname = \"odd\"\nversion = 1\n[register.a.fields]\nshares = { type = \"share\" }\n");
  const Result checked = land.Do({"pack", "check", land / "odd.toml"});
  EXPECT_EQ(checked.code, 6);
  EXPECT_NE(checked.err.find("\"share\""), std::string::npos) << checked.err;
}

// A `file` that waits for its input holds the store; a second command must not take it.
TEST(BadInput, ADirectoryIsNoFileOfEntries) {
  const Land land;
  for (const Result& run : {land.Do({"file", land / ""}), RunShell("$CHANCERY --store tallinn file < .", land / "")}) {
    EXPECT_EQ(run.code, 1) << run.out;
    EXPECT_NE(run.err.find("cannot be read"), std::string::npos) << run.err;
  }
}

}  // namespace
}  // namespace chancery::e2e

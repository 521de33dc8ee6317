#include "tests/engine/pack/support.h"

namespace chancery {
namespace {

// The example of docs/reference/pack.md.
constexpr std::string_view kLand = R"([pack]
name = "land"
version = 1
officers = 2                     # four eyes
ack = "witnessed 1"
zone = "Europe/Tallinn"

[register.parcel]
title = "Land parcel"

[register.parcel.fields]
number    = { type = "text", merge = "once" }
address   = { type = "group", fields = { town = "text", street = "text" } }
remark    = { type = "text", merge = "last" }
area_m2   = { type = "integer" }
owner     = { type = "text", interim = "none", hold = true, officers = 1, relied = "earlier" }
petition  = { type = "text" }
tags      = { type = "set", of = "text" }
permitted = { type = "set", of = "date", wins = "remove" }
since     = { type = "date", outcome = "notice" }

[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
normalise = "nfkc-casefold"
same = "parcel.petition"
title = "A cadastral number names one parcel"
)";

TEST(ParsePack, ReadsEveryKeyThatIsMerged) {
  const PackDef pack = Parsed(kLand);
  EXPECT_EQ(pack.name, "land");
  EXPECT_EQ(pack.version, 1u);
  EXPECT_EQ(pack.officers, 2);
  EXPECT_EQ(pack.ack, "witnessed 1");
  EXPECT_EQ(pack.zone, "Europe/Tallinn");
  EXPECT_EQ(pack.toml, kLand);
  EXPECT_EQ(pack.id, PackIdOf(kLand));
  ASSERT_EQ(pack.registers.size(), 1u);
  const RegisterDef& parcel = pack.registers[0];
  EXPECT_EQ(parcel.title, "Land parcel");
  EXPECT_EQ(parcel.Find("number")->merge, MergeKind::kOnce);
  EXPECT_EQ(parcel.Find("remark")->merge, MergeKind::kLast);
  EXPECT_EQ(parcel.Find("area_m2")->type, FieldType::kInteger);
  EXPECT_EQ(parcel.Find("area_m2")->merge, MergeKind::kGuarded);
  EXPECT_EQ(parcel.Find("area_m2")->interim, Interim::kFirst);
  EXPECT_EQ(parcel.Find("owner")->interim, Interim::kNone);
  EXPECT_TRUE(parcel.Find("owner")->hold);
  EXPECT_EQ(parcel.Find("owner")->officers, 1);
  EXPECT_EQ(parcel.Find("permitted")->of, FieldType::kDate);
  EXPECT_TRUE(parcel.Find("permitted")->remove_wins);
  EXPECT_FALSE(parcel.Find("tags")->remove_wins);
  EXPECT_TRUE(parcel.Find("since")->notice);
  ASSERT_EQ(pack.rules.size(), 1u);
  EXPECT_EQ(pack.rules[0].id, "parcel-number");
  EXPECT_EQ(pack.rules[0].kind, RuleKind::kUnique);
  EXPECT_EQ(pack.rules[0].on, (std::vector<FieldPath>{{"parcel", "number"}}));
  EXPECT_EQ(pack.rules[0].same, (FieldPath{"parcel", "petition"}));
  EXPECT_TRUE(pack.rules[0].casefold);
  EXPECT_EQ(pack.rules[0].title, "A cadastral number names one parcel");
}

TEST(ParsePack, OrdersRegistersFieldsAndMembersByName) {
  const PackDef pack =
      Parsed(With("[register.b.fields]\nz = { type = \"text\" }\na = { type = \"bool\" }\na_b = { type = \"time\" }\n"
                  "a-b = { type = \"bytes\" }\n[register.a]\n"));
  ASSERT_EQ(pack.registers.size(), 2u);
  EXPECT_EQ(pack.Ordinal("a"), 0u);
  EXPECT_EQ(pack.Ordinal("b"), 1u);
  EXPECT_EQ(pack.Ordinal("c"), std::nullopt);
  const RegisterDef& b = *pack.Find("b");
  EXPECT_EQ(b.Ordinal("a"), 0u);
  EXPECT_EQ(b.Ordinal("a-b"), 1u);
  EXPECT_EQ(b.Ordinal("a_b"), 2u);
  EXPECT_EQ(b.Ordinal("z"), 3u);
  EXPECT_EQ(b.Find("y"), nullptr);
  const PackDef land = Parsed(kLand);
  const FieldDef& address = *land.Find("parcel")->Find("address");
  ASSERT_EQ(address.members.size(), 2u);
  EXPECT_EQ(address.members[0].name, "street");
  EXPECT_EQ(address.members[1].name, "town");
}

TEST(ParsePack, AcceptsEveryPlainTypeMergeAckAndZone) {
  for (const char* type : {"text", "integer", "rational", "bool", "date", "time", "bytes"}) {
    for (const char* merge : {"guarded", "last", "once"}) {
      const std::string field = std::string("f = { type = \"") + type + "\", merge = \"" + merge + "\" }";
      EXPECT_EQ(Parsed(Fields(field)).Find("r")->fields.size(), 1u) << field;
    }
  }
  for (const char* ack : {"local", "settled", "witnessed 1", "witnessed 12"})
    EXPECT_EQ(Parsed(With(std::string("ack = \"") + ack + "\"")).ack, ack);
  for (const char* zone : {"UTC", "Europe/Tallinn", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
    EXPECT_EQ(Parsed(With(std::string("zone = \"") + zone + "\"")).zone, zone);
  }
}

struct Bad {
  std::string toml, message;
};

// The first line of the message: the first thing that is wrong.
void ExpectFirst(const Bad& bad, const std::vector<PackDef>& loaded = {}) {
  const std::string message = Refused(bad.toml, loaded);
  EXPECT_EQ(message.substr(0, message.find('\n')), bad.message) << bad.toml;
}

TEST(ParsePack, RefusesASyntaxErrorWithItsPlace) {
  EXPECT_EQ(Refused("[pack]\nname = \"land").rfind("land.toml:2:", 0), 0u);
  EXPECT_EQ(Refused("[pack]\nname = \"a\"\nname = \"b\"\n").rfind("land.toml:3:", 0), 0u);
  EXPECT_EQ(Refused("[pack]\nname = \"\xff\"\n").rfind("land.toml:2:", 0), 0u);
  EXPECT_EQ(Refused(std::string(600 << 10, '#')), "land.toml:1:1: the pack has 614400 bytes; 524288 are allowed");
}

TEST(ParsePack, RefusesWhatIsWrongInItsOwnTable) {
  const Bad table[] = {
      {"", "land.toml:1:1: a pack begins with the table [pack]"},
      {"pack = 3", "land.toml:1:8: a pack begins with the table [pack]"},
      {"[pack]\nversion = 1", "land.toml:1:1: [pack] needs the key name"},
      {"[pack]\nname = \"Land\"",
       "land.toml:2:8: [pack]: name is a lower-case letter, then letters, digits, - and _, 63 at most"},
      {"[pack]\nname = 7", "land.toml:2:8: [pack]: name is a text"},
      {"[pack]\nname = \"a\\u0000\"", "land.toml:2:8: [pack]: name is a text"},
      {"[pack]\nname = \"a\"\nversion = 0", "land.toml:3:11: [pack]: version is an integer, 1 or more"},
      {"[pack]\nname = \"a\"\nversion = 1.5", "land.toml:3:11: [pack]: version is an integer, 1 or more"},
      {With("officers = 3"), "land.toml:4:12: [pack]: officers is an integer, from 1 to 2"},
      {With("ack = \"witnessed\""),
       "land.toml:4:7: [pack]: ack is one of local | witnessed K | settled, for example \"witnessed 1\""},
      {With("ack = \"witnessed 0\""),
       "land.toml:4:7: [pack]: ack is one of local | witnessed K | settled, for example \"witnessed 1\""},
      {With("ack = \"soon\""), "land.toml:4:7: [pack]: ack is one of local | witnessed K | settled, for example \"witnessed 1\""},
      {With("zone = \"Tallinn time\""), "land.toml:4:8: [pack]: zone is a time zone by name, for example \"Europe/Tallinn\""},
      {With("zone = \"Europe/\""), "land.toml:4:8: [pack]: zone is a time zone by name, for example \"Europe/Tallinn\""},
      {With("zone = \"\""), "land.toml:4:8: [pack]: zone is a time zone by name, for example \"Europe/Tallinn\""},
      {With("offcers = 2"), "land.toml:4:1: [pack]: unknown key \"offcers\"; did you mean \"officers\"?"},
      {With("[registers.parcel]"), "land.toml:4:2: the pack: unknown key \"registers\"; did you mean \"register\"?"},
  };
  for (const Bad& bad : table) ExpectFirst(bad);
}

TEST(ParsePack, RefusesWhatIsWrongInARegisterOrField) {
  const Bad table[] = {
      {With("[register.Parcel]"),
       "land.toml:4:11: register \"Parcel\": a name is a lower-case letter, then letters, digits, - and _, 63 at most"},
      {With("[register.officer]"), "land.toml:4:11: register officer is built in: its records are the officers of the registry"},
      {With("[register]\nparcel = 1"), "land.toml:5:10: register parcel is a table: [register.parcel]"},
      {With("register = 1"), "land.toml:4:1: [pack]: unknown key \"register\"; known: name, version, officers, ack, zone"},
      {With("[register.r]\ntitel = \"x\""), "land.toml:5:1: register r: unknown key \"titel\"; did you mean \"title\"?"},
      {With("[register.r]\nfields = []"), "land.toml:5:10: register r: fields is a table"},
      {Fields("Owner = { type = \"text\" }"),
       "land.toml:5:1: field \"Owner\": a name is a lower-case letter, then letters, digits, - and _, 63 at most"},
      {Fields("owner = \"text\""), "land.toml:5:9: field r.owner is a table, for example { type = \"text\" }"},
      {Fields("owner = { merge = \"last\" }"), "land.toml:5:9: field r.owner needs the key type"},
      {Fields("owner = { type = 1 }"), "land.toml:5:18: field r.owner: type is a text"},
      {Fields("o = { type = \"text\", merge = \"lst\" }"),
       "land.toml:5:30: field r.o: merge is one of guarded | last | once; found \"lst\""},
      {Fields("o = { type = \"text\", interim = \"any\" }"),
       "land.toml:5:32: field r.o: interim is one of first | last | none; found \"any\""},
      {Fields("o = { type = \"text\", merge = \"last\", interim = \"first\" }"),
       "land.toml:5:48: field r.o: interim says what is shown of contested values; a field with merge = \"last\" is never "
       "contested"},
      {Fields("o = { type = \"text\", outcome = \"case\" }"),
       "land.toml:5:32: field r.o: outcome can only be notice; found \"case\""},
      {Fields("o = { type = \"text\", hold = \"yes\" }"), "land.toml:5:29: field r.o: hold is true or false"},
      {Fields("o = { type = \"text\", officers = 0 }"), "land.toml:5:33: field r.o: officers is an integer, from 1 to 2"},
      {Fields("o = { type = \"text\", relied = \"later\" }"),
       "land.toml:5:31: field r.o: relied is one of earlier | notice; found \"later\""},
      {Fields("o = { type = \"text\", steps = [] }"),
       "land.toml:5:22: field r.o: unknown key \"steps\"; known: type, merge, interim, outcome, hold, officers, relied"},
      {Fields("s = { type = \"set\" }"), "land.toml:5:5: field r.s needs the key of"},
      {Fields("s = { type = \"set\", of = \"txt\" }"), "land.toml:5:26: field r.s: of is a plain type; did you mean \"text\"?"},
      {Fields("s = { type = \"set\", of = \"group\" }"),
       "land.toml:5:26: field r.s: of is a plain type; known: text, integer, rational, bool, date, time, bytes"},
      {Fields("s = { type = \"set\", of = \"text\", wins = \"both\" }"),
       "land.toml:5:41: field r.s: wins is one of add | remove; found \"both\""},
      {Fields("s = { type = \"set\", of = \"text\", merge = \"last\" }"),
       "land.toml:5:34: field r.s: unknown key \"merge\"; known: type, of, wins, outcome, hold, officers, relied"},
      {Fields("g = { type = \"group\" }"), "land.toml:5:5: field r.g needs the key fields"},
      {Fields("g = { type = \"group\", fields = {} }"), "land.toml:5:32: field r.g: fields may not be empty"},
      {Fields("g = { type = \"group\", fields = { a = \"set\" } }"),
       "land.toml:5:38: field r.g: member a is a plain type; known: text, integer, rational, bool, date, time, bytes"},
      {Fields("g = { type = \"group\", fields = { A = \"text\" } }"),
       "land.toml:5:34: field r.g: member \"A\": a name is a lower-case letter, then letters, digits, - and _, 63 at most"},
      {Fields("g = { type = \"group\", fields = { a = \"text\" }, by = \"declared\" }"),
       "land.toml:5:53: field r.g: by stands only with merge = \"last\""},
      {Fields("g = { type = \"state\", moves = [\"a>b\"] }"), "land.toml:5:5: field r.g needs the key start"},
      {Fields("g = { type = \"state\", start = \"a\", moves = [\"a-b\"] }"),
       "land.toml:5:31: field r.g: no move leads from or to \"a\""},
      {Fields("g = { type = \"state\", start = \"a\", moves = [\"a>b\"], confluent = [[\"b\", \"c\"]] }"),
       "land.toml:5:72: field r.g: no move leads from or to \"c\"; did you mean \"a\"?"},
      {Fields("g = { type = \"state\", start = \"a\", moves = [\"a>b\"], confluent = [\"b\"] }"),
       "land.toml:5:66: field r.g: confluent is a list of pairs of states"},
      {Fields("g = { type = \"ladder\", steps = [\"a\", \"a\"] }"), "land.toml:5:38: field r.g: steps names \"a\" twice"},
      {Fields("g = { type = \"ladder\", steps = [] }"), "land.toml:5:32: field r.g: steps may not be empty"},
      {Fields("g = { type = \"ladder\", steps = [1] }"), "land.toml:5:33: field r.g: steps is a list of texts"},
      {Fields("g = { type = \"ranked\", classes = [\"a\"], tie = \"x\" }"),
       "land.toml:5:47: field r.g: tie is one of case | equal; found \"x\""},
      {Fields("g = { type = \"escrow\" }"), "land.toml:5:5: field r.g needs the key max"},
      {Fields("g = { type = \"serial\", block = 0 }"), "land.toml:5:32: field r.g: block is an integer, 1 or more"},
      {Fields("g = { type = \"reference\", to = \"q\" }"),
       "land.toml:5:32: field r.g: there is no register \"q\"; did you mean \"r\"?"},
      {Fields("g = { type = \"reference\", to = \"r\", deletion = \"keep\" }"),
       "land.toml:5:48: field r.g: deletion is one of refuse | unset; found \"keep\""},
  };
  for (const Bad& bad : table) ExpectFirst(bad);
  const std::string type = Refused(Fields("o = { type = \"txt\" }"));
  EXPECT_EQ(type.rfind("land.toml:5:14: field r.o: type is one of text | integer |", 0), 0u) << type;
}

TEST(ParsePack, RefusesMoreFieldsThanARecordHolds) {
  std::string fields;
  for (int i = 0; i < 251; ++i) fields += "f" + std::to_string(i) + " = { type = \"text\" }\n";
  EXPECT_EQ(Refused(Fields(fields)), "land.toml:4:1: register r has 251 fields; 250 are allowed");
}

constexpr std::string_view kFields =
    "num = { type = \"text\" }\narea = { type = \"integer\" }\ntags = { type = \"set\", of = \"text\" }";

// A rule after those fields: its `[[rule]]` is line 8, its id line 9, its kind line 10.
std::string Rule(std::string_view rest, std::string_view id = "one", std::string_view kind = "unique") {
  return Fields(kFields,
                "[[rule]]\nid = \"" + std::string(id) + "\"\nkind = \"" + std::string(kind) + "\"\n" + std::string(rest));
}

TEST(ParsePack, RefusesWhatIsWrongInARule) {
  const Bad table[] = {
      {With("rule = 1"), "land.toml:4:1: [pack]: unknown key \"rule\"; known: name, version, officers, ack, zone"},
      {"rule = 1\n[pack]\nname = \"a\"", "land.toml:1:8: the pack: rule is a list"},
      {"rule = [1]\n[pack]\nname = \"a\"", "land.toml:1:9: rule is a list of tables: [[rule]]"},
      {Fields(kFields, "[[rule]]\nkind = \"unique\"\non = [\"r.num\"]"), "land.toml:8:1: rule number 1 needs the key id"},
      {Fields(kFields, "[[rule]]\nid = \"one\"\non = [\"r.num\"]"), "land.toml:8:1: rule one needs the key kind"},
      {Rule(""), "land.toml:8:1: rule one needs the key on"},
      {Rule("on = \"r.num\""), "land.toml:11:6: rule one: on is a list"},
      {Rule("on = []"), "land.toml:11:6: rule one: on may not be empty"},
      {Rule("on = [\"num\"]"), "land.toml:11:7: rule one: \"num\": a field is written register.field"},
      {Rule("on = [\"q.num\"]"), "land.toml:11:7: rule one: \"q.num\": there is no register \"q\"; did you mean \"r\"?"},
      {Rule("on = [\"r.nun\"]"), "land.toml:11:7: rule one: \"r.nun\": register r has no field \"nun\"; did you mean \"num\"?"},
      {Rule("on = [\"r.num\", \"r.num\"]"), "land.toml:11:16: rule one: \"r.num\": it is named twice"},
      {Rule("on = [\"r.tags\"]"), "land.toml:11:6: rule one: on names fields of one value; r.tags is a set"},
      {Rule("on = [\"r.num\"]", "one", "uniq"),
       "land.toml:10:8: rule one: kind is one of unique | reference | no-overlap | at-most | acyclic; found \"uniq\""},
      {Rule("on = [\"r.num\"]", "r.num"), "land.toml:9:6: rule r.num: id \"r.num\" is the rule that this field has by itself"},
      {Rule("on = [\"r.num\"]", "r.x"),
       "land.toml:9:6: rule r.x: id \"r.x\": a name is a lower-case letter, then letters, digits, - and _, 63 at most"},
      {Rule("on = [\"r.num\"]", "existence"),
       "land.toml:9:6: rule existence: id \"existence\" is the id of a rule that exists by itself"},
      {Rule("on = [\"r.num\"]", "pack"), "land.toml:9:6: rule pack: id \"pack\" is the id of a rule that exists by itself"},
      {Rule("on = [\"r.num\"]\n[[rule]]\nid = \"one\"\nkind = \"unique\"\non = [\"r.area\"]"),
       "land.toml:13:6: rule one: id \"one\" is a rule of the pack land already"},
      {Rule("on = [\"r.area\"]\nnormalise = \"nfkc-casefold\""),
       "land.toml:12:13: rule one: normalise is for text; r.area is of type integer"},
      {Rule("on = [\"r.num\"]\nnormalise = \"lower\""),
       "land.toml:12:13: rule one: normalise is one of none | nfkc-casefold; found \"lower\""},
      {Rule("on = [\"r.num\"]\nsame = \"r.petition\""),
       "land.toml:12:8: rule one: \"r.petition\": register r has no field \"petition\"; known: area, num, tags"},
      {Rule("on = [\"r.num\"]\nsame = \"r.tags\""), "land.toml:12:8: rule one: same is a plain field; r.tags is a set"},
      {Rule("on = [\"r.num\"]\n[register.q.fields]\nx = { type = \"text\" }\n[[rule]]\nid = \"two\"\nkind = \"unique\"\n"
            "on = [\"r.num\"]\nsame = \"q.x\""),
       "land.toml:18:8: rule two: same is a field of the register that the rule goes on"},
      {Rule("on = [\"r.num\"]\nper = [\"r.area\"]"),
       "land.toml:12:1: rule one: unknown key \"per\"; known: id, title, kind, on, outcome, hold, officers, normalise, same"},
      {Rule("on = [\"r.num\"]", "one", "reference"),
       "land.toml:11:6: rule one: on of a rule of kind reference is one reference field"},
      {Rule("on = [\"r.num\"]", "one", "acyclic"),
       "land.toml:11:6: rule one: on of a rule of kind acyclic is one reference field"},
      {Rule("on = [\"r.num\"]\nper = [\"r.area\"]", "one", "no-overlap"),
       "land.toml:11:6: rule one: on of a rule of kind no-overlap is one interval field"},
      {Rule("on = [\"r.area\"]\nlimit = 3", "one", "at-most"), "land.toml:8:1: rule one needs the key per"},
      {Rule("on = [\"r.area\"]\nper = [\"r.num\"]", "one", "at-most"), "land.toml:8:1: rule one needs the key limit"},
      {Rule("on = [\"r.area\"]\nper = [\"r.num\"]\nlimit = true", "one", "at-most"),
       "land.toml:13:9: rule one: limit is an integer or a field, for example \"block.area_m2\""},
      {Rule("on = [\"r.area\"]\nper = [\"r.num\"]\nlimit = \"r.area\"", "one", "at-most"),
       "land.toml:13:9: rule one: limit names a field of r, so per is one reference to r"},
      {Rule("on = [\"r.num\"]\n[register.q.fields]\nx = { type = \"interval\", of = \"text\" }"),
       "land.toml:13:31: field q.x: of of an interval is date, time or integer"},
      {Rule("on = [\"r.num\"]\n[register.q.fields]\nx = { type = \"group\", fields = { a = \"text\" }, merge = \"last\", by = "
            "\"b\" }"),
       "land.toml:13:69: field q.x: by names a member of the group; did you mean \"a\"?"},
      {Rule("on = [\"r.num\"]\n[register.q.fields]\nx = { type = \"group\", fields = { a = \"date\" }, by = \"a\" }"),
       "land.toml:13:53: field q.x: by stands only with merge = \"last\""},
      {Rule("on = [\"r.area\"]\nper = [\"r.tags\"]\nlimit = 3", "one", "at-most"),
       "land.toml:12:7: rule one: per names plain fields and references; r.tags is a set"},
  };
  for (const Bad& bad : table) ExpectFirst(bad);
}

TEST(ParsePack, ReadsEveryKindOfFieldAndRule) {
  const PackDef pack = Parsed(Fields(R"(valid   = { type = "interval", of = "date" }
status  = { type = "state", start = "draft", moves = ["draft>filed", "filed>registered"], confluent = [["filed", "registered"]] }
stage   = { type = "ladder", steps = ["draft", "filed", "public"] }
shares  = { type = "shares" }
charges = { type = "ranked", classes = ["mortgage", "easement"], tie = "case" }
visits  = { type = "counter" }
permits = { type = "escrow", max = 100 }
code    = { type = "serial", start = 16000000, block = 1000 }
parent  = { type = "reference", to = "r", deletion = "unset" }
plan    = { type = "blob" }
address = { type = "group", fields = { street = "text", since = "date" }, merge = "last", by = "since" }
residence = { type = "group", fields = { town = "text", until = "date" }, merge = "last", by = "declared" }
member  = { type = "text" }
area    = { type = "integer" }
limit   = { type = "integer" })",
                                     R"([[rule]]
id = "term"
kind = "no-overlap"
on = ["r.valid"]
per = ["r.parent", "r.member"]
[[rule]]
id = "area-total"
kind = "at-most"
on = ["r.area"]
per = ["r.parent"]
limit = "r.limit"
[[rule]]
id = "parent"
kind = "reference"
on = ["r.parent"]
outcome = "notice"
[[rule]]
id = "tree"
kind = "acyclic"
on = ["r.parent"]
[[rule]]
id = "pair"
kind = "unique"
on = ["r.member", "r.area"]
)"));
  const RegisterDef& r = *pack.Find("r");
  EXPECT_EQ(r.Find("valid")->of, FieldType::kDate);
  EXPECT_EQ(r.Find("stage")->steps, (std::vector<std::string>{"draft", "filed", "public"}));
  EXPECT_EQ(r.Find("charges")->classes, (std::vector<std::string>{"mortgage", "easement"}));
  EXPECT_FALSE(r.Find("charges")->tie_equal);
  EXPECT_EQ(r.Find("permits")->max, 100);
  EXPECT_EQ(r.Find("code")->start_number, 16000000);
  EXPECT_EQ(r.Find("code")->block, 1000);
  EXPECT_EQ(r.Find("address")->by, "since");
  EXPECT_EQ(r.Find("residence")->by, "until");
  EXPECT_EQ(pack.rules[0].per.size(), 2u);
  EXPECT_EQ(pack.rules[1].limit_field->Text(), "r.limit");
  EXPECT_EQ(pack.rules[4].on.size(), 2u);
}

TEST(ParsePack, CutsALongListOfProblems) {
  std::string keys;
  for (int i = 0; i < 30; ++i) keys += "bad" + std::to_string(i) + " = 1\n";
  const std::string message = Refused(With(keys));
  EXPECT_NE(message.find("land.toml:23:1: "), std::string::npos);
  EXPECT_EQ(message.substr(message.rfind('\n')), "\nand 10 more");
}

TEST(ParsePack, KnowsThePacksLoadedBefore) {
  const std::vector<PackDef> loaded = {Parsed(kLand)};
  const std::string head = "[pack]\nname = \"tax\"\n";
  const PackDef tax = Parsed(head + "[[rule]]\nid = \"area\"\nkind = \"unique\"\non = [\"parcel.area_m2\"]\n", loaded);
  EXPECT_EQ(tax.rules[0].on[0].Text(), "parcel.area_m2");
  ExpectFirst({head + "[register.parcel]", "land.toml:3:11: register parcel belongs to the pack land already"}, loaded);
  ExpectFirst({head + "[[rule]]\nid = \"parcel-number\"\nkind = \"unique\"\non = [\"parcel.area_m2\"]\n",
               "land.toml:4:6: rule parcel-number: id \"parcel-number\" is a rule of the pack land already"},
              loaded);
  EXPECT_EQ(Parsed(kLand, loaded).name, "land");  // a version of a pack does not stand in its own way
}

}  // namespace
}  // namespace chancery

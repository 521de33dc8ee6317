#include "chancery/types.h"
#include "engine/text/draft_check.h"
#include "tests/engine/text/support.h"

namespace chancery {
namespace {

using Verb = DraftChange::Verb;

std::string Print(const Draft& draft) {
  constexpr const char* kOps[] = {"create", "record", "delete"};
  constexpr const char* kVerbs[] = {"set",      "unset", "add",    "remove", "bump",  "move",
                                    "transfer", "file",  "strike", "cede",   "grant", "issue"};
  std::string out;
  for (const DraftOp& op : draft.ops) {
    out += std::string(kOps[static_cast<int>(op.verb)]) + " " + op.record.Text() + "\n";
    for (const DraftChange& c : op.changes) {
      out += std::string("  ") + kVerbs[static_cast<int>(c.verb)] + " " + c.field + " " + c.value.Json() +
             (c.over.empty() ? "" : " over " + c.over) + "\n";
    }
  }
  return out;
}

TEST(ParseDraft, ReadsEveryMemberAndVerb) {
  const Draft draft = ParseDraft(R"({"id": "file-7", "officer": "mari", "basis": "notary 1204/2026", "note": "by post",
 "corrects": "tallinn-17", "reason": "typing error",
 "filed": {"at": "2026-05-03T10:02:00Z", "office": "Tallinn", "number": "118/2026"},
 "relied_on": ["parcel/2341:0057/owner", "parcel/2341:0057", "company/1/board/Xaver", {"rule": "parcel-number", "value": "12/345"}],
 "ops": [
   {"create": "parcel/2341:0058", "set": {"owner": "Mari", "area_m2": 1200}, "issue": ["code"]},
   {"record": "parcel/2341:0057", "set": {"owner": "Jaan"}, "over": {"owner": "tallinn-3"}, "unset": ["remark"],
    "add": {"tags": ["a"]}, "remove": {"tags": ["b", "c"]}, "bump": {"visits": 2}, "move": {"status": "filed"},
    "transfer": {"shares": {"from": [{"owner": "A", "share": "1/2"}], "to": [{"owner": "B", "share": "1/2"}]}},
    "file": {"charges": {"id": "M1", "class": "mortgage", "value": "50000 EUR"}}, "strike": {"old": ["M0"]},
    "cede": {"rank": {"id": "M1", "behind": "M2"}}, "grant": {"permits": {"to": "tartu", "amount": 10}}},
   {"delete": "parcel/2341:0001"}
 ]})")
                          .value();
  EXPECT_EQ(draft.id, "file-7");
  EXPECT_EQ(draft.officer, "mari");
  EXPECT_EQ(draft.basis, "notary 1204/2026");
  EXPECT_EQ(draft.note, "by post");
  EXPECT_EQ(draft.corrects, "tallinn-17");
  EXPECT_EQ(draft.reason, "typing error");
  EXPECT_EQ(draft.filed->Json(), R"({"at":"2026-05-03T10:02:00Z","office":"Tallinn","number":"118/2026"})");
  EXPECT_EQ(Literal::List(draft.relied_on).Json(),
            R"(["parcel/2341:0057/owner","parcel/2341:0057","company/1/board/Xaver",{"rule":"parcel-number","value":"12/345"}])");
  EXPECT_EQ(Print(draft), R"(create parcel/2341:0058
  set owner "Mari"
  set area_m2 1200
  issue code null
record parcel/2341:0057
  set owner "Jaan" over tallinn-3
  unset remark null
  add tags "a"
  remove tags "b"
  remove tags "c"
  bump visits 2
  move status "filed"
  transfer shares {"from":[{"owner":"A","share":"1/2"}],"to":[{"owner":"B","share":"1/2"}]}
  file charges {"id":"M1","class":"mortgage","value":"50000 EUR"}
  strike old "M0"
  cede rank {"id":"M1","behind":"M2"}
  grant permits {"to":"tartu","amount":10}
delete parcel/2341:0001
)");
  EXPECT_EQ(draft.ops[1].line, 7);
  EXPECT_EQ(draft.ops[1].column, 4);
  EXPECT_FALSE(draft.admit_breaches);
}

TEST(ParseDraft, LetsARecordAppearInSeveralOps) {
  const std::string json =
      R"({"ops":[{"create":"p/1","set":{"a":1}},{"record":"p/1","set":{"b":1}},{"record":"p/2","set":{"a":1}}]})";
  EXPECT_EQ(ParseDraft(json).value().ops.size(), 3u);
}

std::string Op(std::string_view op) { return "{\"ops\":[" + std::string(op) + "]}"; }

TEST(ParseDraft, RefusesTheWrongShapeWithLineAndColumn) {
  const std::pair<std::string, std::string> table[] = {
      {"{\"ops\":[}", "line 1, column 9: unexpected '}'; expected '[', '{', or a literal"},
      {"[]", "line 1, column 1: an entry is an object; found a list"},
      {"{}", "an entry has at least one operation in \"ops\""},
      {"{\"ops\":[]}", "an entry has at least one operation in \"ops\""},
      {"{\"ops\":{}}", "line 1, column 8: \"ops\" is a list; found an object"},
      {"{\"op\":[]}", "line 1, column 7: unknown key \"op\" in an entry; did you mean \"ops\"?"},
      {"{\"ops\":[1]}", "line 1, column 9: an operation is an object; found 1"},
      {"{\"officer\":7,\"ops\":[]}", "line 1, column 12: \"officer\" is a text; found 7"},
      {"{\"id\":\"\",\"ops\":[]}", "line 1, column 7: \"id\" is empty; leave it out instead"},
      {"{\"note\":null}", "line 1, column 9: \"note\" is a text; found null"},
      {"{\"filed\":\"today\"}", "line 1, column 10: \"filed\" is an object; found \"today\""},
      {"{\"filed\":{\"on\":\"x\"}}", "line 1, column 16: unknown key \"on\" in \"filed\"; known: at, office, number"},
      {"{\"filed\":{\"at\":\"3 May\"}}",
       "line 1, column 16: \"at\" of \"filed\" is an RFC 3339 time, for example \"2026-05-03T10:02:00Z\"; found \"3 May\""},
      {"{\"relied_on\":\"p/1\"}", "line 1, column 14: \"relied_on\" is a list; found \"p/1\""},
      {"{\"relied_on\":[\"p\"]}", "line 1, column 15: an address in \"relied_on\": \"p\" is no address: it has no key"},
      {"{\"relied_on\":[{\"rule\":\"x\"}]}", "line 1, column 15: a claim in \"relied_on\" is {\"rule\": ID, \"value\": VALUE}"},
      {"{\"relied_on\":[{\"rule\":\"x\",\"value\":null}]}", "line 1, column 35: null is not a value"},
      {"{\"relied_on\":[{\"rule\":\"x\",\"vlaue\":1}]}",
       "line 1, column 35: unknown key \"vlaue\" in a claim in \"relied_on\"; did you mean \"value\"?"},
      {"{\"corrects\":\"tallinn-1\",\"ops\":[{\"record\":\"p/1\"}]}", "a correction (\"corrects\") needs its \"reason\""},
      {"{\"reason\":\"x\",\"ops\":[{\"record\":\"p/1\"}]}", "\"reason\" stands only beside \"corrects\""},
      {Op("{\"set\":{\"a\":1}}"), "line 1, column 9: an operation names its record: \"create\", \"record\" or \"delete\""},
      {Op("{\"create\":\"p/1\",\"record\":\"p/1\"}"),
       "line 1, column 34: an operation says one of \"create\", \"record\", \"delete\"; this one says two"},
      {Op("{\"record\":\"p\"}"), "line 1, column 19: the record in \"record\": \"p\" is no address: it has no key"},
      {Op("{\"record\":\"p/1/owner\"}"),
       "line 1, column 9: an operation is on a record, written register/key; found \"p/1/owner\""},
      {Op("{\"record\":\"p/1\",\"ste\":{}}"), "line 1, column 31: unknown key \"ste\" in an operation; did you mean \"set\"?"},
      {Op("{\"record\":\"p/1\",\"set\":[\"a\"]}"), "line 1, column 31: \"set\" takes an object of fields; found a list"},
      {Op("{\"record\":\"p/1\",\"set\":{\"a\":null}}"), "line 1, column 36: null is not a value"},
      {Op("{\"record\":\"p/1\",\"set\":{\"A b\":1}}"), "line 1, column 38: \"A b\" is no name of a field"},
      {Op("{\"record\":\"p/1\",\"unset\":{\"a\":1}}"), "line 1, column 33: \"unset\" takes a list of fields; found an object"},
      {Op("{\"record\":\"p/1\",\"unset\":[1]}"), "line 1, column 34: a field's name is a text; found 1"},
      {Op("{\"record\":\"p/1\",\"add\":{\"tags\":\"a\"}}"), "line 1, column 39: \"add\" takes a list for tags; found \"a\""},
      {Op("{\"record\":\"p/1\",\"add\":{\"tags\":[null]}}"), "line 1, column 40: null is not a value"},
      {Op("{\"record\":\"p/1\",\"bump\":{\"n\":\"2\"}}"), "line 1, column 37: \"bump\" takes an integer; found \"2\""},
      {Op("{\"record\":\"p/1\",\"move\":{\"n\":2}}"), "line 1, column 37: the state in \"move\" is a text; found 2"},
      {Op("{\"record\":\"p/1\",\"grant\":{\"n\":{\"to\":\"x\"}}}"), "line 1, column 38: \"grant\" needs \"amount\""},
      {Op("{\"record\":\"p/1\",\"file\":{\"n\":{\"id\":1,\"class\":\"c\",\"value\":\"v\"}}}"),
       "line 1, column 43: \"id\" of \"file\" is a text; found 1"},
      {Op("{\"record\":\"p/1\",\"transfer\":{\"n\":{\"from\":[],\"to\":[{\"owner\":\"A\"}]}}}"),
       "line 1, column 58: a share needs \"share\""},
      {Op("{\"delete\":\"p/1\",\"set\":{\"a\":1}}"), "line 1, column 9: a deletion changes no field"},
      {Op("{\"record\":\"p/1\",\"over\":\"x\"}"), "line 1, column 32: \"over\" is an object {FIELD: ENTRY}; found \"x\""},
      {Op("{\"record\":\"p/1\",\"over\":{\"a\":\"x-1\"}}"),
       "line 1, column 37: \"over\" names \"a\", which this operation does not write"},
      {Op("{\"record\":\"p/1\",\"add\":{\"a\":[1]},\"over\":{\"a\":\"x-1\"}}"),
       "line 1, column 37: \"over\" names a, which this operation does not set, unset or move"},
      {Op("{\"record\":\"p/1\",\"set\":{\"a\":1},\"unset\":[\"a\"]}"),
       "line 1, column 48: p/1/a is written twice: a field stands in at most one verb of an entry"},
      {Op("{\"record\":\"p/1\",\"set\":{\"a\":1}},{\"record\":\"p/1\",\"set\":{\"a\":1}}"),
       "line 1, column 67: p/1/a is written twice: a field stands in at most one verb of an entry"},
      {Op("{\"record\":\"p/1\",\"add\":{\"a\":[1]}},{\"record\":\"p/1\",\"remove\":{\"a\":[2]}}"),
       "line 1, column 73: p/1/a is written twice: a field stands in at most one verb of an entry"},
      {Op("{\"record\":\"p/1\",\"add\":{\"a\":[\"x\"]},\"remove\":{\"a\":[\"x\"]}}"),
       "line 1, column 58: p/1/a names \"x\" twice"},
      {Op("{\"record\":\"p/1\",\"add\":{\"a\":[\"x\",\"x\"]}}"), "line 1, column 41: p/1/a names \"x\" twice"},
      {Op("{\"record\":\"p/1\",\"unset\":[\"a\",\"a\"]}"),
       "line 1, column 38: p/1/a is written twice: a field stands in at most one verb of an entry"},
  };
  for (const auto& [json, message] : table) {
    const absl::Status status = ParseDraft(json).status();
    EXPECT_EQ(Said(status), "type: " + message) << json;
    ASSERT_TRUE(RefusalOf(status).has_value());
    EXPECT_NE(RefusalOf(status)->next, "") << json;
  }
}

TEST(ParseDraft, RefusesWhatIsOverALimit) {
  const std::string op = "{\"record\":\"p/1\"}";
  std::string ops = op, premises = "\"p/1\"";
  for (int i = 1; i < 4096; ++i) ops += "," + op;
  for (int i = 1; i < 256; ++i) premises += ",\"p/1\"";
  EXPECT_TRUE(ParseDraft(Op(ops)).ok());
  EXPECT_EQ(Said(ParseDraft(Op(ops + "," + op)).status()),
            "limit: line 1, column 8: an entry has at most 4096 operations; found 4097");
  EXPECT_TRUE(ParseDraft("{\"relied_on\":[" + premises + "],\"ops\":[" + op + "]}").ok());
  EXPECT_EQ(Said(ParseDraft("{\"relied_on\":[" + premises + ",\"p/1\"],\"ops\":[" + op + "]}").status()),
            "limit: an entry relies on at most 256 things; found 257");
  EXPECT_EQ(Said(ParseDraft("{\"id\":\"" + std::string(65, 'i') + "\"}").status()),
            "limit: line 1, column 7: \"id\" has 65 bytes; 64 are allowed");
  EXPECT_EQ(Said(ParseDraft("{\"basis\":\"" + std::string(4097, 'i') + "\"}").status()),
            "limit: line 1, column 10: \"basis\" has 4097 bytes; 4096 are allowed");
}

TEST(Draft, IsBuiltInCodeAsItIsRead) {
  const Draft built = Draft()
                          .By("mari", "notary 1")
                          .Create("parcel/a%20b")
                          .Set("owner", "Mari")
                          .Record("parcel/2")
                          .Unset("remark")
                          .Add("tags", 1)
                          .Remove("tags", 2);
  const Draft read = ParseDraft(R"({"officer":"mari","basis":"notary 1","ops":[{"create":"parcel/a%20b","set":{"owner":"Mari"}},
      {"record":"parcel/2","unset":["remark"],"add":{"tags":[1]},"remove":{"tags":[2]}}]})")
                         .value();
  EXPECT_EQ(Print(built), Print(read));
  EXPECT_EQ(built.officer, read.officer);
  EXPECT_EQ(built.basis, read.basis);
  EXPECT_TRUE(CheckDraft(built).ok());
}

TEST(CheckDraft, FindsInCodeWhatJsonWouldNotLetThrough) {
  EXPECT_EQ(Said(CheckDraft(Draft().Create("parcel"))),
            "type: an operation is on a record, written register/key; found \"parcel\"");
  EXPECT_EQ(Said(CheckDraft(Draft().Record("p/1/owner"))),
            "type: an operation is on a record, written register/key; found \"p/1/owner\"");
  EXPECT_EQ(Said(CheckDraft(Draft().By("\xff").Record("p/1"))), "type: officer is not valid UTF-8 without U+0000");
  EXPECT_EQ(Said(CheckDraft(Draft().Record("p/1").Set("a", 1).Set("a", 2))),
            "type: p/1/a is written twice: a field stands in at most one verb of an entry");
  Draft bad_key;
  bad_key.ops.push_back({DraftOp::Verb::kCreate, Address{"p", "a\nb", "", ""}, {}, 0, 0});
  EXPECT_EQ(Said(CheckDraft(bad_key)), "type: \"p/a\\nb\" is no address of a record");
}

TEST(CheckDraft, FindsAFieldThatIsWrittenTwiceAmongMany) {
  Draft many;
  for (int record = 0; record < 40; ++record) {
    many.Record("p/" + std::to_string(record));
    for (int field = 0; field < 40; ++field) many.Set("the_field_" + std::to_string(field) + "_of_many", field);
  }
  EXPECT_TRUE(CheckDraft(many).ok());
  Draft elements = many;
  elements.Record("p/7").Add("set", "x").Add("set", "y").Remove("set", "z");
  EXPECT_TRUE(CheckDraft(elements).ok());
  many.Record("p/7").Set("the_field_9_of_many", 1);
  EXPECT_EQ(Said(CheckDraft(many)),
            "type: p/7/the_field_9_of_many is written twice: a field stands in at most one verb of an entry");
}

TEST(ParseRuling, ReadsEachOutcome) {
  const RulingDraft keep =
      ParseRuling(
          R"({"keep":"l1","officer":"judge","reason":"filed first","principle":"priority","effect":"2026-06-01","tell":["Jaan","Liis"]})")
          .value();
  EXPECT_EQ(keep.keep, "l1");
  EXPECT_EQ(keep.officer, "judge");
  EXPECT_EQ(keep.reason, "filed first");
  EXPECT_EQ(keep.principle, "priority");
  EXPECT_EQ(keep.effect, "2026-06-01");
  EXPECT_EQ(keep.tell, (std::vector<std::string>{"Jaan", "Liis"}));
  EXPECT_FALSE(keep.set.has_value() || keep.both || keep.none);
  EXPECT_TRUE(ParseRuling(R"({"both":true,"officer":"j","reason":"r"})").value().both);
  EXPECT_TRUE(ParseRuling(R"({"none":true,"officer":"j","reason":"r"})").value().none);
  EXPECT_EQ(ParseRuling(R"({"set":{"p/1/a":"x"},"officer":"j","reason":"r"})").value().set->Json(), R"({"p/1/a":"x"})");
}

TEST(ParseRuling, RefusesWithLineAndColumn) {
  const std::pair<std::string, std::string> table[] = {
      {"{", "line 1, column 2: unexpected end of input; expected string literal"},
      {R"({"officer":"j","reason":"r"})",
       "line 1, column 1: a ruling has exactly one of \"keep\", \"set\", \"both\", \"none\"; found 0"},
      {R"({"keep":"a-1","both":true,"officer":"j","reason":"r"})",
       "line 1, column 1: a ruling has exactly one of \"keep\", \"set\", \"both\", \"none\"; found 2"},
      {R"({"both":false,"officer":"j","reason":"r"})", "line 1, column 9: \"both\" is true or left out; found false"},
      {R"({"keep":7,"officer":"j","reason":"r"})", "line 1, column 9: the entry in \"keep\" is a text; found 7"},
      {R"({"set":{},"officer":"j","reason":"r"})",
       "line 1, column 8: \"set\" of a ruling is an object {ADDRESS: VALUE}; found an object"},
      {R"({"set":{"p/1":2},"officer":"j","reason":"r"})",
       "line 1, column 15: \"set\" of a ruling names fields, written register/key/field; found \"p/1\""},
      {R"({"set":{"p/1/a":null},"officer":"j","reason":"r"})", "line 1, column 17: null is not a value"},
      {R"({"both":true,"reason":"r"})", "line 1, column 1: a ruling needs \"officer\""},
      {R"({"both":true,"officer":"j"})", "line 1, column 1: a ruling needs \"reason\""},
      {R"({"both":true,"officer":"j","reason":""})", "line 1, column 37: \"reason\" is empty; leave it out instead"},
      {R"({"both":true,"officer":"j","reason":"r","effect":"soon"})",
       "line 1, column 50: \"effect\" is a date, for example \"2026-01-31\"; found \"soon\""},
      {R"({"both":true,"officer":"j","reason":"r","tell":"Mari"})",
       "line 1, column 48: \"tell\" is a list of names; found \"Mari\""},
      {R"({"both":true,"officer":"j","reason":"r","tels":[]})",
       "line 1, column 48: unknown key \"tels\" in a ruling; did you mean \"tell\"?"},
  };
  for (const auto& [json, message] : table) EXPECT_EQ(Said(ParseRuling(json).status()), "type: " + message) << json;
}

}  // namespace
}  // namespace chancery

// The JSON of every output object: members and their order, as docs/reference/json.md shows them.
#include "chancery/types.h"
#include "engine/base/status.h"
#include "tests/engine/text/support.h"

namespace chancery {
namespace {

TEST(ToJson, ShowsAReceipt) {
  Receipt r;
  r.id[0] = 0xab;
  r.id[31] = 0x12;
  r.lane = "tallinn";
  r.number = 17;
  r.stamp_ms = 1767226200000;
  r.ticks = 1;
  EXPECT_EQ(r.entry(), "ab00000000000000000000000000000000000000000000000000000000000012");
  EXPECT_EQ(ToJson(r).Json(), R"({"receipt":{"entry":")" + r.entry() +
                                  R"(","short":"tallinn-17","hlc":"2026-01-01T00:10:00.000Z","ticks":1,"strength":"local"}})");
  r.repeated = true;
  EXPECT_EQ(ToJson(r).Find("receipt")->Find("repeated")->Json(), "true");
}

TEST(ToJson, ShowsAContestedFieldWithoutAValue) {
  FieldView owner;
  owner.name = "owner";
  owner.contested = true;
  owner.interim = "Jaan";
  owner.values = {{"Jaan", "tallinn-17", {"tallinn-17"}}, {"Liis", "luxembourg-4", {"luxembourg-4", "tartu-9"}}};
  owner.cases = {"9f32"};
  FieldView area;
  area.name = "area";
  area.value = area.interim = 12;
  area.values = {{12, "tallinn-1", {"tallinn-1"}}};
  const RecordView record{"parcel/1", true, true, {area, owner}, {}};
  EXPECT_EQ(
      ToJson(record).Json(),
      R"({"record":"parcel/1","exists":true,"contested":true,"fields":{)"
      R"("area":{"value":12,"interim":12,"values":[{"value":12,"entry":"tallinn-1"}],"contested":false,"cases":[]},)"
      R"("owner":{"value":null,"interim":"Jaan","values":[{"value":"Jaan","entry":"tallinn-17"},)"
      R"({"value":"Liis","entry":"luxembourg-4","entries":["luxembourg-4","tartu-9"]}],"contested":true,"cases":["9f32"]}},"cases":[]})");
}

TEST(ToJson, ShowsACase) {
  FactView fact;
  fact.entry = "tallinn-17";
  fact.id = "ab12";
  fact.site = "tallinn";
  fact.officer = "mari";
  fact.basis = "notary 1";
  fact.record = "parcel/1";
  fact.act = "edit";
  fact.hlc = "2026-01-01T00:10:00.000Z";
  fact.changed = {{"parcel/1/owner", "Jaan"}};
  fact.before = {{"parcel/1/owner", "Mari"}};
  fact.knew = {{"luxembourg", "luxembourg-3"}, {"tartu", ""}};
  fact.standing = true;
  RulingView ruling;
  ruling.entry = "tartu-2";
  ruling.site = "tartu";
  ruling.officer = "judge";
  ruling.reason = "filed first";
  ruling.outcome = "keep tallinn-17";
  ruling.standing = true;
  ruling.tell = {"Liis"};
  CaseView c;
  c.id = "9f32";
  c.rule = "parcel.owner";
  c.subject = "parcel/1";
  c.kind = "field";
  c.field = "owner";
  c.state = "ruled";
  c.facts = {fact};
  c.rulings = {ruling};
  c.dependants = {"tallinn-18"};
  c.records = {"parcel/1"};
  EXPECT_EQ(
      ToJson(c).Json(),
      R"({"case":"9f32","rule":"parcel.owner","subject":"parcel/1","state":"ruled",)"
      R"("facts":[{"entry":"tallinn-17","site":"tallinn","officer":"mari","basis":"notary 1","record":"parcel/1","act":"edit","changed":{"parcel/1/owner":"Jaan"},)"
      R"("before":{"parcel/1/owner":"Mari"},"standing":true,"id":"ab12","hlc":"2026-01-01T00:10:00.000Z",)"
      R"("knew":[{"site":"luxembourg","up_to":"luxembourg-3"},{"site":"tartu","up_to":null}]}],)"
      R"("rulings":[{"entry":"tartu-2","site":"tartu","officer":"judge","reason":"filed first","outcome":"keep tallinn-17",)"
      R"("standing":true,"tell":["Liis"]}],"dependants":["tallinn-18"],"kind":"field","field":"owner","title":"","notice":false,"officers":1,"records":["parcel/1"]})");
}

TEST(ToJson, ShowsAnEntryASiteAndTheStatus) {
  EntryView entry;
  entry.entry = "ab12";
  entry.short_name = "tallinn-3";
  entry.site = "tallinn";
  entry.hlc = "2026-01-01T00:10:00.000Z";
  entry.kind = "filing";
  entry.officer = "mari";
  entry.idempotency = "x-1";
  entry.ops = Literal::List({Literal::Object({{"create", "parcel/1"}})});
  EXPECT_EQ(ToJson(entry).Json(),
            R"({"entry":"ab12","short":"tallinn-3","site":"tallinn","hlc":"2026-01-01T00:10:00.000Z","ticks":0,"kind":"filing",)"
            R"("officer":"mari","basis":"","id":"x-1","ops":[{"create":"parcel/1"}]})");
  EXPECT_EQ(ToJson(SiteView{"tartu", "full", "k1", 2, 7, true, false}).Json(),
            R"({"site":"tartu","role":"full","key":"k1","incarnation":2,"entries":7,"admitted":true,"self":false})");
  StatusView status;
  status.site = "tallinn";
  status.registry = "r1";
  status.frontier = {{"tallinn", 17}, {"tartu.2", 4}};
  status.cases = 1;
  EXPECT_EQ(
      ToJson(status).Json(),
      R"({"status":{"site":"tallinn","registry":"r1","frontier":{"tallinn":17,"tartu.2":4},"digest":"","docket":"","cases":1,"held":0,)"
      R"("waiting":0,"settled":null,"registry_name":"","pack":"","records":0,"entries":0,"notices":0,"ruled":0,"admitted":false,)"
      R"("free_bytes":0,"placed":0}})");
}

TEST(Explain, TellsARefusalFromAnError) {
  const ErrorView refused = Explain(Refuse({"unique", "parcel-number", "parcel/2/number", "taken", "choose another"}));
  EXPECT_EQ(refused.exit_code, 6);
  EXPECT_EQ(
      ToJson(refused, 3).Json(),
      R"({"refused":{"line":3,"kind":"unique","rule":"parcel-number","at":"parcel/2/number","message":"taken","next":"choose another"}})");
  EXPECT_EQ(ToJson(refused).Find("refused")->Find("line"), nullptr);
  const ErrorView error = Explain(Error(absl::StatusCode::kNotFound, "no such record: parcel/9", "chancery log parcel"));
  EXPECT_EQ(ToJson(error).Json(), R"({"error":{"code":4,"message":"no such record: parcel/9","next":"chancery log parcel"}})");
}

TEST(Explain, MapsEveryCodeToTheClosedSet) {
  using absl::StatusCode;
  const std::pair<StatusCode, int> table[] = {
      {StatusCode::kOk, 0},
      {StatusCode::kInvalidArgument, 2},
      {StatusCode::kNotFound, 4},
      {StatusCode::kDataLoss, 5},
      {StatusCode::kFailedPrecondition, 6},
      {StatusCode::kUnavailable, 8},
      {StatusCode::kUnimplemented, 8},
      {StatusCode::kInternal, 1},
      {StatusCode::kResourceExhausted, 1},
      {StatusCode::kAlreadyExists, 1},
  };
  for (const auto& [code, exit_code] : table) {
    EXPECT_EQ(Explain(absl::Status(code, "x")).exit_code, exit_code) << absl::StatusCodeToString(code);
  }
}

}  // namespace
}  // namespace chancery

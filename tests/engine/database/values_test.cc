// Single values, by address and by reference: read in place, refused where contested.
#include <fstream>
#include <iterator>

#include "engine/base/status.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

constexpr char kRegisters[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Parcel"
fields.owner = { type = "text" }
fields.surveyed = { type = "date" }
fields.area = { type = "integer" }

[register.mortgage]
title = "Mortgage"
fields.lender = { type = "text" }
fields.owner = { type = "text" }
)";

class Values : public testing::Test {
 protected:
  Values() : dir_(std::filesystem::temp_directory_path() / ("chancery-values-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(dir_);
    Environment env;
    env.durable = false;
    env.reserve_bytes = 0;
    db_ = *Database::Found(dir_, {"tallinn", "", {{"land.toml", kRegisters}}, "tallinn"}, env);
    for (const char* key : {"b", "a", "a b%", "c"}) {
      Draft draft;
      draft.Create(Address{"parcel", key, "", ""}.Text()).Set("owner", std::string("owner of ") + key);
      File(draft.Set("surveyed", "2026-01-31").Set("area", 1200));
    }
    File(Draft().Delete("parcel/c"));
    File(Draft().Create("mortgage/1").Set("lender", "Bank").Set("owner", "Mari"));
  }
  ~Values() override {
    db_.reset();
    std::filesystem::remove_all(dir_);
  }
  void File(const Draft& draft) { ASSERT_TRUE(db_->File(draft).ok()); }

  static std::vector<RecordRef> All(const Snapshot& now) {
    std::vector<RecordRef> all;
    EXPECT_TRUE(now.Scan("parcel",
                         [&](const RecordRef& record) {
                           all.push_back(record);
                           return true;
                         })
                    .ok());
    return all;
  }

  std::filesystem::path dir_;
  std::unique_ptr<Database> db_;
};

TEST_F(Values, AScanVisitsWhatExistsInTheOrderOfKeys) {
  const Snapshot now = *db_->Read();
  std::vector<std::string> keys;
  for (const RecordRef& record : All(now)) keys.emplace_back(record.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"a", "a b%", "b"}));
  EXPECT_EQ(keys, *now.Keys("parcel"));
  int visits = 0;
  EXPECT_TRUE(now.Scan("parcel", [&](const RecordRef&) { return ++visits < 2; }).ok());
  EXPECT_EQ(visits, 2);
  EXPECT_FALSE(now.Scan("boat", [](const RecordRef&) { return true; }).ok());
}

TEST_F(Values, AReferenceReadsWhatTheAddressDoes) {
  const Snapshot now = *db_->Read();
  for (const char* name : {"owner", "surveyed", "area"}) {
    const FieldRef field = *now.Field(std::string("parcel.") + name);
    for (const RecordRef& record : All(now)) {
      const std::string at = Address{"parcel", std::string(record.key()), name, ""}.Text();
      const Literal literal = *now.Value(at);
      const ValueView view = *now.Value(record, field);
      EXPECT_EQ(view.type, literal.type) << at;
      EXPECT_EQ(view.integer, literal.integer) << at;
      EXPECT_EQ(view.text, literal.text) << at;
    }
  }
}

TEST_F(Values, AReferenceIsGoodInLaterSnapshots) {
  const std::vector<RecordRef> all = All(*db_->Read());
  File(Draft().Record("parcel/a").Set("owner", "Mari"));
  const Snapshot now = *db_->Read();
  EXPECT_EQ(now.Value(all[0], *now.Field("parcel.owner"))->text, "Mari");
  File(Draft().Delete("parcel/a"));
  EXPECT_EQ(now.Value(all[0], *now.Field("parcel.owner"))->text, "Mari");  // of its own moment
  const Snapshot later = *db_->Read();
  EXPECT_TRUE(absl::IsNotFound(later.Value(all[0], *later.Field("parcel.owner")).status()));
}

TEST_F(Values, AReferenceOutlivesItsSnapshot) {
  std::vector<RecordRef> all;
  {
    const Snapshot then = *db_->Read();
    all = All(then);
  }
  for (int i = 0; i < 100; ++i) File(Draft().Record("parcel/a").Set("owner", "owner " + std::to_string(i)));  // its pages go
  EXPECT_EQ(all[0].key(), "a");
  const Snapshot now = *db_->Read();
  EXPECT_EQ(now.Value(all[0], *now.Field("parcel.owner"))->text, "owner 99");
  EXPECT_EQ(now.Value(all[2], *now.Field("parcel.owner"))->text, "owner of b");
}

TEST_F(Values, AReferenceGoesAlongWhenItsSnapshotMoves) {
  Snapshot then = *db_->Read();
  const std::vector<RecordRef> all = All(then);
  File(Draft().Record("parcel/a").Set("owner", "Mari"));
  const Snapshot moved = std::move(then);
  EXPECT_EQ(moved.Value(all[0], *moved.Field("parcel.owner"))->text, "owner of a");
}

TEST_F(Values, ADamagedRecordIsReadByNobody) {
  const Snapshot now = *db_->Read();
  const std::vector<RecordRef> all = All(now);
  const FieldRef owner = *now.Field("parcel.owner"), area = *now.Field("parcel.area");
  ASSERT_EQ(now.Value(all[2], owner)->text, "owner of b");
  std::fstream file(dir_ / "data.mdb", std::ios::in | std::ios::out | std::ios::binary);  // what is mapped
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  size_t flipped = 0;
  for (size_t at = 0; (at = bytes.find("owner of b", at)) != std::string::npos; ++at, ++flipped) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put('O');
  }
  file.close();
  ASSERT_GT(flipped, 0u);
  for (const FieldRef& field : {owner, area}) EXPECT_TRUE(absl::IsDataLoss(now.Value(all[2], field).status()));
  EXPECT_TRUE(absl::IsDataLoss(now.Value("parcel/b/owner").status()));
  EXPECT_TRUE(absl::IsDataLoss(now.Scan("parcel", [](const RecordRef&) { return true; })));
  EXPECT_EQ(now.Value(all[0], owner)->text, "owner of a");
  for (const auto& filed : db_->FileAll({Draft().Create("parcel/b"), Draft().Create("parcel/b"), Draft().Record("parcel/b")}))
    EXPECT_TRUE(absl::IsDataLoss(filed.status())) << filed.status();  // nor is it begun anew
  EXPECT_TRUE(db_->File(Draft().Create("parcel/d")).ok());
}

TEST_F(Values, AKeyIsReadAsItIsWrittenOrNotAtAll) {
  const Snapshot now = *db_->Read();
  using namespace std::string_literals;
  for (const std::string& bad : {"parcel/a\0/owner"s, "parcel/a\n/owner"s, "parcel//owner"s, "parcel/a%/owner"s})
    EXPECT_TRUE(absl::IsInvalidArgument(now.Value(bad).status())) << bad;
  EXPECT_EQ(now.Value("parcel/a%20b%25/owner")->text, "owner of a b%");
}

// Whatever was read before.
TEST_F(Values, AreOfTheFieldThatIsNamed) {
  const Snapshot now = *db_->Read();
  const std::vector<std::pair<std::string, std::string>> values = {
      {"parcel/a/owner", "owner of a"}, {"mortgage/1/owner", "Mari"},     {"mortgage/1/lender", "Bank"},
      {"parcel/b/owner", "owner of b"}, {"parcel/a/owner", "owner of a"}, {"parcel/a/surveyed", "2026-01-31"}};
  for (const auto& [address, value] : values) EXPECT_EQ(now.Value(address)->text, value) << address;
  EXPECT_FALSE(now.Value("boat/a/owner").ok());
  EXPECT_FALSE(now.Value("parcel/a/lender").ok());
  EXPECT_EQ(now.Value("mortgage/1/owner")->text, "Mari");
}

TEST_F(Values, WhatDoesNotFitIsRefusedByName) {
  const Snapshot now = *db_->Read();
  EXPECT_TRUE(absl::IsInvalidArgument(now.Field("parcel").status()));
  EXPECT_NE(NextOf(now.Field("parcel.colour").status()).find("owner"), std::string::npos);
  EXPECT_NE(NextOf(now.Field("boat.owner").status()).find("mortgage"), std::string::npos);
  const RecordRef parcel = All(now)[0];
  EXPECT_TRUE(absl::IsInvalidArgument(now.Value(parcel, *now.Field("mortgage.lender")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(now.Value(parcel, FieldRef()).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(now.Value(RecordRef(), *now.Field("parcel.owner")).status()));
  EXPECT_FALSE(now.Value("parcel/a/colour").ok());
  EXPECT_FALSE(now.Value("parcel/a").ok());
}

}  // namespace
}  // namespace chancery

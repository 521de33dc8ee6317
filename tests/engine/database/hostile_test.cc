// Bytes from a peer never crash a site and never change what it holds unless they are what a member signed.
#include <gtest/gtest.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <filesystem>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/strings.h"
#include "engine/codec/run.h"
#include "tests/support/forever.h"
#include "tests/support/run_forms.h"

namespace chancery {
namespace {

constexpr char kPack[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Parcel"

[register.parcel.fields]
owner = { type = "text" }
parent = { type = "reference", to = "parcel" }
status = { type = "state", start = "draft", moves = ["draft>filed"] }
)";

class Hostile : public testing::Test {
 protected:
  Hostile() : dir_(std::filesystem::temp_directory_path() / ("chancery-hostile-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(dir_);
    std::filesystem::create_directories(dir_);
    env_.durable = false;
    env_.reserve_bytes = 0;
    env_.clock = &clock_;
    tallinn_ = *Database::Found(Dir("tallinn"), {"tallinn", "", {{"land.toml", kPack}}, "t"}, env_);
    tartu_ = *Database::Join(Dir("tartu"), {"tartu", "full", "u"}, *tallinn_->Read()->ExportBundle("0"), env_);
    EXPECT_TRUE(tallinn_->Admit(tartu_->SiteCard()).ok());
    EXPECT_TRUE(tartu_->Ingest(*tallinn_->Read()->RunsSince("0")).ok());
    EXPECT_TRUE(tallinn_->File(Draft().By("mari").Create("parcel/1").Set("owner", "Mari")).ok());
    runs_ = *tallinn_->Read()->RunsSince(tartu_->Read()->Frontier());
    EXPECT_EQ(runs_.size(), 1u);
  }
  ~Hostile() override { std::filesystem::remove_all(dir_); }

  std::string Dir(const std::string& name) const { return dir_ / name; }
  static StatusView Status(const Database& db) { return *db.Read()->Status(); }

  std::filesystem::path dir_;
  ManualClock clock_{1767225600000};
  Environment env_;
  std::unique_ptr<Database> tallinn_, tartu_;
  std::vector<std::string> runs_;
};

TEST_F(Hostile, EveryFlippedBitOfARunIsRefused) {
  const StatusView before = Status(*tartu_);
  for (size_t bit = 0; bit < runs_[0].size() * 8; ++bit) {
    std::string run = runs_[0];
    run[bit / 8] = static_cast<char>(run[bit / 8] ^ (1 << (bit % 8)));
    const absl::StatusOr<Intake> intake = tartu_->Ingest({&run, 1});
    EXPECT_TRUE(!intake.ok() || intake->entries == 0) << "bit " << bit;
  }
  EXPECT_EQ(Status(*tartu_).digest, before.digest);
  EXPECT_EQ(Status(*tartu_).frontier, before.frontier);
  EXPECT_EQ(tartu_->Ingest(runs_)->entries, 1u);
}

TEST_F(Hostile, EveryTruncationOfARunIsRefused) {
  for (size_t size = 0; size < runs_[0].size(); ++size) {
    const std::string run = runs_[0].substr(0, size);
    EXPECT_FALSE(tartu_->Ingest({&run, 1}).ok()) << size << " bytes";
  }
}

TEST_F(Hostile, ARunTwiceAndOutOfOrderChangesNothing) {
  EXPECT_TRUE(tallinn_->Ingest(*tartu_->Read()->RunsSince("0")).ok());
  EXPECT_TRUE(tartu_->Ingest(runs_).ok());
  const StatusView once = Status(*tartu_);
  std::vector<std::string> all = *tallinn_->Read()->RunsSince("0");
  std::reverse(all.begin(), all.end());
  const std::vector<std::string> once_more = all;
  all.insert(all.end(), once_more.begin(), once_more.end());
  const absl::StatusOr<Intake> again = tartu_->Ingest(all);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->entries, 0u);
  EXPECT_EQ(Status(*tartu_).digest, once.digest);
}

// The compressed form is under no seal: what a peer, or one on the way, made of it goes no further than here.
TEST_F(Hostile, ARunIsKeptAsItWouldBeWrittenHere) {
  const std::string before = tartu_->Read()->Frontier(), note(200, 'n');
  std::vector<Draft> drafts;
  for (int i = 0; i < 100; ++i) drafts.emplace_back(Draft().By("mari").Create(Cat("parcel/many-", i)).Set("owner", note));
  for (const absl::StatusOr<Receipt>& receipt : tallinn_->FileAll(drafts)) ASSERT_TRUE(receipt.ok()) << receipt.status();
  const std::vector<std::string> written = *tallinn_->Read()->RunsSince(before);
  ASSERT_EQ(written.size(), 2u);
  const chancery::Run run = *DecodeRun(written[1]);
  const std::string leaves = LeavesOf(run);
  std::string packed(ZSTD_compressBound(leaves.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), leaves.data(), leaves.size(), 19));
  const std::string skipped("\x50\x2a\x4d\x18\x04\0\0\0junk", 12);  // a frame that decoders pass over
  const std::string bundle = *tartu_->Read()->ExportBundle("0");
  for (const std::string& form : {RunInForm(run, 0, leaves), RunInForm(run, 1, packed), RunInForm(run, 1, skipped + packed)}) {
    ASSERT_NE(form, written[1]);
    std::filesystem::remove_all(Dir("third"));
    const std::unique_ptr<Database> third = *Database::Join(Dir("third"), {"third", "full", "v"}, bundle, env_);
    const std::vector<std::string> offered = {written[0], form};
    EXPECT_EQ(third->Ingest(offered)->entries, 101u);
    EXPECT_EQ(*third->Read()->RunsSince(before), written);
    ASSERT_TRUE(third->Rebuild().ok());
    EXPECT_EQ(*third->Read()->RunsSince(before), written);
    EXPECT_TRUE(third->Verify()->ok());
    EXPECT_EQ(Status(*third).digest, Status(*tallinn_).digest);
  }
}

TEST_F(Hostile, RunsWhoseCausesAreMissingWait) {
  EXPECT_TRUE(tallinn_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Jaan")).ok());
  const std::vector<std::string> later = *tallinn_->Read()->RunsSince("tallinn-4");
  const absl::StatusOr<Intake> intake = tartu_->Ingest(later);
  ASSERT_TRUE(intake.ok()) << intake.status();
  EXPECT_EQ(intake->entries, 0u);
  EXPECT_EQ(intake->waiting, 1u);
  EXPECT_EQ(intake->missing, std::vector<std::string>{"tallinn-4"});
}

TEST_F(Hostile, AnotherRegistryIsRefused) {
  const auto other = *Database::Found(Dir("other"), {"tallinn", "", {{"land.toml", kPack}}, "x"}, env_);
  ASSERT_TRUE(other->File(Draft().By("mari").Create("parcel/9")).ok());
  EXPECT_EQ(tartu_->ApplyBundle(*other->Read()->ExportBundle("0")).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(tartu_->Ingest(*other->Read()->RunsSince("tallinn-2")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Hostile, AStampADayAheadIsNotTakenUntilTheClockIsThere) {
  clock_.Set(clock_.NowMs() + 30ll * 3600 * 1000);
  ASSERT_TRUE(tallinn_->File(Draft().By("mari").Create("parcel/2")).ok());
  const std::vector<std::string> runs = *tallinn_->Read()->RunsSince("0");
  clock_.Set(clock_.NowMs() - 30ll * 3600 * 1000);
  const Intake early = *tartu_->Ingest(runs);
  EXPECT_EQ(early.entries, 1u);
  EXPECT_EQ(early.held, 1u);
  clock_.Set(clock_.NowMs() + 7ll * 3600 * 1000);
  EXPECT_EQ(tartu_->Ingest(runs)->entries, 1u);
}

// A member's key in the wrong hands: entries that its site would never write, properly signed.
class Rogue : public Hostile {
 protected:
  Rogue() : key_(KeyPair::FromSeed(Sha256({"chancery/seed/1\n", "u"}))) {
    EXPECT_TRUE(tartu_->Ingest(runs_).ok());
    std::string registry;
    EXPECT_TRUE(Unhex(Status(*tallinn_).registry, &registry));
    entry_.registry = RegistryId::From(registry);
    entry_.lane = LaneOf(key_.public_key());
    entry_.seq = 1;
    entry_.hlc = HlcAt(clock_.NowMs() + 1000);
    const std::vector<std::string> first = *tallinn_->Read()->RunsSince("tallinn-3");
    entry_.context = {{DecodeRun(first[0])->lane, 4}};
    entry_.officer = "nobody";
  }

  // Tartu's first run, holding just this entry, as tallinn takes it.
  absl::StatusOr<Intake> Send() {
    const EntryId id = IdOf(EncodeEntry(entry_));
    const chancery::Run run{EncodeHeader(entry_),
                            entry_.lane,
                            1,
                            {{entry_.hlc, Forever().Keep(EncodeBody(entry_))}},
                            key_.Sign(SealMessage(entry_.registry, entry_.lane, 1, id))};
    const std::string bytes = EncodeRun(run);
    return tallinn_->Ingest({&bytes, 1});
  }

  KeyPair key_;
  Entry entry_;
};

TEST_F(Rogue, MayFileWhatItsSiteMay) {  // what follows is refused for what it says, not for how it was made
  entry_.packs = {PackIdOf(kPack)};
  entry_.ops = {Op{OpKind::kCreate, 0, 0, "7", {}}};
  const absl::StatusOr<Intake> intake = Send();
  ASSERT_TRUE(intake.ok()) << intake.status();
  EXPECT_EQ(intake->entries, 1u);
}

TEST_F(Rogue, MayRelyOnWhatIsNowhereAndOpensNoCase) {
  ASSERT_TRUE(tallinn_->File(Draft().By("mari").Create("parcel/8")).ok());  // of which it does not know
  entry_.packs = {PackIdOf(kPack)};
  entry_.ops = {Op{OpKind::kCreate, 0, 0, "7", {}}};
  entry_.relied_on = {{Premise::Scope::kRecord, "nowhere/1", ""},
                      {Premise::Scope::kField, "nowhere/1/owner", ""},
                      {Premise::Scope::kField, "parcel/1/nothing", ""},
                      {Premise::Scope::kClaim, "no-rule", "1"}};
  const absl::StatusOr<Intake> intake = Send();
  ASSERT_TRUE(intake.ok()) << intake.status();
  EXPECT_EQ(intake->entries, 1u);
  EXPECT_TRUE(tallinn_->Read()->Cases()->empty());
}

TEST_F(Rogue, CannotStampBelowWhatItHasSeen) {
  entry_.packs = {PackIdOf(kPack)};
  entry_.ops = {Op{OpKind::kCreate, 0, 0, "7", {}}};
  ASSERT_TRUE(tallinn_->File(Draft().By("mari").Create("parcel/8")).ok());
  entry_.context[0].seq = 5;
  entry_.hlc = DecodeRun(tallinn_->Read()->RunsSince("tallinn-4")->front())->leaves[0].hlc;
  const absl::Status refused = Send().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(refused.ToString().find("not above what it had seen"), std::string::npos) << refused;
  entry_.hlc += 1;
  EXPECT_TRUE(Send().ok());
}

TEST_F(Rogue, CannotRuleOnAnOperationThatIsNotThere) {
  entry_.kind = EntryKind::kRuling;
  entry_.ruling = Ruling{
      "parcel.owner", "parcel/1", Outcome::kBoth, {}, {{entry_.context[0], 0}, {entry_.context[0], 9}}, "because", "", "", {}};
  const absl::Status refused = Send().status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(refused.ToString().find("an operation that is not there"), std::string::npos) << refused;
  EXPECT_EQ(tallinn_->Read()->Cases()->size(), 0u);
}

TEST_F(Rogue, CannotRuleOnWhatItHasNotSeen) {
  entry_.kind = EntryKind::kRuling;
  const Place later{entry_.context[0].lane, 5};
  entry_.ruling =
      Ruling{"parcel.owner", "parcel/1", Outcome::kBoth, {}, {{entry_.context[0], 0}, {later, 0}}, "because", "", "", {}};
  EXPECT_EQ(Send().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Rogue, CannotNameAFieldThatItsPackDoesNotHave) {
  entry_.packs = {PackIdOf(kPack)};
  entry_.ops = {Op{OpKind::kEdit, 0, 0, "1", {{5, Verb::kSet, Value::Text("x"), {}}}}};
  EXPECT_EQ(Send().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Rogue, CannotReferElsewhereOrMoveToWhatIsNoState) {
  entry_.packs = {PackIdOf(kPack)};
  for (const Change& change :
       {Change{1, Verb::kSet, {Kind::kReference, "firm/1"}, {}}, Change{2, Verb::kSet, Value::Text("sold"), {}}}) {
    entry_.ops = {Op{OpKind::kEdit, 0, 0, "1", {change}}};
    const absl::Status refused = Send().status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(refused.ToString().find("does not take this value"), std::string::npos) << refused;
  }
}

TEST_F(Rogue, WhoEndsAndWritesWithoutLookingOpensCasesAndBreaksNothing) {
  ASSERT_TRUE(tallinn_->File(Draft().By("mari").Create("parcel/3").Set("parent", "parcel/1")).ok());
  entry_.packs = {PackIdOf(kPack)};
  entry_.ops = {Op{OpKind::kDelete, 0, 0, "1", {}}, Op{OpKind::kEdit, 0, 0, "9", {{0, Verb::kSet, Value::Text("x"), {}}}}};
  ASSERT_TRUE(Send().ok());
  const Snapshot now = *tallinn_->Read();
  EXPECT_FALSE(now.Record("parcel/1")->exists);
  EXPECT_TRUE(now.Record("parcel/9")->exists);  // as if it had been created
  EXPECT_EQ(now.Case("parcel.parent", "parcel/3")->state, "open");
  const std::string digest = Status(*tallinn_).digest;
  ASSERT_TRUE(tallinn_->Rebuild().ok());
  EXPECT_EQ(Status(*tallinn_).digest, digest);
}

TEST_F(Rogue, CannotWithdrawWritesWithoutARuling) {
  entry_.packs = {PackIdOf(kPack)};
  entry_.ops = {Op{OpKind::kEdit, 0, 0, "1", {{0, Verb::kSettle, Value::Text("x"), {}}}}};
  EXPECT_EQ(Send().status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(tallinn_->Read()->Value("parcel/1/owner")->text, "Mari");
}

}  // namespace
}  // namespace chancery

// Bundles that were cut short, changed on the way, carried twice or in the wrong order.
#include <algorithm>

#include "engine/base/limits.h"
#include "tests/engine/database/sites.h"

namespace chancery {
namespace {

class Bundles : public Sites {
 protected:
  // Three runs of one lane, and where each ends in the file.
  Bundles() {
    Site& tallinn = (*this)["tallinn"];
    since_ = tallinn.Frontier();
    for (const char* parcel : {"1", "2", "3"}) {
      Create("tallinn", parcel);
      tallinn.clock.Set(tallinn.clock.NowMs() + kHour);
    }
    bytes_ = tallinn.Export(since_);
    const Bundle bundle = *DecodeBundle(bytes_);
    EXPECT_EQ(bundle.runs.size(), 3u);
    size_t end = bytes_.size();
    for (size_t i = bundle.runs.size(); i-- > 0; end -= bundle.runs[i].size()) ends_.insert(ends_.begin(), end);
    head_ = end;
  }

  std::string since_, bytes_;
  size_t head_ = 0;
  std::vector<size_t> ends_;
};

TEST_F(Bundles, OfEveryPrefixTheWholeRunsAreTaken) {
  size_t held = 0;
  for (size_t size = 0; size <= bytes_.size(); ++size) {
    const std::string prefix = bytes_.substr(0, size);
    const auto whole = static_cast<size_t>(std::count_if(ends_.begin(), ends_.end(), [&](size_t end) { return end <= size; }));
    const absl::StatusOr<Intake> intake = (*this)["tartu"]->ApplyBundle(prefix);
    if (whole == 0) {
      EXPECT_FALSE(intake.ok()) << size;
      EXPECT_EQ(intake.status().code(), size < 8 ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kDataLoss) << size;
      continue;
    }
    ASSERT_TRUE(intake.ok()) << size << ": " << intake.status();
    EXPECT_EQ(intake->offered, 3u);
    EXPECT_EQ(intake->damaged, 3 - whole) << size;
    EXPECT_EQ(intake->entries, whole - held) << size;
    held = whole;
  }
  EXPECT_EQ((*this)["tartu"].Digests(), (*this)["tallinn"].Digests());
  EXPECT_EQ(Apply("tartu", bytes_).entries, 0u);
}

TEST_F(Bundles, EveryFlippedByteCostsOneRunAtMost) {
  const std::string digests = (*this)["tallinn"].Digests();
  for (size_t at = 0; at < bytes_.size(); ++at) {
    std::string bad = bytes_;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    const absl::StatusOr<Intake> intake = (*this)["tartu"]->ApplyBundle(bad);
    if (at < head_) {
      EXPECT_FALSE(intake.ok()) << at;
    } else {
      ASSERT_TRUE(intake.ok()) << at << ": " << intake.status();
      EXPECT_EQ(intake->offered, 3u);
      EXPECT_EQ(intake->damaged, 1u) << at;
    }
  }
  EXPECT_EQ((*this)["tartu"].Digests(), digests);  // where the first run was spoilt the others waited for it
  EXPECT_EQ((*this)["tartu"].Status().waiting, 0u);
}

TEST_F(Bundles, AnEarlyOneIsKeptAndNeedNotComeAgain) {
  const std::string later = (*this)["tallinn"].Export("tallinn-6");
  const Intake early = Apply("tartu", later);
  EXPECT_EQ(early.entries, 0u);
  EXPECT_EQ(early.waiting, 1u);
  EXPECT_EQ(early.missing, std::vector<std::string>{"tallinn-6"});
  std::string first_two = bytes_;
  first_two.resize(ends_[1]);
  const Intake rest = Apply("tartu", first_two);
  EXPECT_EQ(rest.entries, 3u);
  EXPECT_EQ(rest.damaged, 1u);
  EXPECT_EQ((*this)["tartu"].Digests(), (*this)["tallinn"].Digests());
}

TEST_F(Bundles, OneOfAnotherRegistryIsRefusedWhole) {
  Site& other = New("other");
  other.db = *Database::Found(other.dir, {"tallinn", "", {{"land.toml", kPack}}, "x"}, other.env);
  EXPECT_EQ((*this)["tartu"]->ApplyBundle(other.Export("0")).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(Bundles, NobodyJoinsFromADamagedOne) {
  std::string whole = (*this)["tallinn"].Export("0");
  whole.resize(whole.size() - 1);
  Site& narva = New("narva");
  EXPECT_EQ(Database::Join(narva.dir, {"narva", "full", "n"}, whole, narva.env).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(std::filesystem::exists(narva.dir + "/data.mdb"));
}

// Asked for the time once a transaction: it looks what is committed by then.
class LookingClock : public Clock {
 public:
  int64_t NowMs() override {
    if (db != nullptr) committed.push_back(db->Read()->Status()->entries);
    return 1767225600000 + 24 * kHour;
  }
  const Database* db = nullptr;
  std::vector<uint64_t> committed;
};

TEST_F(Bundles, ALongOneIsTakenInSeveralCommitsSoThatAnInterruptionCostsLittle) {
  std::vector<Draft> drafts(limits::kGroupDrafts);
  size_t filed = 0;
  for (int round = 0; filed <= limits::kEntriesASlice + limits::kGroupDrafts; ++round) {
    for (size_t i = 0; i < drafts.size(); ++i) drafts[i] = Draft().By("mari").Create(Cat("parcel/r", round, "-", i));
    for (const auto& receipt : (*this)["tallinn"]->FileAll(drafts)) filed += receipt.ok();
  }
  const std::string bundle = (*this)["tallinn"].Export(since_);
  Site& tartu = (*this)["tartu"];
  LookingClock clock;
  tartu.env.clock = &clock;
  tartu.Reopen();
  clock.db = tartu.db.get();
  EXPECT_EQ(Apply("tartu", bundle).entries, filed + 3);
  ASSERT_EQ(clock.committed.size(), 2u);
  EXPECT_GE(clock.committed[1], limits::kEntriesASlice);
  EXPECT_EQ(tartu.Digests(), (*this)["tallinn"].Digests());
  EXPECT_EQ(Apply("tartu", bundle).entries, 0u);
}

}  // namespace
}  // namespace chancery

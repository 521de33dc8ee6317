// Rule C, "a round is final once every lane has passed it, and a majority removes who is dead", on the eight of 150 runs of a
// simulation (four sites, a quarter of all messages lost, cuts, one site lost for ever) whose settled order it violates. Each is
// cut down to the events that matter: what was filed, with which stamp; which message came through; who was lost for ever, and
// who removed it. A registry of four sites replays them.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "tests/model/order_set.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {
namespace {

constexpr const char* kPack = "[pack]\nname = \"land\"\nversion = 1\n[register.parcel]\nfields.owner = { type = \"text\" }\n";
constexpr int64_t kStart = 1767225600000, kHour = 3600 * 1000, kPatience = 24 * kHour;

// a@70      a files, by its clock 70 s after the beginning
// b2:a>c    a hands c the second entry that b has filed here, and the signatures that a has
// -b        b is lost for ever
// !acd      a, c and d hear each other, and end it
struct Schedule {
  int seed;
  const char* events;
};
constexpr Schedule kSchedules[] = {
    {3, "b@70 c@70 d@83 c@87 d1:d>b a@86 c2:c>b d1:d>c a1:a>c c1:a>b b@114 a1:a>b -b !acd"},
    {50, "b@58 d@60 a@60 c@59 d1:d>b c@65 a1:a>c d1:b>c a1:a>b c1:d>b b@144 c2:d>b -b !acd"},
    {52, "d@98 a@99 a1:a>d a@104 b@102 c@106 b1:b>a c1:c>a a2:a>d b1:b>d c1:a>d d@124 -d !abc"},
    {56, "b@58 a@63 c@59 d@63 c1:c>b b@67 c@64 c2:c>b a1:a>c d1:a>c d1:a>b a1:d>b -b !acd"},
    {91, "d@57 b@58 b@60 d@61 b2:b>a b2:b>d a@60 c@61 a1:a>d c1:c>a b1:b>d c1:c>d b1:c>a -d !abc"},
    {92, "c@168 a@169 b@170 d@171 a@172 d1:d>c d1:d>a c@175 a1:a>c b1:b>a b1:b>c a2:a>c -c !abd"},
    {107, "b@126 a@126 d@130 b1:b>a b1:b>c d1:d>c b@130 a@131 c@133 d1:d>a b2:b>c c1:c>a b2:b>a -a !bcd"},
    {117, "c@105 b@107 a@110 c@110 b@111 a1:a>d d@113 b1:b>c b2:b>c d1:d>c b2:b>d b1:b>d a1:b>c -c !abd"},
};

class Replay {
 public:
  explicit Replay(const std::string& events) : events_(events) {}

  // "" or what somebody has called final that is not.
  std::string Run() {
    SetUp();
    std::istringstream words(events_);
    for (std::string word; words >> word && error_.empty();) Event(word);
    Calm();
    if (error_.empty()) Compare();
    return error_;
  }

 private:
  struct Site {
    ManualClock clock{kStart};
    SeededRandom random{1};
    std::unique_ptr<Database> db;  // null: lost
  };

  template <class T>
  T Must(absl::StatusOr<T> value) {
    if (!value.ok() && error_.empty()) error_ = std::string(value.status().message());
    return value.ok() ? *std::move(value) : T();
  }

  Environment Of(Site& site) {
    Environment e;
    e.clock = &site.clock;
    e.random = &site.random;
    e.durable = false;
    e.reserve_bytes = 0;
    return e;
  }

  void SetUp() {
    for (const char name : {'a', 'b', 'c', 'd'}) {
      Site& site = sites_[name];
      site.random = SeededRandom(static_cast<uint64_t>(name));
      const std::string called(1, name);
      if (name == 'a') {
        FoundOptions options;
        options.site = called;
        options.packs = {{"land.toml", kPack}};
        options.key_seed = called;
        site.db = Must(Database::Found(dir_ / called, options, Of(site)));
      } else {
        JoinOptions options;
        options.site = called;
        options.key_seed = called;
        site.db = Must(Database::Join(dir_ / called, options, Must(sites_['a'].db->Read()->ExportBundle("0")), Of(site)));
        Must(sites_['a'].db->Admit(site.db->SiteCard()));
      }
    }
    Exchange("abcd");
    start_ms_ = kStart + kHour;
    for (auto& [name, site] : sites_) site.clock.Set(start_ms_);
  }

  void Event(const std::string& word) {
    if (word[0] == '-') return Note(word[1]), sites_[word[1]].db.reset(), void(lost_ = word[1]);
    if (word[0] == '!') return Remove(word.substr(1));
    if (word[1] == '@') return File(word[0], std::stoll(word.substr(2)));
    const char from = word[3], to = word[5];
    Must(sites_[to].db->Ingest({{filed_[{word[0], word[1] - '0'}]}}));
    if (sites_[from].db) Must(sites_[to].db->TakeCosignatures(Must(sites_[from].db->Read()->Cosignatures())));
    Note(to);
  }

  void File(char by, int64_t second) {
    Site& site = sites_[by];
    site.clock.Set(start_ms_ + second * 1000);
    const std::string before = site.db->Read()->Frontier();
    Must(site.db->File(Draft().By("clerk").Create("parcel/" + std::string(1, by) + std::to_string(++count_[by]))));
    std::string key;
    CHECK(Unhex(ParseJson(site.db->SiteCard())->Find("key")->text, &key));
    for (const std::string& run : Must(site.db->Read()->RunsSince(before)))  // besides what waits here
      if (DecodeRun(run)->lane == LaneOf(PublicKey::From(key))) filed_[{by, count_[by]}] = run;
    Note(by);
  }

  void Remove(const std::string& by) {
    Must(sites_[by[0]].db->ProposeEnd(std::string(1, lost_)));
    for (int turn = 0; turn < 6; ++turn) {  // votes, acceptances, the epoch
      for (const char to : by)
        for (const char from : by) Take(to, from);
      for (const char name : by) Note(name);
    }
    for (const char name : by) EXPECT_EQ(Must(sites_[name].db->Read()->Epoch()).ends.size(), 1u) << name;
  }

  void Take(char to, char from) {
    if (to != from) Must(sites_[to].db->Ingest(Must(sites_[from].db->Read()->RunsSince(sites_[to].db->Read()->Frontier()))));
  }

  // What a site has closed and signed, and calls final. It beats only where the schedule says so.
  void Note(char name) {
    const Database& db = *sites_[name].db;
    Must(sites_[name].db->Settle(kPatience));
    const absl::StatusOr<std::string> note = db.Checkpoint();
    if (!note.ok()) return;
    std::istringstream lines(*note);
    std::string origin, size, root;
    lines >> origin >> size >> root;
    reports_.insert({std::stoull(size), root, name});
  }

  // All hear each other as long as there is something to tell.
  void Exchange(const std::string& names) {
    for (int turn = 0; turn < 8 && error_.empty(); ++turn) {
      for (const char to : names) {
        sites_[to].clock.Set(kStart + (lost_ != 0 ? 2 * kHour : 0) + (turn + 1) * 20000);
        for (const char from : names) {
          Take(to, from);
          Must(sites_[to].db->Settle());
          if (to != from) Must(sites_[to].db->TakeCosignatures(Must(sites_[from].db->Read()->Cosignatures())));
        }
      }
    }
  }

  void Calm() {
    std::string living;
    for (const auto& [name, site] : sites_) living += site.db ? std::string(1, name) : "";
    Exchange(living);
    for (const char name : living)
      for (const std::string& bytes : Must(sites_[name].db->Read()->RunsSince("0"))) {
        const auto run = DecodeRun(bytes);
        for (size_t i = 0; run.ok() && i < run->leaves.size(); ++i) all_.Add(*run, i);
      }
    uint64_t placed = 0;
    for (const Known& k : all_.Effective()) placed += k.kind == EntryKind::kBeat ? 0 : 1;
    for (const char name : living) {
      const StatusView status = Must(sites_[name].db->Read()->Status());
      EXPECT_EQ(status.order.entries, placed) << name;
      for (const std::string& other : status.order.unequal)
        if (error_.empty()) error_ = std::string(1, name) + " says that " + other + " is unequal";
    }
  }

  void Compare() {
    std::map<uint64_t, Hash256> order;
    for (const auto& [number, round] : OrderOf(all_)) order[round.size] = round.root;
    for (const auto& [size, root, by] : reports_) {
      const auto found = order.find(size);
      if (found == order.end() || Base64(found->second.view()) != root)
        error_ = Cat(std::string(1, by), " has called ", size, " leaves final that are not in the order of all");
    }
  }

  const TempDir dir_;
  const std::string events_;
  std::map<char, Site> sites_;
  std::map<char, int> count_;
  std::map<std::pair<char, int>, std::string> filed_;          // runs, by who filed them and number
  std::set<std::tuple<uint64_t, std::string, char>> reports_;  // size, root, by whom
  Universe all_;
  int64_t start_ms_ = 0;
  char lost_ = 0;
  std::string error_;
};

class Removal : public testing::TestWithParam<Schedule> {
 protected:
#ifdef CHANCERY_PLANTED_BUGS
  ~Removal() override { PlantBug(Bug::kNone); }
#endif
};

TEST_P(Removal, OfALostSiteTakesNothingBack) {
  Replay replay(GetParam().events);
  EXPECT_EQ(replay.Run(), "");
}

#ifdef CHANCERY_PLANTED_BUGS
TEST_P(Removal, TakesBackWhatWasOnlyClosed) {
  PlantBug(Bug::kClosedIsSettled);
  Replay replay(GetParam().events);
  const std::string error = replay.Run();
  EXPECT_NE(error, "");
  std::cout << "  " << error << "\n";
}
#endif

// b, c and d make final what d has filed, and who proposes to end d has not heard of it.
constexpr const char* kUnheard =
    "d@45 a@60 b@60 c@60 d@60 a1:a>b a1:a>c a1:a>d b1:b>c b1:b>d c1:c>b c1:c>d d1:d>b d2:d>b d1:d>c d2:d>c "
    "a1:b>c a1:d>c a1:b>d a1:c>d a1:c>b a1:d>b -d !abc";

TEST(Unheard, WhatIsFinalOutlivesItsSite) {
  Replay replay(kUnheard);
  EXPECT_EQ(replay.Run(), "");
}

#ifdef CHANCERY_PLANTED_BUGS
TEST(Unheard, IsLostWhereAnEndIsTheTipOfWhoProposesIt) {
  PlantBug(Bug::kEndIsProposersTip);
  Replay replay(kUnheard);
  const std::string error = replay.Run();
  PlantBug(Bug::kNone);
  EXPECT_NE(error, "");
  std::cout << "  " << error << "\n";
}
#endif

INSTANTIATE_TEST_SUITE_P(RuleC, Removal, testing::ValuesIn(kSchedules),
                         [](const testing::TestParamInfo<Schedule>& info) { return "Seed" + std::to_string(info.param.seed); });

}  // namespace
}  // namespace chancery::model

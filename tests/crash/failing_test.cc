// The n-th call to the kernel fails, once and for ever, and the n-th allocation, on each path by which a store changes: whoever
// did it says so in words, or the process ends where memory did, and the store is what it was or what was asked for.
#include "tests/crash/failing.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <set>

#include "chancery/chancery.h"
#include "tests/crash/check.h"
#include "tests/support/figure.h"
#include "tests/support/temp_dir.h"

namespace chancery::crash {
namespace {

constexpr const char* kPack = R"([pack]
name = "land"
version = 1
[register.parcel.fields]
deed  = { type = "text" }
owner = { type = "text" }
tags  = { type = "set", of = "text" }
)";

// What a try leaves for whoever looks afterwards, in memory that both share.
struct Report {
  uint32_t held = 0;
  std::array<std::array<char, 80>, 32> entries = {};
  uint64_t asked = 0;
  char wrong[200] = "";

  void Hold(const Receipt& receipt) { std::strncpy(entries.at(held++).data(), receipt.entry().c_str(), 79); }
  // A failure is told in words, with what to try.
  bool Done(const absl::Status& status) {
    if (status.ok()) return true;
    const ErrorView error = Explain(status);
    if (error.message.empty() || error.exit_code == 0) std::strncpy(wrong, "a failure without words", sizeof wrong - 1);
    return false;
  }
  template <class T>
  bool Done(const absl::StatusOr<T>& result) {
    return Done(result.status());
  }
};

Environment Quick() {
  Environment env;
  env.reserve_bytes = 0;
  return env;
}

Draft Parcel(const std::string& key) { return Draft().By("mari").Create("parcel/" + key).Set("deed", key).Add("tags", "new"); }
Draft Sale(const std::string& key, const std::string& owner) {
  return Draft().By("mari").Record("parcel/" + key).Set("owner", owner);
}

// Two sites that sold one parcel apart: what one has, and what it has not heard of the other.
struct Before {
  Before() {
    auto db = Database::Found(dir / "tallinn", {"tallinn", "", {{"land.toml", kPack}}, "t"}, Quick());
    auto tartu = Database::Join(dir / "tartu", {"tartu", "full", "u"}, *db.value()->Read()->ExportBundle("0"), Quick());
    EXPECT_TRUE(db.value()->Admit(tartu.value()->SiteCard()).ok());
    EXPECT_TRUE(db.value()->File(Parcel("a")).ok());
    EXPECT_TRUE(tartu.value()->Ingest(*db.value()->Read()->RunsSince("0")).ok());
    EXPECT_TRUE(db.value()->File(Sale("a", "Anu")).ok());
    EXPECT_TRUE(tartu.value()->File(Sale("a", "Liis")).ok());
    const std::vector<std::string> clash = *tartu.value()->Read()->RunsSince(db.value()->Read()->Frontier());
    EXPECT_TRUE(db.value()->Ingest(clash).ok());  // a case opens
    EXPECT_TRUE(tartu.value()->File(Parcel("b")).ok());
    EXPECT_TRUE(tartu.value()->File(Sale("a", "Olev")).ok());
    unheard = *tartu.value()->Read()->RunsSince(db.value()->Read()->Frontier());
    const std::vector<EntryView> log = *db.value()->Read()->Log("");
    for (const EntryView& entry : log) held.insert(entry.entry);
    for (const char* key : {"c", "d"})
      held.insert(db.value()->File(Parcel(key))->entry());  // nobody reads them: they lie in the tail
  }
  TempDir dir;
  std::vector<std::string> unheard;
  std::set<std::string> held;
};
const Before& Known() {
  static const Before before;
  return before;
}

struct Path {
  const char* name = "";
  std::function<void(const std::string& dir, const std::function<void()>& arm, Report&)> walk;
};

void OnOpened(const std::string& dir, const std::function<void()>& arm, Report& report,
              const std::function<void(Database&)>& then) {
  auto db = Database::Open(dir, Quick());
  if (!db.ok()) std::abort();
  arm();
  then(**db);
  report.asked = Disarm();
}

const std::array<Path, 7> kPaths = {{
    {"Found",
     [](const std::string& dir, const auto& arm, Report& report) {
       arm();
       auto db = Database::Found(dir, {"tallinn", "", {{"land.toml", kPack}}, "t"}, Quick());
       if (report.Done(db))
         if (const auto receipt = (*db)->File(Parcel("a")); report.Done(receipt)) report.Hold(*receipt);
       report.asked = Disarm();
     }},
    {"Open",
     [](const std::string& dir, const auto& arm, Report& report) {
       arm();
       const auto db = Database::Open(dir, Quick());
       report.Done(db);
       report.asked = Disarm();
     }},
    {"File",
     [](const std::string& dir, const auto& arm, Report& report) {
       OnOpened(dir, arm, report, [&](Database& db) {
         if (const auto receipt = db.File(Parcel("e")); report.Done(receipt)) report.Hold(*receipt);
         std::vector<Draft> drafts = {Parcel("f"), Parcel("g")};
         for (Draft& draft : drafts) draft.note = "batch 1 of 2";
         for (const auto& receipt : db.FileAll(drafts))
           if (report.Done(receipt)) report.Hold(*receipt);
         if (const auto now = db.Read(); report.Done(now)) report.Done(now->Value("parcel/e/deed"));
         if (const auto receipt = db.File(Sale("e", "Mari")); report.Done(receipt)) report.Hold(*receipt);
       });
     }},
    {"TakeIn",
     [](const std::string& dir, const auto& arm, Report& report) {
       OnOpened(dir, arm, report, [&](Database& db) { report.Done(db.Ingest(Known().unheard)); });
     }},
    {"Rule",
     [](const std::string& dir, const auto& arm, Report& report) {
       OnOpened(dir, arm, report, [&](Database& db) {
         const auto now = db.Read();
         if (!report.Done(now)) return;
         const auto one = now->Case("parcel.owner", "parcel/a");
         if (!report.Done(one)) return;
         RulingDraft ruling;
         ruling.rule = one->id;
         ruling.keep = one->facts[0].entry;
         ruling.officer = "judge";
         ruling.reason = "filed first at the counter";
         if (const auto receipt = db.Rule(ruling); report.Done(receipt)) report.Hold(*receipt);
       });
     }},
    {"Rebuild", [](const std::string& dir, const auto& arm,
                   Report& report) { OnOpened(dir, arm, report, [&](Database& db) { report.Done(db.Rebuild()); }); }},
    {"Backup",
     [](const std::string& dir, const auto& arm, Report& report) {
       OnOpened(dir, arm, report, [&](Database& db) {
         const auto kept = db.Backup(dir + "/kept");
         const bool done = report.Done(kept);
         Disarm();
         if (done && !Database::Restore(dir + "/back", dir + "/kept", {}, Quick()).ok())
           std::strncpy(report.wrong, "a backup that was said to be made cannot be restored", sizeof report.wrong - 1);
       });
     }},
}};

class Shared {  // a Report that a child writes and its parent reads
 public:
  Shared() : at_(mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) { new (at_) Report; }
  ~Shared() { munmap(at_, sizeof(Report)); }
  Report* operator->() const { return static_cast<Report*>(at_); }
  Report& operator*() const { return *static_cast<Report*>(at_); }

 private:
  void* at_;
};

// "" or what is wrong with how the process ended.
std::string Walk(const Path& path, const std::string& dir, const Failure& failure, Report& report) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      path.walk(
          dir, [&] { Arm(failure); }, report);
    } catch (const std::exception& thrown) {
      Disarm();
      std::strncpy(report.wrong, thrown.what(), sizeof report.wrong - 1);
    }
    _exit(0);
  }
  int state = 0;
  waitpid(child, &state, 0);
  const bool told = failure.means == Means::kMemory && WIFSIGNALED(state) && WTERMSIG(state) == SIGABRT;
  if (told || (WIFEXITED(state) && WEXITSTATUS(state) == 0)) return report.wrong;
  return WIFSIGNALED(state) ? "it ended by signal " + std::to_string(WTERMSIG(state))
                            : "it ended with " + std::to_string(WEXITSTATUS(state));
}

struct Way {
  const char* name;
  Means means;
  bool for_ever;
};
const std::array<Way, 3> kWays = {
    {{"CallOnce", Means::kCalls, false}, {"CallsForEver", Means::kCalls, true}, {"Memory", Means::kMemory, true}}};

class Failing : public testing::TestWithParam<std::tuple<size_t, size_t>> {};

TEST_P(Failing, ChangesNothingButWhatWasAskedFor) {
  const auto [index, way] = GetParam();
  const auto [ignored, means, for_ever] = kWays.at(way);
  const Path& path = kPaths.at(index);
  const bool founds = std::string(path.name) == "Found";
  const auto try_one = [&, means = means, for_ever = for_ever](uint64_t nth, Report& report) {
    const TempDir dir;
    const std::string store = dir / "tallinn";
    if (!founds) std::filesystem::copy(Known().dir / "tallinn", store, std::filesystem::copy_options::recursive);
    std::string wrong = Walk(path, store, {means, nth, for_ever}, report);
    std::set<std::string> held = founds ? std::set<std::string>() : Known().held;
    for (uint32_t i = 0; i < report.held; ++i) held.insert(report.entries.at(i).data());
    return wrong.empty() ? CheckStore(store, held) : wrong;
  };
  const Shared whole;
  ASSERT_EQ(try_one(0, *whole), "") << "nothing failed";
  const uint64_t asked = whole->asked;
  ASSERT_GT(asked, 0u);
  // All calls; of allocations as many as there is time for, spread over the path.
  const char* wanted = std::getenv("CHANCERY_FAILURES");
  const uint64_t most = wanted == nullptr ? 24 : std::strtoull(wanted, nullptr, 10);
  const uint64_t step = means == Means::kCalls ? 1 : std::max<uint64_t>(1, asked / most);
  uint64_t tried = 0;
  for (uint64_t nth = 1 + asked % step; nth <= asked; nth += step, ++tried) {
    const Shared report;
    ASSERT_EQ(try_one(nth, *report), "") << path.name << ": " << nth << " of " << asked << " fails";
  }
  ASSERT_GT(tried, 0u);
  Figure("failures.tried", tried);
  if (means == Means::kMemory) Figure("failures.paths", 1);
}

std::string NameOf(const testing::TestParamInfo<Failing::ParamType>& info) {
  const auto& [index, way] = info.param;
  return std::string(kPaths.at(index).name) + kWays.at(way).name;
}
INSTANTIATE_TEST_SUITE_P(Paths, Failing,
                         testing::Combine(testing::Range<size_t>(0, kPaths.size()), testing::Range<size_t>(0, kWays.size())),
                         NameOf);

}  // namespace
}  // namespace chancery::crash

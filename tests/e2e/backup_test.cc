// A backup of a store that is served, exchanges and is filed to.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"

namespace chancery::e2e {
namespace {

// Files one parcel after the other at a site; what was acknowledged so far.
class Clerk {
 public:
  Clerk(const Land& land, std::string site) : land_(land), site_(std::move(site)), thread_([this] { Work(); }) {}
  ~Clerk() {
    ending_ = true;
    thread_.join();
  }
  std::set<std::string> Acknowledged() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return acknowledged_;
  }

 private:
  void Work() {
    for (int i = 0; !ending_; ++i) {
      const Result filed = land_.At(site_, {"--json", "file"}, Create(site_ + std::to_string(i), "Mari"));
      EXPECT_EQ(filed.code, 0) << filed.out;
      const std::lock_guard<std::mutex> lock(mutex_);
      acknowledged_.insert(filed.Last("receipt").Find("entry")->text);
    }
  }
  const Land& land_;
  const std::string site_;
  mutable std::mutex mutex_;
  std::set<std::string> acknowledged_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

bool Holds(const std::set<std::string>& all, const std::set<std::string>& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

TEST(ServedBackup, HoldsWhatWasAcknowledgedBeforeItAndIsWhole) {
  const Land land;
  land.Join("luxembourg");
  auto tallinn = std::make_unique<Served>(land, "tallinn"), luxembourg = std::make_unique<Served>(land, "luxembourg");
  AddPeer(land, "tallinn", "luxembourg", luxembourg->address());
  AddPeer(land, "luxembourg", "tallinn", tallinn->address());
  std::vector<std::set<std::string>> before;
  std::vector<int64_t> counts;
  {
    const Clerk here(land, "tallinn"), there(land, "luxembourg");
    for (int i = 0; i < 4; ++i) {
      const size_t wanted = before.empty() ? 3 : before.back().size() + 3;
      ASSERT_TRUE(Eventually([&] { return here.Acknowledged().size() >= wanted; }));
      before.push_back(here.Acknowledged());
      const Result backup = land.Json({"backup", land / ("copy" + std::to_string(i))});
      ASSERT_EQ(backup.code, 0) << backup.out;
      counts.push_back(backup.Last("backup").Find("entries")->integer);
    }
  }
  tallinn->End(SIGKILL);
  const std::set<std::string> all = land.Entries("tallinn");
  for (size_t i = 0; i < before.size(); ++i) {
    const std::string site = "restored" + std::to_string(i);
    const Result restored = land.At(site, {"--json", "restore", land / ("copy" + std::to_string(i))});
    ASSERT_EQ(restored.code, 0) << restored.out << restored.err;
    EXPECT_EQ(land.At(site, {"verify"}).code, 0) << site;
    const std::set<std::string> entries = land.Entries(site);
    EXPECT_TRUE(Holds(entries, before[i])) << site << ": what was acknowledged before it is not in it";
    EXPECT_TRUE(Holds(all, entries)) << site;
    EXPECT_EQ(static_cast<int64_t>(entries.size()), counts[i]) << site;
  }
}

}  // namespace
}  // namespace chancery::e2e

// Sites on hosts of their own, with real cables between them: cut one way, flapping, slow, pulled; sites that are killed; clerks
// at every one of them. What was acknowledged is at all of them in the end, and all are equal.
#include "tests/e2e/hosts.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "tests/e2e/served.h"
#include "tests/support/process.h"

namespace chancery::e2e {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSites[] = {"tallinn", "luxembourg", "tartu", "narva", "parnu"};
constexpr int kPort = 7420;
constexpr int kNeverKilled = 2;  // the first so many: whether they grow is seen in the long run
constexpr int64_t kMostBytes = 256ll << 20;

// A soak: CHANCERY_SOAK=7200, in rounds of a minute.
int SoakSeconds() {
  const char* named = std::getenv("CHANCERY_SOAK");
  return named == nullptr ? 0 : std::atoi(named);
}

struct Apart {
  explicit Apart(int count) : hosts(count), count(count) {
    if (!hosts.there()) return;
    for (int i = 1; i < count; ++i) land.Join(kSites[i]);
    for (int i = 0; i < count; ++i) {
      std::map<std::string, std::string> peers;
      for (int to = 0; to < count; ++to)
        if (to != i) peers[kSites[to]] = hosts.Address(to) + ":" + std::to_string(kPort);
      SetPeers(land, kSites[i], peers);
    }
    for (int i = 0; i < count; ++i) served.push_back(Serve(i));
  }
  std::unique_ptr<Served> Serve(int site) const {
    return std::make_unique<Served>(land, kSites[site], kPort, Words(),
                                    Place{.host = hosts.Address(site), .by = hosts.Enter(site)});
  }
  void Kill(int site) {
    served[static_cast<size_t>(site)]->End(SIGKILL);
    served[static_cast<size_t>(site)] = Serve(site);
  }
  bool Reads(int site, const std::string& parcel) const { return land.At(kSites[site], {"get", "parcel/" + parcel}).code == 0; }
  std::string Digests(int site) const {
    const Literal status = land.Status(kSites[site]);
    return status.null() ? "no status"
                         : status.Find("frontier")->Json() + status.Find("digest")->text + status.Find("docket")->text;
  }
  bool Equal() const {
    const std::string first = Digests(0);
    for (int i = 1; i < count; ++i)
      if (Digests(i) != first) return false;
    return true;
  }
  std::string Logs() const {
    std::string logs;
    for (int i = 0; i < count; ++i) {
      const std::string log = served[static_cast<size_t>(i)]->Log();
      logs += std::string(kSites[i]) + ":\n" + log.substr(log.size() - std::min<size_t>(log.size(), 1500));
    }
    return logs;
  }

  Land land;
  Hosts hosts;
  int count;
  std::vector<std::unique_ptr<Served>> served;
};

TEST(Hosts, WhatIsCutOneWayGoesRound) {
  Apart net(3);
  if (!net.hosts.there()) GTEST_SKIP() << Hosts::kNone;
  ASSERT_TRUE(Eventually([&] { return net.Equal(); })) << net.Logs();
  net.hosts.Deafen(0, 1);
  net.hosts.Deafen(0, 2);
  ASSERT_EQ(net.land.Do({"file"}, Create("1", "Mari")).code, 0);
  ASSERT_EQ(net.land.At("luxembourg", {"file"}, Create("2", "Liis")).code, 0);
  sleep(3);
  EXPECT_FALSE(net.Reads(1, "1") || net.Reads(2, "1")) << "nothing of tallinn's arrives anywhere";
  EXPECT_TRUE(Eventually([&] { return net.Reads(2, "2"); }));
  net.hosts.Deafen(0, 2, false);
  EXPECT_TRUE(Eventually([&] { return net.Reads(1, "1") && net.Reads(0, "2"); })) << "by tartu\n" << net.Logs();
  net.hosts.Heal();
  EXPECT_TRUE(Eventually([&] { return net.Equal(); })) << net.Logs();
}

// Creations of as many parcels, whose owners do not compress.
std::string Many(const std::string& prefix, int count, std::mt19937& random) {
  std::string lines;
  for (int i = 0; i < count; ++i)
    lines += Create(prefix + std::to_string(i), "owner " + std::to_string(random()) + std::to_string(random()));
  return lines;
}

TEST(Hosts, WhatIsSentIsAsMuchAsDiffers) {
  Apart net(3);
  if (!net.hosts.there()) GTEST_SKIP() << Hosts::kNone;
  std::mt19937 random(1);
  ASSERT_EQ(net.land.Do({"-q", "file"}, Many("before", 20'000, random)).code, 0);
  ASSERT_TRUE(Eventually([&] { return net.Equal(); }, 60)) << net.Logs();
  const std::string common = "tallinn-" + net.land.Status("luxembourg").Find("frontier")->Find("tallinn")->Json();
  net.hosts.Plug(1, false);
  constexpr int kApart = 2000;
  ASSERT_EQ(net.land.Do({"-q", "file"}, Many("apart", kApart, random)).code, 0);
  ASSERT_TRUE(Eventually([&] { return net.Digests(0) == net.Digests(2); }));
  const Result exported = net.land.Do({"-q", "bundle", "export", "--since", common, "-o", net.land / "differs.cbn"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  const auto differs = static_cast<int64_t>(std::filesystem::file_size(net.land / "differs.cbn"));
  const int64_t before = net.hosts.BytesReceived(1);
  net.hosts.Plug(1, true);
  ASSERT_TRUE(Eventually([&] { return net.Equal(); }, 60)) << net.Logs();
  const int64_t received = net.hosts.BytesReceived(1) - before;
  std::printf("[ hosts    ] %ld bytes received for a difference of %ld\n", static_cast<long>(received),
              static_cast<long>(differs));
  EXPECT_GE(received, kApart * 8) << "what is random in the owners' names";
  EXPECT_LE(received, 4 * differs + differs / 2 + (32 << 10))
      << "four sessions, two with each peer, may send their first offer at once; the rest is headers and talk";
}

// Who files at one site, one entry after the other.
class Clerk {
 public:
  Clerk(const Apart& net, int site) : net_(net), site_(site), thread_([this] { Work(); }) {}
  ~Clerk() { End(); }
  void End() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  const std::set<std::string>& acknowledged() const { return acknowledged_; }  // once it has ended

 private:
  void Work() {
    static std::atomic<int> number{0};
    while (!ending_) {
      const std::string own = std::to_string(number++);
      const Result filed =
          net_.land.At(kSites[site_], {"--json", "file"},
                       Create("c" + own, "the state") + Sell("house" + std::to_string(number % 3), "buyer " + own));
      for (const Literal& line : filed.Lines())
        if (line.Find("receipt") != nullptr) acknowledged_.insert(line.Find("receipt")->Find("entry")->text);
      usleep(100'000);
    }
  }
  const Apart& net_;
  const int site_;
  std::set<std::string> acknowledged_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

struct Trouble {
  Apart& net;
  std::mt19937 random;
  int cuts = 0, flaps = 0, slow = 0, kills = 0, turns = 0;

  int Any() { return static_cast<int>(random() % static_cast<unsigned>(net.count)); }
  void Make() {
    const int one = Any(), other = Any();
    switch (turns++ % 5) {
      case 0:
      case 1:
        if (one != other) net.hosts.Deafen(one, other), ++cuts;
        break;
      case 2:
        for (int i = 0; i < 3; ++i) {
          net.hosts.Plug(one, false);
          usleep(100'000 + random() % 400'000);
          net.hosts.Plug(one, true);
          usleep(100'000);
        }
        ++flaps;
        break;
      case 3:
        net.hosts.Throttle(one, true), ++slow;
        break;
      default:
        net.Kill(kNeverKilled + static_cast<int>(random() % static_cast<unsigned>(net.count - kNeverKilled))), ++kills;
    }
    if (turns % 10 == 0) net.hosts.Heal();
  }
};

// What the processes take that were never killed: in percent an hour, over the run without its first quarter.
struct Growth {
  Clock::time_point start = Clock::now();
  std::vector<std::pair<double, double>> samples = {};  // hours, bytes

  void Note(int64_t bytes) {
    samples.emplace_back(std::chrono::duration<double, std::ratio<3600>>(Clock::now() - start).count(), bytes);
  }
  double PercentAnHour() const {
    const size_t from = samples.size() / 4;
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = from; i < samples.size(); ++i) {
      const auto& [hours, bytes] = samples[i];
      n += 1, x += hours, y += bytes, xx += hours * hours, xy += hours * bytes;
    }
    const double spread = n * xx - x * x;
    return spread <= 0 ? 0 : (n * xy - x * y) / spread / (y / n) * 100;
  }
};

TEST(Hosts, LoseNothingAcknowledgedAndEndEqual) {
  Apart net(5);
  if (!net.hosts.there()) GTEST_SKIP() << Hosts::kNone;
  std::string houses;
  for (int i = 0; i < 3; ++i) houses += Create("house" + std::to_string(i), "the state");
  ASSERT_EQ(net.land.Do({"-q", "file"}, houses).code, 0);
  ASSERT_TRUE(Eventually([&] { return net.Equal(); })) << net.Logs();

  const int soak = SoakSeconds();
  const auto end = Clock::now() + std::chrono::seconds(soak);
  Trouble trouble{net, std::mt19937(20261127)};
  Growth growth[kNeverKilled];
  int64_t largest = 0;
  std::set<std::string> acknowledged;
  do {
    std::vector<std::unique_ptr<Clerk>> clerks;
    for (int i = 0; i < net.count; ++i) clerks.push_back(std::make_unique<Clerk>(net, i));
    const auto quiet = Clock::now() + std::chrono::seconds(soak > 0 ? 50 : 12);
    for (int turns = 0; Clock::now() < quiet || turns < 10; ++turns) {
      trouble.Make();
      usleep(200'000);
      for (const auto& process : net.served) largest = std::max(largest, AnonymousBytes(process->pid()));
    }
    for (const auto& clerk : clerks) clerk->End();
    net.hosts.Heal();
    ASSERT_TRUE(Eventually([&] { return net.Equal(); }, 90)) << net.Logs();
    for (int i = 0; i < kNeverKilled; ++i) growth[i].Note(AnonymousBytes(net.served[static_cast<size_t>(i)]->pid()));
    for (const auto& clerk : clerks) acknowledged.insert(clerk->acknowledged().begin(), clerk->acknowledged().end());
  } while (Clock::now() < end);

  for (int i = 0; i < net.count; ++i) {
    const std::set<std::string> entries = net.land.Entries(kSites[i]);
    EXPECT_TRUE(std::includes(entries.begin(), entries.end(), acknowledged.begin(), acknowledged.end()))
        << "something that was acknowledged is not at " << kSites[i];
    EXPECT_EQ(net.served[static_cast<size_t>(i)]->End(SIGTERM), 0) << kSites[i];
    EXPECT_EQ(net.land.At(kSites[i], {"verify"}).code, 0) << kSites[i];
  }
  EXPECT_EQ(net.land.Do({"case", "ls"}).code, 3) << "no house was sold twice: nothing was tested";
  EXPECT_GT(acknowledged.size(), 50u);
  EXPECT_GT(std::min({trouble.cuts, trouble.flaps, trouble.slow, trouble.kills}), 0);
  if (kMemoryIsOurs) {
    EXPECT_LE(largest, kMostBytes);
  }
  for (const Growth& one : growth) {
    if (kMemoryIsOurs && soak >= 3600) {
      EXPECT_LE(one.PercentAnHour(), 1.0);
    }
    std::printf("[ hosts    ] %.2f %% an hour over %zu rounds\n", one.PercentAnHour(), one.samples.size());
  }
  std::printf("[ hosts    ] %zu acknowledged; %d one-way cuts, %d flaps, %d slow, %d kills; at most %ld MiB\n",
              acknowledged.size(), trouble.cuts, trouble.flaps, trouble.slow, trouble.kills, static_cast<long>(largest >> 20));
}

}  // namespace
}  // namespace chancery::e2e

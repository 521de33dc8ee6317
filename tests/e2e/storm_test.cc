// Five sites and links that fail in every way, kills, stops, and clerks with a session who ask now here, now there: what was
// acknowledged is there, nobody is shown less than he has seen, and after it all are equal.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <thread>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"
#include "tests/support/figure.h"
#include "tests/support/process.h"
#include "tests/support/proxy.h"

namespace chancery::e2e {
namespace {

constexpr std::array<const char*, 5> kSites = {"tallinn", "luxembourg", "tartu", "narva", "parnu"};

constexpr int kKillsLeast = 2;

long FromEnvironment(const char* name, long otherwise) {
  const char* named = std::getenv(name);
  return named == nullptr ? otherwise : std::atol(named);
}

// Each kind of failure in its turn, at a random place; every fifth connection is good.
Weather Storm(unsigned n, std::mt19937& random) {
  const auto place = [&random](int64_t most) { return static_cast<int64_t>(random() % static_cast<uint64_t>(most)); };
  switch (n % 5) {
    case 0:
      return {.cut_byte = place(20'000)};
    case 1:
      return {.spoil_byte = place(20'000), .delay_ms = place(50)};
    case 2:
      return {.drop_record = place(40)};
    case 3:
      return {.repeat_record = place(40), .bytes_a_second = 64'000};
    default:
      return {};
  }
}

// The link by which one site calls another.
struct Road {
  explicit Road(int port, unsigned seed)
      : random(seed), proxy(port, [this](int n) { return Storm(static_cast<unsigned>(n), random); }) {}
  std::mt19937 random;
  Proxy proxy;
};

struct StormyNetwork {
  explicit StormyNetwork(unsigned seed) {
    for (const char* site : kSites)
      if (site != kSites[0]) land.Join(site);
    for (const char* site : kSites) served[site] = std::make_unique<Served>(land, site);
    for (const char* site : kSites) ports[site] = served[site]->port();
    for (const char* from : kSites) {
      std::map<std::string, std::string> addresses;
      for (const char* to : kSites) {
        if (from == to) continue;
        auto& road = roads[std::string(from) + ">" + to] = std::make_unique<Road>(ports[to], seed++);
        addresses[to] = road->proxy.address();
      }
      SetPeers(land, from, addresses);
    }
  }
  void Kill(const std::string& site) {
    served[site]->End(SIGKILL);
    served[site] = std::make_unique<Served>(land, site, ports[site]);
  }
  // For longer than it is waited for.
  void Stop(const std::string& site) {
    served[site]->Signal(SIGSTOP);
    sleep(6);
    served[site]->Signal(SIGCONT);
  }
  void Clear() {
    for (auto& [name, road] : roads) {
      road->proxy.Clear();
      for (const auto way : {Proxy::kThere, Proxy::kBack}) road->proxy.Mute(way, false);
    }
  }
  std::string Digests(const std::string& site) const {
    const Literal status = land.Status(site);
    return status.null() ? "no status"
                         : status.Find("frontier")->Json() + status.Find("digest")->text + status.Find("docket")->text;
  }
  bool Equal() const {
    const std::string first = Digests(kSites[0]);
    return std::all_of(kSites.begin(), kSites.end(), [&](const char* site) { return Digests(site) == first; });
  }
  std::string Logs() const {
    std::string logs;
    for (const auto& [site, process] : served) logs += site + ":\n" + process->Log();
    return logs.size() > 4000 ? logs.substr(logs.size() - 4000) : logs;
  }

  Land land;
  std::map<std::string, int> ports;
  std::map<std::string, std::unique_ptr<Served>> served;
  std::map<std::string, std::unique_ptr<Road>> roads;
};

// A clerk who files now here, now there, and reads somewhere else what he has filed.
struct Clerk {
  Clerk(const StormyNetwork& net, int number, unsigned seed) : net(net), number(number), random(seed) {}

  void Work(const std::atomic<bool>& ending) {
    for (int i = 0; !ending; ++i) {
      const std::string key = "c" + std::to_string(number) + "-" + std::to_string(i);
      Words words = {"file"};
      if (random() % 4 == 0) words.insert(words.end(), {"--ack", "witnessed=1", "--wait", "5"});
      const Result filed = Ask(words, random() % 2 == 0, Create(key, "the state") + Sale(i));
      const Literal receipt = filed.Last("receipt");
      if (receipt.null()) continue;  // nobody answered who has all that he has seen
      for (const Literal& line : filed.Lines())
        if (line.Find("receipt") != nullptr) acknowledged.push_back(line.Find("receipt")->Find("entry")->text);
      witnessed_count += receipt.Find("strength")->text.starts_with("witnessed");
      const Result read = Ask({"get", "parcel/" + key}, false);
      const bool told = read.code == 7 || read.code == 8;  // not here yet; the other clerk has the store, which nobody serves
      EXPECT_TRUE(read.code == 0 || told) << key << " was filed and is not read: " << read.out;
      ++(read.code == 0 ? reads : not_here_yet);
    }
  }
  // At some site, with his session; at the others too, where `anywhere`.
  Result Ask(const Words& verb, bool anywhere, const std::string& input = "") {
    const size_t home = random() % kSites.size();
    Words words = {"--json", "--session", net.land / ("session-" + std::to_string(number))};
    for (size_t i = 1; anywhere && i < kSites.size(); ++i)
      words.insert(words.end(), {"--or", net.land / kSites[(home + i) % kSites.size()]});
    words.insert(words.end(), verb.begin(), verb.end());
    return net.land.At(kSites[home], words, input);
  }
  // All clerks sell the same few houses: there are cases.
  std::string Sale(int i) const {
    return Sell("house" + std::to_string(i % 3), "buyer " + std::to_string(number) + "-" + std::to_string(i));
  }

  const StormyNetwork& net;
  int number, witnessed_count = 0, reads = 0, not_here_yet = 0;
  std::mt19937 random;
  std::vector<std::string> acknowledged;
};

// CHANCERY_SEED, CHANCERY_STORM=SECONDS for a night.
TEST(Storm, LosesNothingAcknowledgedAndEndsEqual) {
  const auto seed = static_cast<unsigned>(FromEnvironment("CHANCERY_SEED", 20261127));
  const auto began = std::chrono::steady_clock::now();
  const auto end = began + std::chrono::seconds(FromEnvironment("CHANCERY_STORM", 20));
  StormyNetwork net(seed);
  std::string houses;
  for (int i = 0; i < 3; ++i) houses += Create("house" + std::to_string(i), "the state");
  ASSERT_EQ(net.land.Do({"-q", "file"}, houses).code, 0);

  std::atomic<bool> ending{false};
  std::vector<std::unique_ptr<Clerk>> clerks;
  std::vector<std::thread> working;
  for (int i = 0; i < 2; ++i) clerks.push_back(std::make_unique<Clerk>(net, i, seed + static_cast<unsigned>(i)));
  for (const auto& clerk : clerks) working.emplace_back([&clerk, &ending] { clerk->Work(ending); });
  std::mt19937 random(seed);
  int kills = 0, stops = 0, mutes = 0;
  int64_t largest = 0;
  while (std::chrono::steady_clock::now() < end || kills <= kKillsLeast) {
    usleep(300'000 + random() % 700'000);
    auto road = std::next(net.roads.begin(), static_cast<long>(random() % net.roads.size()));
    const bool mute = random() % 2 == 0;  // one way alone
    road->second->proxy.Mute(random() % 2 == 0 ? Proxy::kThere : Proxy::kBack, mute);
    mutes += mute;
    if (random() % 3 == 0) net.Kill(kSites[random() % kSites.size()]), ++kills;
    if (stops < kills / 3) net.Stop(kSites[random() % kSites.size()]), ++stops;
    for (const auto& [site, process] : net.served) largest = std::max(largest, AnonymousBytes(process->pid()));
  }
  ending = true;
  for (std::thread& thread : working) thread.join();
  net.Clear();
  EXPECT_TRUE(Eventually([&] { return net.Equal(); }, 90)) << "seed " << seed << "\n" << net.Logs();

  std::set<std::string> acknowledged;
  int witnessed = 0, broken = 0, reads = 0, not_here_yet = 0;
  for (const auto& clerk : clerks) {
    witnessed += clerk->witnessed_count;
    reads += clerk->reads;
    not_here_yet += clerk->not_here_yet;
    acknowledged.insert(clerk->acknowledged.begin(), clerk->acknowledged.end());
  }
  for (const auto& [name, road] : net.roads) broken += road->proxy.broken();
  for (auto& [site, process] : net.served) EXPECT_EQ(process->End(SIGTERM), 0) << site;
  for (const char* site : kSites) {
    const std::set<std::string> entries = net.land.Entries(site);
    EXPECT_TRUE(std::includes(entries.begin(), entries.end(), acknowledged.begin(), acknowledged.end()))
        << "something that was acknowledged is not at " << site << ", seed " << seed;
    EXPECT_EQ(net.land.At(site, {"verify"}).code, 0) << site;
  }
  EXPECT_EQ(net.land.Do({"case", "ls"}).code, 3) << "no house was sold twice: nothing was tested";
  EXPECT_GT(acknowledged.size(), 20u);
  EXPECT_GT(reads, 5);
  EXPECT_GT(kills, kKillsLeast);
  EXPECT_GT(broken, 5);
  std::printf(
      "[ storm    ] seed %u: %zu acknowledged, %d witnessed, %d read, %d not here yet; %d kills, %d stops, %d one-way cuts, %d "
      "links broken; %ld MiB\n",
      seed, acknowledged.size(), witnessed, reads, not_here_yet, kills, stops, mutes, broken, static_cast<long>(largest >> 20));
  Figure("kills", static_cast<uint64_t>(kills));
  Figure("storm.seconds", static_cast<uint64_t>((std::chrono::steady_clock::now() - began) / std::chrono::seconds(1)));
}

}  // namespace
}  // namespace chancery::e2e

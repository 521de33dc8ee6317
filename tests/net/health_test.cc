// What is known of peers, what a person must get up for, and the figures of it.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "net/health/figures.h"
#include "tests/net/sites.h"

namespace chancery {
namespace {

using health::Alarm;
using health::AlarmOf;
using health::Standing;

constexpr int64_t kMinute = 60'000;

StatusView Good() {
  StatusView status;
  status.admitted = true;
  status.free_bytes = uint64_t{1} << 40;
  return status;
}

Standing With(PeerView peer) {
  Standing standing;
  standing.peers = {std::move(peer)};
  standing.behind = {0};
  standing.up_to = {"all"};
  return standing;
}

TEST(Alarms, NothingIsNoAlarm) { EXPECT_EQ(AlarmOf(Good(), {}, 0).code, ""); }

TEST(Alarms, AnOnlyCopyWakesAfterAWhileAndNotDuringAPlannedCut) {
  Standing standing = With({.name = "tartu", .heard_ms = 1, .refused = "the peer does not know our key"});
  standing.only_here = 37;
  standing.only_here_since_ms = 100 * kMinute;
  EXPECT_EQ(AlarmOf(Good(), standing, 109 * kMinute).code, "peer-refused");
  const Alarm alarm = AlarmOf(Good(), standing, 110 * kMinute);
  EXPECT_EQ(alarm.code, "only-copy");
  EXPECT_EQ(alarm.words, "37 entries exist on this machine alone since 01:40 UTC. With tartu: the peer does not know our key.");
  standing.isolated = true;
  EXPECT_EQ(AlarmOf(Good(), standing, 110 * kMinute).code, "");
}

TEST(Alarms, ARefusalWakesAfterAMinute) {
  const Standing standing = With({.name = "tartu", .refused = "another registry", .refused_ms = 10 * kMinute});
  EXPECT_EQ(AlarmOf(Good(), standing, 11 * kMinute - 1).code, "");
  EXPECT_EQ(AlarmOf(Good(), standing, 11 * kMinute).code, "peer-refused");
}

TEST(Alarms, UnequalRecordsWakeAtOnce) {
  Standing standing = With({.name = "tartu", .unequal = true});
  standing.isolated = true;
  EXPECT_EQ(AlarmOf(Good(), standing, 0).code, "unequal");
  StatusView status = Good();
  status.halted = {"tartu-13"};
  EXPECT_EQ(AlarmOf(status, standing, 0).code, "two-faced") << "the worst first";
}

TEST(Alarms, ClocksThatDifferWakeWhereThePeerIsLinked) {
  Standing standing = With({.name = "tartu", .linked = true, .clock_ms = 10 * kMinute});
  EXPECT_EQ(AlarmOf(Good(), standing, 0).code, "clock");
  EXPECT_EQ(AlarmOf(Good(), standing, 0).words, "this machine's clock is 10 min behind that of tartu.");
  standing.peers[0].clock_ms = -10 * kMinute;
  EXPECT_EQ(AlarmOf(Good(), standing, 0).words, "this machine's clock is 10 min ahead of that of tartu.");
  standing.peers[0].clock_ms = 10 * kMinute - 1;
  EXPECT_EQ(AlarmOf(Good(), standing, 0).code, "");
  standing.peers[0] = {.name = "tartu", .linked = false, .clock_ms = 10 * kMinute};
  EXPECT_EQ(AlarmOf(Good(), standing, 0).code, "") << "it was so when it was heard last";
}

TEST(Alarms, AnOrderThatStandsStillWakesWhereNobodyIsCutOff) {
  StatusView status = Good();
  status.site = "tallinn";
  status.order.waiting_for = {"tallinn", "tartu.2"};
  status.order.waiting_since_ms = 100 * kMinute;
  Standing standing = With({.name = "tartu", .linked = true});
  EXPECT_EQ(AlarmOf(status, standing, 160 * kMinute - 1).code, "");
  EXPECT_EQ(AlarmOf(status, standing, 160 * kMinute).code, "stalled");
  standing.peers[0].linked = false;
  EXPECT_EQ(AlarmOf(status, standing, 160 * kMinute).code, "") << "a link that is down is no reason by itself";
  standing.peers[0].linked = true;
  status.order.waiting_for = {"luxembourg"};
  EXPECT_EQ(AlarmOf(status, standing, 160 * kMinute).code, "") << "of whom nothing is known here";
  status.order.waiting_for = {};
  EXPECT_EQ(AlarmOf(status, standing, 160 * kMinute).code, "stalled");
  standing.isolated = true;
  EXPECT_EQ(AlarmOf(status, standing, 160 * kMinute).code, "");
}

TEST(Alarms, ACommitThatFailedIsTheFirstToBeTold) {
  StatusView status = Good();
  status.halted = {"tartu-13"};
  status.outcome_unknown = true;
  EXPECT_EQ(AlarmOf(status, {}, 0).code, "outcome-unknown");
}

TEST(Alarms, EveryCodeIsAmongTheFiguresAndHasAPage) {
  for (const char* code : health::kCodes) {
    const std::string page = std::string(CHANCERY_SOURCE_DIR) + "/docs/operations/" + code + ".md";
    std::ifstream file(page);
    std::string head;
    std::getline(file, head);
    EXPECT_EQ(head, std::string("# WAKE ") + code) << page;
  }
}

TEST(Figures, CountAndNameSites) {
  Standing standing = With({.name = "tartu", .linked = true, .heard_ms = 5000, .exchanges = 7});
  standing.behind = {3};
  StatusView status = Good();
  status.entries = 12;
  const std::string text = health::Figures(status, standing, {"only-copy", "", ""});
  for (const char* line : {"chancery_entries 12\n", "chancery_peer_linked{peer=\"tartu\"} 1\n",
                           "chancery_wake{code=\"only-copy\"} 1\n", "chancery_wake{code=\"unequal\"} 0\n",
                           "chancery_peer_behind_entries{peer=\"tartu\"} 3\n", "chancery_peer_heard_seconds{peer=\"tartu\"} 5\n",
                           "chancery_peer_exchanges_total{peer=\"tartu\"} 7\n", "# TYPE chancery_peer_exchanges_total counter\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

std::string Text(const std::string& page) {
  std::ifstream file(std::string(CHANCERY_SOURCE_DIR) + "/docs/operations/" + page);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Every chancery_… that the page names.
std::set<std::string> FiguresIn(const std::string& text) {
  std::set<std::string> names;
  for (size_t at = text.find("chancery_"); at != std::string::npos; at = text.find("chancery_", at + 1)) {
    const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
    names.insert(text.substr(at, end - at));
  }
  return names;
}

TEST(Figures, AreThoseOfThePagesAndNoOthers) {
  const std::string text = health::Figures(Good(), With({.name = "tartu"}), {});
  const std::set<std::string> made = FiguresIn(text);
  for (const char* page : {"alerts.yml", "monitoring.md"})
    for (const std::string& name : FiguresIn(Text(page))) EXPECT_TRUE(made.contains(name)) << name << " in " << page;
  const std::string monitoring = Text("monitoring.md");
  for (const std::string& name : made) {
    const std::string tail = name.substr(name.rfind("peer_") == std::string::npos ? 0 : name.rfind("peer_") + 4);
    EXPECT_NE(monitoring.find(tail), std::string::npos) << name << " is not in monitoring.md";
  }
}

NetConfig Peers(const std::vector<std::string>& names) {
  NetConfig config;
  for (const std::string& name : names) config.peers.push_back({name, "a:1", "k"});
  return config;
}

TEST(Book, IsKeptAndReadAgain) {
  const TempDir dir;
  {
    PeerBook book(dir.path());
    ExchangeView heard;
    heard.peer = "tartu";
    heard.there = {{"aaaa bbbb", 17}};
    heard.lacking = 2;
    book.Heard(heard);
    book.Refused("riga", "another\nregistry");
    ASSERT_EQ(book.Keep(), absl::OkStatus());
  }
  const std::vector<PeerView> peers = PeerBook(dir.path()).Of(Peers({"narva", "riga", "tartu"}));
  ASSERT_EQ(peers.size(), 3u);
  EXPECT_EQ(peers[0].heard_ms, 0);
  EXPECT_EQ(peers[1].refused, "another\nregistry");
  EXPECT_FALSE(peers[1].linked);
  EXPECT_TRUE(peers[2].linked);
  EXPECT_EQ(peers[2].lacking, 2u);
  EXPECT_EQ(peers[2].holds, (std::vector<std::pair<std::string, uint64_t>>{{"aaaa bbbb", 17}}));
}

TEST(Book, RubbishInItsFileIsNothingHeard) {
  const TempDir dir;
  std::ofstream(dir / "heard") << "rubbish\n{}\n[1]\n{\"name\":\"tartu\",\"holds\":7}\n";
  EXPECT_EQ(PeerBook(dir.path()).Of(Peers({"tartu"}))[0].holds.size(), 0u);
}

TEST(Book, AwaitEndsWhenSomethingIsHeard) {
  const TempDir dir;
  PeerBook book(dir.path());
  EXPECT_FALSE(book.Await(0, [] { return false; }));
  EXPECT_TRUE(book.Await(0, [] { return true; }));
}

struct Standings : testing::Test {
  Standings() {
    Ok(tallinn->File(Parcel("1", "Mari")));
    all = tallinn.status().entries;
  }
  PeerView Holding(const std::string& name, uint64_t entries) const {
    PeerView peer{.name = name, .heard_ms = 1};
    for (const SiteView& site : Ok(tallinn.now().Sites()))
      if (site.self) peer.holds = {{site.key, entries}};
    return peer;
  }
  Standing Of(std::vector<PeerView> peers) const { return Ok(health::ReadStanding(tallinn.now(), std::move(peers), false)); }
  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
  uint64_t all = 0;
};

TEST_F(Standings, WithoutPeersNothingIsKnownToBeOnlyHere) { EXPECT_EQ(Of({}).only_here, 0u); }

TEST_F(Standings, NameWhatOnlyThisSiteHas) {
  const Standing none = Of({{.name = "luxembourg"}});
  EXPECT_EQ(none.only_here, all);
  EXPECT_EQ(none.up_to[0], "");
  const Standing some = Of({Holding("luxembourg", all - 1)});
  EXPECT_EQ(some.only_here, 1u);
  EXPECT_EQ(some.ranges, std::vector<std::string>{"tallinn-" + std::to_string(all)});
  EXPECT_EQ(some.up_to[0], "tallinn-" + std::to_string(all - 1));
  EXPECT_GT(some.only_here_since_ms, 0);
  const Standing both = Of({Holding("luxembourg", all - 2), Holding("tartu", all + 5)});
  EXPECT_EQ(both.only_here, 0u);
  EXPECT_EQ(both.up_to, (std::vector<std::string>{"tallinn-" + std::to_string(all - 2), "all"}));
  EXPECT_EQ(both.behind, (std::vector<uint64_t>{2, 0}));
}

TEST_F(Standings, CountWhoHoldsAnEntry) {
  const std::string last = "tallinn-" + std::to_string(all), before = "tallinn-" + std::to_string(all - 1);
  const std::vector<PeerView> peers = {Holding("luxembourg", all - 1), Holding("tartu", all)};
  EXPECT_EQ(Ok(health::HoldersOf(tallinn.now(), peers, last)), std::vector<std::string>{"tartu"});
  EXPECT_EQ(Ok(health::HoldersOf(tallinn.now(), peers, before)), (std::vector<std::string>{"luxembourg", "tartu"}));
  EXPECT_FALSE(health::HoldersOf(tallinn.now(), peers, "riga-1").ok());
}

TEST_F(Standings, AWitnessHoldsNothing) {
  Site vault;
  vault.db = Ok(Database::Join(*vault.dir / "store", {.site = "vault", .role = "witness", .key_seed = {}},
                               Ok(tallinn.now().ExportBundle("0"))));
  Ok(tallinn->Admit(vault->SiteCard()));
  EXPECT_GT(Of({Holding("vault", 1000)}).only_here, 0u);
}

}  // namespace
}  // namespace chancery

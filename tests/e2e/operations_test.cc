// A served store as an operator has it: figures, systemd, how the site stands, planned cuts, acknowledgements, joining.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"
#include "tests/support/proxy.h"

namespace chancery::e2e {
namespace {

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A GET over a connection of its own: the whole answer.
std::string Get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(static_cast<uint16_t>(port));
  std::string answer;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 &&
      write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    char bytes[4096];
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;) answer.append(bytes, static_cast<size_t>(n));
  }
  close(fd);
  return answer;
}

// What a process tells systemd.
class Notified {
 public:
  explicit Notified(std::string path) : path_(std::move(path)), fd_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, path_.c_str(), sizeof at.sun_path - 1);
    if (bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) std::abort();
    setenv("NOTIFY_SOCKET", path_.c_str(), 1);
    setenv("WATCHDOG_USEC", "2000000", 1);
  }
  ~Notified() {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    close(fd_);
  }
  Notified(const Notified&) = delete;

  bool Hears(const std::string& part) {  // within half a minute
    for (int i = 0; i < 600; ++i) {
      pollfd ready = {fd_, POLLIN, 0};
      char bytes[256];
      while (poll(&ready, 1, 0) > 0) heard_.append(bytes, static_cast<size_t>(read(fd_, bytes, sizeof bytes))).append("\n");
      if (Has(heard_, part)) return true;
      usleep(50'000);
    }
    return false;
  }

 private:
  std::string path_, heard_;
  int fd_;
};

struct Operations : testing::Test {
  Operations() { land.Join("luxembourg"); }
  Literal Check(const std::string& site) const { return land.At(site, {"--json", "status", "--check"}).Last("check"); }
  const Literal Peer(const std::string& site, const std::string& peer) const {
    const Literal status = land.Status(site);
    const Literal* peers = status.Find("peers");
    if (peers != nullptr)
      for (const Literal& one : peers->list)
        if (*one.Find("name") == Literal(peer)) return one;
    return {};
  }
  bool Linked(const std::string& site, const std::string& peer) const {
    const Literal view = Peer(site, peer);
    return !view.null() && view.Find("linked")->truth;
  }
  Land land;
};

TEST_F(Operations, FiguresAndHealthAreServedToThisMachine) {
  WriteAll(land / "tallinn/chancery.toml", "[serve]\nmetrics = \"127.0.0.1:0\"\n");
  Served tallinn(land, "tallinn", 0, {"--json"});
  const Literal serving = *ParseJson(tallinn.first_line());
  const std::string metrics = serving.Find("serving")->Find("metrics")->text;
  const int port = std::atoi(metrics.c_str() + metrics.rfind(':') + 1);
  ASSERT_GT(port, 0) << tallinn.first_line();
  const std::string before = Get(port, "/metrics");
  EXPECT_TRUE(Has(before, "200 OK") && Has(before, "\nchancery_records 0\n")) << before;
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari Kask")).code, 0);
  AddPeer(land, "tallinn", "luxembourg", "127.0.0.1:1");
  const std::string after = Get(port, "/metrics");
  EXPECT_TRUE(Has(after, "\nchancery_records 1\n")) << after;
  EXPECT_TRUE(Has(after, "chancery_peer_linked{peer=\"luxembourg\"} 0\n")) << after;
  EXPECT_FALSE(Has(after, "Mari")) << after;
  EXPECT_FALSE(Has(tallinn.Log(), "Mari"));
  EXPECT_TRUE(Has(Get(port, "/healthz"), "200 OK"));
  EXPECT_TRUE(Has(Get(port, "/other"), "404"));
  EXPECT_EQ(tallinn.End(SIGTERM), 0);
}

TEST_F(Operations, SystemdIsToldHowItIs) {
  Notified systemd(land / "notify");
  Served tallinn(land, "tallinn");
  EXPECT_TRUE(systemd.Hears("READY=1"));
  EXPECT_TRUE(systemd.Hears("WATCHDOG=1"));
  tallinn.Signal(SIGHUP);
  EXPECT_TRUE(systemd.Hears("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_TRUE(Eventually([&] { return Has(tallinn.Log(), "read again"); })) << tallinn.Log();
  EXPECT_EQ(tallinn.End(SIGTERM), 0);
  EXPECT_TRUE(systemd.Hears("STOPPING=1"));
}

TEST_F(Operations, StatusNamesPeersAndWhatIsOnlyHere) {
  Served tallinn(land, "tallinn");
  auto luxembourg = std::make_unique<Served>(land, "luxembourg");
  AddPeer(land, "tallinn", "luxembourg", luxembourg->address());
  AddPeer(land, "luxembourg", "tallinn", tallinn.address());
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  EXPECT_TRUE(Eventually([&] { return Linked("tallinn", "luxembourg") && land.Status().Find("only_here")->integer == 0; }))
      << land.Do({"status"}).out;
  EXPECT_TRUE(Has(land.Do({"status"}).out, "linked")) << land.Do({"status"}).out;
  EXPECT_EQ(luxembourg->End(SIGTERM), 0);
  EXPECT_EQ(land.Do({"file"}, Create("2", "Mari")).code, 0);
  EXPECT_GT(land.Status().Find("only_here")->integer, 0);
  EXPECT_TRUE(Check("tallinn").Find("ok")->truth) << "for ten minutes that wakes nobody";
  EXPECT_EQ(tallinn.End(SIGTERM), 0);
  EXPECT_GT(land.Status().Find("only_here")->integer, 0) << "what was heard is known after it";
  EXPECT_FALSE(Peer("tallinn", "luxembourg").Find("heard_ms")->null());
}

TEST_F(Operations, StatusSaysWhoRefusesAndWhy) {
  Served tallinn(land, "tallinn");
  AddPeer(land, "luxembourg", "tallinn", tallinn.address());
  EXPECT_EQ(land.At("luxembourg", {"sync", "tallinn"}).code, 6);
  EXPECT_TRUE(Has(Peer("luxembourg", "tallinn").Find("refused")->text, "does not know our key"));
  const std::string screen = land.At("luxembourg", {"status"}).out;
  EXPECT_TRUE(Has(screen, "REFUSED") && Has(screen, "CUT OFF FROM 1 OF 1")) << screen;
  AddPeer(land, "tallinn", "luxembourg", "127.0.0.1:1");
  EXPECT_TRUE(Eventually([&] { return land.At("luxembourg", {"sync", "tallinn"}).code == 0; }));
  EXPECT_TRUE(Peer("luxembourg", "tallinn").Find("refused")->null());
}

TEST_F(Operations, WhatWasFiledLastGoesOutBeforeTheEnd) {
  Served luxembourg(land, "luxembourg");
  auto tallinn = std::make_unique<Served>(land, "tallinn");
  AddPeer(land, "tallinn", "luxembourg", luxembourg.address());
  AddPeer(land, "luxembourg", "tallinn", "127.0.0.1:1");
  ASSERT_TRUE(Eventually([&] { return Linked("tallinn", "luxembourg"); }));
  EXPECT_EQ(land.Do({"file"}, Create("last", "Mari")).code, 0);
  EXPECT_EQ(tallinn->End(SIGTERM), 0);
  EXPECT_EQ(land.At("luxembourg", {"get", "parcel/last"}).code, 0);
}

TEST_F(Operations, AFilingWaitsForWhoHoldsIt) {
  EXPECT_EQ(land.Do({"file", "--ack", "witnessed=1"}, Create("0", "Mari")).code, 2) << "there is no peer";
  EXPECT_EQ(land.Do({"file", "--ack", "witnessed=0"}, Create("0", "Mari")).code, 2);
  Served luxembourg(land, "luxembourg");
  AddPeer(land, "tallinn", "luxembourg", luxembourg.address());
  AddPeer(land, "luxembourg", "tallinn", "127.0.0.1:1");
  const Result alone = land.Json({"file", "--ack", "witnessed=1"}, Create("1", "Mari"));
  EXPECT_EQ(alone.code, 0) << alone.out;
  EXPECT_EQ(alone.Last("receipt").Find("strength")->text, "witnessed 1");
  EXPECT_EQ(land.At("luxembourg", {"get", "parcel/1"}).code, 0);

  Served tallinn(land, "tallinn");
  const Result served = land.Do({"file", "--ack", "witnessed=1"}, Create("2", "Mari"));
  EXPECT_EQ(served.code, 0) << served.out << served.err;
  EXPECT_TRUE(Has(served.out, "held by luxembourg")) << served.out;
  EXPECT_EQ(land.At("luxembourg", {"get", "parcel/2"}).code, 0);
  luxembourg.End(SIGKILL);
  const Result cut = land.Json({"file", "--ack", "witnessed=1", "--wait", "1"}, Create("3", "Mari"));
  EXPECT_EQ(cut.code, 7) << cut.out;
  EXPECT_EQ(cut.Last("receipt").Find("strength")->text, "local");
  EXPECT_EQ(cut.Last("error").Find("code")->integer, 7);
  EXPECT_EQ(land.Do({"get", "parcel/3"}).code, 0) << "and it stays filed";
}

TEST_F(Operations, AFilingWaitsForItsFinalPlace) {
  Served luxembourg(land, "luxembourg"), tallinn(land, "tallinn");
  AddPeer(land, "tallinn", "luxembourg", luxembourg.address());
  AddPeer(land, "luxembourg", "tallinn", tallinn.address());
  ASSERT_TRUE(Eventually([&] { return Linked("tallinn", "luxembourg"); }));
  const Result early = land.Json({"file", "--ack", "settled", "--wait", "0"}, Create("1", "Mari"));
  EXPECT_EQ(early.code, 7) << early.out;
  EXPECT_TRUE(Has(early.Last("error").Find("message")->text, "no final place")) << early.out;
  const Result settled = land.Json({"file", "--ack", "settled"}, Create("2", "Mari"));
  EXPECT_EQ(settled.code, 0) << settled.out;
  EXPECT_EQ(settled.Last("receipt").Find("strength")->text, "settled");
  EXPECT_EQ(land.Do({"receipt", settled.Last("receipt").Find("short")->text, "--as", "settled"}).code, 0);
  luxembourg.End(SIGTERM);
  const Result cut = land.Do({"file", "--ack", "settled", "--wait", "1"}, Create("3", "Mari"));
  EXPECT_EQ(cut.code, 7);
  EXPECT_TRUE(Has(cut.err, "It stays filed")) << cut.err;
}

TEST(Acknowledgements, AreWhatThePackAsksForWhereNothingIsSaid) {
  const Land land;
  const std::string pack =
      "[pack]\nname = \"careful\"\nversion = 1\nack = \"witnessed 1\"\n[register.deed.fields]\nof = { type = \"text\" }\n";
  WriteAll(land / "careful.toml", pack);
  ASSERT_EQ(land.At("narva", {"init", "--site", "narva", "--pack", land / "careful.toml"}).code, 0);
  const std::string deed = R"({"ops":[{"create":"deed/1","set":{"of":"Mari"}}]})";
  const Result refused = land.At("narva", {"file"}, deed);
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(Has(refused.err, "witnessed=1 needs as many peers")) << refused.err;
  EXPECT_EQ(land.At("narva", {"get", "deed/1"}).code, 4) << "nothing is filed";
  EXPECT_EQ(land.At("narva", {"file", "--ack", "local"}, deed).code, 0);
}

TEST_F(Operations, WatchingShowsWhatChangesUntilItIsInterrupted) {
  for (const bool served : {false, true}) {
    const std::string watched = served ? "watched-served" : "watched";
    const std::string words =
        "timeout --preserve-status -s INT 4 $CHANCERY --store tallinn --json status --watch > " + watched + "; echo $? > code";
    std::unique_ptr<Served> process = served ? std::make_unique<Served>(land, "tallinn") : nullptr;
    std::thread watching([&] { RunShell(words, land / ""); });
    ASSERT_TRUE(Eventually([&] { return Has(ReadAll(land / watched), "\"records\":" + std::to_string(served)); }));
    EXPECT_EQ(land.Do({"file"}, Create(std::to_string(served), "Mari")).code, 0);
    watching.join();
    EXPECT_TRUE(Has(ReadAll(land / watched), "\"records\":" + std::to_string(served + 1))) << ReadAll(land / watched);
    EXPECT_EQ(ReadAll(land / "code"), "130\n");
  }
}

// Nothing is refused and nobody says so: the other end stands still, or the cable is pulled.
TEST_F(Operations, ALinkThatIsDeadIsFoundWithinHalfAMinute) {
  Served luxembourg(land, "luxembourg");
  Proxy link(luxembourg.port());
  Served tallinn(land, "tallinn");
  AddPeer(land, "luxembourg", "tallinn", "127.0.0.1:1");
  AddPeer(land, "tallinn", "luxembourg", link.address());
  ASSERT_TRUE(Eventually([&] { return Linked("tallinn", "luxembourg"); }));
  link.Mute(Proxy::kBack);
  EXPECT_TRUE(Eventually([&] { return Has(tallinn.Log(), "the link is dead"); }, 33)) << tallinn.Log();
  link.Mute(Proxy::kBack, false);
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  EXPECT_TRUE(Eventually([&] { return land.At("luxembourg", {"get", "parcel/1"}).code == 0; })) << tallinn.Log();
}

TEST_F(Operations, DrainSaysWhetherTheMachineMayGo) {
  EXPECT_EQ(land.Do({"site", "drain"}).code, 4) << "no peers";
  Served luxembourg(land, "luxembourg");
  AddPeer(land, "tallinn", "luxembourg", luxembourg.address());
  AddPeer(land, "luxembourg", "tallinn", "127.0.0.1:1");
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  const Result alone = land.Do({"site", "drain"});
  EXPECT_EQ(alone.code, 0) << alone.out << alone.err;
  EXPECT_TRUE(Has(alone.out, "SAFE TO SWITCH OFF") && Has(alone.out, "luxembourg")) << alone.out;
  Served tallinn(land, "tallinn");
  EXPECT_EQ(land.Do({"file"}, Create("2", "Mari")).code, 0);
  EXPECT_EQ(land.Do({"site", "drain"}).code, 0);
  luxembourg.End(SIGKILL);
  EXPECT_EQ(land.Do({"file"}, Create("3", "Mari")).code, 0);
  const Result cut = land.Json({"site", "drain", "--wait", "0"});
  EXPECT_EQ(cut.code, 7) << cut.out;
  EXPECT_FALSE(cut.Last("drain").Find("safe")->truth);
  EXPECT_FALSE(cut.Last("drain").Find("ranges")->list.empty());
}

TEST_F(Operations, APlannedCutLastsUntilItIsEnded) {
  Served luxembourg(land, "luxembourg");
  auto tallinn = std::make_unique<Served>(land, "tallinn");
  AddPeer(land, "tallinn", "luxembourg", luxembourg.address());
  AddPeer(land, "luxembourg", "tallinn", tallinn->address());
  ASSERT_TRUE(Eventually([&] { return Linked("tallinn", "luxembourg"); }));
  EXPECT_EQ(land.Do({"site", "isolate"}).code, 0);
  EXPECT_TRUE(Eventually([&] { return Has(tallinn->Log(), "a planned cut"); })) << tallinn->Log();
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  EXPECT_TRUE(Has(land.Do({"status"}).out, "CUT OFF BY PLAN"));
  const int port = tallinn->port();
  EXPECT_EQ(tallinn->End(SIGTERM), 0);
  EXPECT_EQ(land.Do({"sync", "luxembourg"}).code, 6);
  tallinn = std::make_unique<Served>(land, "tallinn", port);
  EXPECT_EQ(land.At("luxembourg", {"sync", "tallinn"}).code, 7) << "a closed door";
  EXPECT_EQ(land.At("luxembourg", {"get", "parcel/1"}).code, 4);
  EXPECT_EQ(land.Do({"site", "rejoin"}).code, 0);
  EXPECT_TRUE(Eventually([&] { return land.At("luxembourg", {"get", "parcel/1"}).code == 0; })) << tallinn->Log();
}

TEST_F(Operations, ASiteJoinsOverTheNetwork) {
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  Served tallinn(land, "tallinn");
  const Words join = {"init", "--site", "narva", "--join", tallinn.address(), "--key", LinkKey(land, "tallinn")};
  const Result refused = land.At("narva", join);
  EXPECT_EQ(refused.code, 6) << refused.err;
  const std::string mark = "--key \"";
  const size_t at = refused.err.find(mark);
  ASSERT_NE(at, std::string::npos) << refused.err;
  const std::string key = refused.err.substr(at + mark.size(), 39);
  EXPECT_EQ(land.Do({"peer", "add", "narva", "127.0.0.1:1", "--key", key}).code, 0) << key;
  Result joined;
  EXPECT_TRUE(Eventually([&] { return (joined = land.At("narva", join)).code == 0; })) << joined.err;
  EXPECT_EQ(land.At("narva", {"get", "parcel/1"}).code, 0);
  EXPECT_EQ(land.At("narva", join).code, 1) << "there is a store";
  EXPECT_EQ(land.Do({"site", "admit", land / "narva.site"}).code, 0);
  EXPECT_EQ(land.At("narva", {"sync", "tallinn"}).code, 0) << "the member is a peer already";
  EXPECT_EQ(land.At("narva", {"file"}, Create("2", "Olev")).code, 0);
  Words wrong = join;
  wrong.back() = std::string(32, 'a');
  const Result other = land.At("parnu", wrong);
  EXPECT_EQ(other.code, 6) << "another key than the member's";
  EXPECT_TRUE(Has(other.err, "is that its key?")) << other.err;
  wrong[4] = "127.0.0.1:1";
  EXPECT_EQ(land.At("parnu", wrong).code, 7);
}

}  // namespace
}  // namespace chancery::e2e

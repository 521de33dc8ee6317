// Who means harm, against a process that serves, over real TLS: 2,000 inputs by families with names (those of
// tests/net/hostile_test.cc), and handshakes that never end. Meanwhile an honest peer comes again and again, each time anew.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "tests/e2e/run.h"
#include "tests/e2e/served.h"
#include "tests/hostile/caller.h"
#include "tests/hostile/certificates.h"
#include "tests/hostile/speeches.h"
#include "tests/hostile/stranger.h"
#include "tests/support/ok.h"
#include "tests/support/process.h"

namespace chancery::e2e {
namespace {

constexpr int64_t kGrowthMost = 24ll << 20;
constexpr int kStrangersMost = 64;   // as docs/reference/sync.md says
constexpr int64_t kSlowerMost = 20;  // times, with the attacker on the same two processors; who is kept out waits for 10 s

// luxembourg. Each time a parcel is filed at tallinn, and one exchange must bring it.
class Honest {
 public:
  explicit Honest(const Land& land) : land_(land) {}

  void Come() {
    const std::string key = "h" + std::to_string(times_++);
    EXPECT_EQ(land_.Do({"-q", "file"}, Create(key, "Mari")).code, 0) << key;
    const auto start = std::chrono::steady_clock::now();
    const Result synced = land_.At("luxembourg", {"--json", "sync", "tallinn"});
    took_.push_back((std::chrono::steady_clock::now() - start) / std::chrono::milliseconds(1));
    const Literal brought = synced.Last("synced");
    ASSERT_TRUE(synced.code == 0 || (synced.code == 3 && brought.Find("waiting")->integer > 0))
        << key << synced.out << synced.err;
    EXPECT_GE(brought.Find("entries")->integer, 1) << key;
    EXPECT_EQ(brought.Find("opened")->integer, 0) << key;
  }
  int times() const { return times_; }
  int64_t TakeMedian() {
    std::vector<int64_t> took = std::move(took_);
    took_.clear();
    std::sort(took.begin(), took.end());
    return took.empty() ? 0 : took[took.size() / 2];
  }

 private:
  const Land& land_;
  int times_ = 0;
  std::vector<int64_t> took_;  // ms, of the exchanges
};

// riga is a member whose key is known; the test is who sits there.
struct HostileServed : testing::Test {
  HostileServed() {
    land.Join("luxembourg");
    land.Join("riga");
    AddPeer(land, "tallinn", "luxembourg", "127.0.0.1:1");
    AddPeer(land, "tallinn", "riga", "127.0.0.1:1");
    tallinn = std::make_unique<Served>(land, "tallinn");
    AddPeer(land, "luxembourg", "tallinn", tallinn->address());
    riga = Ok(Database::Open(land / "riga"));
    identity = Ok(tls::OwnIdentity(riga->dir()));
    key = hostile::KeyOf(identity.key_pem);
    certificate = hostile::Certify(key.get(), key.get(), {.name = "riga"});
    quiet_ms = Quiet();
    files = OpenFiles(tallinn->pid());
  }

  int64_t Quiet() {
    for (int i = 0; i < 7; ++i) honest.Come();
    return honest.TakeMedian();
  }
  // Runs the attack while the honest peer comes and goes.
  void While(const std::function<void()>& attack) {
    const int least = honest.times() + 5;
    const std::jthread coming([this, least](const std::stop_token& ended) {
      while (!ended.stop_requested() || honest.times() < least) honest.Come();
    });
    attack();
  }
  void InTls(const hostile::Family& family) {
    for (int i = 0; i < family.count; ++i) {
      hostile::Stranger there(tallinn->port());
      ASSERT_TRUE(there.Shake(certificate.get(), key.get())) << family.name << " " << i;
      there.Write(family.input(i));
      there.Drain(2);
      ++inputs[family.name];
    }
  }
  void Dresses() {
    hostile::ForEachDress(40, key.get(), [this](const hostile::Dress& dress) {
      EXPECT_FALSE(hostile::Stranger(tallinn->port()).Shake(dress.certificate, dress.key, dress.newest)) << dress.family;
      ++inputs[dress.family];
    });
  }
  void Raw(const hostile::Family& family) {
    for (int i = 0; i < family.count; ++i) {
      const hostile::Stranger there(tallinn->port());
      there.WriteRaw(family.input(i));
      there.Drain(1);
      ++inputs[family.name];
    }
  }
  // All that an accepted connection sent, again, to a new one.
  void Replays(const hostile::Family& family) {
    for (int i = 0; i < 40; ++i) {
      hostile::Stranger first(tallinn->port());
      ASSERT_TRUE(first.Shake(certificate.get(), key.get()));
      first.Write(family.input(i));
      const hostile::Stranger again(tallinn->port());
      again.WriteRaw(first.sent());
      const auto closed = [&] {
        again.Drain(1);
        return again.Closed();
      };
      EXPECT_TRUE(Eventually(closed, 3)) << "it is not told apart from one that is slow, which has longer";
      ++inputs["a connection that was recorded"];
    }
  }
  int Offers(hostile::Caller& caller, const hostile::OfferFamily& family) {
    int refused = 0;
    for (int i = 0; i < family.count; ++i) {
      refused += !caller.Send(family.offer(i)).ok();
      ++inputs[family.name];
    }
    return refused;
  }
  int Inputs() const {
    int all = 0;
    for (const auto& [family, count] : inputs) all += count;
    return all;
  }

  void Unharmed() {
    const int64_t median = honest.TakeMedian();
    quiet_ms = std::max(quiet_ms, Quiet());  // other work on the machine slows both
    EXPECT_LE(median, kSlowerMost * quiet_ms) << "ms of an honest exchange";
    EXPECT_TRUE(Eventually([&] { return OpenFiles(tallinn->pid()) <= files + 2; }, 15))
        << OpenFiles(tallinn->pid()) << " descriptors, " << files << " before";
    std::set<std::string> lanes;
    for (const Literal& entry : land.Json({"log"}).Lines()) lanes.insert(entry.Find("site")->text);
    EXPECT_FALSE(lanes.contains("riga")) << "nothing that it sent is an entry here";
    EXPECT_EQ(land.Status().Find("records")->integer, honest.times()) << "what was filed honestly, and no more";
    EXPECT_EQ(land.Do({"case", "ls"}).code, 0);
    EXPECT_EQ(tallinn->End(SIGTERM), 0) << "it lives, and leaks nothing\n" << tallinn->Log();
    EXPECT_EQ(land.Do({"verify"}).code, 0);
    std::printf("[ hostile  ] %d inputs of %zu families; an honest exchange took %ld ms, without them %ld; %d of them\n",
                Inputs(), inputs.size(), static_cast<long>(median), static_cast<long>(quiet_ms), honest.times());
  }

  Land land;
  std::unique_ptr<Served> tallinn;
  std::unique_ptr<Database> riga;
  tls::Identity identity;
  hostile::Key key{nullptr, EVP_PKEY_free};
  hostile::Certificate certificate{nullptr, X509_free};
  Honest honest{land};
  int64_t quiet_ms = 0;
  int files = 0;
  std::map<std::string, int> inputs;  // by family
};

TEST_F(HostileServed, TwoThousandInputsHarmNobody) {
  kj::AsyncIoContext io = kj::setupAsyncIo();
  const std::string speech = hostile::HonestSpeech(*riga, io);
  ASSERT_GT(speech.size(), 1000u);
  const Land another;
  const std::unique_ptr<Database> elsewhere = Ok(Database::Open(another / "tallinn"));
  Ok(elsewhere->File(Draft().Create("parcel/x")));
  int64_t warm = 0;
  While([&] {
    Dresses();
    Raw(hostile::Rubbish());
    InTls(hostile::CountsThatCannotBe());
    warm = AnonymousBytes(tallinn->pid());
    InTls(hostile::RandomWords());
    InTls(hostile::TooLarge());
    InTls(hostile::FlippedBits(speech));
    InTls(hostile::CutRepeatedAndOutOfOrder(speech));
    Replays(hostile::FlippedBits(speech));
    hostile::Caller caller(io, *riga, tallinn->port(), LinkKey(land, "tallinn"));
    const std::string known = Ok(riga->Read()).Frontier();
    for (int i = 0; i < 5; ++i) Ok(riga->File(Draft().Create("parcel/r" + std::to_string(i)).Set("owner", "Andris")));
    const std::vector<std::string> runs = Ok(Ok(riga->Read()).RunsSince(known));
    EXPECT_GE(Offers(caller, hostile::SpoiltRuns(caller, runs)), 150);  // every second: it asks once whether versions differ
    EXPECT_GT(Offers(caller, hostile::SignedNonsense(caller, *elsewhere)), 100);
    for (int i = 0; i < 40; ++i) {
      hostile::Caller(io, *riga, tallinn->port(), LinkKey(land, "tallinn")).SendAndLeave(50);
      ++inputs["fifty offers at once, and away"];
    }
  });
  EXPECT_GE(Inputs(), 2000);
  if (kMemoryIsOurs) {
    EXPECT_LE(AnonymousBytes(tallinn->pid()), warm + kGrowthMost);
  }
  ASSERT_EQ(land.Do({"peer", "rm", "riga"}).code, 0);
  EXPECT_TRUE(Eventually([&] { return !hostile::Stranger(tallinn->port()).Shake(certificate.get(), key.get()); }))
      << "a key that was taken off the list";
  Unharmed();
}

// From another host, more of them than are let wait; each that is closed comes again at once, and some speak now and then.
TEST_F(HostileServed, HandshakesThatNeverEndKeepNobodyOut) {
  constexpr int kHeld = 3 * kStrangersMost;
  const std::string hello = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
  std::deque<std::unique_ptr<hostile::Stranger>> held;
  int most = 0, spoken = 0;
  While([&] {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(12);
    while (std::chrono::steady_clock::now() < end) {
      std::erase_if(held, [](const auto& stranger) { return stranger->Closed(); });
      for (int i = 0; i < 4 && held.size() < kHeld; ++i) {
        held.push_back(std::make_unique<hostile::Stranger>(tallinn->port(), "127.0.0.2"));
        ++inputs["handshakes that never end"];
      }
      held[static_cast<size_t>(spoken) % held.size()]->WriteRaw(hello.substr(static_cast<size_t>(spoken) % hello.size(), 1));
      ++spoken;
      most = std::max(most, OpenFiles(tallinn->pid()));
      usleep(20'000);
    }
  });
  EXPECT_GT(most, files + kStrangersMost / 2) << "else there were none";
  EXPECT_LE(most, files + kStrangersMost + 16);
  held.clear();
  Unharmed();
}

}  // namespace
}  // namespace chancery::e2e

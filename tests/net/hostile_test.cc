// Who means harm, over real TLS: 2,000 inputs by families with names. Each is refused or changes nothing, the peer beside is
// served, nothing leaks. The same families meet a process in tests/e2e/hostile_test.cc.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "net/rpc/failure.h"
#include "tests/hostile/caller.h"
#include "tests/hostile/certificates.h"
#include "tests/hostile/speeches.h"
#include "tests/hostile/stranger.h"
#include "tests/net/wired.h"
#include "tests/support/figure.h"
#include "tests/support/process.h"

namespace chancery {
namespace {

// riga's key is known and its site is a member; whoever sits there means harm. tallinn is an honest peer beside it.
struct Hostile : testing::Test {
  Hostile() {
    sites.LetBothFile();
    sites.peers[identity.fingerprint] = "riga";
    honest = sites.Dial();
    sites.Exchange(*honest);
    before = sites.luxembourg.digests();
    files = OpenFiles(getpid());
  }
  ~Hostile() noexcept override {}

  // On a thread of its own: the door is on this one. Returns once it is done.
  void Attack(const std::function<void()>& with) {
    std::atomic<bool> done{false};
    std::thread attacker([&] {
      with();
      done = true;
    });
    while (!done) sites.Turn(1);
    attacker.join();
    Count();
  }
  void Count() {
    if (++inputs % 25 == 0) ServeTheHonest();
  }
  void ServeTheHonest() {
    const auto start = std::chrono::steady_clock::now();
    absl::Status status;
    const auto failed = kj::runCatchingExceptions([&] { honest->Exchange().wait(sites.io.waitScope); });
    KJ_IF_MAYBE (why, failed) {
      status = rpc::Caught(*why);
    }
    EXPECT_EQ(status, absl::OkStatus()) << "after input " << inputs;
    slowest = std::max<int64_t>(slowest, (std::chrono::steady_clock::now() - start) / std::chrono::milliseconds(1));
  }
  void SendInTls(const hostile::Family& family) {
    for (int i = 0; i < family.count; ++i)
      Attack([&] {
        hostile::Stranger riga_there(sites.door());
        ASSERT_TRUE(riga_there.Shake(certificate.get(), key.get())) << "a known key is let in";
        riga_there.Write(family.input(i));
        riga_there.Drain(2);
      });
  }
  // How many of them are refused with this code; any where it is none. A seal that does not hold is doubted before it is refused:
  // what is not refused comes a second time.
  int SendOffers(hostile::Caller& caller, const hostile::OfferFamily& family, std::optional<absl::StatusCode> code = {}) {
    int refused = 0;
    for (int i = 0; i < family.count; ++i) {
      const sync::Offer offer = family.offer(i);
      absl::Status status = caller.Send(offer);
      if (status.ok()) status = caller.Send(offer);
      refused += code ? status.code() == *code : !status.ok();
      Count();
    }
    return refused;
  }
  // What must hold after all of it.
  void Unharmed(int least) {
    ServeTheHonest();
    EXPECT_GE(inputs, least);
    EXPECT_EQ(sites.luxembourg.digests(), before);
    EXPECT_LT(slowest, 1000) << "ms for an exchange of the honest peer";
    sites.visits.erase("riga");
    sites.Turn(50);
    EXPECT_LE(OpenFiles(getpid()), files + 2) << "descriptors";
    Figure("hostile.inputs", static_cast<uint64_t>(inputs));
  }

  Wired sites;
  Site riga = Joined("riga", sites.tallinn);
  tls::Identity identity = Ok(tls::OwnIdentity(riga->dir()));
  hostile::Key key = hostile::KeyOf(identity.key_pem);
  hostile::Certificate certificate = hostile::Certify(key.get(), key.get(), {.name = "riga"});
  kj::Own<rpc::Call> honest;
  std::string before;
  int files = 0, inputs = 0;
  int64_t slowest = 0;
};

TEST_F(Hostile, Certificates) {
  hostile::ForEachDress(40, key.get(), [this](const hostile::Dress& dress) {
    Attack(
        [&] { EXPECT_FALSE(hostile::Stranger(sites.door()).Shake(dress.certificate, dress.key, dress.newest)) << dress.family; });
  });
  Unharmed(240);
}

// The key is what is known: what is written around it says nothing, for good or ill.
TEST_F(Hostile, AKnownKeyIsKnownInEveryCertificate) {
  const hostile::Claims kWritten[] = {
      {.name = "tallinn"}, {.authority = true}, {.issuer = "chancery"}, {.from_day = -9, .to_day = -1}};
  for (const hostile::Claims& claims : kWritten)
    Attack([&] {
      const hostile::Certificate other = hostile::Certify(key.get(), key.get(), claims);
      EXPECT_TRUE(hostile::Stranger(sites.door()).Shake(other.get(), key.get()));
    });
  EXPECT_TRUE(sites.visits.contains("riga"));
  Unharmed(4);
}

TEST_F(Hostile, RubbishInsteadOfAHandshake) {
  const hostile::Family rubbish = hostile::Rubbish();
  for (int i = 0; i < rubbish.count; ++i)
    Attack([&] {
      const hostile::Stranger stranger(sites.door());
      stranger.WriteRaw(rubbish.input(i));
      stranger.Drain(1);
    });
  Unharmed(160);
}

TEST_F(Hostile, MessagesThatCannotBe) {
  SendInTls(hostile::CountsThatCannotBe());
  SendInTls(hostile::RandomWords());
  SendInTls(hostile::TooLarge());
  Unharmed(320);
}

TEST_F(Hostile, SpeechesWithFlippedBits) {
  SendInTls(hostile::FlippedBits(hostile::HonestSpeech(*riga.db, sites.io)));
  Unharmed(600);
}

TEST_F(Hostile, SpeechesCutRepeatedAndOutOfOrder) {
  SendInTls(hostile::CutRepeatedAndOutOfOrder(hostile::HonestSpeech(*riga.db, sites.io)));
  Unharmed(200);
}

TEST_F(Hostile, RunsAndCosignaturesThatDoNotHold) {
  Ok(riga->Ingest(Ok(sites.tallinn.now().RunsSince(riga.now().Frontier()))));
  for (int i = 0; i < 5; ++i) Ok(riga->File(Parcel("r" + std::to_string(i), "Andris")));
  hostile::Caller caller(sites.io, *riga.db, sites.door(), sites.other.fingerprint);
  files = OpenFiles(getpid());
  const int refused =
      SendOffers(caller, hostile::SpoiltRuns(caller, Ok(riga.now().RunsSince(sites.luxembourg.now().Frontier()))));
  EXPECT_GT(refused, 270) << "a few name a lane that nobody knows, and wait for it";
  Unharmed(300);
}

TEST_F(Hostile, SignedNonsense) {
  const Site elsewhere = Founded("riga", "another");
  Ok(elsewhere->File(Parcel("x", "Nobody")));
  hostile::Caller caller(sites.io, *riga.db, sites.door(), sites.other.fingerprint);
  files = OpenFiles(getpid());
  const int refused = SendOffers(caller, hostile::SignedNonsense(caller, *elsewhere.db), absl::StatusCode::kFailedPrecondition);
  EXPECT_GT(refused, 100) << "of another genesis it cannot be told";
  Unharmed(200);
}

}  // namespace
}  // namespace chancery

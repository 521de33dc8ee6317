// A peer whose key is known, and whose bytes mean harm: whatever it says to the door and the session of a site, nobody else's
// entry comes of it, the store is whole, and what is kept of it can be let go. Input: its first byte odd: the rest is what the
// peer says, as it is. Else an honest peer's speech with four bytes a change: where (16 bits), how (a bit flipped, a byte set,
// words left out, words said again), with what.
#include <filesystem>
#include <memory>
#include <random>

#include "chancery/testing.h"
#include "engine/base/status.h"
#include "net/rpc/door.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"
#include "tests/net/sites.h"

namespace chancery {
namespace {

constexpr int64_t kNow = 1767225600000;
constexpr size_t kWord = 8;

// Jobs at once, on the loop's own thread: one input is one run.
class AtOnce final : public rpc::Engine {
  kj::Promise<void> Do(absl::AnyInvocable<void()> job) override {
    job();
    return kj::READY_NOW;
  }
};

struct NoLinks final : rpc::Links {
  kj::Promise<tls::Link> Connect(const std::string&) override { return KJ_EXCEPTION(DISCONNECTED, "nobody is called"); }
};

struct Deaf final : rpc::Host {
  void Exchanged(const ExchangeView&, uint64_t) override {}
  void Refused(const std::string&, const std::string&) override {}
};

std::string Digests(const Database& db) {
  const StatusView status = Ok(Ok(db.Read()).Status());
  return status.digest + " " + status.docket;
}

// luxembourg, which is served, and riga, a member of its registry that has filed what luxembourg lacks. Made once: each input
// finds luxembourg as it was then.
class Registry {
 public:
  Registry() {
    FoundOptions found{.site = "tallinn", .registry_name = "cadastre", .packs = {{"land.toml", kLand}}, .key_seed = "tallinn"};
    const auto tallinn = Ok(Database::Found(dir_ / "tallinn", found, Env()));
    auto luxembourg = Join("luxembourg", *tallinn);
    riga_ = Join("riga", *tallinn);
    const std::vector<std::string> all = Ok(Ok(tallinn->Read()).RunsSince("0"));
    for (Database* site : {luxembourg.get(), riga_.get()}) Ok(site->Ingest(all));
    before_ = Digests(*luxembourg);
    const std::string frontier = Ok(luxembourg->Read()).Frontier();
    luxembourg.reset();
    Ok(riga_->File(Parcel("1", "Andris")));
    speech_ = HonestSpeech(Ok(Ok(riga_->Read()).RunsSince(frontier)));
    CHECK(After(speech_) == Digests(*riga_));
  }

  // Nothing comes of it, or what riga has filed.
  void Hear(const std::string& bytes) {
    const std::string now = After(bytes);
    CHECK(now == before_ || now == Digests(*riga_));
  }
  const std::string& speech() const { return speech_; }

 private:
  Environment Env() {
    Environment env;
    env.clock = &clock_;
    env.random = &random_;
    env.durable = false;
    return env;
  }
  std::unique_ptr<Database> Join(const std::string& name, Database& member) {
    const JoinOptions join{.site = name, .role = "full", .key_seed = name};
    auto site = Ok(Database::Join(dir_ / name, join, Ok(Ok(member.Read()).ExportBundle("0")), Env()));
    Ok(member.Admit(site->SiteCard()));
    return site;
  }

  // What luxembourg holds when it has heard that, and its peer is gone.
  std::string After(const std::string& bytes) {
    const TempDir copy;
    std::filesystem::copy(dir_ / "luxembourg", copy.path(), std::filesystem::copy_options::recursive);
    const auto luxembourg = Ok(Database::Open(copy.path(), Env()));
    Visit(*luxembourg, bytes);
    CHECK(Ok(luxembourg->Verify()).ok());
    return Digests(*luxembourg);
  }

  void Visit(Database& db, const std::string& bytes) {
    std::minstd_rand random;
    const rpc::Means means{db, engine_, io_.provider->getTimer(), links_, random};
    kj::TwoWayPipe pipe = kj::newTwoWayPipe();
    kj::AsyncIoStream& peer = *pipe.ends[1];
    const rpc::Connection inside(kj::mv(pipe.ends[0]),
                                 rpc::DoorFor(means, host_, {"riga", "", ""}, std::make_shared<rpc::Neighbour>(NetLimits())));
    std::string answers;
    auto hearing = Heard(peer, answers).eagerlyEvaluate([](kj::Exception&&) {});
    auto saying = peer.write(bytes.data(), bytes.size()).then([&peer] { peer.shutdownWrite(); });
    auto said = saying.eagerlyEvaluate([](kj::Exception&&) {});
    Turn();
  }

  // Greets, asks for all there is, and offers what it has filed.
  std::string HonestSpeech(const std::vector<std::string>& runs) {
    kj::TwoWayPipe pipe = kj::newTwoWayPipe();
    std::string bytes;
    auto hearing = Heard(*pipe.ends[1], bytes).eagerlyEvaluate([](kj::Exception&&) {});
    rpc::Connection caller(kj::mv(pipe.ends[0]));
    auto meet = caller.Door().meetRequest();
    rpc::Write(Ok(sync::OwnHello(*riga_)), meet.initHello());
    auto met = meet.send();
    auto session = met.getSession();
    auto pinged = session.pingRequest().send();
    auto summed = session.sumsRequest().send();
    auto parts = session.partsRequest();
    parts.setBucket(kBuckets);
    auto parted = parts.send();
    auto fetched = caller.Door().fetchRequest().send();
    auto read = fetched.getBundle().readRequest().send();
    auto exchange = session.exchangeRequest();
    const Snapshot now = Ok(riga_->Read());
    rpc::Write(sync::Offer{.state = Ok(sync::ReadState(now)), .runs = runs, .cosignatures = Ok(now.Cosignatures())},
               exchange.initOffer());
    auto answered = exchange.send();
    Turn();
    return bytes;
  }

  static kj::Promise<void> Heard(kj::AsyncIoStream& stream, std::string& all) {
    const size_t size = all.size();
    all.resize(size + kPiece);
    return stream.tryRead(all.data() + size, 1, kPiece).then([&stream, &all, size](size_t got) -> kj::Promise<void> {
      all.resize(size + got);
      return got == 0 ? kj::Promise<void>(kj::READY_NOW) : Heard(stream, all);
    });
  }

  // Until nobody has anything to do at once.
  void Turn() { io_.waitScope.poll(); }

  static constexpr size_t kPiece = 1 << 16;
  static constexpr uint8_t kBuckets = 64;  // of records; the docket has the next number

  kj::AsyncIoContext io_ = kj::setupAsyncIo();
  AtOnce engine_;
  NoLinks links_;
  Deaf host_;
  ManualClock clock_{kNow};
  SeededRandom random_{1};
  TempDir dir_;
  std::unique_ptr<Database> riga_;
  std::string before_, speech_;
};

std::string Changed(std::string speech, const uint8_t* data, size_t size) {
  for (; size >= 4 && !speech.empty(); data += 4, size -= 4) {
    const size_t at = (data[0] + 256u * data[1]) % speech.size();
    const size_t word = at / kWord * kWord, words = std::min(speech.size() - word, (1 + data[3] % 32u) * kWord);
    switch (data[2] % 4) {
      case 0:
        speech[at] = static_cast<char>(speech[at] ^ 1 << data[3] % 8);
        break;
      case 1:
        speech[at] = static_cast<char>(data[3]);
        break;
      case 2:
        speech.erase(word, words);
        break;
      case 3:
        speech.insert(word, speech.substr(word, words));
        break;
    }
  }
  return speech;
}

}  // namespace
}  // namespace chancery

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static chancery::Registry registry;
  if (size == 0) return 0;
  const std::string said(reinterpret_cast<const char*>(data + 1), size - 1);
  registry.Hear(data[0] % 2 == 1 ? said : chancery::Changed(registry.speech(), data + 1, size - 1));
  return 0;
}

// The standing peer: one event loop that lets known peers in and keeps in touch with each.
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>

#include "chancery/net.h"
#include "kj/async-unix.h"
#include "net/config/address.h"
#include "net/health/standing.h"
#include "net/rpc/engine_thread.h"
#include "net/rpc/failure.h"
#include "net/rpc/notify.h"
#include "net/rpc/peers.h"
#include "net/rpc/pulse.h"
#include "net/rpc/renewal.h"
#include "net/rpc/strangers.h"
#include "net/rpc/watched.h"

namespace chancery {
namespace rpc {
namespace {

constexpr kj::Duration kTick = 200 * kj::MILLISECONDS;
constexpr int kTicksKept = 25;    // after which what was heard is written down
constexpr int kTicksRenewed = 5;  // after which it is looked whether all peers have noted the next key
constexpr int kTicksDrain = 25;   // as long is handed on what was filed last

// Changes whenever the file does.
std::pair<int64_t, int64_t> StampOf(const std::string& path) {
  struct stat at = {};
  if (stat(path.c_str(), &at) != 0) return {0, 0};
  return {at.st_mtim.tv_sec * 1'000'000'000 + at.st_mtim.tv_nsec, static_cast<int64_t>(at.st_ino)};
}

class Peering {
 public:
  Peering(Database& db, Engine& engine, kj::AsyncIoContext& io, const tls::Identity& own, const ServeOptions& options,
          NetConfig config, PeerBook& book)
      : db_(db),
        book_(book),
        options_(options),
        config_(std::move(config)),
        stamp_(StampOf(ConfigPath())),
        keys_(KeyStamps()),
        shown_(own.fingerprint),
        tls_(own, io.provider->getTimer(), [this](const std::string& key) { return PeerOf(key) != nullptr; }),
        links_(io.provider->getTimer(), io.provider->getNetwork(), tls_),
        means_{db, engine, io.provider->getTimer(), links_, random_},
        peers_(means_, config_.limits, book, [this](const NetEvent& event) { Tell(event); }),
        pulse_(engine) {}

  // Ends only by an exception.
  kj::Promise<void> Run(kj::Own<kj::ConnectionReceiver> port) {
    KeepAll();
    return Admit(kj::mv(port)).exclusiveJoin(Tick());
  }

  // Nobody files here any more: what was filed last goes to whoever is linked, for a while.
  kj::Promise<void> Drain(int ticks = kTicksDrain) {
    peers_.Wake();
    return means_.engine.Run([&db = db_, &book = book_] { return health::ReadStanding(db, book); })
        .then([this, ticks](absl::StatusOr<health::Standing> standing) -> kj::Promise<void> {
          bool behind = false;
          for (size_t i = 0; standing.ok() && i < standing->peers.size(); ++i)
            behind = behind || (standing->peers[i].linked && !standing->peers[i].lost && standing->behind[i] > 0);
          if (!behind || ticks == 0) return kj::READY_NOW;
          return means_.timer.afterDelay(kTick).then([this, ticks] { return Drain(ticks - 1); });
        });
  }
  void Reload() {
    Notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(MonotonicUs()));
    ReadConfig();
    Notify("READY=1");
  }
  const Pulse& pulse() const { return pulse_; }

 private:
  std::string ConfigPath() const { return db_.dir() + "/chancery.toml"; }
  void Tell(const NetEvent& event) {
    if (options_.on_event) options_.on_event(event);
  }
  const PeerConfig* PeerOf(const std::string& key) const {
    const auto at = std::find_if(config_.peers.begin(), config_.peers.end(),
                                 [&](const PeerConfig& peer) { return peer.key == key || peer.next == key; });
    return at == config_.peers.end() ? nullptr : &*at;
  }

  void KeepAll() {
    isolated_ = IsIsolated(db_.dir());
    if (isolated_) return Tell({"isolated", "", "a planned cut: nobody is called and nobody let in"});
    for (const PeerConfig& peer : config_.peers) peers_.Keep(peer);
  }

  kj::Promise<void> Admit(kj::Own<kj::ConnectionReceiver> port) {
    auto next = port->accept();
    return next
        .then([this](kj::Own<kj::AsyncIoStream> raw) -> kj::Promise<void> {
          if (StampOf(ConfigPath()) != stamp_) ReadConfig();  // whose next key was noted a moment ago may show it
          if (!isolated_) Greet(kj::mv(raw));
          return kj::READY_NOW;
        })
        .catch_([this](kj::Exception&&) { return means_.timer.afterDelay(1 * kj::SECONDS); })  // no descriptors left, say
        .then([this, port = kj::mv(port)]() mutable { return Admit(kj::mv(port)); });
  }

  void Greet(kj::Own<kj::AsyncIoStream> raw) {
    WatchOver(*raw);
    strangers_.Greet(kj::mv(raw));
  }
  void Welcome(tls::Link link) {
    if (const PeerConfig* peer = PeerOf(link.fingerprint); peer != nullptr && !isolated_)
      peers_.Visit(*Showing(*peer, link.fingerprint), kj::mv(link.stream));
  }

  kj::Promise<void> Tick() {
    if (options_.filings && options_.filings() != filings_) {
      filings_ = options_.filings();
      peers_.Wake();
    }
    if (StampOf(ConfigPath()) != stamp_) ReadConfig();
    if (IsIsolated(db_.dir()) != isolated_) TurnIsolation();
    if (KeyStamps() != keys_) TurnKeys();
    pulse_.Turn();
    if (++ticks_ % kTicksRenewed == 0) Renew();
    if (ticks_ % kTicksKept == 0)
      writing_ = means_.engine.Run([&book = book_] { return book.Keep(); }).ignoreResult().eagerlyEvaluate(nullptr);
    return means_.timer.afterDelay(kTick).then([this] { return Tick(); });
  }

  void TurnIsolation() {
    peers_.DropAll();
    const bool ends = isolated_;
    KeepAll();
    if (ends) Tell({"isolated", "", "the planned cut has ended"});
  }

  // The present key and the next one, whoever has changed them: every greeting from now on is with these.
  std::vector<std::pair<int64_t, int64_t>> KeyStamps() const {
    return {StampOf(db_.dir() + "/link.key"), StampOf(db_.dir() + "/link.next")};
  }
  void TurnKeys() {
    keys_ = KeyStamps();
    const absl::StatusOr<tls::Identity> own = tls::OwnIdentity(db_.dir());
    if (!own.ok()) return Tell({"config", "", "link.key is not read: " + std::string(own.status().message())});
    if (own->fingerprint != shown_) Tell({"renewed", "", "this site shows its new key: " + own->fingerprint});
    if (own->fingerprint != shown_) tls_.Show(*own);
    shown_ = own->fingerprint;
    peers_.DropAll();
    if (isolated_) return;
    for (const PeerConfig& peer : config_.peers) peers_.Keep(peer);
  }

  // Once every peer has noted the next key, it is shown; what follows is done as if somebody else had put it there.
  void Renew() {
    const absl::StatusOr<std::string> next = NextFingerprint(db_.dir());
    if (!next.ok() || next->empty() || config_.peers.empty()) return;
    const std::vector<PeerView> peers = book_.Of(config_);
    if (!std::all_of(peers.begin(), peers.end(), [&](const PeerView& peer) { return peer.noted == *next; })) return;
    if (const absl::Status switched = SwitchLinkKey(db_.dir()); !switched.ok())
      Tell({"config", "", "the key is not renewed: " + std::string(switched.message())});
  }

  void TellOfKeys(const NetConfig& before) {
    for (const PeerConfig& peer : config_.peers) {
      const absl::StatusOr<PeerConfig> was = FindPeer(before, peer.name);
      if (!was.ok()) continue;
      if (!peer.next.empty() && peer.next != was->next) Tell({"renewed", peer.name, "its next key is noted: " + peer.next});
      if (!was->next.empty() && peer.key == was->next)
        Tell({"renewed", peer.name, "it shows its new key, and the old one finds the door closed: " + peer.key});
    }
  }

  void ReadConfig() {
    stamp_ = StampOf(ConfigPath());
    const absl::StatusOr<NetConfig> read = ReadNetConfig(db_.dir());
    if (!read.ok()) return Tell({"config", "", "not read: " + std::string(read.status().message())});
    const NetConfig before = config_;
    config_ = *read;
    for (const PeerConfig& peer : before.peers) {
      const absl::StatusOr<PeerConfig> now = FindPeer(config_, peer.name);
      if (now.ok() && (now->key == peer.key || now->key == peer.next)) {
        peers_.Turn(*now);
      } else {
        peers_.Drop(peer.name);
      }
    }
    peers_.Limit(config_.limits);
    for (const PeerConfig& peer : config_.peers)
      if (!isolated_ && std::find(before.peers.begin(), before.peers.end(), peer) == before.peers.end()) peers_.Keep(peer);
    TellOfKeys(before);
    Tell({"config", "", "read again: " + std::to_string(config_.peers.size()) + " peers"});
  }

  Database& db_;
  PeerBook& book_;
  const ServeOptions& options_;
  NetConfig config_;
  std::pair<int64_t, int64_t> stamp_;
  std::vector<std::pair<int64_t, int64_t>> keys_;
  std::string shown_;
  tls::Pinned tls_;
  TlsLinks links_;
  std::minstd_rand random_{std::random_device{}()};
  const Means means_;
  Peers peers_;
  Strangers strangers_{tls_, [this](tls::Link link) { Welcome(kj::mv(link)); }};
  uint64_t filings_ = 0;
  bool isolated_ = false;
  Pulse pulse_;
  int ticks_ = 0;
  kj::Promise<void> writing_ = kj::READY_NOW;
};

std::string WithPort(const std::string& address, unsigned port) {
  return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
}

kj::Promise<void> ReloadAtHangups(kj::UnixEventPort& port, Peering& peering) {
  return port.onSignal(SIGHUP).then([&port, &peering](auto&&) {
    peering.Reload();
    return ReloadAtHangups(port, peering);
  });
}

void RunUntilSignal(Database& db, const ServeOptions& options, const NetConfig& config, const tls::Identity& own,
                    PeerBook& book) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) kj::UnixEventPort::captureSignal(signal);
  auto io = kj::setupAsyncIo();
  auto stop = io.unixEventPort.onSignal(SIGTERM).exclusiveJoin(io.unixEventPort.onSignal(SIGINT)).ignoreResult();
  const std::string listen = options.listen.empty() ? config.listen : options.listen;
  auto port = io.provider->getNetwork().parseAddress(kj::StringPtr(listen.c_str())).wait(io.waitScope)->listen();
  EngineThread engine, closer;
  Peering peering(db, engine, io, own, options, config, book);
  const absl::StatusOr<std::unique_ptr<health::Endpoint>> metrics = Watched(db, book, peering.pulse(), config.metrics);
  if (!metrics.ok()) kj::throwFatalException(Thrown(metrics.status()));
  if (options.on_listening)
    options.on_listening(WithPort(listen, port->getPort()), *metrics == nullptr ? std::string() : (*metrics)->address());
  Notify("READY=1");
  auto hangups = ReloadAtHangups(io.unixEventPort, peering).eagerlyEvaluate(nullptr);
  peering.Run(kj::mv(port)).exclusiveJoin(kj::mv(stop)).wait(io.waitScope);
  Notify("STOPPING=1");
  if (options.on_stopping) closer.Run([&options] { return options.on_stopping(), true; }).wait(io.waitScope);
  peering.Drain().wait(io.waitScope);
}

}  // namespace
}  // namespace rpc

absl::Status Serve(Database& db, const ServeOptions& options) {
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!config.ok()) return config.status();
  if (!options.listen.empty() && !IsAddress(options.listen))
    return absl::InvalidArgumentError("\"" + options.listen + "\" is no HOST:PORT to listen on");
  const absl::StatusOr<tls::Identity> own = tls::OwnIdentity(db.dir());
  if (!own.ok()) return own.status();
  PeerBook unread(db.dir());
  PeerBook& book = options.book == nullptr ? unread : *options.book;
  const auto failed = kj::runCatchingExceptions([&] { rpc::RunUntilSignal(db, options, *config, *own, book); });
  book.Keep().IgnoreError();  // it is heard again
  KJ_IF_MAYBE (why, failed) {
    const absl::Status status = rpc::Caught(*why);
    return absl::UnavailableError("cannot serve: " + std::string(status.message()));
  }
  return absl::OkStatus();
}

}  // namespace chancery

#include "net/cli/peers.h"

#include <poll.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace chancery::cli {
namespace {

constexpr int64_t kSliceMs = 200;         // between looks at whether whoever serves ends
constexpr useconds_t kAgainUs = 500'000;  // between calls where nobody serves

bool Ending(const Command& command) {
  std::vector<pollfd> ends;
  for (const int fd : command.ends) ends.push_back({fd, POLLIN, 0});
  return poll(ends.data(), ends.size(), 0) > 0;
}

}  // namespace

absl::StatusOr<std::string> FrontierOfPeer(const Command& command, const Database& db, const std::string& name) {
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!config.ok()) return config.status();
  const absl::StatusOr<PeerConfig> known = FindPeer(*config, name);
  if (!known.ok()) return known.status();
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const PeerBook kept(db.dir());
  for (const PeerView& peer : (command.book == nullptr ? kept : *command.book).Of(*config))
    if (peer.name == name && !peer.holds.empty()) return HeldBy(peer, *now);
  return absl::NotFoundError("peer " + name + " has not been heard yet");
}

int FailPeer(const Command& command, const Database& db, const std::string& peer, const absl::Status& status) {
  ErrorView error = Explain(status);
  if (absl::IsUnavailable(status)) {
    error.exit_code = kUnreachable;
    error.message = "peer " + peer + " cannot be reached: " + error.message + ". What is here stays";
    const std::string since = FrontierOfPeer(command, db, peer).ok() ? "peer:" + peer : "0";
    error.next = command.Self() + " peer ls; " + command.Self() + " bundle export --since " + since + " -o pouch.cbn";
  } else if (absl::IsPermissionDenied(status)) {
    error.exit_code = kRefused;
    error.next = command.Self() + " peer ls, here and at " + peer + ": each must know the other's key";
  } else if (absl::IsInvalidArgument(status)) {
    error.exit_code = kIntegrity;  // bytes that no site sends
  } else if (absl::IsNotFound(status)) {
    error.next = command.Self() + " peer add " + peer + " HOST:PORT --key FINGERPRINT";
  }
  return command.Fail(error);
}

int64_t NowMs() { return absl::ToUnixMillis(absl::Now()); }

absl::StatusOr<health::Standing> StandingOf(const Command& command, const Database& db) {
  if (command.book != nullptr) return health::ReadStanding(db, *command.book);
  return health::ReadStanding(db, PeerBook(db.dir()));
}

absl::Status CallPeers(Database& db, PeerBook& book) {
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!config.ok()) return config.status();
  if (IsIsolated(db.dir())) return absl::OkStatus();
  for (const PeerConfig& peer : config->peers) {
    const absl::StatusOr<ExchangeView> view = SyncOnce(db, *config, peer.name);
    if (view.ok()) {
      book.Heard(*view);
    } else if (absl::IsUnavailable(view.status())) {
      book.Failed(peer.name);
    } else {
      book.Refused(peer.name, std::string(view.status().message()));
    }
  }
  return book.Keep();
}

absl::StatusOr<bool> AwaitPeers(const Command& command, Database& db, int64_t most_ms,
                                const std::function<bool(const PeerBook&)>& enough) {
  const int64_t end = NowMs() + most_ms;
  if (command.book != nullptr) {
    for (;;) {
      const int64_t slice = std::min(kSliceMs, end - NowMs());
      if (command.book->Await(slice, [&] { return enough(*command.book); })) return true;
      if (NowMs() >= end || Ending(command)) return false;
    }
  }
  PeerBook book(db.dir());
  for (;;) {
    if (const absl::Status called = CallPeers(db, book); !called.ok()) return called;
    if (enough(book)) return true;
    if (NowMs() >= end) return false;
    usleep(kAgainUs);
  }
}

}  // namespace chancery::cli

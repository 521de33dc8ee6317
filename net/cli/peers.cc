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

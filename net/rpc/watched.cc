#include "net/rpc/watched.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "net/health/figures.h"

namespace chancery::rpc {
namespace {

int64_t NowMs() { return absl::ToUnixMillis(absl::Now()); }

absl::StatusOr<std::string> FiguresOf(const Database& db, const PeerBook& book) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<StatusView> status = now.ok() ? now->Status() : now.status();
  const absl::StatusOr<health::Standing> standing = health::ReadStanding(db, book);
  if (!status.ok()) return status.status();
  if (!standing.ok()) return standing.status();
  return health::Figures(*status, *standing, health::AlarmOf(*status, *standing, NowMs()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<health::Endpoint>> Watched(const Database& db, const PeerBook& book, const Pulse& pulse,
                                                          const std::string& address) {
  if (address.empty()) return std::unique_ptr<health::Endpoint>();
  const auto healthy = [&db, &pulse] {
    const absl::Status pulsing = pulse.Healthy();
    return pulsing.ok() ? db.Read().status() : pulsing;
  };
  return health::Endpoint::Open(address, {[&db, &book] { return FiguresOf(db, book); }, healthy});
}

}  // namespace chancery::rpc

#include "net/sim/standing_peer.h"

#include <algorithm>

namespace chancery::sim {
namespace {

constexpr kj::Duration kJob = 1 * kj::MILLISECONDS;

}  // namespace

kj::Promise<void> InlineEngine::Do(absl::AnyInvocable<void()> job) {
  auto pair = kj::newPromiseAndFulfiller<void>();
  jobs_.push_back({std::move(job), kj::mv(pair.fulfiller)});
  if (!busy_) {
    busy_ = true;
    working_ = kj::evalLater([this] { return Work(); }).eagerlyEvaluate(nullptr);
  }
  return kj::mv(pair.promise);
}

kj::Promise<void> InlineEngine::Work() {
  if (jobs_.empty()) {
    busy_ = false;
    return kj::READY_NOW;
  }
  return timer_.afterDelay(kJob).then([this] {
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    job.work();
    job.done->fulfill();
    return Work();
  });
}

StandingPeer::StandingPeer(Database& db, int self, const std::vector<std::string>& names, kj::Timer& timer, Network& network,
                           uint64_t seed, rpc::Peers::Event event)
    : names_(names),
      engine_(timer),
      links_(network, self,
             [&names](const std::string& name) {
               return static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin());
             }),
      random_(static_cast<uint32_t>(seed)),
      means_{db, engine_, timer, links_, random_},
      book_(db.dir()),
      peers_(means_, NetLimits(), book_, std::move(event)) {
  network.Listen(self, [this](int caller, kj::Own<kj::AsyncIoStream> stream) { peers_.Visit(ConfigOf(caller), kj::mv(stream)); });
}

void StandingPeer::Meet(int other) { peers_.Keep(ConfigOf(other)); }

PeerConfig StandingPeer::ConfigOf(int site) const {
  const std::string& name = names_[static_cast<size_t>(site)];
  return {name, name, LinkKeyOf(name)};
}

}  // namespace chancery::sim

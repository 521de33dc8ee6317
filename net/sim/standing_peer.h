// What `chancery serve` runs, for one simulated site, from its start to its crash: the same calls, visits and keepers.
#pragma once

#include <deque>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "net/rpc/peers.h"
#include "net/sim/network.h"

namespace chancery::sim {

// Jobs in their order on the loop itself, each a little later than it was asked for.
class InlineEngine final : public rpc::Engine {
 public:
  explicit InlineEngine(kj::Timer& timer) : timer_(timer) {}

 private:
  struct Job {
    absl::AnyInvocable<void()> work;
    kj::Own<kj::PromiseFulfiller<void>> done;
  };
  kj::Promise<void> Do(absl::AnyInvocable<void()> job) override;
  kj::Promise<void> Work();

  kj::Timer& timer_;
  std::deque<Job> jobs_;
  kj::Promise<void> working_ = kj::READY_NOW;
  bool busy_ = false;
};

class StandingPeer {
 public:
  // names: of all sites, by their place in the network. db, loop, network: outlive it.
  StandingPeer(Database& db, int self, const std::vector<std::string>& names, kj::Timer& timer, Network& network, uint64_t seed,
               rpc::Peers::Event event);
  KJ_DISALLOW_COPY(StandingPeer);

  void Wake() { peers_.Wake(); }  // something was filed here
  void Meet(int other);           // from now on: a site that is new in the registry

 private:
  PeerConfig ConfigOf(int site) const;

  const std::vector<std::string>& names_;
  InlineEngine engine_;
  SimLinks links_;
  std::minstd_rand random_;
  const rpc::Means means_;
  PeerBook book_;
  rpc::Peers peers_;
};

}  // namespace chancery::sim

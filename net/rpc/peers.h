// The peers of a site that stands: each is kept in touch with and let in, and what is new goes on to all.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "chancery/net.h"
#include "net/rpc/door.h"
#include "net/rpc/keeper.h"

namespace chancery::rpc {

class Peers final : public Host {
 public:
  using Event = std::function<void(const NetEvent&)>;

  // means, book: outlive it.
  Peers(const Means& means, const NetLimits& limits, PeerBook& book, Event event)
      : means_(means), limits_(limits), book_(book), event_(std::move(event)) {}
  KJ_DISALLOW_COPY(Peers);

  void Keep(const PeerConfig& peer);  // calls it from now on
  // One visit of each peer at a time: the newest, since the ones before may be of a link that is dead and has not shown it.
  void Visit(const PeerConfig& peer, kj::Own<kj::AsyncIoStream> stream);
  void Drop(const std::string& peer);
  void Turn(const PeerConfig& peer);  // its keys are others: a visit that has shown one of them goes on
  void DropAll();
  void Limit(const NetLimits& limits);     // from now on; of what may be kept, for sessions that begin then
  void Wake(const std::string& but = {});  // there is news for all, but for one

  void Exchanged(const ExchangeView& view, uint64_t holds) override;
  void Refused(const std::string& peer, const std::string& why) override;

 private:
  std::shared_ptr<Neighbour> NeighbourOf(const std::string& peer);

  const Means& means_;
  NetLimits limits_;
  PeerBook& book_;
  Event event_;
  uint64_t holds_ = 0;
  bool unequal_ = false;
  std::shared_ptr<sync::Allowance> all_ = std::make_shared<sync::Allowance>(limits_.all);
  std::map<std::string, std::shared_ptr<Neighbour>> neighbours_;
  std::map<std::string, kj::Own<Keeper>> keepers_;
  struct Visiting {
    std::string key;  // that was shown
    kj::Own<kj::Promise<void>> ended;
  };
  std::map<std::string, Visiting> visits_;
};

}  // namespace chancery::rpc

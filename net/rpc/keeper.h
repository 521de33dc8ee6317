// Keeps in touch with one peer: calls it, exchanges at once when there is news and else every few seconds, and calls again, ever
// less often, where the link breaks.
#pragma once

#include <functional>
#include <string>

#include "net/rpc/call.h"

namespace chancery::rpc {

class Keeper {
 public:
  using Exchanged = std::function<void(const ExchangeView&, uint64_t holds)>;
  using Event = std::function<void(const NetEvent&)>;

  using Missed = std::function<void(const absl::Status&)>;

  Keeper(const Means& means, PeerConfig peer, std::shared_ptr<Neighbour> neighbour, Exchanged exchanged, Event event,
         Missed missed);
  KJ_DISALLOW_COPY(Keeper);

  const PeerConfig& peer() const { return peer_; }
  void Wake();  // there is news

 private:
  kj::Promise<void> Run();
  kj::Promise<void> Talk();
  kj::Promise<void> Rest();
  kj::Promise<void> Failed(const kj::Exception& why);
  void Tell(const std::string& id, const std::string& words);  // once, until something else is told

  const Means& means_;
  PeerConfig peer_;
  std::shared_ptr<Neighbour> neighbour_;
  Exchanged exchanged_;
  Event event_;
  Missed missed_;
  kj::Maybe<kj::Own<Call>> call_;
  bool news_ = false;
  kj::Own<kj::PromiseFulfiller<void>> waker_;
  int failures_ = 0;
  std::string told_;
  kj::Promise<void> running_;  // last: it ends first
};

}  // namespace chancery::rpc

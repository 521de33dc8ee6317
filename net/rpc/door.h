// What a peer finds that calls this site: a door at which it says who it is, and behind it a session.
#pragma once

#include <memory>
#include <string>

#include "net/rpc/call.h"

namespace chancery::rpc {

// Who wants to know what comes in by sessions.
class Host {
 public:
  virtual void Exchanged(const ExchangeView& view, uint64_t holds) = 0;
  virtual void Refused(const std::string& peer, const std::string& why) = 0;

 protected:
  ~Host() = default;
};

// For who has shown the key of `peer`.
schema::Door::Client DoorFor(const Means& means, Host& host, const PeerConfig& peer, std::shared_ptr<Neighbour> neighbour);

}  // namespace chancery::rpc

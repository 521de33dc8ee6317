// How peers are reached, and by what key they are known.
#pragma once

#include <string>

#include "kj/async-io.h"
#include "kj/timer.h"
#include "net/tls/pinned.h"

namespace chancery::rpc {

// Errors, thrown: Unavailable.
kj::Promise<kj::Own<kj::AsyncIoStream>> ConnectTo(kj::Timer& timer, kj::Network& network, const std::string& address);

class Links {
 public:
  virtual ~Links() = default;
  // Calls who listens there; the link says whose key was shown. Errors, thrown: Unavailable, PermissionDenied (a key).
  virtual kj::Promise<tls::Link> Connect(const std::string& address) = 0;
};

// TCP, and TLS over it.
class TlsLinks final : public Links {
 public:
  TlsLinks(kj::Timer& timer, kj::Network& network, tls::Pinned& tls) : timer_(timer), network_(network), tls_(tls) {}
  kj::Promise<tls::Link> Connect(const std::string& address) override;

 private:
  kj::Timer& timer_;
  kj::Network& network_;
  tls::Pinned& tls_;
};

}  // namespace chancery::rpc

// TLS 1.3, both sides with a key that the other knows beforehand. No authorities, no host names, no resumption: a key that is
// taken off the list is outside at its next connection.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "kj/async-io.h"
#include "kj/compat/tls.h"
#include "kj/timer.h"
#include "net/tls/identity.h"

namespace chancery::tls {

struct Link {
  kj::Own<kj::AsyncIoStream> stream;
  std::string fingerprint;  // of the key that the other side has shown, and has
};

class Pinned {
 public:
  // known: whether a fingerprint may talk to us; asked in every handshake.
  Pinned(const Identity& own, kj::Timer& timer, std::function<bool(const std::string&)> known);
  KJ_DISALLOW_COPY(Pinned);

  // As the side that was called, and as the one that calls. The promises fail where either key is not
  // known to the other.
  kj::Promise<Link> Accept(kj::Own<kj::AsyncIoStream> stream);
  kj::Promise<Link> Connect(kj::Own<kj::AsyncIoStream> stream);

 private:
  kj::Timer& timer_;
  std::function<bool(const std::string&)> known_;
  kj::TlsContext context_;
};

}  // namespace chancery::tls

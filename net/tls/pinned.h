// TLS 1.3, both sides with a key that the other knows beforehand. No authorities, no host names, no resumption: a key that is
// taken off the list is outside at its next connection.
#pragma once

#include <functional>
#include <string>
#include <vector>

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

  void Show(const Identity& own);  // from now on; links that are there stay

  // As the side that was called, and as the one that calls. The promises fail where either key is not
  // known to the other.
  kj::Promise<Link> Accept(kj::Own<kj::AsyncIoStream> stream);
  kj::Promise<Link> Connect(kj::Own<kj::AsyncIoStream> stream);

 private:
  kj::Timer& timer_;
  std::function<bool(const std::string&)> known_;
  std::vector<kj::Own<kj::TlsContext>> contexts_;  // the last one is in force; handshakes that are under way use those before
};

}  // namespace chancery::tls

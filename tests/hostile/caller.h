// A peer whose key is known, on a session of its own: what it offers is signed by whoever has that key, and means harm.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "net/rpc/connection.h"
#include "net/sync/documents.h"
#include "net/sync/party.h"
#include "net/tls/pinned.h"

namespace chancery::hostile {

class Caller {
 public:
  // As the site of `own`, at `port` of this machine, where the key `other` is expected. Greets as it should.
  Caller(kj::AsyncIoContext& io, Database& own, int port, std::string other);
  absl::Status Send(const sync::Offer& offer);
  sync::Offer Plain() const;  // of what it really holds, with nothing to it
  // So many offers at once, and the end of the connection before any is answered.
  void SendAndLeave(int offers);

 private:
  kj::AsyncIoContext& io_;
  Database& own_;
  const std::string other_;
  tls::Identity identity_;
  tls::Pinned tls_;
  kj::Own<rpc::Connection> connection_;
  schema::Session::Client session_ = nullptr;
};

struct OfferFamily {
  const char* name;
  int count;
  std::function<sync::Offer(int)> offer;
};

OfferFamily SpoiltRuns(const Caller& caller, const std::vector<std::string>& runs);  // and cosignatures that do not hold
// Signatures that hold, over what is of another registry; and claims to hold what nobody has. Every second one is of both.
OfferFamily SignedNonsense(const Caller& caller, Database& elsewhere);

}  // namespace chancery::hostile

// A TLS link that speaks Cap'n Proto RPC, on either side.
#pragma once

#include "capnp/rpc-twoparty.h"
#include "kj/async-io.h"
#include "net/rpc/message_stream.h"
#include "sync.capnp.h"

namespace chancery::rpc {

// Finds out within half a minute that the other end is gone, however long nothing is said.
void WatchOver(kj::AsyncIoStream& raw);

class Connection {
 public:
  // As the side that was called: `door` is what the other gets.
  Connection(kj::Own<kj::AsyncIoStream> stream, schema::Door::Client door);
  // As the caller.
  explicit Connection(kj::Own<kj::AsyncIoStream> stream);
  KJ_DISALLOW_COPY(Connection);

  schema::Door::Client Door();  // the other's
  kj::AsyncIoStream& stream() { return *stream_; }
  kj::Promise<void> Ended() { return network_.onDisconnect(); }

 private:
  kj::Own<kj::AsyncIoStream> stream_;
  MessageStream messages_;
  capnp::TwoPartyVatNetwork network_;
  capnp::RpcSystem<capnp::rpc::twoparty::VatId> rpc_;
};

}  // namespace chancery::rpc

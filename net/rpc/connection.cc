#include "net/rpc/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace chancery::rpc {
namespace {

using capnp::rpc::twoparty::Side;

capnp::ReaderOptions Limits() {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = 2 * kMessageWords;
  options.nestingLimit = 32;
  return options;
}

}  // namespace

void WatchOver(kj::AsyncIoStream& raw) {
  const auto set = [&raw](int level, int option, int value) { raw.setsockopt(level, option, &value, sizeof value); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 30'000);
}

Connection::Connection(kj::Own<kj::AsyncIoStream> stream, schema::Door::Client door)
    : stream_(kj::mv(stream)),
      messages_(*stream_),
      network_(messages_, Side::SERVER, Limits()),
      rpc_(capnp::makeRpcServer(network_, kj::mv(door))) {
  rpc_.setFlowLimit(2 * kMessageWords);
}

Connection::Connection(kj::Own<kj::AsyncIoStream> stream)
    : stream_(kj::mv(stream)),
      messages_(*stream_),
      network_(messages_, Side::CLIENT, Limits()),
      rpc_(capnp::makeRpcClient(network_)) {
  rpc_.setFlowLimit(2 * kMessageWords);
}

schema::Door::Client Connection::Door() {
  capnp::MallocMessageBuilder message(4);
  auto vat = message.initRoot<capnp::rpc::twoparty::VatId>();
  vat.setSide(Side::SERVER);
  return rpc_.bootstrap(vat).castAs<schema::Door>();
}

}  // namespace chancery::rpc

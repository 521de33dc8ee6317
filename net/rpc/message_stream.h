// Cap'n Proto messages on a connection, read as if the peer were hostile: its counts are checked before anything is made room
// for. libcapnp 0.9.2 writes outside its own array where a message claims 2^32 segments (docs/reference/sync.md, "What a peer can
// do").
#pragma once

#include "capnp/serialize-async.h"
#include "kj/async-io.h"

namespace chancery::rpc {

inline constexpr size_t kMessageWords = (8 << 20) / sizeof(capnp::word);  // a whole message: an offer and one large run more

class MessageStream final : public capnp::MessageStream {
 public:
  explicit MessageStream(kj::AsyncIoStream& stream) : stream_(stream) {}

  kj::Promise<kj::Maybe<capnp::MessageReaderAndFds>> tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd> fds,
                                                                    capnp::ReaderOptions options,
                                                                    kj::ArrayPtr<capnp::word> scratch) override;
  // In one piece: KJ's TLS makes a record of each that it is given.
  kj::Promise<void> writeMessage(kj::ArrayPtr<const int> fds,
                                 kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) override;
  kj::Promise<void> writeMessages(kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) override;
  kj::Maybe<int> getSendBufferSize() override { return nullptr; }  // of streams, which nobody here has
  kj::Promise<void> end() override;

 private:
  kj::AsyncIoStream& stream_;
};

}  // namespace chancery::rpc

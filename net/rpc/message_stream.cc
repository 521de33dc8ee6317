#include "net/rpc/message_stream.h"

#include <cstring>

#include "capnp/serialize.h"
#include "net/rpc/failure.h"

namespace chancery::rpc {
namespace {

using Read = kj::Maybe<capnp::MessageReaderAndFds>;

constexpr uint32_t kSegments = 512;  // as the library allows

kj::Exception TooLarge() { return Thrown(absl::InvalidArgumentError("a message of the peer is larger than any that is sent")); }

uint32_t WordAt(const capnp::word* words, size_t index) {  // little-endian, as on every machine this is built for
  uint32_t value;
  std::memcpy(&value, reinterpret_cast<const char*>(words) + index * sizeof value, sizeof value);
  return value;
}

// KJ's TLS takes a read of nothing for the end of the stream.
kj::Promise<void> ReadAll(kj::AsyncIoStream& stream, capnp::word* into, size_t words) {
  if (words == 0) return kj::READY_NOW;
  return stream.read(into, words * sizeof *into);
}

// The table of sizes, with its first word read: then all of the message in one array, as if it came from a file.
kj::Promise<Read> ReadRest(kj::AsyncIoStream& stream, capnp::ReaderOptions options, const capnp::word* first) {
  const uint32_t count = WordAt(first, 0) + 1;
  if (count == 0 || count > kSegments) return TooLarge();
  const size_t table_words = count / 2 + 1;
  auto table = kj::heapArray<capnp::word>(table_words);
  std::memcpy(table.begin(), first, sizeof *first);
  capnp::word* rest = table.begin() + 1;
  return ReadAll(stream, rest, table_words - 1)
      .then([&stream, options, count, table = kj::mv(table)]() mutable -> kj::Promise<Read> {
        size_t words = table.size();
        for (uint32_t i = 0; i < count; ++i) {
          words += WordAt(table.begin(), 1 + i);
          if (words > kMessageWords) return TooLarge();
        }
        auto message = kj::heapArray<capnp::word>(words);
        std::memcpy(message.begin(), table.begin(), table.size() * sizeof(capnp::word));
        capnp::word* body = message.begin() + table.size();
        return ReadAll(stream, body, words - table.size()).then([options, message = kj::mv(message)]() mutable -> Read {
          kj::ArrayPtr<const capnp::word> all = message;
          auto reader = kj::heap<capnp::FlatArrayMessageReader>(all, options).attach(kj::mv(message));
          return capnp::MessageReaderAndFds{kj::mv(reader), nullptr};
        });
      });
}

}  // namespace

kj::Promise<Read> MessageStream::tryReadMessage(kj::ArrayPtr<kj::AutoCloseFd>, capnp::ReaderOptions options,
                                                kj::ArrayPtr<capnp::word>) {
  auto first = kj::heapArray<capnp::word>(1);
  capnp::word* at = first.begin();
  return stream_.tryRead(at, sizeof *at, sizeof *at)
      .then([this, options, first = kj::mv(first)](size_t read) mutable -> kj::Promise<Read> {
        if (read == 0) return Read(nullptr);
        if (read < sizeof(capnp::word)) return KJ_EXCEPTION(DISCONNECTED, "the connection ended in the middle of a message");
        return ReadRest(stream_, options, first.begin());
      });
}

kj::Promise<void> MessageStream::writeMessage(kj::ArrayPtr<const int>,
                                              kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>> segments) {
  return writeMessages(kj::arrayPtr(&segments, 1));
}

kj::Promise<void> MessageStream::writeMessages(kj::ArrayPtr<kj::ArrayPtr<const kj::ArrayPtr<const capnp::word>>> messages) {
  size_t words = 0;
  for (const auto& message : messages) words += capnp::computeSerializedSizeInWords(message);
  auto bytes = kj::heapArray<kj::byte>(words * sizeof(capnp::word));
  kj::ArrayOutputStream out(bytes);
  for (const auto& message : messages) capnp::writeMessage(out, message);
  return stream_.write(bytes.begin(), bytes.size()).attach(kj::mv(bytes));
}

kj::Promise<void> MessageStream::end() {
  stream_.shutdownWrite();
  return kj::READY_NOW;
}

}  // namespace chancery::rpc

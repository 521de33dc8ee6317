#include "tests/hostile/speeches.h"

#include <cstring>
#include <random>

#include "net/rpc/connection.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"
#include "tests/support/ok.h"

namespace chancery::hostile {
namespace {

constexpr uint32_t kMostWords = (8 << 20) / 8;  // of a message

std::mt19937 RandomOf(int i) { return std::mt19937(20261127 + static_cast<unsigned>(i)); }

std::string RandomBytes(std::mt19937& random, size_t size) {
  std::string bytes(size, 0);
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string Words(std::initializer_list<uint32_t> halves) {
  std::string bytes;
  for (const uint32_t half : halves) bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
  return bytes;
}

}  // namespace

std::string HonestSpeech(Database& caller, kj::AsyncIoContext& io) {
  kj::TwoWayPipe pipe = kj::newTwoWayPipe();
  rpc::Connection connection(kj::mv(pipe.ends[0]));
  auto meet = connection.Door().meetRequest();
  rpc::Write(Ok(sync::OwnHello(caller)), meet.initHello());
  auto met = meet.send();
  auto exchange = met.getSession().exchangeRequest();
  const Snapshot now = Ok(caller.Read());
  rpc::Write(sync::Offer{.state = Ok(sync::ReadState(now)), .runs = Ok(now.RunsSince("0")), .cosignatures = {}},
             exchange.initOffer());
  auto answered = exchange.send();
  std::string bytes(1 << 20, 0);
  size_t size = 0;
  for (int i = 0; i < 20; ++i) {
    auto read = pipe.ends[1]->tryRead(bytes.data() + size, 1, bytes.size() - size);
    auto late = io.provider->getTimer().afterDelay(20 * kj::MILLISECONDS).then([]() -> size_t { return 0; });
    size += read.exclusiveJoin(kj::mv(late)).wait(io.waitScope);
  }
  bytes.resize(size);
  return bytes;
}

Family Rubbish() {
  return {"rubbish instead of a handshake", 160, [](int i) {
            const char* const kOpenings[] = {"GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\x16\x03\x01\xff\xff\x01",
                                             "\x15\x03\x03"};
            std::mt19937 random = RandomOf(i);
            const std::string bytes = RandomBytes(random, random() % 3000);
            return i % 2 == 0 ? kOpenings[i / 2 % 4] + bytes : bytes;
          }};
}

Family CountsThatCannotBe() {
  static constexpr uint32_t kCounts[] = {0, 1, 2, 511, 512, 513, 0x7fffffff, 0xfffffffe, 0xffffffff};
  static constexpr uint32_t kSizes[] = {0, 1, kMostWords, kMostWords + 1, 0x1fffffff, 0x7fffffff, 0xffffffff};
  return {"messages with counts that cannot be", 9 * 7 * 2, [](int i) {
            std::mt19937 random = RandomOf(i);
            const std::string bytes = Words({kCounts[i / 14], kSizes[i / 2 % 7]});
            return i % 2 == 0 ? bytes : bytes + RandomBytes(random, 4096);
          }};
}

Family RandomWords() {
  return {"random words", 174, [](int i) {
            std::mt19937 random = RandomOf(i);
            std::string bytes = RandomBytes(random, 8 + random() % 4096);
            const std::string head = Words({0, static_cast<uint32_t>(bytes.size() / 8 - 1 + random() % 2)});
            return bytes.replace(0, head.size(), head);
          }};
}

Family TooLarge() {
  return {"messages that are too large", 20, [](int i) {
            std::mt19937 random = RandomOf(i);
            const auto more = static_cast<uint32_t>(1u << i);
            const std::string head = i % 2 == 0 ? Words({0, kMostWords + more}) : Words({1, kMostWords, more, 0});
            return head + RandomBytes(random, 1 << 20);
          }};
}

Family FlippedBits(const std::string& speech) {
  return {"an honest speech with flipped bits", 600, [speech](int i) {
            std::mt19937 random = RandomOf(i);
            std::string bytes = speech;
            for (uint32_t flips = 1 + random() % 4; flips > 0; --flips)
              bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
            return bytes;
          }};
}

Family CutRepeatedAndOutOfOrder(const std::string& speech) {
  return {"an honest speech cut, repeated and out of order", 200, [speech](int i) {
            std::mt19937 random = RandomOf(i);
            const size_t cut = random() % speech.size() / 8 * 8;
            if (i % 4 == 0) return speech.substr(0, cut);
            if (i % 4 == 1) return speech.substr(cut) + speech.substr(0, cut);
            return speech + (i % 4 == 2 ? speech : speech.substr(0, cut));
          }};
}

}  // namespace chancery::hostile

// Messages of a hostile peer: refused before anything is made room for.
#include "net/rpc/message_stream.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "capnp/message.h"
#include "capnp/serialize.h"
#include "net/rpc/failure.h"
#include "sync.capnp.h"

namespace chancery {
namespace {

using capnp::ReaderOptions;

// What comes of it when the peer writes `bytes` and is gone: "read", "end", or why not.
std::string Received(const std::string& bytes) {
  kj::EventLoop loop;
  kj::WaitScope scope(loop);
  auto pipe = kj::newTwoWayPipe();
  rpc::MessageStream stream(*pipe.ends[0]);
  auto written = pipe.ends[1]->write(bytes.data(), bytes.size()).then([&] { pipe.ends[1]->shutdownWrite(); });
  auto writing = written.eagerlyEvaluate([](kj::Exception&&) {});
  std::string outcome;
  const auto failed = kj::runCatchingExceptions([&] {
    auto message = stream.tryReadMessage(nullptr, ReaderOptions(), nullptr).wait(scope);
    outcome = "end";
    KJ_IF_MAYBE (got, message) {
      outcome = "read";
      (void)got->reader->getRoot<schema::Offer>().getRuns().size();
    }
  });
  KJ_IF_MAYBE (why, failed) {
    return rpc::Caught(*why).ToString();
  }
  return outcome;
}

std::string Table(std::initializer_list<uint32_t> words) {
  std::string bytes;
  for (const uint32_t word : words) bytes.append(reinterpret_cast<const char*>(&word), sizeof word);
  return bytes;
}

std::string Message(size_t run_bytes) {
  capnp::MallocMessageBuilder builder;
  auto runs = builder.initRoot<schema::Offer>().initRuns(1);
  runs.init(0, static_cast<unsigned>(run_bytes));
  const auto words = capnp::messageToFlatArray(builder);
  return std::string(reinterpret_cast<const char*>(words.begin()), words.asBytes().size());
}

TEST(MessageStream, ReadsWhatHonestPeersSend) {
  EXPECT_EQ(Received(Message(0)), "read");
  EXPECT_EQ(Received(Message(4 << 20)), "read");
  EXPECT_EQ(Received(""), "end");
}

TEST(MessageStream, RefusesCountsThatCannotBe) {
  for (const auto& table : {Table({0xffffffff, 0}), Table({0xffffffff, 0xffffffff}), Table({0x7fffffff, 1}), Table({600, 1}),
                            Table({0, 0xffffffff}), Table({0, (8 << 20) / 8}), Table({1, 0x00080000, 0x00090000, 0})}) {
    const std::string outcome = Received(table + std::string(64, 0));
    EXPECT_NE(outcome.find("larger than any"), std::string::npos) << outcome;
  }
}

TEST(MessageStream, AMessageThatEndsEarlyIsALostConnection) {
  const std::string whole = Message(100);
  for (size_t size = 1; size < whole.size(); ++size)
    EXPECT_EQ(Received(whole.substr(0, size)).rfind("UNAVAILABLE", 0), 0u) << size;
}

TEST(MessageStream, RubbishNeverCrashes) {
  std::mt19937 random(20261127);
  const std::string whole = Message(200);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = whole;
    for (int flips = 0; flips < 4; ++flips)
      bytes[random() % (i % 2 == 0 ? 32 : bytes.size())] ^= static_cast<char>(1 << random() % 8);
    refused += Received(bytes) != "read";
  }
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace chancery

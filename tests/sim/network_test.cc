// The simulated network, byte by byte: nothing comes out of order, everything can be stopped, and what stands still ends.
#include "net/sim/network.h"

#include <gtest/gtest.h>

#include "net/sim/loop.h"
#include "net/sim/wire.h"

namespace chancery::sim {
namespace {

struct Two {
  Loop loop;
  Network network{loop.timer(), 1, 2};
  kj::Own<kj::AsyncIoStream> near, far;

  Two() {
    network.Listen(1, [this](int, kj::Own<kj::AsyncIoStream> stream) { far = kj::mv(stream); });
    auto connecting =
        network.Connect(0, 1).then([this](kj::Own<kj::AsyncIoStream> stream) { near = kj::mv(stream); }).eagerlyEvaluate(nullptr);
    loop.RunUntil(1000);
  }
  void Write(const std::string& bytes) {
    network_writes.push_back(near->write(bytes.data(), bytes.size()).eagerlyEvaluate([this](kj::Exception&&) { ++failed; }));
  }
  // What has come by then; "|" where the connection broke, "." where it ended in order.
  void ReadAll() {
    reading = Next().eagerlyEvaluate([this](kj::Exception&&) { read += "|"; });
  }
  kj::Promise<void> Next() {
    return far->tryRead(buffer, 1, sizeof buffer).then([this](size_t size) -> kj::Promise<void> {
      if (size == 0) return void(read += "."), kj::Promise<void>(kj::READY_NOW);
      read.append(buffer, size);
      return Next();
    });
  }

  char buffer[7];
  std::string read;
  int failed = 0;
  std::vector<kj::Promise<void>> network_writes;
  kj::Promise<void> reading = kj::READY_NOW;
};

TEST(Network, BytesArriveInOrderAndLater) {
  Two two;
  two.network.At(0, 1).delay_us = 500'000;
  for (const char* piece : {"one ", "two ", "three"}) two.Write(piece);
  two.ReadAll();
  two.loop.RunUntil(1400);
  EXPECT_EQ(two.read, "");
  two.loop.RunUntil(2100);
  EXPECT_EQ(two.read, "one two three");
}

TEST(Network, ALinkThatIsSlowTakesItsTime) {
  Two two;
  two.network.At(0, 1).bytes_per_s = 100;
  two.Write(std::string(500, 'x'));
  two.ReadAll();
  two.loop.RunUntil(5900);
  EXPECT_EQ(two.read.size(), 0u);
  two.loop.RunUntil(6200);
  EXPECT_EQ(two.read.size(), 500u);
}

TEST(Network, EndsAtAnyByte) {
  for (const uint64_t bytes : {0, 1, 5, 8}) {
    Two two;
    two.network.BreakAfter(0, 1, bytes);
    two.Write("one ");
    two.Write("two ");
    two.ReadAll();
    two.loop.RunUntil(2000);
    EXPECT_EQ(two.read, std::string("one two ").substr(0, bytes) + "|");
    two.Write("more");
    two.loop.RunUntil(3000);
    EXPECT_EQ(two.failed, 1);
    EXPECT_EQ(two.network.breaks(), 1u);
  }
}

TEST(Network, WhatIsCutMovesOnAfterwards) {
  Two two;
  two.ReadAll();
  two.network.At(0, 1).cuts = 1;
  two.Write("hello");
  two.loop.RunUntil(20'000);
  EXPECT_EQ(two.read, "");
  two.network.At(0, 1).cuts = 0;
  two.network.Changed();
  two.loop.RunUntil(20'001);
  EXPECT_EQ(two.read, "hello");
}

TEST(Network, WhatStandsStillIsFoundOutInHalfAMinute) {
  for (const bool muted : {false, true}) {
    Two two;
    two.ReadAll();
    muted ? void(two.network.Mute(0, 1)) : void(two.network.At(1, 0).cuts = 1);  // one way is enough
    two.loop.RunUntil(25'000);
    EXPECT_EQ(two.read, "");
    two.loop.RunUntil(40'000);
    EXPECT_EQ(two.read, "|");
  }
}

TEST(Network, WhoeverIsCutOffOrDownCannotBeCalled) {
  Two two;
  std::string why;
  const auto call = [&] {
    return two.network.Connect(0, 1).then([&](auto&&) { why = "connected"; },
                                          [&](kj::Exception&& e) { why = e.getDescription().cStr(); });
  };
  two.network.Silence(1, false);
  auto refused = call().eagerlyEvaluate(nullptr);
  two.loop.RunUntil(2000);
  EXPECT_NE(why.find("nobody listens"), std::string::npos) << why;
  two.network.At(1, 0).cuts = 1;
  auto unanswered = call().eagerlyEvaluate(nullptr);
  two.loop.RunUntil(11'000);
  EXPECT_NE(why.find("nobody listens"), std::string::npos) << why;
  two.loop.RunUntil(12'500);
  EXPECT_NE(why.find("no answer"), std::string::npos) << why;
}

TEST(Network, AnEndThatIsClosedIsReadToItsEnd) {
  Two two;
  two.Write("last words");
  two.near = nullptr;
  two.ReadAll();
  two.loop.RunUntil(2000);
  EXPECT_EQ(two.read, "last words.");
}

TEST(Network, AWriterWaitsForWhoDoesNotRead) {
  Two two;
  bool written = false;
  const std::string much(2 << 20, 'x');
  auto writing = two.near->write(much.data(), much.size()).then([&] { written = true; }).eagerlyEvaluate(nullptr);
  two.loop.RunUntil(60'000);
  EXPECT_FALSE(written);
  two.ReadAll();
  two.loop.RunUntil(61'000);
  EXPECT_TRUE(written);
  EXPECT_EQ(two.read.size(), much.size());
}

}  // namespace
}  // namespace chancery::sim

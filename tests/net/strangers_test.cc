// Who waits at the door without having shown a key.
#include "net/rpc/strangers.h"

#include <gtest/gtest.h>

#include <deque>

#include "tests/hostile/stranger.h"
#include "tests/net/sites.h"

namespace chancery {
namespace {

struct StrangersTest : testing::Test {
  StrangersTest() : admitting(Admit().eagerlyEvaluate(nullptr)) {}
  ~StrangersTest() noexcept override {}

  kj::Promise<void> Admit() {
    return port->accept().then([this](kj::Own<kj::AsyncIoStream> raw) {
      strangers.Greet(kj::mv(raw));
      ++greeted;
      return Admit();
    });
  }
  hostile::Stranger& Comes(const char* from) {
    came.emplace_back(static_cast<int>(port->getPort()), from);
    for (const int before = greeted; greeted == before;) Turn();
    return came.back();
  }
  void Turn() { io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS).wait(io.waitScope); }

  kj::AsyncIoContext io = kj::setupAsyncIo();
  Site tallinn = Founded("tallinn");
  tls::Identity own = Ok(tls::OwnIdentity(tallinn->dir()));
  tls::Pinned tls{own, io.provider->getTimer(), [](const std::string&) { return false; }};
  rpc::Strangers strangers{tls, [](tls::Link) { ADD_FAILURE() << "nobody has a key"; }};
  kj::Own<kj::ConnectionReceiver> port = io.provider->getNetwork().parseAddress("127.0.0.1").wait(io.waitScope)->listen();
  std::deque<hostile::Stranger> came;
  int greeted = 0;
  kj::Promise<void> admitting;
};

TEST_F(StrangersTest, WhoHasWaitedLongestGivesWay) {
  for (size_t i = 0; i < rpc::Strangers::kMost; ++i) Comes("127.0.0.1");
  EXPECT_EQ(strangers.size(), rpc::Strangers::kMost);
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_FALSE(came[i].Closed()) << i;
    EXPECT_FALSE(Comes("127.0.0.1").Closed());
    EXPECT_EQ(strangers.size(), rpc::Strangers::kMost);
    EXPECT_TRUE(came[i].Closed()) << i;
  }
}

TEST_F(StrangersTest, OneHostDoesNotPushOutAnother) {
  Comes("127.0.0.1");
  for (size_t i = 0; i < 3 * rpc::Strangers::kMost; ++i) Comes("127.0.0.2");
  EXPECT_FALSE(came.front().Closed());
  EXPECT_TRUE(came[1].Closed());
}

TEST_F(StrangersTest, WhoSpeaksRubbishIsGone) {
  const hostile::Stranger& stranger = Comes("127.0.0.1");
  stranger.WriteRaw("GET / HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 200 && !stranger.Closed(); ++i) {
    Turn();
    stranger.Drain(0);
  }
  EXPECT_TRUE(stranger.Closed());
  EXPECT_EQ(strangers.size(), 0u);
}

}  // namespace
}  // namespace chancery

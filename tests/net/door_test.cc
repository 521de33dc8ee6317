// A peer whose key is known and who means harm: what it sends is refused, and whoever comes next is served.
#include "net/rpc/door.h"

#include <gtest/gtest.h>

#include "net/rpc/engine_thread.h"
#include "net/rpc/failure.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"
#include "net/sync/party.h"
#include "tests/net/sites.h"

namespace chancery {
namespace {

struct Heard final : rpc::Host {
  std::vector<std::string> refused;
  void Exchanged(const ExchangeView&, uint64_t) override {}
  void Refused(const std::string&, const std::string& why) override { refused.push_back(why); }
};

struct Two {
  Site tallinn = Founded("tallinn"), luxembourg = Joined("luxembourg", tallinn);
};

Two TallinnsDiskIsFull(Two two = {}) {
  const std::string dir = two.tallinn->dir();
  two.tallinn.db.reset();
  Environment env;
  env.reserve_bytes = uint64_t{1} << 62;
  two.tallinn.db = Ok(Database::Open(dir, env));
  return two;
}

// tallinn's door, on a pipe.
struct Visit {
  explicit Visit(Two two = {}) : tallinn(std::move(two.tallinn)), luxembourg(std::move(two.luxembourg)) {}

  kj::AsyncIoContext io = kj::setupAsyncIo();
  Site tallinn, luxembourg;
  tls::Identity identity = Ok(tls::OwnIdentity(tallinn->dir()));
  tls::Pinned tls{identity, io.provider->getTimer(), [](const std::string&) { return false; }};
  rpc::EngineThread engine;
  rpc::TlsLinks links{io.provider->getTimer(), io.provider->getNetwork(), tls};
  std::minstd_rand random;
  rpc::Means means{*tallinn.db, engine, io.provider->getTimer(), links, random};
  Heard heard;
  kj::TwoWayPipe pipe = kj::newTwoWayPipe();
  rpc::Connection inside{kj::mv(pipe.ends[0]),
                         rpc::DoorFor(means, heard, {"luxembourg", "", ""}, std::make_shared<rpc::Neighbour>(NetLimits()))};
  rpc::Connection outside{kj::mv(pipe.ends[1])};

  using Met = capnp::Response<schema::Door::MeetResults>;
  Met Meet(const sync::Hello& hello) {
    auto request = outside.Door().meetRequest();
    rpc::Write(hello, request.initHello());
    return request.send().wait(io.waitScope);
  }
  schema::Session::Client Session() { return Meet(Ok(sync::OwnHello(*luxembourg.db))).getSession(); }
  absl::Status Send(schema::Session::Client session, const std::function<void(schema::Offer::Builder)>& spoil) {
    auto request = session.exchangeRequest();
    auto offer = request.initOffer();
    rpc::Write(sync::Offer{.state = Ok(sync::ReadState(luxembourg.now())), .runs = {}, .cosignatures = {}}, offer);
    spoil(offer);
    absl::Status status;
    const auto failed = kj::runCatchingExceptions([&] { request.send().wait(io.waitScope); });
    KJ_IF_MAYBE (why, failed) {
      status = rpc::Caught(*why);
    }
    return status;
  }
};

TEST(Door, AnHonestPeerIsAnswered) {
  Visit at;
  EXPECT_EQ(at.Send(at.Session(), [](schema::Offer::Builder) {}), absl::OkStatus());
}

TEST(Door, SaysThatItsDiskIsFullAndNotWhereItsStoreLies) {
  Visit at(TallinnsDiskIsFull());
  Ok(at.luxembourg->Ingest(Ok(at.tallinn.now().RunsSince("0"))));  // it is admitted
  Ok(at.luxembourg->File(Parcel("1", "Mari")));
  const std::vector<std::string> runs = Ok(at.luxembourg.now().RunsSince(at.tallinn.now().Frontier()));
  const absl::Status status = at.Send(at.Session(), [&runs](schema::Offer::Builder offer) {
    auto sent = offer.initRuns(static_cast<unsigned>(runs.size()));
    for (unsigned i = 0; i < runs.size(); ++i)
      sent.set(i, kj::arrayPtr(reinterpret_cast<const kj::byte*>(runs[i].data()), runs[i].size()));
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_NE(std::string(status.message()).find("MiB free for its store"), std::string::npos) << status;
  EXPECT_EQ(std::string(status.message()).find(at.tallinn->dir()), std::string::npos) << status;
}

TEST(Door, HandsOnWhatItHasThoughItsDiskIsFull) {
  Two two;
  Ok(two.luxembourg->Ingest(Ok(two.tallinn.now().RunsSince("0"))));
  Ok(two.tallinn->File(Parcel("there", "Mari")));
  Ok(two.luxembourg->File(Parcel("here", "Liis")));
  Visit at(TallinnsDiskIsFull(std::move(two)));
  sync::Party luxembourg(*at.luxembourg.db, 600'000);
  auto session = at.Session();
  sync::Offer offer = Ok(luxembourg.Begin(sync::kRoomMin));
  int offers = 0;
  absl::Status status;
  for (; status.ok() && !luxembourg.Done() && offers < 9; ++offers) {
    auto request = session.exchangeRequest();
    rpc::Write(offer, request.initOffer());
    const auto failed = kj::runCatchingExceptions([&] {
      const auto answer = request.send().wait(at.io.waitScope);
      offer = Ok(luxembourg.Answer(Ok(rpc::Read(answer.getOffer())), sync::kRoomMin));
    });
    KJ_IF_MAYBE (why, failed) {
      status = rpc::Caught(*why);
    }
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status << " after " << offers;
  EXPECT_TRUE(at.luxembourg.now().Record("parcel/there").ok());
  EXPECT_FALSE(at.tallinn.now().Record("parcel/here").ok());
}

TEST(Door, GivesOneBundleAConnection) {
  Visit at;
  auto answer = at.outside.Door().fetchRequest().send().wait(at.io.waitScope);
  EXPECT_EQ(std::string(answer.getSite().cStr()), "tallinn");
  const auto read = [&](uint64_t from) {
    auto request = answer.getBundle().readRequest();
    request.setFrom(from);
    const auto bytes = request.send().wait(at.io.waitScope);
    return std::string(reinterpret_cast<const char*>(bytes.getBytes().begin()), bytes.getBytes().size());
  };
  EXPECT_EQ(read(0), Ok(at.tallinn.now().ExportBundle("0")));
  EXPECT_EQ(read(0).size(), answer.getSize());
  EXPECT_EQ(read(answer.getSize()), "");
  EXPECT_EQ(read(~uint64_t{0}), "");
  absl::Status again;
  const auto failed = kj::runCatchingExceptions([&] { at.outside.Door().fetchRequest().send().wait(at.io.waitScope); });
  KJ_IF_MAYBE (why, failed) {
    again = rpc::Caught(*why);
  }
  EXPECT_EQ(again.code(), absl::StatusCode::kResourceExhausted) << again;
}

TEST(Door, GivesWhatIsLackingAlone) {
  Visit at;
  Draft draft;
  draft.Create("parcel/1").Set("owner", "Mari");
  Ok(at.tallinn->File(draft));
  auto request = at.outside.Door().fetchRequest();
  const sync::State theirs = Ok(sync::ReadState(at.luxembourg.now()));
  rpc::Write(theirs.lanes, request.initLanes(static_cast<unsigned>(theirs.lanes.size())));
  auto answer = request.send().wait(at.io.waitScope);
  const auto bytes = answer.getBundle().readRequest().send().wait(at.io.waitScope);
  const std::string bundle(reinterpret_cast<const char*>(bytes.getBytes().begin()), bytes.getBytes().size());
  EXPECT_EQ(bundle, Ok(at.tallinn.now().ExportBundle(at.luxembourg.now().Frontier())));
  EXPECT_EQ(Ok(at.luxembourg->PreviewBundle(bundle)).intake.entries,
            at.tallinn.status().entries - at.luxembourg.status().entries);
}

TEST(Door, GivesNothingForLanesThatNobodyNamesSo) {
  Visit at;
  auto request = at.outside.Door().fetchRequest();
  rpc::Write({{std::string(16, 'b'), 1}, {std::string(16, 'a'), 1}}, request.initLanes(2));
  const auto failed = kj::runCatchingExceptions([&] { request.send().wait(at.io.waitScope); });
  KJ_IF_MAYBE (why, failed) {
    EXPECT_EQ(rpc::Caught(*why).code(), absl::StatusCode::kInvalidArgument);
    return;
  }
  FAIL() << "lanes in no order";
}

TEST(Door, PartsOfNoBucketAndBehindNoKeyAreRefusedAndTheSessionGoesOn) {
  Visit at;
  schema::Session::Client session = at.Session();
  const auto parts = [&](uint8_t bucket, size_t key) {
    auto request = session.partsRequest();
    request.setBucket(bucket);
    request.initAfter(static_cast<unsigned>(key));
    absl::Status status;
    const auto failed = kj::runCatchingExceptions([&] { request.send().wait(at.io.waitScope); });
    KJ_IF_MAYBE (why, failed) {
      status = rpc::Caught(*why);
    }
    return status;
  };
  for (int bucket = 0; bucket <= 64; ++bucket) EXPECT_EQ(parts(static_cast<uint8_t>(bucket), 0), absl::OkStatus()) << bucket;
  EXPECT_EQ(parts(64, 3), absl::OkStatus()) << "what is no key has keys behind it, or none";
  EXPECT_TRUE(absl::IsInvalidArgument(parts(65, 0)));
  EXPECT_TRUE(absl::IsInvalidArgument(parts(255, 0)));
  EXPECT_TRUE(absl::IsInvalidArgument(parts(0, 100'000)));
  EXPECT_EQ(at.Send(session, [](schema::Offer::Builder) {}), absl::OkStatus());
}

TEST(Door, WhoSaysSomethingElseThanItsKeyGetsTheReasonAndNoSession) {
  Visit at;
  sync::Hello hello = Ok(sync::OwnHello(*at.luxembourg.db));
  hello.site = "riga";
  const Visit::Met met = at.Meet(hello);
  EXPECT_FALSE(met.hasSession());
  EXPECT_NE(std::string(met.getRefused().cStr()).find("says that it is site riga"), std::string::npos);
  ASSERT_EQ(at.heard.refused.size(), 1u);
  EXPECT_EQ(met.getHello().getSite(), "tallinn") << "the refused one can judge too";
}

TEST(Door, MalformedOffersAreRefusedAndTheSessionGoesOn) {
  Visit at;
  auto session = at.Session();
  const std::string before = at.tallinn.digests();
  const std::function<void(schema::Offer::Builder)> kSpoilt[] = {
      [](schema::Offer::Builder offer) { offer.initLanes(2); },                     // one key twice
      [](schema::Offer::Builder offer) { offer.getLanes()[0].setSize(0); },         // of no entries
      [](schema::Offer::Builder offer) { offer.initLanes(70000); },                 // more than there can be
      [](schema::Offer::Builder offer) { offer.initDigest(5000); },                 // no digest
      [](schema::Offer::Builder offer) { offer.initRuns(3); },                      // empty runs
      [](schema::Offer::Builder offer) { offer.initRuns(1).init(0, 1 << 20); },     // zeros
      [](schema::Offer::Builder offer) { offer.initCosignatures(1 << 20); },        // no cosignatures
      [](schema::Offer::Builder offer) { offer.initCosignatures((2 << 20) + 1); },  // too many
  };
  int i = 0;
  for (const auto& spoil : kSpoilt) EXPECT_FALSE(at.Send(session, spoil).ok()) << i++;
  EXPECT_EQ(at.tallinn.digests(), before);
  EXPECT_EQ(at.Send(session, [](schema::Offer::Builder) {}), absl::OkStatus());
}

TEST(Door, WhatItClaimsToHoldIsOnlyWhatItIsNotSent) {
  Visit at;
  auto session = at.Session();
  const absl::Status most = at.Send(session, [](schema::Offer::Builder offer) {
    offer.getLanes()[0].setSize(~uint64_t{0});
    offer.setWaiting(~uint64_t{0});
    offer.setRoom(~uint32_t{0});
  });
  EXPECT_EQ(most, absl::OkStatus());
}

TEST(Door, AThousandOffersAtOnceAreAnsweredOneAfterTheOther) {
  Visit at;
  auto session = at.Session();
  auto offers = kj::heapArrayBuilder<kj::Promise<void>>(1000);
  for (int i = 0; i < 1000; ++i) {
    auto request = session.exchangeRequest();
    rpc::Write(sync::Offer{.state = Ok(sync::ReadState(at.luxembourg.now())), .runs = {}, .cosignatures = {}},
               request.initOffer());
    offers.add(request.send().ignoreResult());
  }
  kj::joinPromises(offers.finish()).wait(at.io.waitScope);
}

TEST(Door, LeavingSaysWhyAtTheOtherEnd) {
  Visit at;
  auto leave = at.Session().leaveRequest();
  leave.setReason("another registry");
  leave.send().ignoreResult().wait(at.io.waitScope);
  ASSERT_EQ(at.heard.refused.size(), 1u);
  EXPECT_EQ(at.heard.refused[0], "luxembourg refuses: another registry");
}

}  // namespace
}  // namespace chancery

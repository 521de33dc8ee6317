#include "tests/hostile/caller.h"

#include <random>

#include "net/rpc/failure.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"
#include "tests/support/ok.h"

namespace chancery::hostile {

Caller::Caller(kj::AsyncIoContext& io, Database& own, int port, std::string other)
    : io_(io),
      own_(own),
      other_(std::move(other)),
      identity_(Ok(tls::OwnIdentity(own.dir()))),
      tls_(identity_, io.provider->getTimer(), [this](const std::string& key) { return key == other_; }) {
  io.provider->getTimer().afterDelay(1 * kj::MILLISECONDS).wait(io.waitScope);  // the loop's clock stood while nobody turned it
  auto address = io.provider->getNetwork().parseAddress("127.0.0.1", static_cast<kj::uint>(port)).wait(io.waitScope);
  tls::Link link = tls_.Connect(address->connect().wait(io.waitScope)).wait(io.waitScope);
  connection_ = kj::heap<rpc::Connection>(kj::mv(link.stream));
  auto meet = connection_->Door().meetRequest();
  rpc::Write(Ok(sync::OwnHello(own)), meet.initHello());
  session_ = meet.send().wait(io.waitScope).getSession();
}

absl::Status Caller::Send(const sync::Offer& offer) {
  auto request = session_.exchangeRequest();
  rpc::Write(offer, request.initOffer());
  absl::Status status;
  const auto failed = kj::runCatchingExceptions([&] { request.send().wait(io_.waitScope); });
  KJ_IF_MAYBE (why, failed) {
    status = rpc::Caught(*why);
  }
  return status;
}

sync::Offer Caller::Plain() const { return {.state = Ok(sync::ReadState(Ok(own_.Read()))), .runs = {}, .cosignatures = {}}; }

void Caller::SendAndLeave(int offers) {
  std::vector<capnp::RemotePromise<schema::Session::ExchangeResults>> asked;
  for (int i = 0; i < offers; ++i) {
    auto request = session_.exchangeRequest();
    rpc::Write(Plain(), request.initOffer());
    asked.push_back(request.send());
  }
  io_.provider->getTimer().afterDelay(5 * kj::MILLISECONDS).wait(io_.waitScope);
  asked.clear();
  session_ = nullptr;
  connection_ = nullptr;
}

OfferFamily SpoiltRuns(const Caller& caller, const std::vector<std::string>& runs) {
  return {"runs and cosignatures that do not hold", 300, [&caller, runs](int i) {
            std::mt19937 random(static_cast<unsigned>(i));
            sync::Offer offer = caller.Plain();
            std::string run = runs[random() % runs.size()];
            run[random() % run.size()] ^= static_cast<char>(1 << random() % 8);
            offer.runs = {run};
            if (i % 3 == 0) offer.runs.push_back(std::string(random() % 2000, static_cast<char>(i)));
            if (i % 5 == 0) offer.cosignatures = "CHCOSIG1" + std::string(128 * (1 + random() % 4), static_cast<char>(random()));
            return offer;
          }};
}

OfferFamily SignedNonsense(const Caller& caller, Database& elsewhere) {
  const Snapshot there = Ok(elsewhere.Read());
  return {"signatures that hold over what is of another registry", 200,
          [&caller, runs = Ok(there.RunsSince("0")), cosignatures = Ok(there.Cosignatures())](int i) {
            std::mt19937 random(static_cast<unsigned>(i));
            sync::Offer offer = caller.Plain();
            offer.runs = {runs[static_cast<size_t>(i) % runs.size()]};
            if (i % 2 == 1) offer.cosignatures = cosignatures;
            for (sync::LaneTip& lane : offer.state.lanes) lane.size += random() % 3 == 0 ? random() : 0;
            offer.documents.wanted.assign(random() % 5, {std::string(64, "0123456789abcdef"[random() % 16]), random()});
            return offer;
          }};
}

}  // namespace chancery::hostile

#include "net/rpc/door.h"

#include "net/rpc/failure.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"

namespace chancery::rpc {
namespace {

class SessionServer final : public schema::Session::Server {
 public:
  SessionServer(const Means& means, Host& host, std::string peer)
      : means_(means), host_(host), peer_(std::move(peer)), party_(std::make_shared<sync::Party>(means.db, means.patience_ms)) {}

  kj::Promise<void> exchange(ExchangeContext context) override {
    absl::StatusOr<sync::Offer> theirs = Read(context.getParams().getOffer());
    context.releaseParams();
    if (!theirs.ok()) return Thrown(theirs.status());
    return means_.engine
        .Run([party = party_, theirs = *std::move(theirs)] {
          party->ForgetGains();
          absl::StatusOr<sync::Offer> answer = party->Answer(theirs, theirs.room);
          return std::make_pair(std::move(answer), std::make_pair(party->gains(), party->holds()));
        })
        .then([this, context](auto result) mutable -> kj::Promise<void> {
          if (!result.first.ok()) return Thrown(result.first.status());
          host_.Exchanged(peer_, result.second.first, result.second.second);
          Write(*result.first, context.getResults().initOffer());
          return kj::READY_NOW;
        });
  }

  kj::Promise<void> leave(LeaveContext context) override {
    const auto reason = context.getParams().getReason();
    host_.Refused(peer_, peer_ + " refuses: " + std::string(reason.cStr(), std::min<size_t>(reason.size(), 512)));
    return kj::READY_NOW;
  }

 private:
  const Means& means_;
  Host& host_;
  std::string peer_;
  std::shared_ptr<sync::Party> party_;
};

class DoorServer final : public schema::Door::Server {
 public:
  DoorServer(const Means& means, Host& host, PeerConfig peer) : means_(means), host_(host), peer_(std::move(peer)) {}

  kj::Promise<void> meet(MeetContext context) override {
    absl::StatusOr<sync::Hello> theirs = Read(context.getParams().getHello());
    context.releaseParams();
    if (!theirs.ok()) return Thrown(theirs.status());
    return means_.engine
        .Run([&db = means_.db, peer = peer_.name, theirs = *std::move(theirs)] {
          return std::make_pair(sync::OwnHello(db), sync::Welcome(db, peer, theirs));
        })
        .then([this, context](std::pair<absl::StatusOr<sync::Hello>, absl::Status> judged) mutable -> kj::Promise<void> {
          if (!judged.first.ok()) return Thrown(judged.first.status());
          auto results = context.getResults();
          Write(*judged.first, results.initHello());
          if (judged.second.ok()) {
            results.setSession(kj::heap<SessionServer>(means_, host_, peer_.name));
          } else {
            const std::string why(judged.second.message());
            results.setRefused(why.c_str());
            host_.Refused(peer_.name, "refused here: " + why);
          }
          return kj::READY_NOW;
        });
  }

 private:
  const Means& means_;
  Host& host_;
  PeerConfig peer_;
};

}  // namespace

schema::Door::Client DoorFor(const Means& means, Host& host, const PeerConfig& peer) {
  return kj::heap<DoorServer>(means, host, peer);
}

}  // namespace chancery::rpc

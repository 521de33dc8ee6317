#include "net/rpc/call.h"

#include <algorithm>

#include "net/rpc/failure.h"
#include "net/rpc/renewal.h"
#include "net/rpc/silence.h"
#include "net/rpc/wire.h"
#include "net/sync/hello.h"
#include "net/sync/state.h"

namespace chancery::rpc {
namespace {

constexpr kj::Duration kGreeting = 30 * kj::SECONDS;
constexpr int64_t kClockMost = int64_t{1} << 48;  // milliseconds: in the year 10889
constexpr kj::Duration kClockEvery = 10 * kj::MINUTES, kClockSure = 10 * kj::SECONDS;
constexpr kj::Duration kSwift = 1 * kj::SECONDS, kSlow = 4 * kj::SECONDS;  // of one offer and its answer

template <class T>
T OrThrow(absl::StatusOr<T> result) {
  if (!result.ok()) kj::throwFatalException(Thrown(result.status()));
  return *std::move(result);
}

[[noreturn]] void Throw(const absl::Status& status) { kj::throwFatalException(Thrown(status)); }

ExchangeView ViewOf(const std::string& peer, const sync::Party& party) {
  const sync::Gains& gains = party.gains();
  ExchangeView view;
  view.peer = peer;
  view.taken = gains.taken;
  view.sent = gains.sent;
  view.sent_bytes = gains.sent_bytes;
  view.documents = gains.documents;
  view.opened = gains.opened;
  view.waiting = gains.waiting;
  view.held = gains.held;
  view.damaged = gains.damaged;
  view.left_out = gains.left_out;
  view.halted = gains.halted;
  view.compared = gains.compared;
  view.equal = gains.equal;
  view.lacking = party.lacking_there();
  if (party.theirs() == nullptr) return view;
  for (const sync::LaneTip& lane : party.theirs()->lanes) view.there.emplace_back(sync::ShownKey(lane.key), lane.size);
  return view;
}

}  // namespace

Answered AnswerTo(const sync::Offer& theirs, size_t room, const std::string& peer, sync::Party& party) {
  const uint64_t before = party.gains().entries;
  absl::StatusOr<sync::Offer> offer = party.Answer(theirs, room);
  const bool done = offer.ok() && party.Done();
  return {std::move(offer), done, ViewOf(peer, party), party.holds(), party.gains().entries - before};
}

Call::Call(const Means& means, PeerConfig peer, std::shared_ptr<Neighbour> neighbour, kj::Own<kj::AsyncIoStream> stream)
    : means_(means),
      peer_(std::move(peer)),
      connection_(kj::mv(stream)),
      neighbour_(std::move(neighbour)),
      party_(
          std::make_shared<sync::Party>(means.db, means.patience_ms, peer_.name, neighbour_->heard(), neighbour_->kept_most())) {}

kj::Promise<kj::Own<Call>> Call::Dial(const Means& means, PeerConfig peer, std::shared_ptr<Neighbour> neighbour) {
  return means.links.Connect(peer.address).then([&means, peer, neighbour = std::move(neighbour)](tls::Link link) mutable {
    peer = OrThrow(Showing(std::move(peer), link.fingerprint));
    auto call = kj::heap<Call>(means, std::move(peer), std::move(neighbour), kj::mv(link.stream));
    auto greeted = means.timer.timeoutAfter(kGreeting, call->Greet());
    return greeted.then([call = kj::mv(call)]() mutable { return kj::mv(call); });
  });
}

kj::Promise<void> Call::Greet() {
  Database& db = means_.db;
  return means_.engine.Run([&db, name = peer_.name] { return HelloTo(db, name); })
      .then([this](absl::StatusOr<sync::Hello> own) {
        auto request = connection_.Door().meetRequest();
        Write(OrThrow(std::move(own)), request.initHello());
        return request.send();
      })
      .then([this, &db](capnp::Response<schema::Door::MeetResults> answer) {
        const std::string refused(answer.getRefused().cStr(), answer.getRefused().size());
        if (answer.hasSession()) session_ = answer.getSession();
        sync::Hello theirs = OrThrow(Read(answer.getHello()));
        noted_ = theirs.noted.empty() ? "" : sync::ShownKey(theirs.noted);
        return means_.engine
            .Run([&db, peer = peer_, theirs] {
              const absl::Status welcome = sync::Welcome(db, peer.name, theirs);
              if (welcome.ok()) Note(db, peer, theirs);
              return welcome;
            })
            .then([this, refused](absl::Status welcome) -> kj::Promise<void> {
              if (!refused.empty()) Throw(absl::FailedPreconditionError(peer_.name + " refuses: " + refused));
              auto& session = KJ_REQUIRE_NONNULL(session_, "the peer gave no session");
              if (welcome.ok()) return kj::READY_NOW;
              auto leave = session.leaveRequest();
              leave.setReason(std::string(welcome.message()).c_str());
              const absl::Status why = absl::FailedPreconditionError("refused here: " + std::string(welcome.message()));
              return leave.send().ignoreResult().then([why] { Throw(why); });
            });
      });
}

void Call::Ping() {
  pinging_ = KJ_ASSERT_NONNULL(session_).pingRequest().send().ignoreResult().eagerlyEvaluate([](kj::Exception&&) {});
}

template <class T>
kj::Promise<T> Call::WhileHeard(kj::Promise<T> answer) {
  auto silence = Silence(connection_.stream(), means_.timer, [this] { Ping(); });
  return answer.exclusiveJoin(silence.then([]() -> kj::Promise<T> { return kj::NEVER_DONE; }));
}

// By half of the way there and back. What took long says nothing.
kj::Promise<void> Call::AskClock() {
  const kj::TimePoint asked = means_.timer.now();
  KJ_IF_MAYBE (at, clock_at_) {
    if (asked - *at < kClockEvery) return kj::READY_NOW;
  }
  clock_at_ = asked;
  const int64_t start = means_.db.NowMs();
  kj::Promise<capnp::Response<schema::Session::PingResults>> answer = KJ_ASSERT_NONNULL(session_).pingRequest().send();
  return WhileHeard(kj::mv(answer)).then([this, start, asked](capnp::Response<schema::Session::PingResults> pong) {
    if (means_.timer.now() - asked > kClockSure) return;
    const int64_t theirs = std::clamp<int64_t>(pong.getClock(), 0, kClockMost);  // whatever it says
    clock_ms_ = theirs - (start + (means_.db.NowMs() - start) / 2);
  });
}

kj::Promise<ExchangeView> Call::Exchange() {
  return AskClock()
      .then([this] {
        return means_.engine.Run([party = party_, room = room_] {
          party->ForgetGains();
          return party->Begin(room);
        });
      })
      .then([this](absl::StatusOr<sync::Offer> offer) { return Send(std::move(offer)); })
      .then([this] {
        view_.clock_ms = clock_ms_;
        view_.noted = noted_;
        return view_;
      });
}

kj::Promise<void> Call::Send(absl::StatusOr<sync::Offer> made) {
  sync::Offer offer = OrThrow(std::move(made));
  offer.room = room_;
  auto request = KJ_ASSERT_NONNULL(session_).exchangeRequest();
  Write(offer, request.initOffer());
  const kj::TimePoint start = means_.timer.now();
  kj::Promise<capnp::Response<schema::Session::ExchangeResults>> answer = request.send();
  return WhileHeard(kj::mv(answer))
      .then([this, start](capnp::Response<schema::Session::ExchangeResults> answer) {
        sync::Offer theirs = OrThrow(Read(answer.getOffer()));
        Adapt(means_.timer.now() - start, sync::BytesOf(theirs) >= room_ / 2);
        neighbour_->Spend(sync::CostOf(theirs), means_.timer);
        return means_.engine.Run([party = party_, peer = peer_.name, theirs = std::move(theirs), room = room_] {
          return AnswerTo(theirs, room, peer, *party);
        });
      })
      .then([this](Answered answered) -> kj::Promise<void> {
        neighbour_->Spend({.entries = answered.entries}, means_.timer);
        view_ = std::move(answered.view);
        holds_ = answered.holds;
        if (answered.done) return kj::READY_NOW;
        return neighbour_->Allowed(means_.timer).then([this, next = std::move(answered.offer)]() mutable {
          return Send(std::move(next));
        });
      });
}

kj::Promise<std::shared_ptr<sync::Differ>> Call::Differences() {
  return WhileHeard(FindDifferences(means_.db, means_.engine, KJ_ASSERT_NONNULL(session_)));
}

// On a slow link little is lost where it breaks; on a swift one few commits carry much.
void Call::Adapt(kj::Duration took, bool full) {
  if (took > kSlow) room_ = std::max(room_ / 2, sync::kRoomMin);
  if (took < kSwift && full) room_ = std::min(room_ * 2, sync::kRoomMax);
}

}  // namespace chancery::rpc

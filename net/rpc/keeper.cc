#include "net/rpc/keeper.h"

#include <algorithm>
#include <random>

#include "net/rpc/failure.h"

namespace chancery::rpc {
namespace {

constexpr int64_t kIdleMs = 3000, kBackoffMs = 250, kBackoffMostMs = 30'000;

// Three quarters to five quarters: sites that fell together do not call together.
kj::Duration Around(std::minstd_rand& random, int64_t ms) {
  return (ms * 3 / 4 + static_cast<int64_t>(random()) % (ms / 2 + 1)) * kj::MILLISECONDS;
}

}  // namespace

Keeper::Keeper(const Means& means, PeerConfig peer, std::shared_ptr<Neighbour> neighbour, Exchanged exchanged, Event event,
               Missed missed)
    : means_(means),
      peer_(std::move(peer)),
      neighbour_(std::move(neighbour)),
      exchanged_(std::move(exchanged)),
      event_(std::move(event)),
      missed_(std::move(missed)),
      running_(kj::evalLater([this] { return Run(); }).eagerlyEvaluate([](kj::Exception&&) {})) {}

void Keeper::Wake() {
  news_ = true;
  if (waker_.get() != nullptr && waker_->isWaiting()) waker_->fulfill();
}

kj::Promise<void> Keeper::Run() {
  return Call::Dial(means_, peer_, neighbour_)
      .then([this](kj::Own<Call> call) {
        call_ = kj::mv(call);
        return Talk();
      })
      .catch_([this](kj::Exception&& why) { return Failed(why); })
      .then([this] { return Run(); });
}

kj::Promise<void> Keeper::Talk() {
  news_ = false;
  auto& call = KJ_ASSERT_NONNULL(call_);
  return call->Exchange()
      .then([this](ExchangeView view) {
        failures_ = 0;
        Tell("linked", "entries are exchanged");
        exchanged_(view, KJ_ASSERT_NONNULL(call_)->holds());
        return Rest();
      })
      .then([this] { return Talk(); });
}

kj::Promise<void> Keeper::Rest() {
  if (news_) return kj::READY_NOW;
  auto pair = kj::newPromiseAndFulfiller<void>();
  waker_ = kj::mv(pair.fulfiller);
  return pair.promise.exclusiveJoin(means_.timer.afterDelay(Around(means_.random, kIdleMs)));
}

kj::Promise<void> Keeper::Failed(const kj::Exception& why) {
  call_ = nullptr;
  const absl::Status status = Caught(why);
  missed_(status);
  Tell(absl::IsUnavailable(status) ? "lost" : "refused", std::string(status.message()));
  const int64_t wait = std::min(kBackoffMostMs, kBackoffMs << std::min(failures_, 7));
  ++failures_;
  return means_.timer.afterDelay(Around(means_.random, wait));
}

void Keeper::Tell(const std::string& id, const std::string& words) {
  if (told_ == id + words) return;
  told_ = id + words;
  event_({id, peer_.name, words});
}

}  // namespace chancery::rpc

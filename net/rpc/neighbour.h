// What all sessions with one peer share.
#pragma once

#include <memory>
#include <utility>

#include "kj/timer.h"
#include "net/sync/party.h"

namespace chancery::rpc {

class Neighbour {
 public:
  explicit Neighbour(const NetLimits& limits) : Neighbour(limits, std::make_shared<sync::Allowance>(limits.all)) {}
  // all: what all peers share. Used on the event loop's thread, but for heard, which is the engine's.
  Neighbour(const NetLimits& limits, std::shared_ptr<sync::Allowance> all)
      : limits_(limits), own_(limits.peer), all_(std::move(all)) {}

  const std::shared_ptr<sync::Heard>& heard() const { return heard_; }
  uint64_t kept_most() const { return limits_.kept; }
  void Set(const NetLimits& limits) {
    limits_ = limits;
    own_.Set(limits.peer);
  }

  void Spend(const sync::Cost& cost, kj::Timer& timer) {
    own_.Spend(cost, Ms(timer));
    all_->Spend(cost, Ms(timer));
  }
  // Once another offer of the peer may be taken.
  kj::Promise<void> Allowed(kj::Timer& timer) {
    const int64_t wait = std::max(own_.WaitMs(Ms(timer)), all_->WaitMs(Ms(timer)));
    if (wait == 0) return kj::READY_NOW;
    return timer.afterDelay(wait * kj::MILLISECONDS).then([this, &timer] { return Allowed(timer); });
  }

 private:
  static int64_t Ms(kj::Timer& timer) { return (timer.now() - kj::origin<kj::TimePoint>()) / kj::MILLISECONDS; }

  NetLimits limits_;
  sync::Allowance own_;
  std::shared_ptr<sync::Allowance> all_;
  std::shared_ptr<sync::Heard> heard_ = std::make_shared<sync::Heard>();
};

}  // namespace chancery::rpc

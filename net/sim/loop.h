// KJ's event loop in virtual time: where nothing is to be done, the clock jumps to what is next.
#pragma once

#include <cstdint>

#include "kj/async.h"
#include "kj/debug.h"
#include "kj/timer.h"

namespace chancery::sim {

// One a thread at a time. What runs on it is destroyed before it.
class Loop {
 public:
  kj::Timer& timer() { return port_.timer; }
  int64_t now_ms() const { return (port_.timer.now() - kj::origin<kj::TimePoint>()) / kj::MILLISECONDS; }  // since it began

  // Runs everything that is due until then.
  void RunUntil(int64_t ms) { port_.timer.atTime(kj::origin<kj::TimePoint>() + ms * kj::MILLISECONDS).wait(scope_); }

 private:
  struct Port final : kj::EventPort {
    kj::TimerImpl timer{kj::origin<kj::TimePoint>()};
    bool wait() override {
      timer.advanceTo(KJ_REQUIRE_NONNULL(timer.nextEvent(), "nothing can happen any more"));
      return false;
    }
    bool poll() override { return false; }
  };

  Port port_;
  kj::EventLoop loop_{port_};
  kj::WaitScope scope_{loop_};
};

}  // namespace chancery::sim

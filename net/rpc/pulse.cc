#include "net/rpc/pulse.h"

#include "absl/status/status.h"
#include "net/rpc/notify.h"

namespace chancery::rpc {
namespace {

constexpr int64_t kStalledUs = 10'000'000;  // as long the event loop never waits
constexpr int64_t kBusyUs = 600'000'000;    // as long a large commit, or a bundle for a site that joins, may take

}  // namespace

void Pulse::Turn() {
  const int64_t now = MonotonicUs();
  turned_us_ = now;
  if (answered_us_ == 0) answered_us_ = now;
  if (!asked_) {
    asked_ = true;
    asking_ = engine_.Run([] { return true; })
                  .then([this](bool) {
                    answered_us_ = MonotonicUs();
                    asked_ = false;
                  })
                  .eagerlyEvaluate(nullptr);
  }
  const auto watchdog = static_cast<int64_t>(WatchdogUs());
  if (watchdog == 0 || now - told_us_ < watchdog / 4 || !Healthy().ok()) return;
  told_us_ = now;
  Notify("WATCHDOG=1");
}

absl::Status Pulse::Healthy() const {
  const int64_t now = MonotonicUs();
  if (turned_us_ == 0 || now - turned_us_ > kStalledUs) return absl::UnavailableError("the event loop does not turn");
  if (now - answered_us_ > kBusyUs) return absl::UnavailableError("the store does not answer");
  return absl::OkStatus();
}

}  // namespace chancery::rpc

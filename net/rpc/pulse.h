// Whether this process still works: the event loop turns, and the engine's thread answers.
#pragma once

#include <atomic>

#include "absl/status/status.h"
#include "net/rpc/engine.h"

namespace chancery::rpc {

class Pulse {
 public:
  explicit Pulse(Engine& engine) : engine_(engine) {}

  void Turn();                   // by the event loop, often. Tells systemd, where it watches
  absl::Status Healthy() const;  // from any thread. Errors: Unavailable

 private:
  Engine& engine_;
  std::atomic<int64_t> turned_us_{0}, answered_us_{0};
  int64_t told_us_ = 0;
  bool asked_ = false;
  kj::Promise<void> asking_ = kj::READY_NOW;
};

}  // namespace chancery::rpc

// The one thread on which the network asks the engine for anything: the event loop never waits for the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "net/rpc/engine.h"

namespace chancery::rpc {

class EngineThread final : public Engine {
 public:
  EngineThread();
  ~EngineThread() override;  // what was asked for is done first
  EngineThread(const EngineThread&) = delete;

 private:
  kj::Promise<void> Do(absl::AnyInvocable<void()> job) override;
  void Post(absl::AnyInvocable<void()> job);
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<absl::AnyInvocable<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace chancery::rpc

// The one thread on which the network asks the engine for anything: the event loop never waits for the disk.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "kj/async.h"

namespace chancery::rpc {

class EngineThread {
 public:
  EngineThread();
  ~EngineThread();  // what was asked for is done first
  EngineThread(const EngineThread&) = delete;

  // The promise is of the calling thread. Dropping it leaves the job: what it uses must be the job's own or outlive this.
  template <class Job>
  auto Run(Job job) -> kj::Promise<decltype(job())> {
    auto pair = kj::newPromiseAndCrossThreadFulfiller<decltype(job())>();
    Post([job = std::move(job), fulfiller = kj::mv(pair.fulfiller)]() mutable { fulfiller->fulfill(job()); });
    return kj::mv(pair.promise);
  }

 private:
  void Post(absl::AnyInvocable<void()> job);
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<absl::AnyInvocable<void()>> jobs_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace chancery::rpc

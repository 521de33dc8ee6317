#include "net/rpc/engine_thread.h"

#include <utility>

namespace chancery::rpc {

EngineThread::EngineThread() : thread_([this] { Loop(); }) {}

EngineThread::~EngineThread() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

kj::Promise<void> EngineThread::Do(absl::AnyInvocable<void()> job) {
  auto pair = kj::newPromiseAndCrossThreadFulfiller<void>();
  Post([job = std::move(job), fulfiller = kj::mv(pair.fulfiller)]() mutable {
    job();
    fulfiller->fulfill();
  });
  return kj::mv(pair.promise);
}

void EngineThread::Post(absl::AnyInvocable<void()> job) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void EngineThread::Loop() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    absl::AnyInvocable<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    job = nullptr;  // with what it holds, outside the lock
    lock.lock();
  }
}

}  // namespace chancery::rpc

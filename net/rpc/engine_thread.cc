#include "net/rpc/engine_thread.h"

#include <utility>

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace chancery::rpc {
namespace {

// KJ hands what another thread has done over under a lock of its own. ThreadSanitizer does not see into Debian's KJ: it is told.
#if defined(__SANITIZE_THREAD__)
void Gives(void* what) { __tsan_release(what); }
kj::Promise<void> Takes(void* what, kj::Promise<void> done) {
  return done.then([what] { __tsan_acquire(what); });
}
#else
void Gives(void*) {}
kj::Promise<void> Takes(void*, kj::Promise<void> done) { return done; }
#endif

}  // namespace

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
  Post([job = std::move(job), fulfiller = kj::mv(pair.fulfiller), this]() mutable {
    job();
    Gives(this);
    fulfiller->fulfill();
  });
  return Takes(this, kj::mv(pair.promise));
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

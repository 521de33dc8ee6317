#include "engine/pipeline/commit.h"

#include <thread>

#include "engine/base/limits.h"

namespace chancery {

std::vector<CommitQueue::Request*> CommitQueue::NextGroup() {
  std::vector<Request*> group;
  size_t drafts = 0;
  while (!queue_.empty()) {
    Request* next = queue_.front();
    if (!group.empty() && (next->alone || drafts + next->drafts > limits::kGroupDrafts)) break;
    queue_.pop_front();
    group.push_back(next);
    drafts += next->drafts;
    if (next->alone) break;
  }
  return group;
}

// Those who were served a moment ago are about to file again: a sync later they would be a group of their own, and half as many
// share each.
void CommitQueue::Gather(std::unique_lock<std::mutex>& lock) {
  for (size_t before = 0; before < queue_.size() && queue_.size() < served_last_;) {
    before = queue_.size();
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
}

bool CommitQueue::busy() {
  const std::lock_guard<std::mutex> guard(mutex_);
  return leading_ || !queue_.empty();
}

void CommitQueue::Submit(Request& request, const RunGroup& run) {
  std::unique_lock<std::mutex> lock(mutex_);
  queue_.push_back(&request);
  while (!request.done) {
    if (leading_) {
      served_.wait(lock);
      continue;
    }
    leading_ = true;
    Gather(lock);
    const std::vector<Request*> group = NextGroup();
    lock.unlock();
    run(group);
    lock.lock();
    for (Request* served : group) served->done = true;
    served_last_ = group.size() + queue_.size();
    leading_ = false;
    served_.notify_all();
  }
}

}  // namespace chancery

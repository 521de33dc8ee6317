#include "engine/pipeline/commit.h"

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

void CommitQueue::Submit(Request& request, const RunGroup& run) {
  std::unique_lock<std::mutex> lock(mutex_);
  queue_.push_back(&request);
  while (!request.done) {
    if (leading_) {
      served_.wait(lock);
      continue;
    }
    leading_ = true;
    const std::vector<Request*> group = NextGroup();
    lock.unlock();
    run(group);
    lock.lock();
    for (Request* served : group) served->done = true;
    leading_ = false;
    served_.notify_all();
  }
}

}  // namespace chancery

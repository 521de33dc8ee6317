// Group commit: the filer that finds no leader leads. It drains the queue into one transaction, commits once, wakes the rest; the
// next group forms while it syncs. No thread is started.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "absl/status/status.h"

namespace chancery {

class CommitQueue {
 public:
  struct Request {
    bool alone = false;  // wants a transaction to itself: one that fails half-way takes nobody with it
    size_t drafts = 1;
    absl::Status status;  // of the group's transaction
    bool done = false;
  };

  // `run` serves a group in one transaction and sets every request's status. One at a time, on the leader's thread.
  using RunGroup = std::function<void(const std::vector<Request*>&)>;

  // Returns when a leader (perhaps this thread) has served the request.
  void Submit(Request& request, const RunGroup& run);

  // Somebody is served or waits: whoever has much to do does it in small parts.
  bool busy();

 private:
  std::vector<Request*> NextGroup();
  void Gather(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable served_;
  std::deque<Request*> queue_;
  bool leading_ = false;
  size_t served_last_ = 0;  // with those who waited meanwhile: so many may file at once
};

}  // namespace chancery

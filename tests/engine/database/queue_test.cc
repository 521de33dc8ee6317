#include <gtest/gtest.h>

#include "engine/pipeline/commit.h"

namespace chancery {
namespace {

TEST(Queue, IsBusyWhileSomebodyIsServed) {
  CommitQueue queue;
  CommitQueue::Request request;
  bool busy = false;
  EXPECT_FALSE(queue.busy());
  queue.Submit(request, [&](const std::vector<CommitQueue::Request*>&) { busy = queue.busy(); });
  EXPECT_TRUE(busy);
  EXPECT_FALSE(queue.busy());
}

}  // namespace
}  // namespace chancery

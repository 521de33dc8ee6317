#include "net/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "net/cli/command.h"

namespace chancery::cli {
namespace {

std::atomic<int> finishing = 0;  // how many FinishCommits live: in `serve` each on a thread of its own
std::atomic<int> raised = 0;

void OnSignal(int) {
  if (finishing == 0 || raised != 0) _exit(kInterrupted);
  raised = 1;
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = OnSignal;  // no SA_RESTART: a read from a terminal or pipe ends
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

FinishCommit::FinishCommit() { ++finishing; }
FinishCommit::~FinishCommit() { --finishing; }
bool FinishCommit::interrupted() const { return raised != 0; }

}  // namespace chancery::cli

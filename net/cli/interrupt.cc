#include "net/cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "net/cli/command.h"

namespace chancery::cli {
namespace {

volatile sig_atomic_t finishing = 0;  // a FinishCommit lives
volatile sig_atomic_t raised = 0;

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

FinishCommit::FinishCommit() { finishing = 1; }
FinishCommit::~FinishCommit() { finishing = 0; }
bool FinishCommit::interrupted() const { return raised != 0; }

}  // namespace chancery::cli

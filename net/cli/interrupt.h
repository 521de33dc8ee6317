// SIGINT: a verb that files many entries finishes the commit that is running and says how far it got; any other one ends at once,
// which a store survives as it survives a crash.
#pragma once

namespace chancery::cli {

void CatchInterrupts();

// While one lives, the first SIGINT or SIGTERM only raises the flag; the second ends the process.
class FinishCommit {
 public:
  FinishCommit();
  ~FinishCommit();
  FinishCommit(const FinishCommit&) = delete;
  FinishCommit& operator=(const FinishCommit&) = delete;
  bool interrupted() const;
};

}  // namespace chancery::cli

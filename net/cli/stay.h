// Verbs that stay: until they are interrupted, whoever called them is gone, or whoever serves the store ends.
#pragma once

#include <optional>

#include "net/cli/command.h"
#include "net/cli/interrupt.h"

namespace chancery::cli {

class Stay {
 public:
  explicit Stay(const Command& command);

  bool Wait(int ms);  // false: the verb is to end
  bool interrupted() const { return finish_ && finish_->interrupted(); }
  int code() const { return code_; }  // with which then: kInterrupted; kFailed where whoever served the store ends

 private:
  const Command& command_;
  std::optional<FinishCommit> finish_;  // signals are this process's own
  int code_ = kInterrupted;
};

}  // namespace chancery::cli

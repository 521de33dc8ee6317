// A client of several sites' stores. One after the other is asked until one answers that has all that the client has seen; what
// that one says is shown, and nothing of the others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/cli/ask.h"
#include "net/cli/command.h"
#include "net/cli/session_file.h"

namespace chancery::cli {

class Client {
 public:
  // The stores are those of the command: the one that it names, then the others in order of health.
  Client(const Command& command, SessionFile session);

  // `words` at the first store that answers, with `input`; returns the exit code. id: of the entry that is filed; "" = none is.
  int Do(const std::vector<std::string>& words, std::string_view input, Manner manner, const std::string& id = {});

 private:
  bool Next(size_t at);  // whether there is a store to ask at that place
  void Rank();
  bool Ends(const std::string& store, const Answer& answer, Manner manner) const;
  int Show(const Answer& answer, bool doubtful, const std::string& id);
  int Say(const Answer& answer) const;
  int NoneAnswered(const std::vector<Answer>& answers, const std::string& id) const;
  int NotKnown(const std::string& whom, const std::string& id) const;

  const Command& command_;
  SessionFile session_;
  std::vector<std::string> order_;   // that were asked, or are to be asked next
  std::vector<std::string> absent_;  // why those are not in it that do not answer
  bool ranked_ = false;              // all others are in one of the two
};

// Runs the verb that was parsed so.
int RunThroughClient(Command& command);

}  // namespace chancery::cli

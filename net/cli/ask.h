// A verb at one store, and what it says: by whoever serves the store, or by this process where nobody does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/cli/command.h"

namespace chancery::cli {

struct Answer {
  int code = kFailed;
  std::string out, err;
  Session seen;         // what has been asked with; raised where the verb ran
  bool ran = false;     // there, and with all that the session names
  bool silent = false;  // no answer came: it may have run
  bool hangs = false;   // and whoever serves the store is still there
};

struct Question {
  std::vector<std::string> words;  // behind `chancery`
  std::string_view input;
  Session seen;
};

// Where whoever serves the store says nothing, he is asked whether he is there: a verb may take its time. Blocks as long as he
// is, and else for at most five seconds.
Answer Ask(const std::string& store, const Question& question);

// How a store is, for choosing among several.
struct Health {
  bool answers = false;
  bool files = false;  // its site may file
  bool stalled = false, isolated = false;
  Answer said;  // to the question for it; where it answers, `seen` is what the store holds
};
Health HealthOf(const std::string& store);

}  // namespace chancery::cli

// rehearse: a partition drill in one process, in virtual time.
#include <iostream>
#include <sstream>

#include "net/cli/command.h"
#include "net/drill/drill.h"

namespace chancery::cli {
namespace {

struct RehearseOptions {
  std::string path;
};

int RunDrill(const Command& command, const RehearseOptions& options) {
  std::ostringstream why;
  const int code = Rehearse(options.path, std::cout, why, {.json = command.json(), .quiet = command.quiet()});
  std::string message = why.str();
  message.erase(message.find_last_not_of('\n') + 1);
  return message.empty() ? code
                         : command.Fail(code, message, "chancery rehearse --help; the language is in docs/reference/drill.md");
}

}  // namespace

void AddRehearse(Verb app, Command& command) {
  const Verb verb = app.Sub("rehearse", "Run a drill: sites, cuts and clashes in one process");
  verb.Option("FILE", Bind(verb, command, RunDrill).path, "The drill (docs/reference/drill.md)").Required();
}

}  // namespace chancery::cli

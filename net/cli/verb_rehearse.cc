// rehearse: a partition drill in one process, in virtual time.
#include <iostream>

#include "net/cli/command.h"
#include "net/drill/drill.h"

namespace chancery::cli {
namespace {

struct RehearseOptions {
  std::string path;
};

int RunDrill(const Command& command, const RehearseOptions& options) {
  return Rehearse(options.path, std::cout, std::cerr, {.json = command.json(), .quiet = command.quiet()});
}

}  // namespace

void AddRehearse(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("rehearse", "Run a drill: sites, cuts and clashes in one process");
  verb->add_option("FILE", Bind(verb, command, RunDrill).path, "The drill (docs/reference/drill.md)")->required()->type_name("");
}

}  // namespace chancery::cli

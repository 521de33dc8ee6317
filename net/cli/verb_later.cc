// The verbs of the contract that this version does not have. They are known, so that a script learns it from exit 2 and words.
#include "net/cli/command.h"

namespace chancery::cli {

void AddLater(CLI::App& app, Command& command) {
  static constexpr std::pair<const char*, const char*> kVerbs[] = {
      {"sim", "Seeded random drills"},
  };
  for (const auto& [name, does] : kVerbs) AddNotYet(app, command, name, does);
}

}  // namespace chancery::cli

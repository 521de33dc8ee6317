// The verbs of `site` that are about links.
#pragma once

#include "net/cli/command.h"

namespace chancery::cli {

void AddCuts(Verb site, Command& command);

}  // namespace chancery::cli

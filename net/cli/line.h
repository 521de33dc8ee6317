// One command line, whoever wrote it.
#pragma once

#include <string>
#include <vector>

#include "net/cli/command.h"

namespace chancery::cli {

// Parses the words behind `chancery`, runs their verb; returns the exit code.
int RunLine(Command& command, const std::vector<std::string>& words);

}  // namespace chancery::cli

// Commands in the pages of docs: what a page shows, and whether a shell says the same.
//
// A ```console block holds commands ("$ …", going on after a backslash at the end of the line, or up to END after <<'END') and,
// under each, what it prints. In what is printed "…" and "<words>" stand for any text on a line; a line that is only "…" for any
// number of lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace chancery {

struct ConsoleCommand {
  int line = 0;                     // of the page
  std::string text;                 // without "$ ", all its lines
  std::vector<std::string> output;  // as shown
};

std::vector<ConsoleCommand> ReadConsole(std::string_view markdown);

// "" where `printed` is what `shown` says; else the first line that differs, in words.
std::string Difference(const std::vector<std::string>& shown, const std::vector<std::string>& printed);

struct CommandResult {
  int exit_code = 0;
  std::vector<std::string> lines;  // stdout and stderr, trailing blanks and empty last lines left out
};

// Runs the commands of one page in one bash, in the directory, in order. path: directories before $PATH.
std::vector<CommandResult> RunConsole(const std::vector<ConsoleCommand>& commands, const std::string& directory,
                                      const std::string& path);

}  // namespace chancery

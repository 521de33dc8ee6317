#include "tests/repo/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

namespace chancery {
namespace {

constexpr std::string_view kMark = "@@end-of-command ";  // printed after each, with its exit code

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) {
    line.erase(line.find_last_not_of(" \t\r") + 1);
    lines.push_back(line);
  }
  return lines;
}

void DropEmptyEnd(std::vector<std::string>& lines) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
}

bool Continues(const std::string& line, std::string_view text) {
  if (!line.empty() && line.back() == '\\') return true;
  return text.find("<<'END'") != std::string_view::npos && line != "END";
}

// Length of the wildcard that begins at `at`, 0 where there is none.
size_t Wildcard(std::string_view pattern, size_t at) {
  constexpr std::string_view kDots = "…";
  if (pattern.substr(at, kDots.size()) == kDots) return kDots.size();
  if (pattern[at] != '<') return 0;
  const size_t close = pattern.find('>', at);
  return close == std::string_view::npos ? 0 : close + 1 - at;
}

bool Matches(std::string_view pattern, std::string_view text) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (const size_t wild = Wildcard(pattern, i); wild > 0) {
      for (size_t skip = 0; skip <= text.size() - i; ++skip) {
        if (Matches(pattern.substr(i + wild), text.substr(i + skip))) return true;
      }
      return false;
    }
    if (i >= text.size() || pattern[i] != text[i]) return false;
  }
  return pattern.size() == text.size();
}

std::string ShellQuoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// $? is what the page's reader would see: the mark between two commands does not change it.
std::string Script(const std::vector<ConsoleCommand>& commands) {
  std::string script = "trap 'kill $(jobs -p) 2> /dev/null' EXIT; last=0\n";  // what the page leaves running ends with it
  for (const ConsoleCommand& command : commands) {
    script += "(exit $last)\n" + command.text + "\nlast=$?; printf '\\n" + std::string(kMark) + "%d\\n' $last\n";
  }
  return script;
}

// In front of a command: with a loopback of its own, so that no page meets the ports of another; nothing where that may not be.
constexpr const char* kOwnNetwork =
    "own=; unshare -rn ip link set lo up 2> /dev/null && own='unshare -rn'; $own sh -c 'ip link set lo up 2> /dev/null; exec "
    "\"$@\"' - ";

std::string Printed(const std::string& shell_line) {
  FILE* pipe = popen(shell_line.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string out;
  char buffer[4096];
  for (size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
  pclose(pipe);
  return out;
}

}  // namespace

std::vector<ConsoleCommand> ReadConsole(std::string_view markdown) {
  std::vector<ConsoleCommand> commands;
  bool inside = false, continues = false;
  int number = 0;
  for (const std::string& line : Lines(markdown)) {
    ++number;
    if (!inside || line == "```") {
      inside = !inside && line == "```console";
      if (!inside && !commands.empty()) DropEmptyEnd(commands.back().output);
      continues = false;
    } else if (continues) {
      commands.back().text += "\n" + line;
      continues = Continues(line, commands.back().text);
    } else if (line.rfind("$ ", 0) == 0) {
      if (!commands.empty()) DropEmptyEnd(commands.back().output);
      commands.push_back({number, line.substr(2), {}});
      continues = Continues(line, commands.back().text);
    } else if (!commands.empty()) {
      commands.back().output.push_back(line);
    }
  }
  return commands;
}

std::string Difference(const std::vector<std::string>& shown, const std::vector<std::string>& printed) {
  size_t at = 0;
  for (size_t i = 0; i < shown.size(); ++i) {
    if (shown[i] == "…") {
      if (i + 1 == shown.size()) return "";
      while (at < printed.size() && !Matches(shown[i + 1], printed[at])) ++at;
    } else if (at == printed.size() || !Matches(shown[i], printed[at++])) {
      return "the page shows \"" + shown[i] + "\", printed is " +
             (at == 0 || at > printed.size() ? "nothing" : "\"" + printed[at - 1] + "\"");
    }
  }
  return at == printed.size() ? "" : "printed, and not on the page: \"" + printed[at] + "\"";
}

std::vector<CommandResult> RunConsole(const std::vector<ConsoleCommand>& commands, const std::string& directory,
                                      const std::string& path) {
  const std::string script = directory + "/.script";
  std::ofstream(script) << Script(commands);
  const std::string out =
      Printed("cd " + ShellQuoted(directory) + " && " + kOwnNetwork + "env -u CHANCERY_STORE HOME=" + ShellQuoted(directory) +
              " LC_ALL=C.UTF-8 TZ=UTC NO_COLOR=1 PATH=" + ShellQuoted(path) + ":\"$PATH\" bash .script 2>&1 </dev/null");
  std::vector<CommandResult> results(1);
  for (const std::string& line : Lines(out)) {
    if (line.rfind(kMark, 0) != 0) {
      results.back().lines.push_back(line);
      continue;
    }
    results.back().exit_code = std::stoi(line.substr(kMark.size()));
    DropEmptyEnd(results.back().lines);
    results.emplace_back();
  }
  results.pop_back();
  return results;
}

}  // namespace chancery

// What was filed, as a list and as a feed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {

inline constexpr size_t kLogShown = 20;  // entries of a screen; --json and --last show as many as are asked for

struct LogOptions {
  std::string address, since;
  std::optional<size_t> last;
  bool follow = false;
};

std::string EntryLines(const EntryView& entry, bool verbose);
std::string LogScreen(const Command& command, const LogOptions& options, const std::vector<EntryView>& entries, bool more);

// The entries behind a position, each with its own; with --follow those that come later too, whoever filed them, until SIGINT.
// Between two looks the store is free for others: its pulse says when to look again.
int Follow(const Command& command, const LogOptions& options);

}  // namespace chancery::cli

// A site's card as a file: what a member needs in order to admit it.
#pragma once

#include <string>

#include "net/cli/command.h"

namespace chancery::cli {

// Writes NAME.site beside the store; gives its path back.
absl::StatusOr<std::string> WriteCardFile(const Command& command, const Database& db);

// Whether the registry has, as known here, another site that could admit this one.
bool HasOtherMember(const Snapshot& now);

// What to do with the card, as commands to copy. `card`: its path.
std::vector<std::string> ToBeAdmitted(const Command& command, const std::string& card, const std::string& frontier);

// Words for a site that no other one can admit.
inline constexpr const char* kNoMember =
    "This registry has no other site that could admit it. It can be read and\nexported, and files nothing more: "
    "docs/how-to/lost-disk.md.\n";

}  // namespace chancery::cli

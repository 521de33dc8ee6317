// A case in one file for whoever has no store: what it is about, every entry that it names, and the receipt of each.
#pragma once

#include <string>
#include <string_view>

#include "net/cli/command.h"

namespace chancery::cli {

// JSON, one object a line: what the file is, the case, its entries in canonical order, a proof of each. Errors: NotFound (no such
// case), DataLoss.
absl::StatusOr<std::string> CaseFileOf(const Database& db, const Snapshot& now, std::string_view rule, std::string_view subject);

bool IsCaseFile(std::string_view text);

// Judges every proof in it by the registry's id, and that each entry of the case has one. trusted: 64 digits.
int VerifyCaseFile(const Command& command, const std::string& file, std::string_view text, const std::string& trusted);

}  // namespace chancery::cli

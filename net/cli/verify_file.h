// verify FILE, verify A B: receipts, judged without a store.
#pragma once

#include <string>
#include <vector>

#include "net/cli/command.h"

namespace chancery::cli {

// files: one or two. policy: "" = the first file's name with .policy behind.
int VerifyFiles(const Command& command, const std::vector<std::string>& files, const std::string& policy,
                const std::string& growth);

}  // namespace chancery::cli

// verify FILE, verify A B: receipts, judged without a store.
#pragma once

#include <string>
#include <vector>

#include "net/cli/command.h"

namespace chancery::cli {

// Receipts, one or two, and by what to judge them.
struct ReceiptFiles {
  std::vector<std::string> files;
  std::string policy;               // "" = the first file's name with .policy behind
  std::string registry;             // an id, or a file that tells it: then no policy is asked
  std::vector<std::string> chains;  // of each file; one that is missing has the file's name with .chain behind
  std::string growth;
};
int VerifyFiles(const Command& command, const ReceiptFiles& given);

}  // namespace chancery::cli

// What `file --ack` waits for.
#pragma once

#include <string>

#include "net/cli/command.h"

namespace chancery::cli {

struct Ack {
  int witnesses = 0;  // peers that must hold the entry; 0 = local
  int64_t wait_ms = 30'000;
};

// "local", "witnessed=K". Errors: InvalidArgument, Unimplemented (settled).
absl::StatusOr<int> ParseAck(const std::string& text);

// Whether there are so many peers to hold anything; else kDone is not what it returns.
int CheckAck(const Command& command, const Database& db, const Ack& ack);

// Waits until as many peers hold the entry, and notes in the receipt how many do. False: they do not, within the time.
absl::StatusOr<bool> AwaitAck(const Command& command, Database& db, const Ack& ack, Receipt* receipt,
                              std::vector<std::string>* holders);

}  // namespace chancery::cli

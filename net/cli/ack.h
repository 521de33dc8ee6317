// What `file --ack` waits for.
#pragma once

#include <string>

#include "net/cli/command.h"

namespace chancery::cli {

struct Ack {
  int witnesses = 0;     // peers that must hold the entry; 0 = local
  bool settled = false;  // its place must be final
  int64_t wait_ms = 30'000;
  bool local() const { return witnesses == 0 && !settled; }
};

// "local", "witnessed=K", or "witnessed K" as packs write it, "settled". Errors: InvalidArgument.
absl::StatusOr<Ack> ParseAck(const std::string& text);
// What the packs in force ask for: the strongest of them.
absl::StatusOr<Ack> PackAck(const Database& db);

// Whether there are so many peers to hold anything; else kDone is not what it returns.
int CheckAck(const Command& command, const Database& db, const Ack& ack);

// Waits until it is so, and notes in the receipt how far it has come. False: it is not, within the time.
absl::StatusOr<bool> AwaitAck(const Command& command, Database& db, const Ack& ack, Receipt* receipt,
                              std::vector<std::string>* holders);
// What is missing then, in words.
std::string Missing(const Database& db, const Ack& ack, const Receipt& receipt, size_t holders);

}  // namespace chancery::cli

// What verbs know of peers: from whoever serves the store, or as it was written down last.
#pragma once

#include "net/cli/command.h"
#include "net/health/alarm.h"

namespace chancery::cli {

absl::StatusOr<health::Standing> StandingOf(const Command& command, const Database& db);

// Calls every peer once, where nobody serves the store; what was heard is written down. Errors of single peers are in the book.
absl::Status CallPeers(Database& db, PeerBook& book);

// Waits until `enough` holds of how this site stands, at most for so long: by calling peers, or, where the store is served, until
// they have been heard. False: it does not hold, or whoever serves the store ends.
absl::StatusOr<bool> AwaitPeers(const Command& command, Database& db, int64_t most_ms,
                                const std::function<bool(const PeerBook&)>& enough);

// What the peer held when it was heard last, for Snapshot::ExportBundle. Errors: NotFound (no such peer, or never heard).
absl::StatusOr<std::string> FrontierOfPeer(const Command& command, const Database& db, const std::string& name);

// The codes of the network, which are not those of a store.
int FailPeer(const Command& command, const Database& db, const std::string& peer, const absl::Status& status);

int64_t NowMs();

}  // namespace chancery::cli

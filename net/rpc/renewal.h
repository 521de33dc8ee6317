// What two sites say to each other of their link keys when they greet: how a key is renewed while nobody has to be told by hand.
#pragma once

#include <string>

#include "chancery/net.h"
#include "net/sync/hello.h"

namespace chancery::rpc {

// All on the engine's thread: they read and write files of the store.

// As OwnHello, with this site's next key and the one of `peer` that is on the list. Errors: as OwnHello.
absl::StatusOr<sync::Hello> HelloTo(const Database& db, const std::string& peer);

// What a peer that is welcome has said in its greeting, and the key that it has shown. Where its site vouches for a next key,
// that is noted in chancery.toml beside the present one; once it shows it, the old one is taken off. Whoever has stolen the link
// key alone can announce nothing.
void Note(const Database& db, const PeerConfig& peer, const sync::Hello& theirs);

// Its key, or the next one: the configuration as of one that has shown `fingerprint`. Errors: PermissionDenied (another key).
absl::StatusOr<PeerConfig> Showing(PeerConfig peer, const std::string& fingerprint);

}  // namespace chancery::rpc

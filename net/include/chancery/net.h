// PUBLIC. Sites that exchange entries over a network: TLS 1.3, keys pinned on both sides (docs/reference/sync.md).
//
//   ASSIGN_OR_RETURN(NetConfig config, ReadNetConfig(db->dir()));
//   ASSIGN_OR_RETURN(ExchangeView met, SyncOnce(*db, config, "luxembourg"));
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery {

struct PeerConfig {
  std::string name;     // the site's name
  std::string address;  // HOST:PORT
  std::string key;      // fingerprint of its link key: 8 groups of 4 hexadecimal digits
  bool operator==(const PeerConfig&) const = default;
};

// The store's chancery.toml.
struct NetConfig {
  std::string listen = "127.0.0.1:7420";
  std::vector<PeerConfig> peers;  // ascending by name
  bool operator==(const NetConfig&) const = default;
};

// Of a store without such a file: the defaults. Errors: InvalidArgument, with file, line and column (not TOML, an unknown key, a
// value that cannot be).
absl::StatusOr<NetConfig> ReadNetConfig(const std::string& dir);
absl::StatusOr<NetConfig> ParseNetConfig(std::string_view toml, std::string_view origin);
// The file is changed where the peer stands and nowhere else. What was added is as it stands there. Errors: as ReadNetConfig;
// AlreadyExists, NotFound.
absl::StatusOr<PeerConfig> AddPeer(const std::string& dir, const PeerConfig& peer);
absl::Status RemovePeer(const std::string& dir, const std::string& name);

// The key that this site shows on the network: made when it is first asked for, kept in the store's link.key. As people read it.
// Errors: NotFound (no store); FailedPrecondition (others can read the file), DataLoss (it holds no such key).
absl::StatusOr<std::string> LinkFingerprint(const std::string& dir);

// What one exchange brought.
struct ExchangeView {
  std::string peer;
  uint64_t taken = 0;                    // new entries that came in
  uint64_t sent = 0, sent_bytes = 0;     // runs that went out
  uint64_t opened = 0;                   // cases that were not open before
  uint64_t waiting = 0, held = 0;        // entries kept here that are not merged yet, all in all
  uint64_t damaged = 0, left_out = 0;    // runs of the peer that do not hold; entries there was no room for
  std::vector<std::string> halted;       // lanes of which two versions exist
  bool compared = false, equal = false;  // both hold the same entries; and make the same records and cases of them
};

// One exchange, both ways, until neither has what the other lacks. Blocks. Errors: NotFound (no such peer), Unavailable (it
// cannot be reached, or the link broke: what came until then stays), PermissionDenied (its key, or ours, is not the one that is
// known), FailedPrecondition (another registry, protocol or site; not admitted, ended), DataLoss (what it sent does not hold).
absl::StatusOr<ExchangeView> SyncOnce(Database& db, const NetConfig& config, const std::string& peer);

struct NetEvent {
  std::string id;  // linked, lost, refused, taken, unequal, damaged, config
  std::string peer, words;
};

struct ServeOptions {
  std::string listen;                                    // "" = as chancery.toml says
  std::function<void(const std::string&)> on_listening;  // the address, with the port that was given
  std::function<void(const NetEvent&)> on_event;
  std::function<uint64_t()> filings;  // grows with what is filed here: asked often, to hand it on at once
};

// Takes part until SIGTERM or SIGINT: lets known peers in, keeps in touch with each, reads chancery.toml again when it changes.
// Call it before this process has other threads. Errors: Unavailable (the address cannot be listened on), InvalidArgument (the
// configuration).
absl::Status Serve(Database& db, const ServeOptions& options);

}  // namespace chancery

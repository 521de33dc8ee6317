// PUBLIC. Sites that exchange entries over a network: TLS 1.3, keys pinned on both sides (docs/reference/sync.md).
//
//   ASSIGN_OR_RETURN(NetConfig config, ReadNetConfig(db->dir()));
//   ASSIGN_OR_RETURN(ExchangeView met, SyncOnce(*db, config, "luxembourg"));
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery {

struct PeerConfig {
  std::string name;       // the site's name
  std::string address;    // HOST:PORT
  std::string key;        // fingerprint of its link key: 8 groups of 4 hexadecimal digits
  std::string next = {};  // of the one that it has said it will show; "" = none. Both are let in until it shows it
  bool operator==(const PeerConfig&) const = default;
};

// What may be taken a second, on average: bytes of offers, entries, and signatures that are checked.
struct NetRates {
  uint64_t bytes, entries, checks;  // at least 1
  bool operator==(const NetRates&) const = default;
};

// A peer that offers more waits; nothing is lost by it.
struct NetLimits {
  NetRates peer = {32 << 20, 100'000, 5'000};  // of one peer
  NetRates all = {64 << 20, 200'000, 10'000};  // of all together
  uint64_t kept = 100'000;                     // entries of one peer that are kept and not merged: they wait, or are held
  bool operator==(const NetLimits&) const = default;
};

// The store's chancery.toml.
struct NetConfig {
  std::string listen = "127.0.0.1:7420";
  std::string metrics;            // HOST:PORT on this machine alone: figures for monitoring; "" = none
  std::vector<PeerConfig> peers;  // ascending by name
  NetLimits limits;
  bool operator==(const NetConfig&) const = default;
};

bool IsAddress(const std::string& address);  // HOST:PORT

// Of a store without such a file: the defaults. Errors: InvalidArgument, with file, line and column (not TOML, an unknown key, a
// value that cannot be).
absl::StatusOr<NetConfig> ReadNetConfig(const std::string& dir);
absl::StatusOr<NetConfig> ParseNetConfig(std::string_view toml, std::string_view origin);
// One setting as it is in force: "serve.listen", its value, and the line that it stands on; 0 = nobody set it.
struct ConfigValue {
  std::string key, value;
  int line = 0;
};
// All of them, ascending by line, behind those that nobody set. Errors: as ReadNetConfig.
absl::StatusOr<std::vector<ConfigValue>> ReadConfigValues(const std::string& dir);
absl::StatusOr<PeerConfig> FindPeer(const NetConfig& config, const std::string& name);  // Errors: NotFound
// The file is changed where the peer stands and nowhere else. What was added is as it stands there. Errors: as ReadNetConfig;
// AlreadyExists, NotFound.
absl::StatusOr<PeerConfig> AddPeer(const std::string& dir, const PeerConfig& peer);
absl::Status RemovePeer(const std::string& dir, const std::string& name);
// Its key and next key, where they stand. Errors: as ReadNetConfig; NotFound, InvalidArgument (another peer has one of them),
// FailedPrecondition (the file is written in a way that a program cannot change).
absl::Status SetPeerKeys(const std::string& dir, const PeerConfig& peer);

// The key that this site shows on the network: made when it is first asked for, kept in the store's link.key. As people read it.
// Errors: NotFound (no store); FailedPrecondition (others can read the file), DataLoss (it holds no such key).
absl::StatusOr<std::string> LinkFingerprint(const std::string& dir);

// Renewal: the next key lies beside the present one, in link.next, and is told to the peers in every greeting, vouched for with
// the key that this site signs its entries with. Once all peers have noted it, whoever serves the store switches.
absl::StatusOr<std::string> MakeNextLinkKey(const std::string& dir);  // its fingerprint; of the one that is there, where one is
absl::StatusOr<std::string> NextFingerprint(const std::string& dir);  // "" = there is none. Errors: as LinkFingerprint
// From now on it is the key; the old one is gone. Errors: NotFound (there is no next one), Unknown.
absl::Status SwitchLinkKey(const std::string& dir);

// A planned cut: while it lasts nobody is called and nobody let in.
bool IsIsolated(const std::string& dir);
absl::Status SetIsolated(const std::string& dir, bool isolated);  // Errors: Unknown (cannot be written)

// What one exchange brought.
struct ExchangeView {
  std::string peer;
  uint64_t taken = 0;                    // new entries that came in
  uint64_t sent = 0, sent_bytes = 0;     // runs that went out, and bytes of documents
  uint64_t documents = 0;                // that came in
  uint64_t opened = 0;                   // cases that were not open before
  uint64_t waiting = 0, held = 0;        // entries kept here that are not merged yet, all in all
  uint64_t damaged = 0, left_out = 0;    // runs and documents of the peer that do not hold; entries there was no room for
  std::vector<std::string> halted;       // lanes of which two versions exist
  bool compared = false, equal = false;  // both hold the same entries; and make the same records and cases of them
  std::vector<std::string> differing;    // of SyncOnce: which are not the same, by name, at most 20
  bool more_differing = false;           // perhaps
  // What the peer held when it answered last, durable there: lanes by the fingerprint of their key (SiteView::key), and entries.
  std::vector<std::pair<std::string, uint64_t>> there;
  uint64_t lacking = 0;                  // documents that it lacks, as far as it has said
  std::string noted = {};                // this site's key that the peer has on its list, the next one where it has noted that
  std::optional<int64_t> clock_ms = {};  // how far its clock is ahead of this one's, where it was asked
};

// What is known of a peer, as seen from here.
struct PeerView {
  std::string name;
  bool linked = false;       // it was heard just now, and nobody refuses
  int64_t heard_ms = 0;      // when an exchange with it last went well, UTC; 0 = never
  std::string refused = {};  // why one of the two does not let the other in; "" = it was let in when last tried
  int64_t refused_ms = 0;    // since when
  bool unequal = false;      // it makes other records or cases of the same entries
  uint64_t lacking = 0;      // documents, as in ExchangeView
  std::string noted = {};    // likewise
  int64_t clock_ms = 0;      // how far its clock is ahead of this one's, when it was asked last
  std::vector<std::pair<std::string, uint64_t>> holds = {};                        // as ExchangeView::there, ascending
  uint64_t exchanges = 0, failures = 0, taken = 0, documents = 0, sent_bytes = 0;  // since this process began
  bool lost = false;                                                               // the last call failed, or a link broke
};

// All that the peer held when it was heard last, for Snapshot::ExportBundle; "0" where it never was.
absl::StatusOr<std::string> HeldBy(const PeerView& peer, const Snapshot& now);

// What is known of the peers of a store. It is kept in the store's directory (`heard`), so that what was heard while it was
// served is known when it is not. May be used from any thread.
class PeerBook {
 public:
  explicit PeerBook(std::string dir);  // as it was kept; nothing where it was not
  PeerBook(const PeerBook&) = delete;

  void Heard(const ExchangeView& view);
  void Refused(const std::string& peer, const std::string& why);
  void Failed(const std::string& peer);  // it could not be reached, or the link broke

  std::vector<PeerView> Of(const NetConfig& config) const;  // its peers and no others, ascending by name
  // Asks `enough` now and whenever something was heard, at most for so long. Whether it came to hold.
  bool Await(int64_t most_ms, const std::function<bool()>& enough) const;
  absl::Status Keep() const;  // where something has changed since. Errors: Unknown (it cannot be written)

 private:
  PeerView& At(const std::string& peer);

  const std::string path_;
  mutable std::mutex keeping_;  // of who writes the file; taken before mutex_
  mutable std::mutex mutex_;
  mutable std::condition_variable heard_;
  std::map<std::string, PeerView> peers_;
  uint64_t changes_ = 0;
  mutable uint64_t kept_ = 0;
};

// One exchange, both ways, until neither has what the other lacks. Blocks. Errors: NotFound (no such peer), Unavailable (it
// cannot be reached, or the link broke: what came until then stays), PermissionDenied (its key, or ours, is not the one that is
// known), FailedPrecondition (another registry, protocol or site; not admitted, ended), DataLoss (what it sent does not hold).
absl::StatusOr<ExchangeView> SyncOnce(Database& db, const NetConfig& config, const std::string& peer);

// What SyncOnce would bring, rehearsed in memory: nothing is taken, nothing is handed on, nobody remembers it. Blocks. Errors: as
// FetchBundle and Database::PreviewBundle; NotFound (no such peer), ResourceExhausted (more than 2 GiB of entries).
absl::StatusOr<MergePreview> PreviewPeer(const Database& db, const NetConfig& config, const std::string& peer);

// What a client has seen of a registry, at whichever of its sites: a frontier whose lanes are named by their keys, so that every
// site understands it. A site that has all of it shows the client nothing older than he has seen, his own filings among it. A
// value.
class Session {
 public:
  // As Text() writes it; "0" and "" = nothing seen yet. Errors: InvalidArgument.
  static absl::StatusOr<Session> Parse(std::string_view text);
  std::string Text() const;  // one line, without its end: "chancery/session@v1 REGISTRY LANE-N,LANE-N"

  // Raises it to all that `now` holds. Errors: FailedPrecondition (another registry), DataLoss. Cost: as Snapshot::Status.
  absl::Status Seen(const Snapshot& now);
  void Raise(const Session& other);  // of the same registry
  // What it names and `now` has not yet, in that store's words: "tallinn-18…21". Empty = it has all. Errors: as Seen.
  absl::StatusOr<std::vector<std::string>> Missing(const Snapshot& now) const;
  uint64_t Beyond(const Session& other) const;  // entries that it names and `other` does not
  bool operator==(const Session&) const = default;

 private:
  absl::Status Check(const StatusView& status) const;

  std::string registry_;                   // 64 hexadecimal digits; "" = nothing seen yet
  std::map<std::string, uint64_t> lanes_;  // SiteView::key without its spaces, and how many entries; none of 0
};

// For a site that has no store yet: all that a member holds, as a bundle in `file`, and the member's name. The key that is shown
// is that of `dir`, which need not be there. Blocks. Errors: as SyncOnce; PermissionDenied where the member does not know the
// key.
absl::StatusOr<std::string> FetchBundle(const std::string& dir, const PeerConfig& member, const std::string& file);
// The key to make known there.
absl::StatusOr<std::string> FutureFingerprint(const std::string& dir);

struct NetEvent {
  std::string id;  // linked, lost, refused, taken, unequal, damaged, config, isolated, renewed
  std::string peer, words;
};

struct ServeOptions {
  std::string listen;  // "" = as chancery.toml says
  // The address, with the port that was given, and that of the metrics; "" = none.
  std::function<void(const std::string&, const std::string&)> on_listening;
  std::function<void()> on_stopping;  // on a thread of its own: whoever files here is to end
  std::function<void(const NetEvent&)> on_event;
  std::function<uint64_t()> filings;  // grows with what is filed here: asked often, to hand it on at once
  PeerBook* book = nullptr;           // outlives the call; nullptr = nobody wants to know
};

// Takes part until SIGTERM or SIGINT: lets known peers in, keeps in touch with each, reads chancery.toml again when it changes
// and at SIGHUP. At the end it hands on what was filed, for at most five seconds. Tells systemd how it is (sd_notify(3)). Call it
// before this process has other threads. Errors: Unavailable (the address cannot be listened on), InvalidArgument (the
// configuration).
absl::Status Serve(Database& db, const ServeOptions& options);

}  // namespace chancery

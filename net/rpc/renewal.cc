#include "net/rpc/renewal.h"

#include <optional>

#include "net/sync/state.h"

namespace chancery::rpc {
namespace {

constexpr const char* kWords = "the next link key ";

std::optional<PeerConfig> Listed(const Database& db, const std::string& peer) {
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  absl::StatusOr<PeerConfig> listed = config.ok() ? FindPeer(*config, peer) : config.status();
  return listed.ok() ? std::optional(*std::move(listed)) : std::nullopt;
}

// Neither this site's own, nor one that its site does not vouch for.
bool IsGood(const Database& db, const sync::Hello& theirs, const std::string& next) {
  const absl::StatusOr<std::string> own = LinkFingerprint(db.dir()), own_next = NextFingerprint(db.dir());
  if (!own.ok() || next == *own || !own_next.ok() || next == *own_next) return false;
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return false;
  const absl::StatusOr<bool> vouched = now->Vouched(sync::ShownKey(theirs.lane), kWords + next, theirs.vouched);
  return vouched.ok() && *vouched;
}

}  // namespace

absl::StatusOr<sync::Hello> HelloTo(const Database& db, const std::string& peer) {
  absl::StatusOr<sync::Hello> hello = sync::OwnHello(db);
  const absl::StatusOr<std::string> next = NextFingerprint(db.dir());
  if (!hello.ok()) return hello;
  if (next.ok() && !next->empty()) {  // one that cannot be read keeps nobody from talking
    hello->next = sync::KeyOf(*next);
    hello->vouched = db.Vouch(kWords + *next);
  }
  const std::optional<PeerConfig> listed = Listed(db, peer);
  if (listed) hello->noted = sync::KeyOf(listed->next.empty() ? listed->key : listed->next);
  return hello;
}

void Note(const Database& db, const PeerConfig& peer, const sync::Hello& theirs) {
  std::optional<PeerConfig> listed = Listed(db, peer.name);
  if (!listed) return;
  const PeerConfig before = *listed;
  if (peer.key == listed->next) *listed = {listed->name, listed->address, listed->next};
  const std::string next = theirs.next.empty() ? "" : sync::ShownKey(theirs.next);
  if (!next.empty() && next != listed->key && next != listed->next && IsGood(db, theirs, next)) listed->next = next;
  // What cannot be noted, since another peer has that key, say, is not confirmed.
  if (*listed != before) SetPeerKeys(db.dir(), *listed).IgnoreError();
}

absl::StatusOr<PeerConfig> Showing(PeerConfig peer, const std::string& fingerprint) {
  if (fingerprint != peer.key && fingerprint != peer.next)
    return absl::PermissionDeniedError("it shows the key of another peer: " + fingerprint);
  peer.key = fingerprint;
  return peer;
}

}  // namespace chancery::rpc

#include "net/health/standing.h"

#include <algorithm>

#include "absl/time/time.h"

namespace chancery::health {
namespace {

uint64_t HeldBy(const PeerView& peer, const std::string& key) {
  for (const auto& [lane, entries] : peer.holds)
    if (lane == key) return entries;
  return 0;
}

bool IsWitness(const std::vector<SiteView>& sites, const std::string& name) {
  return std::any_of(sites.begin(), sites.end(), [&](const SiteView& s) { return s.name == name && s.role == "witness"; });
}

int64_t StampOf(const Snapshot& now, const std::string& entry) {
  const absl::StatusOr<EntryView> view = now.Entry(entry);
  absl::Time at;
  if (!view.ok() || !absl::ParseTime(absl::RFC3339_full, view->hlc, &at, nullptr)) return 0;
  return absl::ToUnixMillis(at);
}

struct Lane {
  std::string label, key;
  uint64_t entries = 0;
};

void AddLane(const Snapshot& now, const std::vector<SiteView>& sites, const Lane& lane, Standing* standing) {
  uint64_t most = 0;
  for (size_t i = 0; i < standing->peers.size(); ++i) {
    const PeerView& peer = standing->peers[i];
    const uint64_t held = std::min(HeldBy(peer, lane.key), lane.entries);
    if (IsWitness(sites, peer.name)) continue;
    most = std::max(most, held);
    standing->behind[i] += lane.entries - held;
    standing->up_to[i] = held == 0 ? "" : lane.label + "-" + std::to_string(held);
  }
  if (most == lane.entries) return;
  const std::string first = lane.label + "-" + std::to_string(most + 1);
  standing->only_here += lane.entries - most;
  standing->ranges.push_back(most + 1 == lane.entries ? first : first + "…" + std::to_string(lane.entries));
  const int64_t since = StampOf(now, first);
  if (standing->only_here_since_ms == 0 || since < standing->only_here_since_ms) standing->only_here_since_ms = since;
}

}  // namespace

absl::StatusOr<Standing> ReadStanding(const Snapshot& now, std::vector<PeerView> peers, bool isolated) {
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  if (!sites.ok()) return sites.status();
  Standing standing;
  standing.isolated = isolated;
  standing.peers = std::move(peers);
  for (PeerView& peer : standing.peers) peer.linked = peer.linked && !isolated;
  standing.behind.assign(standing.peers.size(), 0);
  standing.up_to.assign(standing.peers.size(), "");
  if (standing.peers.empty()) return standing;  // of other sites nothing is known
  const auto self = std::find_if(sites->begin(), sites->end(), [](const SiteView& site) { return site.self; });
  for (const SiteView& site : *sites)
    if (self != sites->end() && site.name == self->name && site.entries > 0)
      AddLane(now, *sites, {site.label, site.key, site.entries}, &standing);
  for (size_t i = 0; i < standing.peers.size(); ++i)
    if (standing.behind[i] == 0 && standing.peers[i].heard_ms > 0 && !IsWitness(*sites, standing.peers[i].name))
      standing.up_to[i] = "all";
  return standing;
}

absl::StatusOr<Standing> ReadStanding(const Database& db, const PeerBook& book) {
  const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
  if (!config.ok()) return config.status();
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  absl::StatusOr<Standing> standing = ReadStanding(*now, book.Of(*config), IsIsolated(db.dir()));
  if (!standing.ok()) return standing;
  absl::StatusOr<std::optional<std::vector<std::string>>> not_noted = NotNoted(db.dir(), standing->peers);
  if (not_noted.ok()) standing->not_noted = *std::move(not_noted);  // a key that cannot be read is told where it is used
  return standing;
}

absl::StatusOr<std::optional<std::vector<std::string>>> NotNoted(const std::string& dir, const std::vector<PeerView>& peers) {
  const absl::StatusOr<std::string> next = NextFingerprint(dir);
  if (!next.ok()) return next.status();
  if (next->empty()) return std::optional<std::vector<std::string>>();
  std::vector<std::string> names;
  for (const PeerView& peer : peers)
    if (peer.noted != *next) names.push_back(peer.name);
  return std::optional(std::move(names));
}

absl::StatusOr<std::vector<std::string>> HoldersOf(const Snapshot& now, const std::vector<PeerView>& peers,
                                                   const std::string& entry) {
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  if (!sites.ok()) return sites.status();
  const size_t dash = entry.rfind('-');
  const std::string label = entry.substr(0, dash);
  const uint64_t seq = dash == std::string::npos ? 0 : std::strtoull(entry.c_str() + dash + 1, nullptr, 10);
  const auto lane = std::find_if(sites->begin(), sites->end(), [&](const SiteView& site) { return site.label == label; });
  if (lane == sites->end() || seq == 0) return absl::NotFoundError("there is no entry " + entry);
  std::vector<std::string> holders;
  for (const PeerView& peer : peers)
    if (!IsWitness(*sites, peer.name) && HeldBy(peer, lane->key) >= seq) holders.push_back(peer.name);
  return holders;
}

}  // namespace chancery::health

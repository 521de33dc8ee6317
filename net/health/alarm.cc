#include "net/health/alarm.h"

#include "absl/time/time.h"

namespace chancery::health {
namespace {

// What a site can know of itself.
Alarm OwnAlarm(const StatusView& status) {
  if (!status.halted.empty())
    return {"two-faced", "two versions exist from " + status.halted[0] + " on; nothing more is taken of that journal.",
            "find the second store that has that site's key and stop it"};
  if (!status.order.unequal.empty())
    return {"unequal", Joined(status.order.unequal) + " signed another order of the same entries.",
            "keep both stores as they are; compare chancery verify and status -v at both"};
  if (status.ended)
    return {"key", "the members have ended this site's lane: nothing can be filed here.",
            "chancery epoch show; docs/how-to/end-a-site.md"};
  if (!status.renewed.empty())
    return {"key", "new key, not admitted yet, nothing can be filed: " + status.renewed + ".",
            "have a member admit its card: docs/how-to/lost-disk.md"};
  if (status.free_bytes >= kRoomBytes) return {};
  return {"room", std::to_string(status.free_bytes >> 20) + " MB free on the store's disk; filings are refused below 64 MB.",
          "make room on the disk that holds the store"};
}

bool Refuses(const PeerView& peer, int64_t now_ms) { return !peer.refused.empty() && now_ms - peer.refused_ms >= kRefusedMs; }

Alarm OnlyCopy(const Standing& standing, int64_t now_ms) {
  std::string words = std::to_string(standing.only_here) + (standing.only_here == 1 ? " entry exists" : " entries exist") +
                      " on this machine alone since " + Clock(standing.only_here_since_ms, now_ms) + ".";
  for (const PeerView& peer : standing.peers)
    if (!peer.refused.empty()) words += " With " + peer.name + ": " + peer.refused + ".";
  return {"only-copy", words, "chancery peer ls; docs/operations/only-copy.md"};
}

Alarm PeerAlarm(const Standing& standing, int64_t now_ms) {
  for (const PeerView& peer : standing.peers)
    if (peer.unequal)
      return {"unequal", peer.name + " makes other records or cases of the same entries.",
              "keep both stores as they are; docs/operations/unequal.md"};
  if (standing.isolated) return {};
  if (standing.only_here > 0 && now_ms - standing.only_here_since_ms >= kOnlyCopyMs) return OnlyCopy(standing, now_ms);
  for (const PeerView& peer : standing.peers)
    if (Refuses(peer, now_ms))
      return {"peer-refused",
              "no exchange with " + peer.name + " since " + Clock(peer.refused_ms, now_ms) + ": " + peer.refused + ".",
              "chancery peer ls, here and there; docs/operations/peer-refused.md"};
  return {};
}

}  // namespace

Alarm AlarmOf(const StatusView& status, const Standing& standing, int64_t now_ms) {
  Alarm alarm = OwnAlarm(status);
  return alarm.code.empty() ? PeerAlarm(standing, now_ms) : alarm;
}

std::string Clock(int64_t ms, int64_t now_ms) {
  const bool today = now_ms - ms < 24 * 3600 * 1000;
  return absl::FormatTime(today ? "%H:%M" : "%d %b %H:%M", absl::FromUnixMillis(ms), absl::UTCTimeZone()) + " UTC";
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

}  // namespace chancery::health

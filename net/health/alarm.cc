#include "net/health/alarm.h"

#include <algorithm>
#include <cstdlib>

#include "absl/time/time.h"

namespace chancery::health {
namespace {

// What a site can know of itself.
Alarm OwnAlarm(const StatusView& status) {
  if (status.outcome_unknown)
    return {"outcome-unknown",
            "a commit failed; what was filed then may be there or not. Nothing is taken until the store is opened again.",
            "look at the disk, then restart the service: docs/operations/outcome-unknown.md"};
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

Alarm ClockAlarm(const PeerView& peer) {
  const std::string minutes = std::to_string(std::abs(peer.clock_ms) / 60'000);
  return {"clock",
          "this machine's clock is " + minutes + " min " + (peer.clock_ms > 0 ? "behind" : "ahead of") + " that of " + peer.name +
              ".",
          "compare both with a third: docs/operations/clock.md"};
}

// Whether all that the order waits for are heard, so that nothing excuses it.
bool NobodyIsCutOff(const StatusView& status, const Standing& standing) {
  const auto heard = [&](const std::string& lane) {
    const std::string site = lane.substr(0, lane.find('.'));
    return site == status.site || std::any_of(standing.peers.begin(), standing.peers.end(),
                                              [&](const PeerView& peer) { return peer.name == site && peer.linked; });
  };
  const std::vector<std::string>& lanes = status.order.waiting_for;
  return !standing.peers.empty() && std::all_of(lanes.begin(), lanes.end(), heard);
}

Alarm OrderAlarm(const StatusView& status, const Standing& standing, int64_t now_ms) {
  const int64_t since = status.order.waiting_since_ms;
  if (since == 0 || now_ms - since < kStalledMs || !NobodyIsCutOff(status, standing)) return {};
  const std::string whom =
      status.order.waiting_for.empty() ? "" : " It waits for " + Joined(status.order.waiting_for) + ", and all are linked.";
  return {"stalled", "nothing has got its final place since " + Clock(since, now_ms) + "." + whom,
          "chancery status, here and there; docs/operations/stalled.md"};
}

Alarm PeerAlarm(const Standing& standing, int64_t now_ms) {
  for (const PeerView& peer : standing.peers)
    if (peer.unequal)
      return {"unequal", peer.name + " makes other records or cases of the same entries.",
              "keep both stores as they are; docs/operations/unequal.md"};
  if (standing.isolated) return {};
  if (standing.only_here > 0 && now_ms - standing.only_here_since_ms >= kOnlyCopyMs) return OnlyCopy(standing, now_ms);
  for (const PeerView& peer : standing.peers)
    if (peer.linked && std::abs(peer.clock_ms) >= kClockMs) return ClockAlarm(peer);
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
  if (alarm.code.empty()) alarm = PeerAlarm(standing, now_ms);
  return alarm.code.empty() && !standing.isolated ? OrderAlarm(status, standing, now_ms) : alarm;
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

// What a client has seen, for sites that do not number one another's lanes alike.
#include <algorithm>
#include <charconv>

#include "chancery/net.h"
#include "net/sync/state.h"

namespace chancery {
namespace {

constexpr std::string_view kHead = "chancery/session@v1";
constexpr size_t kRegistryDigits = 64, kLaneDigits = 32;

bool IsHex(std::string_view text, size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string LaneOf(const SiteView& site) {
  std::string lane = site.key;
  std::erase(lane, ' ');
  return lane;
}

uint64_t SeenOf(const std::map<std::string, uint64_t>& lanes, const std::string& lane) {
  const auto at = lanes.find(lane);
  return at == lanes.end() ? 0 : at->second;
}

// "tallinn-18…21": what comes behind `here` up to `seen`.
std::string Range(const SiteView& site, uint64_t seen) {
  const std::string first = site.label + "-" + std::to_string(site.entries + 1);
  return site.entries + 1 == seen ? first : first + "…" + std::to_string(seen);
}

// Up to `end`, which is taken away with it; all where there is none.
std::string_view Take(std::string_view* text, char end) {
  const std::string_view word = text->substr(0, text->find(end));
  text->remove_prefix(std::min(text->size(), word.size() + 1));
  return word;
}

// "LANE-17".
bool ReadPlace(std::string_view place, std::string* lane, uint64_t* seen) {
  if (place.size() < kLaneDigits + 2 || place[kLaneDigits] != '-') return false;
  *lane = place.substr(0, kLaneDigits);
  const char* const end = place.data() + place.size();
  const auto read = std::from_chars(place.data() + kLaneDigits + 1, end, *seen);
  return IsHex(*lane, kLaneDigits) && read.ec == std::errc() && read.ptr == end && *seen > 0;
}

absl::Status Malformed() { return absl::InvalidArgumentError("this is no session, or one that was cut short"); }

}  // namespace

absl::StatusOr<Session> Session::Parse(std::string_view text) {
  Session session;
  while (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty() || text == "0") return session;
  const std::string_view head = Take(&text, ' '), registry = Take(&text, ' ');
  if (head != kHead || !IsHex(registry, kRegistryDigits) || text.empty()) return Malformed();
  session.registry_ = registry;
  while (!text.empty()) {
    std::string lane;
    uint64_t seen = 0;
    if (!ReadPlace(Take(&text, ','), &lane, &seen) || !session.lanes_.emplace(lane, seen).second) return Malformed();
  }
  return session;
}

std::string Session::Text() const {
  if (lanes_.empty()) return "0";
  std::string places;
  for (const auto& [lane, seen] : lanes_) places += (places.empty() ? "" : ",") + lane + "-" + std::to_string(seen);
  return std::string(kHead) + " " + registry_ + " " + places;
}

absl::Status Session::Check(const StatusView& status) const {
  if (registry_.empty() || registry_ == status.registry) return absl::OkStatus();
  return absl::FailedPreconditionError("this session is of another registry, " + registry_.substr(0, 8) + "…");
}

absl::Status Session::Seen(const Snapshot& now) {
  const absl::StatusOr<StatusView> status = now.Status();
  if (!status.ok()) return status.status();
  if (const absl::Status same = Check(*status); !same.ok()) return same;
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  if (!sites.ok()) return sites.status();
  registry_ = status->registry;
  for (const SiteView& site : *sites) {
    if (site.entries == 0) continue;
    uint64_t& seen = lanes_[LaneOf(site)];
    seen = std::max(seen, site.entries);
  }
  return absl::OkStatus();
}

void Session::Raise(const Session& other) {
  if (registry_.empty()) registry_ = other.registry_;
  for (const auto& [lane, seen] : other.lanes_) lanes_[lane] = std::max(SeenOf(lanes_, lane), seen);
}

absl::StatusOr<std::vector<std::string>> Session::Missing(const Snapshot& now) const {
  const absl::StatusOr<StatusView> status = now.Status();
  if (!status.ok()) return status.status();
  if (const absl::Status same = Check(*status); !same.ok()) return same;
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  if (!sites.ok()) return sites.status();
  std::map<std::string, uint64_t> unknown = lanes_;
  std::vector<std::string> missing;
  for (const SiteView& site : *sites) {
    const uint64_t seen = SeenOf(lanes_, LaneOf(site));
    unknown.erase(LaneOf(site));
    if (site.entries < seen) missing.push_back(Range(site, seen));
  }
  uint64_t entries = 0;
  for (const auto& [lane, seen] : unknown) entries += seen;
  if (entries > 0)
    missing.push_back(std::to_string(entries) + (entries == 1 ? " entry" : " entries") + " of a site that is not known here");
  return missing;
}

uint64_t Session::Beyond(const Session& other) const {
  uint64_t entries = 0;
  for (const auto& [lane, seen] : lanes_) entries += seen - std::min(seen, SeenOf(other.lanes_, lane));
  return entries;
}

}  // namespace chancery

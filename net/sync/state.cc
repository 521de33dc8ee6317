#include "net/sync/state.h"

#include <algorithm>

#include "absl/strings/escaping.h"

namespace chancery::sync {

std::string KeyOf(std::string_view fingerprint) {
  std::string hex(fingerprint);
  std::erase(hex, ' ');
  const bool good = hex.size() == 32 && hex.find_first_not_of("0123456789abcdef") == std::string::npos;
  return good ? absl::HexStringToBytes(hex) : "";
}

std::string ShownKey(const std::string& key) {
  const std::string hex = absl::BytesToHexString(key);
  std::string shown;
  for (size_t i = 0; i < hex.size(); i += 4) shown += (i > 0 ? " " : "") + hex.substr(i, 4);
  return shown;
}

uint64_t NameOf(std::string_view bytes) {
  uint64_t name = 0xcbf29ce484222325;
  for (const unsigned char byte : bytes) name = (name ^ byte) * 0x100000001b3;
  return name;
}

uint64_t NameOf(const std::vector<LaneTip>& lanes) {
  std::string text;
  for (const LaneTip& lane : lanes) text += lane.key + std::to_string(lane.size) + ",";
  return NameOf(text);
}

uint64_t SizeIn(const State& state, const std::string& key) {
  const auto at = std::lower_bound(state.lanes.begin(), state.lanes.end(), key,
                                   [](const LaneTip& tip, const std::string& wanted) { return tip.key < wanted; });
  return at != state.lanes.end() && at->key == key ? at->size : 0;
}

absl::StatusOr<State> ReadState(const Snapshot& now) {
  const absl::StatusOr<StatusView> status = now.Status();
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  const absl::StatusOr<std::string> cosignatures = now.Cosignatures();
  if (!status.ok()) return status.status();
  if (!sites.ok()) return sites.status();
  if (!cosignatures.ok()) return cosignatures.status();
  State state;
  for (const SiteView& site : *sites)
    if (site.entries > 0) state.lanes.push_back({KeyOf(site.key), site.entries});
  std::sort(state.lanes.begin(), state.lanes.end(), [](const LaneTip& a, const LaneTip& b) { return a.key < b.key; });
  state.digest = status->digest;
  state.docket = status->docket;
  state.waiting = status->waiting;
  state.held = status->held;
  state.halted = status->halted.size();
  state.cosigned = NameOf(*cosignatures);
  return state;
}

bool Covers(const State& a, const State& b) {
  return std::all_of(b.lanes.begin(), b.lanes.end(), [&a](const LaneTip& tip) { return SizeIn(a, tip.key) >= tip.size; });
}

bool Alike(const State& a, const State& b) {
  return a.lanes == b.lanes && a.waiting == b.waiting && a.held == b.held && a.halted == b.halted && a.cosigned == b.cosigned;
}

bool Comparable(const State& a, const State& b) { return a.lanes == b.lanes && a.halted == 0 && b.halted == 0; }

bool Unequal(const State& a, const State& b) { return Comparable(a, b) && (a.digest != b.digest || a.docket != b.docket); }

absl::StatusOr<std::string> FrontierOf(const State& state, const Snapshot& now) {
  const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
  if (!sites.ok()) return sites.status();
  std::string text;
  for (const SiteView& site : *sites) {
    const uint64_t size = SizeIn(state, KeyOf(site.key));
    if (size > 0) text += (text.empty() ? "" : ",") + site.label + "-" + std::to_string(size);
  }
  return text.empty() ? "0" : text;
}

}  // namespace chancery::sync

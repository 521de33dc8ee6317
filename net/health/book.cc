// What is known of peers, in memory and in the file `heard`: one JSON object a line.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "chancery/net.h"

namespace chancery {
namespace {

constexpr int64_t kLinkedMs = 30'000, kLostMs = 10'000;  // a peer that cannot be called may call
constexpr size_t kReasonBytes = 512;

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

Literal Json(const PeerView& peer) {
  Literal holds = Literal::Object();
  for (const auto& [key, entries] : peer.holds) holds.Add(key, static_cast<int64_t>(entries));
  Literal body =
      Literal::Object({{"name", peer.name}, {"heard_ms", peer.heard_ms}, {"refused", peer.refused}, {"noted", peer.noted}});
  body.Add("refused_ms", peer.refused_ms).Add("unequal", peer.unequal).Add("lacking", static_cast<int64_t>(peer.lacking));
  return body.Add("clock_ms", peer.clock_ms).Add("holds", std::move(holds));
}

// nullopt where the line is none of ours: what was heard is heard again.
std::optional<PeerView> Read(const std::string& line) {
  const absl::StatusOr<Literal> json = ParseJson(line);
  if (!json.ok()) return std::nullopt;
  const auto member = [&json](const char* name) {
    const Literal* found = json->Find(name);
    return found == nullptr ? Literal() : *found;
  };
  PeerView peer;
  peer.name = member("name").text;
  peer.heard_ms = member("heard_ms").integer;
  peer.refused = member("refused").text;
  peer.refused_ms = member("refused_ms").integer;
  peer.noted = member("noted").text;
  peer.unequal = member("unequal").truth;
  peer.lacking = static_cast<uint64_t>(member("lacking").integer);
  peer.clock_ms = member("clock_ms").integer;
  for (const auto& [key, entries] : member("holds").members) peer.holds.emplace_back(key, static_cast<uint64_t>(entries.integer));
  std::sort(peer.holds.begin(), peer.holds.end());
  return peer.name.empty() ? std::nullopt : std::optional(std::move(peer));
}

}  // namespace

PeerBook::PeerBook(std::string dir) : path_(std::move(dir) + "/heard") {
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);)
    if (std::optional<PeerView> peer = Read(line)) peers_[peer->name] = *std::move(peer);
}

PeerView& PeerBook::At(const std::string& peer) {
  PeerView& view = peers_[peer];
  view.name = peer;
  ++changes_;
  return view;
}

void PeerBook::Heard(const ExchangeView& exchange) {
  const std::lock_guard<std::mutex> lock(mutex_);
  PeerView& peer = At(exchange.peer);
  peer.heard_ms = NowMs();
  peer.refused.clear();
  peer.refused_ms = 0;
  peer.lost = false;
  if (exchange.compared) peer.unequal = !exchange.equal;
  peer.lacking = exchange.lacking;
  if (!exchange.noted.empty()) peer.noted = exchange.noted;
  if (exchange.clock_ms) peer.clock_ms = *exchange.clock_ms;
  peer.holds = exchange.there;
  ++peer.exchanges;
  peer.taken += exchange.taken;
  peer.documents += exchange.documents;
  peer.sent_bytes += exchange.sent_bytes;
  heard_.notify_all();
}

void PeerBook::Refused(const std::string& name, const std::string& why) {
  const std::lock_guard<std::mutex> lock(mutex_);
  PeerView& peer = At(name);
  if (peer.refused.empty()) peer.refused_ms = NowMs();
  peer.refused = why.substr(0, kReasonBytes);
  ++peer.failures;
}

void PeerBook::Failed(const std::string& name) {
  const std::lock_guard<std::mutex> lock(mutex_);
  PeerView& peer = At(name);
  peer.lost = true;
  ++peer.failures;
}

std::vector<PeerView> PeerBook::Of(const NetConfig& config) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<PeerView> views;
  for (const PeerConfig& peer : config.peers) {
    const auto known = peers_.find(peer.name);
    views.push_back(known == peers_.end() ? PeerView{} : known->second);
    views.back().name = peer.name;
    const PeerView& view = views.back();
    const int64_t age = NowMs() - view.heard_ms;
    views.back().linked = view.refused.empty() && age < (view.lost ? kLostMs : kLinkedMs);
  }
  return views;
}

bool PeerBook::Await(int64_t most_ms, const std::function<bool()>& enough) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(most_ms);
  for (;;) {
    uint64_t seen = 0;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      seen = changes_;
    }
    if (enough()) return true;  // it may ask this book
    std::unique_lock<std::mutex> lock(mutex_);
    if (!heard_.wait_until(lock, end, [&] { return changes_ != seen; })) return false;
  }
}

absl::Status PeerBook::Keep() const {
  const std::lock_guard<std::mutex> keeping(keeping_);
  std::string text;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (kept_ == changes_) return absl::OkStatus();
    kept_ = changes_;
    for (const auto& [name, peer] : peers_) text += Json(peer).Json() + "\n";
  }
  const std::string part = path_ + ".part";
  std::ofstream file(part, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  const bool kept = file && std::rename(part.c_str(), path_.c_str()) == 0;
  return kept ? absl::OkStatus() : absl::UnknownError(path_ + " cannot be written");
}

}  // namespace chancery

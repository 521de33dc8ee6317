// chancery.toml: what a store's network is. Strict: a key that is not known is an error, so that a typing error weakens nothing.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "chancery/net.h"
#include "engine/base/file.h"
#include "net/config/address.h"
#include "toml++/toml.h"

namespace chancery {
namespace {

constexpr const char* kFile = "/chancery.toml";

absl::Status At(std::string_view origin, const toml::source_region& where, const std::string& what) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(origin), ": line ", where.begin.line, ", column ", where.begin.column, ": ", what));
}

bool IsName(const std::string& name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 63 && name[0] >= 'a' && name[0] <= 'z' && std::all_of(name.begin(), name.end(), fits);
}

// "c6d1 09ab …", with or without the spaces, as it is shown; "" where it is none.
std::string Fingerprint(const std::string& text) {
  std::string hex = text, shown;
  std::erase(hex, ' ');
  if (hex.size() != 32 || hex.find_first_not_of("0123456789abcdef") != std::string::npos) return "";
  for (size_t i = 0; i < hex.size(); i += 4) shown += (i > 0 ? " " : "") + hex.substr(i, 4);
  return shown;
}

absl::Status ReadText(const toml::node& node, std::string_view key, std::string_view origin, std::string* into) {
  const auto* text = node.as_string();
  if (text == nullptr) return At(origin, node.source(), absl::StrCat(std::string(key), " is a text"));
  *into = text->get();
  return absl::OkStatus();
}

absl::Status ReadServe(const toml::table& table, std::string_view origin, NetConfig* config) {
  for (const auto& [key, node] : table) {
    std::string* into = key.str() == "listen" ? &config->listen : key.str() == "metrics" ? &config->metrics : nullptr;
    if (into == nullptr) return At(origin, key.source(), absl::StrCat("unknown key serve.", std::string(key.str())));
    if (absl::Status read = ReadText(node, key.str(), origin, into); !read.ok()) return read;
    if (!IsAddress(*into)) return At(origin, node.source(), absl::StrCat(std::string(key.str()), " is HOST:PORT"));
    if (into == &config->metrics && !IsOwnMachine(*into))
      return At(origin, node.source(), "metrics is for this machine alone: 127.0.0.1:PORT or [::1]:PORT");
  }
  return absl::OkStatus();
}

// Every limit by its key.
std::vector<std::pair<std::string, uint64_t*>> LimitsIn(NetLimits& limits) {
  return {{"peer_bytes", &limits.peer.bytes}, {"peer_entries", &limits.peer.entries}, {"peer_checks", &limits.peer.checks},
          {"peer_kept", &limits.kept},        {"all_bytes", &limits.all.bytes},       {"all_entries", &limits.all.entries},
          {"all_checks", &limits.all.checks}};
}

absl::Status ReadLimits(const toml::table& table, std::string_view origin, NetConfig* config) {
  const auto limits = LimitsIn(config->limits);
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const auto limit = std::find_if(limits.begin(), limits.end(), [&](const auto& one) { return one.first == name; });
    if (limit == limits.end()) return At(origin, key.source(), absl::StrCat("unknown key limits.", name));
    const auto* number = node.as_integer();
    if (number == nullptr || number->get() < 1) return At(origin, node.source(), absl::StrCat(name, " is a number, at least 1"));
    *limit->second = static_cast<uint64_t>(number->get());
  }
  return absl::OkStatus();
}

absl::Status ReadPeer(const toml::table& table, std::string_view origin, PeerConfig* peer) {
  for (const auto& [key, node] : table) {
    std::string* into = key.str() == "address" ? &peer->address
                        : key.str() == "key"   ? &peer->key
                        : key.str() == "next"  ? &peer->next
                                               : nullptr;
    if (into == nullptr)
      return At(origin, key.source(), absl::StrCat("unknown key peer.", peer->name, ".", std::string(key.str())));
    if (absl::Status read = ReadText(node, key.str(), origin, into); !read.ok()) return read;
  }
  const bool renews = table.contains("next");
  peer->key = Fingerprint(peer->key);
  peer->next = Fingerprint(peer->next);
  if (!IsName(peer->name)) return At(origin, table.source(), "\"" + peer->name + "\" is no site's name");
  if (!IsAddress(peer->address)) return At(origin, table.source(), "peer." + peer->name + " needs address = \"HOST:PORT\"");
  if (peer->key.empty()) return At(origin, table.source(), "peer." + peer->name + " needs key, 32 hexadecimal digits");
  if (renews && peer->next.empty()) return At(origin, table.source(), "peer." + peer->name + ".next is 32 hexadecimal digits");
  return absl::OkStatus();
}

// No key says which of the two it is.
bool Share(const PeerConfig& a, const PeerConfig& b) {
  return a.key == b.key || a.key == b.next || (!a.next.empty() && (a.next == b.key || a.next == b.next));
}

absl::Status ReadPeers(const toml::table& table, std::string_view origin, NetConfig* config) {
  for (const auto& [key, node] : table) {  // ascending
    PeerConfig peer{.name = std::string(key.str()), .address = {}, .key = {}};
    if (!node.is_table()) return At(origin, key.source(), "peer." + peer.name + " is a table");
    if (absl::Status read = ReadPeer(*node.as_table(), origin, &peer); !read.ok()) return read;
    for (const PeerConfig& other : config->peers)
      if (Share(other, peer)) return At(origin, node.source(), other.name + " and " + peer.name + " have one key");
    config->peers.push_back(std::move(peer));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  return absl::IsNotFound(text.status()) ? std::string() : text;
}

// Whole or not at all.
absl::Status Replace(const std::string& path, const std::string& text) {
  const std::string part = path + ".part";
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return absl::UnknownError(part + " cannot be written");
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(fd) == 0;
  close(fd);
  if (!written || std::rename(part.c_str(), path.c_str()) != 0) return absl::UnknownError(path + " cannot be written");
  return absl::OkStatus();
}

// The lines without the table [peer.NAME]: from its head to the next one.
std::string Without(const std::string& toml, const std::string& name) {
  std::istringstream lines(toml);
  std::string kept, blank;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find_first_not_of(" \t");
    if (first != std::string::npos && line[first] == '[')
      inside = line.compare(first, name.size() + 7, "[peer." + name + "]") == 0;
    if (!inside) kept += line + "\n";
  }
  return kept;
}

bool Sets(const std::string& line, const char* key) {
  std::istringstream words(line.substr(0, line.find('=')));
  std::string first, more;
  return line.find('=') != std::string::npos && words >> first && first == key && !(words >> more);
}

// What stands behind the text that the line sets: a remark.
std::string Behind(const std::string& line) {
  const size_t from = line.find_first_of("\"'", line.find('='));
  const size_t end = from == std::string::npos ? from : line.find(line[from], from + 1);
  return end == std::string::npos ? "" : line.substr(end + 1);
}

// The lines with other keys in the table [peer.NAME], where they stand.
std::string WithKeys(const std::string& toml, const PeerConfig& peer) {
  std::istringstream lines(toml);
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find_first_not_of(" \t");
    if (first != std::string::npos && line[first] == '[')
      inside = line.compare(first, peer.name.size() + 7, "[peer." + peer.name + "]") == 0;
    if (inside && Sets(line, "next")) continue;
    const bool keys = inside && Sets(line, "key");
    text += keys ? "key = \"" + peer.key + "\"" + Behind(line) + "\n" : line + "\n";
    if (keys && !peer.next.empty()) text += "next = \"" + peer.next + "\"\n";
  }
  return text;
}

// The values below `table`, with the lines on which they stand.
void Flatten(const toml::table& table, const std::string& prefix, std::vector<ConfigValue>* values) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    const int line = static_cast<int>(node.source().begin.line);
    if (const auto* text = node.as_string()) values->push_back({name, text->get(), line});
    if (const auto* number = node.as_integer()) values->push_back({name, std::to_string(number->get()), line});
    if (node.is_table()) Flatten(*node.as_table(), name + ".", values);
  }
}

}  // namespace

bool IsOwnMachine(const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

bool IsAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size() || address.size() > 300) return false;
  const std::string port = address.substr(colon + 1);
  const bool digits = port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  return digits && std::stoi(port) < 65536 && address.find_first_of(" \"\\\n,") == std::string::npos;
}

absl::StatusOr<NetConfig> ParseNetConfig(std::string_view text, std::string_view origin) {
  NetConfig config;
  toml::table table;
  try {
    table = toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    return At(origin, error.source(), std::string(error.description()));
  }
  for (const auto& [key, node] : table) {
    const bool known = key.str() == "serve" || key.str() == "peer" || key.str() == "limits";
    if (!known) return At(origin, key.source(), "unknown key " + std::string(key.str()));
    if (!node.is_table()) return At(origin, key.source(), std::string(key.str()) + " is a table");
    const auto reader = key.str() == "serve" ? ReadServe : key.str() == "peer" ? ReadPeers : ReadLimits;
    const absl::Status read = reader(*node.as_table(), origin, &config);
    if (!read.ok()) return read;
  }
  return config;
}

absl::StatusOr<NetConfig> ReadNetConfig(const std::string& dir) {
  const absl::StatusOr<std::string> text = ReadAll(dir + kFile);
  return text.ok() ? ParseNetConfig(*text, dir + kFile) : text.status();
}

absl::StatusOr<std::vector<ConfigValue>> ReadConfigValues(const std::string& dir) {
  const absl::StatusOr<std::string> text = ReadAll(dir + kFile);
  if (!text.ok()) return text.status();
  absl::StatusOr<NetConfig> config = ParseNetConfig(*text, dir + kFile);
  if (!config.ok()) return config.status();
  std::vector<ConfigValue> set;
  Flatten(toml::parse(*text), "", &set);
  std::stable_sort(set.begin(), set.end(), [](const ConfigValue& a, const ConfigValue& b) { return a.line < b.line; });
  std::vector<ConfigValue> values = {{"serve.listen", config->listen, 0}, {"serve.metrics", config->metrics, 0}};
  for (const auto& [key, limit] : LimitsIn(config->limits)) values.push_back({"limits." + key, std::to_string(*limit), 0});
  std::erase_if(values, [&](const ConfigValue& value) {
    return std::any_of(set.begin(), set.end(), [&](const ConfigValue& one) { return one.key == value.key; });
  });
  values.insert(values.end(), set.begin(), set.end());
  return values;
}

absl::StatusOr<PeerConfig> FindPeer(const NetConfig& config, const std::string& name) {
  for (const PeerConfig& peer : config.peers)
    if (peer.name == name) return peer;
  return absl::NotFoundError("there is no peer " + name);
}

absl::StatusOr<PeerConfig> AddPeer(const std::string& dir, const PeerConfig& peer) {
  const absl::StatusOr<std::string> text = ReadAll(dir + kFile);
  if (!text.ok()) return text.status();
  const absl::StatusOr<NetConfig> before = ParseNetConfig(*text, dir + kFile);
  if (!before.ok()) return before.status();
  if (FindPeer(*before, peer.name).ok()) return absl::AlreadyExistsError("there is a peer " + peer.name + " already");
  std::string added = *text;
  if (!added.empty()) added += added.ends_with("\n") ? "\n" : "\n\n";
  added += "[peer." + peer.name + "]\naddress = \"" + peer.address + "\"\nkey = \"" + Fingerprint(peer.key) + "\"\n";
  const absl::StatusOr<NetConfig> after = ParseNetConfig(added, "the new peer");
  if (!after.ok()) return after.status();
  if (const absl::Status replaced = Replace(dir + kFile, added); !replaced.ok()) return replaced;
  return FindPeer(*after, peer.name);
}

absl::Status SetPeerKeys(const std::string& dir, const PeerConfig& peer) {
  const absl::StatusOr<std::string> text = ReadAll(dir + kFile);
  if (!text.ok()) return text.status();
  absl::StatusOr<NetConfig> wanted = ParseNetConfig(*text, dir + kFile);
  if (!wanted.ok()) return wanted.status();
  const auto same = [&peer](const PeerConfig& one) { return one.name == peer.name; };
  const auto at = std::find_if(wanted->peers.begin(), wanted->peers.end(), same);
  if (at == wanted->peers.end()) return absl::NotFoundError("there is no peer " + peer.name);
  at->key = peer.key;
  at->next = peer.next;
  const std::string changed = WithKeys(*text, peer);
  const absl::StatusOr<NetConfig> after = ParseNetConfig(changed, dir + kFile);
  if (!after.ok()) return after.status();
  if (*after != *wanted)
    return absl::FailedPreconditionError("change the key of peer " + peer.name + " in " + dir + kFile + " by hand");
  return Replace(dir + kFile, changed);
}

absl::Status RemovePeer(const std::string& dir, const std::string& name) {
  const absl::StatusOr<std::string> text = ReadAll(dir + kFile);
  if (!text.ok()) return text.status();
  absl::StatusOr<NetConfig> wanted = ParseNetConfig(*text, dir + kFile);
  if (!wanted.ok()) return wanted.status();
  if (std::erase_if(wanted->peers, [&](const PeerConfig& peer) { return peer.name == name; }) == 0)
    return absl::NotFoundError("there is no peer " + name);
  const std::string kept = Without(*text, name);
  const absl::StatusOr<NetConfig> after = ParseNetConfig(kept, dir + kFile);
  if (!after.ok() || *after != *wanted)  // written in a way that no line can be taken out of
    return absl::FailedPreconditionError("take peer " + name + " out of " + dir + kFile + " by hand");
  return Replace(dir + kFile, kept);
}

}  // namespace chancery

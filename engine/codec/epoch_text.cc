#include "engine/codec/epoch_text.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_split.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/quorums.h"
#include "engine/codec/run.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

constexpr std::string_view kRoles[] = {"full", "blind", "witness"};
constexpr std::string_view kBehindRegistry = "/epoch";

std::string Name(LaneId lane) { return Cat(absl::Hex(lane, absl::kZeroPad16)); }

bool ParseName(std::string_view text, LaneId* lane) {
  std::string bytes;
  if (!Unhex(text, &bytes) || bytes.size() != sizeof *lane) return false;
  *lane = LoadBig64(bytes.data());
  return true;
}

template <class Bytes>
bool ParseHex(std::string_view text, Bytes* out) {
  std::string bytes;
  if (!Unhex(text, &bytes) || bytes.size() != sizeof *out) return false;
  *out = Bytes::From(bytes);
  return true;
}

using Words = std::vector<std::string>;

bool ParseMember(const Words& words, EpochWords* out) {
  if (words.size() != 4 || words[0] != "member") return false;
  EpochMember member;
  PublicKey key;
  const auto role = std::find(std::begin(kRoles), std::end(kRoles), words[2]);
  if (!ParseName(words[1], &member.lane) || role == std::end(kRoles) || !ParseHex(words[3], &key)) return false;
  member.role = static_cast<Role>(role - std::begin(kRoles));
  const std::vector<EpochMember>& members = out->epoch.members;
  if (LaneOf(key) != member.lane || (!members.empty() && members.back().lane >= member.lane)) return false;
  out->epoch.members.push_back(member);
  out->keys.push_back(key);
  return true;
}

bool ParseEnd(const Words& words, EpochWords* out) {
  LaneEnd end;
  if (words.size() != 4 || words[0] != "end" || !ParseName(words[1], &end.lane) || !ParseDecimal(words[2], &end.last) ||
      !ParseHex(words[3], &end.tree))
    return false;
  const std::vector<LaneEnd>& ends = out->epoch.ends;
  if (FindMember(out->epoch, end.lane) != nullptr || (!ends.empty() && ends.back().lane >= end.lane)) return false;
  out->epoch.ends.push_back(end);
  return true;
}

bool ParseHead(LineReader& lines, EpochWords* out) {
  std::string_view registry, number, ballot;
  if (!lines.Next(&registry) || !lines.Next(&number) || !lines.Next(&ballot) || !registry.ends_with(kBehindRegistry))
    return false;
  registry.remove_suffix(kBehindRegistry.size());
  const Words words = absl::StrSplit(A(ballot), ' ');
  return ParseHex(registry, &out->registry) && ParseDecimal(number, &out->epoch.number) && out->epoch.number > 0 &&
         words.size() == 3 && words[0] == "ballot" && ParseDecimal(words[1], &out->ballot.number) &&
         ParseName(words[2], &out->ballot.by);
}

bool Parse(std::string_view text, EpochWords* out) {
  LineReader lines(text);
  if (!ParseHead(lines, out)) return false;
  for (std::string_view line; lines.Next(&line);) {
    const Words words = absl::StrSplit(A(line), ' ');
    if (!(out->epoch.ends.empty() && ParseMember(words, out)) && !ParseEnd(words, out)) return false;
    if (out->keys.size() + out->epoch.ends.size() > limits::kLanes) return false;
  }
  return std::any_of(out->epoch.members.begin(), out->epoch.members.end(), HoldsData);
}

}  // namespace

std::string EpochText(const RegistryId& registry, const Epoch& epoch, const Ballot& ballot, const std::vector<PublicKey>& keys) {
  CHECK(keys.size() == epoch.members.size());
  std::string text = Cat(Hex(registry.view()), kBehindRegistry, "\n", epoch.number, "\n");
  text += Cat("ballot ", ballot.number, " ", Name(ballot.by), "\n");
  for (size_t i = 0; i < keys.size(); ++i) {
    const EpochMember& member = epoch.members[i];
    text += Cat("member ", Name(member.lane), " ", kRoles[static_cast<size_t>(member.role)], " ", Hex(keys[i].view()), "\n");
  }
  for (const LaneEnd& end : epoch.ends) text += Cat("end ", Name(end.lane), " ", end.last, " ", Hex(end.tree.view()), "\n");
  return text;
}

absl::StatusOr<EpochWords> ParseEpochText(std::string_view text) {
  EpochWords words;
  if (Parse(text, &words) && EpochText(words.registry, words.epoch, words.ballot, words.keys) == text) return words;
  return Error(absl::StatusCode::kInvalidArgument, "this is no epoch, or a key in it is not that of its lane");
}

VerifierKey EpochKey(const RegistryId& registry, const PublicKey& key) {
  return MakeVerifierKey(LaneOrigin(registry, LaneOf(key)), kEd25519, key);
}

}  // namespace chancery

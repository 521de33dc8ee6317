#include "tests/model/order_set.h"

#include <algorithm>
#include <utility>

#include "engine/base/bytes.h"

namespace chancery::model {
namespace {

Hash256 RootOfLeaves(const std::vector<Hash256>& leaves, size_t from, size_t to) {  // RFC 6962, section 2.1
  if (to - from == 0) return Sha256({});
  if (to - from == 1) return leaves[from];
  size_t half = 1;
  while (half * 2 < to - from) half *= 2;
  const Hash256 left = RootOfLeaves(leaves, from, from + half), right = RootOfLeaves(leaves, from + half, to);
  return Sha256({"\x01", left.view(), right.view()});
}

uint64_t RoundOfStamp(Hlc hlc) {  // the first whose end is not before it
  uint64_t round = 0;
  while ((round * kRoundMs << 16) < hlc) round += std::max<uint64_t>(1, ((hlc >> 16) / kRoundMs - round) / 2);
  while (round > 0 && ((round - 1) * kRoundMs << 16) >= hlc) --round;
  return round;
}

}  // namespace

void Universe::Add(const Run& run, size_t i) {
  const EntryKind kind = static_cast<EntryKind>(run.leaves[i].body[0]);
  const Known known{run.leaves[i].hlc, run.lane, run.first + i, run.Id(i), kind};
  if (!entries.insert(known).second || (kind != EntryKind::kAdmit && kind != EntryKind::kEpoch && known.seq > 1)) return;
  const auto entry = DecodeEntry(run.EntryBytes(i));
  if (!entry.ok()) return;
  if (entry->genesis) epochs[0] = {0, {{run.lane, Role::kFull}}, {}};
  if (entry->admit) admissions.insert({LaneOf(entry->admit->key), {known, entry->admit->role}});
  if (kind != EntryKind::kEpoch) return;
  const Epoch& epoch = entry->decision->epoch;
  decisions[known.id] = epoch.number;
  if (epochs.emplace(epoch.number, epoch).first->second != epoch)
    fault = "epoch " + std::to_string(epoch.number) + " was decided twice";
}

bool Universe::Ended(const Known& k) const {
  for (const LaneEnd& end : epochs.rbegin()->second.ends)
    if (end.lane == k.lane) return k.seq > end.last;
  return false;
}

std::map<LaneId, Hlc> Universe::Since() const {
  std::map<LaneId, Hlc> since;
  for (const auto& [lane, admission] : admissions) since[lane] = 0;
  for (bool changed = true; std::exchange(changed, false);)
    for (auto& [lane, from] : since) {
      Hlc first = UINT64_MAX;
      const auto [begin, end] = admissions.equal_range(lane);
      for (auto it = begin; it != end; ++it) {
        const Known& by = it->second.by;
        const auto above = since.find(by.lane);
        if (!Ended(by) && (above == since.end() || by.hlc > above->second)) first = std::min(first, by.hlc);
      }
      changed |= from != first;
      from = first;
    }
  return since;
}

std::vector<Known> Universe::Effective() const {
  std::vector<Known> all;
  const std::map<LaneId, Hlc> since = Since();
  for (const Known& k : entries) {
    const auto admitted = admissions.find(k.lane);
    if (Ended(k) || (admitted != admissions.end() && admitted->second.role == Role::kWitness)) continue;
    const auto from = since.find(k.lane);
    if (from == since.end() || k.hlc > from->second) all.push_back(k);
  }
  return all;
}

std::map<uint64_t, Round> OrderOf(const Universe& all) {
  std::map<uint64_t, std::vector<Known>> rounds;
  std::map<uint64_t, std::map<LaneId, uint64_t>> last;  // in a round, beats too
  for (const Known& k : all.Effective()) {
    if (k.kind != EntryKind::kBeat) rounds[RoundOfStamp(k.hlc)].push_back(k);
    uint64_t& seq = last[RoundOfStamp(k.hlc)][k.lane];
    seq = std::max(seq, k.seq);
  }
  std::map<uint64_t, Round> order;
  std::vector<Hash256> leaves;
  uint64_t entries = 0, epoch = 0;
  std::set<uint64_t> decided;  // in the order so far
  for (auto& [number, round] : rounds) {
    std::sort(round.begin(), round.end());
    for (const Known& k : round) leaves.push_back(k.id);
    entries += round.size();
    for (const Known& k : round)
      if (const auto said = all.decisions.find(k.id); said != all.decisions.end()) decided.insert(said->second);
    while (decided.contains(epoch + 1)) ++epoch;
    std::map<LaneId, uint64_t> frontier;
    for (const auto& [other, lanes] : last)
      if (other <= number)
        for (const auto& [lane, seq] : lanes) frontier[lane] = std::max(frontier[lane], seq);
    ByteWriter record;
    record.Raw("chancery/round/1\n");
    record.U64(number);
    record.U64(epoch);
    record.U64(entries);
    record.Varint(frontier.size());
    for (const auto& [lane, seq] : frontier) {
      record.U64(lane);
      record.Varint(seq);
    }
    leaves.push_back(Sha256({std::string_view("\0", 1), record.out}));
    order[number] = {leaves.size(), entries, RootOfLeaves(leaves, 0, leaves.size())};
  }
  return order;
}

}  // namespace chancery::model

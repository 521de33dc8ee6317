#include "engine/journal/inbox.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/journal.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

// What follows the run in its row.
std::string TrailerOf(const Outline& outline) {
  ByteWriter w;
  w.U64(outline.last);
  w.U64(outline.first_hlc);
  w.U64(outline.last_hlc);
  w.Varint(outline.context.size());
  for (const Place& place : outline.context) {
    w.U64(place.lane);
    w.Varint(place.seq);
  }
  return std::move(w.out);
}

size_t RowBytes(size_t run, size_t trailer) { return (8 + 4 + run + trailer + 7) / 8 * 8; }

bool ReadOutline(std::string_view key, std::string_view row, Outline* outline) {
  const absl::StatusOr<std::string_view> run = Journal::RunIn(row);
  if (!run.ok() || key.size() != 24) return false;
  outline->lane = Read64(key, 0);
  outline->first = Read64(key, 8);
  outline->hash = Read64(key, 16);
  outline->row_bytes = row.size();
  ByteReader r(row.substr(8 + 4 + run->size()));
  outline->last = r.U64();
  outline->first_hlc = r.U64();
  outline->last_hlc = r.U64();
  const uint64_t count = r.Varint();
  if (count > limits::kLanes) return false;
  for (uint64_t i = 0; i < count && r.ok(); ++i) {
    Place place;
    place.lane = r.U64();
    place.seq = r.Varint();
    outline->context.push_back(place);
  }
  return r.ok();
}

// What is known to be reached once all held runs are merged, and what the inbox covers at all.
class Reach {
 public:
  Reach(const Lanes& lanes, const std::vector<Outline>& runs) : lanes_(lanes) {
    for (const Lane& lane : lanes.all()) tips_[lane.id] = lane.tip();
    for (const Outline& run : runs) kept_[run.lane].emplace_back(run.first, run.last);
    for (auto& [lane, kept] : kept_) {
      std::sort(kept.begin(), kept.end());
      for (size_t i = 1; i < kept.size(); ++i) kept[i].second = std::max(kept[i].second, kept[i - 1].second);
    }
  }

  bool Has(const Outline& run, std::set<std::string>* missing) {
    const Lane* lane = lanes_.Find(run.lane);
    bool has = lane != nullptr && run.first <= tips_[run.lane] + 1;
    if (lane == nullptr) missing->insert("the admission of a site that is not known here");
    if (lane != nullptr && !has) NoteMissing({run.lane, run.first - 1}, missing);
    for (const Place& place : run.context) has &= HasCause(place, missing);
    if (has) tips_[run.lane] = std::max(tips_[run.lane], run.last);
    return has;
  }

 private:
  bool HasCause(const Place& place, std::set<std::string>* missing) {
    const Lane* other = lanes_.Find(place.lane);
    if (other == nullptr) return missing->insert("the admission of a site that is not known here"), false;
    if (other->fork != 0 && place.seq >= other->fork)
      return missing->insert(Cat(other->Label(), "-", place.seq, ", of which two versions exist")), false;
    if (tips_[place.lane] >= place.seq) return true;
    NoteMissing(place, missing);
    return false;
  }

  void NoteMissing(const Place& place, std::set<std::string>* missing) {
    const auto& kept = kept_[place.lane];
    const auto after = std::upper_bound(kept.begin(), kept.end(), std::pair(place.seq, UINT64_MAX));
    if (after == kept.begin() || std::prev(after)->second < place.seq)
      missing->insert(Cat(lanes_.Find(place.lane)->Label(), "-", place.seq));
  }

  const Lanes& lanes_;
  std::map<LaneId, uint64_t> tips_;
  std::map<LaneId, std::vector<std::pair<uint64_t, uint64_t>>> kept_;  // ascending by first; (first, highest last so far)
};

// Entries of runs that are not merged, each once although runs may overlap.
void CountEntries(const Lanes& lanes, const std::vector<Outline>& runs, Reasons* reasons) {
  std::vector<size_t> order(runs.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tuple(runs[a].lane, runs[a].first, !reasons->held[a]) <
           std::tuple(runs[b].lane, runs[b].first, !reasons->held[b]);
  });
  std::map<LaneId, uint64_t> counted;
  for (const Lane& lane : lanes.all()) counted[lane.id] = lane.tip();
  for (const size_t i : order) {
    uint64_t& upto = counted[runs[i].lane];
    upto = std::max(upto, runs[i].first - 1);
    if (runs[i].last <= upto) continue;
    (reasons->held[i] ? reasons->held_entries : reasons->waiting_entries) += runs[i].last - upto;
    upto = runs[i].last;
  }
}

}  // namespace

std::string Outline::Key() const { return Key64(lane, first) + Key64(hash); }

absl::StatusOr<Outline> OutlineOf(const Run& run, std::string_view encoded) {
  ASSIGN_OR_RETURN(const Entry first, DecodeParts(run.header, run.first, run.leaves[0].hlc, run.leaves[0].body));
  Outline outline{run.lane, run.first, run.last(), run.leaves.front().hlc, run.leaves.back().hlc, first.context, 0, 0};
  outline.hash = Name64(encoded);
  outline.row_bytes = RowBytes(encoded.size(), TrailerOf(outline).size());
  return outline;
}

bool Earlier(const Outline& a, const Outline& b) {
  return std::tie(a.first_hlc, a.lane, a.first, a.hash) < std::tie(b.first_hlc, b.lane, b.first, b.hash);
}

std::vector<Outline> Inbox::All(const Txn& txn, std::vector<std::string>* damaged) {
  std::vector<Outline> all;
  Cursor rows(txn, Table::kInbox);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    Outline outline;
    if (ReadOutline(rows.key(), rows.value(), &outline)) {
      all.push_back(std::move(outline));
    } else if (damaged != nullptr) {
      damaged->emplace_back(rows.key());
    }
  }
  std::sort(all.begin(), all.end(), Earlier);
  return all;
}

absl::StatusOr<std::string> Inbox::RunOf(const Txn& txn, const Outline& outline) {
  const auto row = txn.Get(Table::kInbox, outline.Key());
  if (!row) return absl::DataLossError("it is missing");
  ASSIGN_OR_RETURN(const std::string_view run, Journal::RunIn(*row));
  return std::string(run);
}

bool Inbox::Has(const Txn& txn, const Outline& outline) { return txn.Get(Table::kInbox, outline.Key()).has_value(); }

void Inbox::Put(WriteTxn& txn, const Outline& outline, std::string_view run) {
  ByteWriter w;
  w.U32(static_cast<uint32_t>(run.size()));
  w.Raw(run);
  w.Raw(TrailerOf(outline));
  w.out.resize(outline.row_bytes - 8, '\0');
  txn.Put(Table::kInbox, outline.Key(), Key64(Xxh64(w.out)) + w.out);
}

Reasons ReasonsFor(const Lanes& lanes, const std::vector<Outline>& runs) {
  Reasons reasons;
  Reach reach(lanes, runs);
  for (const Outline& run : runs) reasons.held.push_back(reach.Has(run, &reasons.missing));
  CountEntries(lanes, runs, &reasons);
  return reasons;
}

}  // namespace chancery

#include "engine/order/rounds.h"

#include <algorithm>
#include <bit>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/body.h"
#include "engine/journal/rows.h"
#include "engine/order/settled_log.h"
#include "engine/proof/merkle.h"

namespace chancery {
namespace {

constexpr uint64_t kOrderKey = 4;  // in table meta

absl::Status Damaged(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, Cat("the row of ", what, " is damaged"),
               "chancery verify --rebuild derives it again");
}

void PutPositions(ByteWriter& w, const std::vector<uint64_t>& positions) {
  w.Varint(positions.size());
  for (const uint64_t seq : positions) w.Varint(seq);
}

bool ReadPositions(ByteReader& r, std::vector<uint64_t>* positions) {
  const uint64_t count = r.Varint();
  if (!r.ok() || count > r.left()) return false;
  for (uint64_t i = 0; i < count; ++i) positions->push_back(r.Varint());
  return r.ok();
}

absl::StatusOr<RoundRow> RoundIn(std::string_view key, std::string_view value) {
  ByteReader r(UnsizedRow(value));
  RoundRow row;
  row.round = Read64(key, 0);
  row.size = r.U64();
  row.entries = r.U64();
  const std::string_view root = r.Raw(32);
  if (!r.ok() || !ReadPositions(r, &row.positions)) return Damaged(Cat("round ", row.round));
  row.root = Hash256::From(root);
  return row;
}

void PutRound(WriteTxn& txn, const RoundRow& row) {
  ByteWriter w;
  w.U64(row.size);
  w.U64(row.entries);
  w.Raw(row.root.view());
  PutPositions(w, row.positions);
  txn.Put(Table::kRound, Key64(row.round), SizedRow(w.out));
}

bool IsBeat(const Leaf& leaf) {
  return !leaf.body.empty() && !Planted(Bug::kBeatsArePlaced) && leaf.body[0] == static_cast<char>(EntryKind::kBeat);
}

// Entries that are not in the log yet, up to a stamp.
class Gathering {
 public:
  Gathering(const Journal& journal, const Lanes& lanes, const std::vector<uint64_t>& after)
      : journal_(journal), lanes_(lanes), positions_(after) {
    positions_.resize(lanes.size());
  }

  // Of each lane at most `each`. Then everything up to bound() is there.
  absl::Status Take(Hlc up_to, size_t each) {
    bound_ = up_to;
    for (const Lane& lane : lanes_.all()) RETURN_IF_ERROR(TakeLane(lane, up_to, each));
    std::erase_if(all_, [this](const Item& item) { return item.placed.hlc > bound_; });
    std::sort(all_.begin(), all_.end(), [](const Item& a, const Item& b) {
      if (Planted(Bug::kOrderByArrival)) return std::tie(a.placed.hlc, a.handle) < std::tie(b.placed.hlc, b.handle);
      return a.placed < b.placed;
    });
    return absl::OkStatus();
  }
  Hlc bound() const { return bound_; }

  struct Item {
    Placed placed;
    uint16_t handle = 0;
    bool beat = false;
  };
  const std::vector<Item>& all() const { return all_; }
  std::vector<uint64_t>& positions() { return positions_; }

 private:
  absl::Status TakeLane(const Lane& lane, Hlc up_to, size_t each) {
    size_t taken = 0;
    if (!lane.placed()) return absl::OkStatus();
    return journal_.EachAfter(lane, positions_[lane.handle], [&](const Run& run, size_t i) {
      const Leaf& leaf = run.leaves[i];
      if (leaf.hlc > up_to || (run.first + i > lane.end && !Planted(Bug::kVoidIsPlaced))) return false;
      if (lane.Void(run.first + i, leaf.hlc) && !Planted(Bug::kVoidIsPlaced)) return true;
      if (taken++ == each) {  // what is beyond comes another time
        bound_ = std::min(bound_, leaf.hlc - 1);
        return false;
      }
      const bool beat = IsBeat(leaf);
      all_.push_back({{leaf.hlc, lane.id, run.first + i, beat ? EntryId() : run.Id(i)}, lane.handle, beat});
      return true;
    });
  }

  const Journal& journal_;
  const Lanes& lanes_;
  std::vector<uint64_t> positions_;
  std::vector<Item> all_;
  Hlc bound_ = 0;
};

}  // namespace

Hlc RoundEnd(uint64_t round, uint64_t round_ms) { return HlcAt(static_cast<int64_t>(round * round_ms)); }

uint64_t RoundOf(Hlc hlc, uint64_t round_ms) {
  const auto ms = static_cast<uint64_t>(MsOf(hlc));
  if (Planted(Bug::kRoundEndsBefore)) return ms / round_ms + 1;
  return ms / round_ms + (ms % round_ms != 0 || TicksOf(hlc) != 0 ? 1 : 0);
}

absl::StatusOr<OrderRow> ReadOrder(const Txn& txn) {
  OrderRow row;
  const auto stored = txn.Get(Table::kMeta, Key64(kOrderKey));
  RETURN_IF_ERROR(txn.status());
  if (!stored) return row;
  ByteReader r(UnsizedRow(*stored));
  row.closed = r.U64();
  row.entries = r.U64();
  row.settled = r.U64();
  const uint64_t size = r.U64();
  std::vector<Hash256> peaks;
  for (int left = std::popcount(size); left > 0; --left) {
    const std::string_view peak = r.Raw(32);
    if (!r.ok()) return Damaged("the order");
    peaks.push_back(Hash256::From(peak));
  }
  row.log = Tree::From(size, std::move(peaks));
  if (!ReadPositions(r, &row.positions)) return Damaged("the order");
  return row;
}

void PutOrder(WriteTxn& txn, const OrderRow& row) {
  ByteWriter w;
  w.U64(row.closed);
  w.U64(row.entries);
  w.U64(row.settled);
  w.U64(row.log.size());
  for (const Hash256& peak : row.log.peaks()) w.Raw(peak.view());
  PutPositions(w, row.positions);
  txn.Put(Table::kMeta, Key64(kOrderKey), SizedRow(w.out));
}

absl::StatusOr<std::optional<RoundRow>> FindRound(const Txn& txn, uint64_t round) {
  const auto row = txn.Get(Table::kRound, Key64(round));
  RETURN_IF_ERROR(txn.status());
  if (!row) return std::nullopt;
  return RoundIn(Key64(round), *row);
}

absl::StatusOr<std::optional<RoundRow>> RoundBefore(const Txn& txn, uint64_t round) {
  Cursor rows(txn, Table::kRound);
  if (round == 0 || !rows.SeekLast(Key64(round - 1))) return std::nullopt;
  return RoundIn(rows.key(), rows.value());
}

absl::StatusOr<std::optional<RoundRow>> RoundAfter(const Txn& txn, uint64_t round) {
  Cursor rows(txn, Table::kRound);
  if (!rows.Seek(Key64(round + 1))) return std::nullopt;
  return RoundIn(rows.key(), rows.value());
}

absl::StatusOr<std::vector<RoundRow>> RoundsAfter(const Txn& txn, uint64_t round, size_t most) {
  std::vector<RoundRow> latest;
  for (uint64_t above = UINT64_MAX; latest.size() < most; above = latest.back().round) {
    ASSIGN_OR_RETURN(std::optional<RoundRow> row, RoundBefore(txn, above));
    if (!row || row->round <= round) break;
    latest.push_back(*std::move(row));
  }
  std::reverse(latest.begin(), latest.end());
  return latest;
}

absl::StatusOr<std::optional<RoundRow>> RoundOfSize(const Txn& txn, uint64_t size) {
  Cursor rows(txn, Table::kRound);
  uint64_t low = 0, high = 0;  // sizes rise with rounds: the rounds are searched by halves
  if (!rows.SeekLast(Key64(UINT64_MAX))) return std::nullopt;
  high = Read64(rows.key(), 0);
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (!rows.Seek(Key64(middle))) break;
    ASSIGN_OR_RETURN(const RoundRow row, RoundIn(rows.key(), rows.value()));
    if (row.size < size) {
      low = row.round + 1;
    } else {
      high = middle;
    }
  }
  if (!rows.Seek(Key64(low))) return std::nullopt;
  ASSIGN_OR_RETURN(RoundRow row, RoundIn(rows.key(), rows.value()));
  if (row.size != size) return std::nullopt;
  return row;
}

absl::StatusOr<std::vector<Placed>> EntriesOf(const Journal& journal, const Lanes& lanes, const RoundRow* before,
                                              const RoundRow& round) {
  std::vector<Placed> placed;
  for (const Lane& lane : lanes.all()) {
    const auto position = [&](const RoundRow* row) {
      return row != nullptr && lane.handle < row->positions.size() ? row->positions[lane.handle] : 0;
    };
    const uint64_t last = position(&round);
    RETURN_IF_ERROR(journal.EachAfter(lane, position(before), [&](const Run& run, size_t i) {
      if (run.first + i > last) return false;
      if (HasPlace(lane, run.first + i, run.leaves[i])) placed.push_back({run.leaves[i].hlc, lane.id, run.first + i, run.Id(i)});
      return true;
    }));
  }
  std::sort(placed.begin(), placed.end());
  return placed;
}

bool HasPlace(const Lane& lane, uint64_t seq, const Leaf& leaf) {
  return lane.placed() && !lane.Void(seq, leaf.hlc) && !IsBeat(leaf);
}

uint64_t EpochAt(const Epochs& epochs, const Lanes& lanes, uint64_t round, uint64_t round_ms) {
  uint64_t number = 0;
  const auto stands = [&](const std::pair<Dot, Hlc>& by) {
    const Lane& lane = lanes.At(HandleOf(by.first));
    return lane.placed() && !lane.Void(SeqOf(by.first), by.second) && RoundOf(by.second, round_ms) <= round;
  };
  while (number + 1 < epochs.decided().size()) {
    const std::vector<std::pair<Dot, Hlc>>& by = epochs.decided()[number + 1].by;
    if (std::none_of(by.begin(), by.end(), stands)) break;
    ++number;
  }
  return number;
}

RoundRecord RecordOf(const RoundRow& row, const Lanes& lanes, uint64_t epoch) {
  RoundRecord record{row.round, epoch, row.entries, {}};
  for (const Lane& lane : lanes.all())
    if (lane.handle < row.positions.size() && row.positions[lane.handle] > 0)
      record.frontier.push_back({lane.id, row.positions[lane.handle]});
  std::sort(record.frontier.begin(), record.frontier.end());
  return record;
}

Hlc ReachOf(const Lane& lane, Hlc next) {
  if (Planted(Bug::kSilentLaneNotHeard) && lane.tip() == 0) return UINT64_MAX;
  if (lane.ended() && lane.tip() >= lane.end) return UINT64_MAX;
  const Hlc admitted = lane.admitted_hlc > 0 ? lane.admitted_hlc - 1 : 0;  // whatever it files knows of its admission
  return std::max({lane.tip_hlc, admitted, lane.counts_above, next > 0 ? next - 1 : 0});
}

uint64_t ClosedRound(std::vector<Hlc> reach, uint64_t round_ms) {
  if (reach.empty()) return 0;
  auto least = std::min_element(reach.begin(), reach.end());
  if (Planted(Bug::kMostLanesClose)) {
    std::sort(reach.begin(), reach.end());
    least = reach.begin() + static_cast<ptrdiff_t>((reach.size() - 1) / 2);
  }
  return static_cast<uint64_t>(MsOf(*least)) / round_ms;
}

absl::Status CloseRounds(WriteTxn& txn, const Journal& journal, const Lanes& lanes, const Epochs& epochs, uint64_t closed,
                         uint64_t round_ms, size_t entries_max, OrderRow* row) {
  uint64_t reached = 0;
  std::optional<Gathering> gathered;
  for (size_t each = entries_max;; each *= 2) {  // until it is a whole round at least
    gathered.emplace(journal, lanes, row->positions);
    RETURN_IF_ERROR(gathered->Take(RoundEnd(closed, round_ms), each));
    reached = static_cast<uint64_t>(MsOf(gathered->bound())) / round_ms;
    if (reached > row->closed || closed <= row->closed) break;
  }
  SettledLog log(txn, row->log);
  const auto& all = gathered->all();
  for (size_t at = 0; at < all.size() && RoundOf(all[at].placed.hlc, round_ms) <= reached;) {
    const uint64_t round = RoundOf(all[at].placed.hlc, round_ms);
    const uint64_t before = row->entries;
    for (; at < all.size() && RoundOf(all[at].placed.hlc, round_ms) == round; ++at) {
      gathered->positions()[all[at].handle] = all[at].placed.seq;
      if (all[at].beat) continue;
      RETURN_IF_ERROR(log.Append(all[at].placed.id));
      ++row->entries;
    }
    if (row->entries == before) continue;  // nothing but beats
    RoundRow closing{round, 0, row->entries, {}, gathered->positions()};
    const RoundRecord record = RecordOf(closing, lanes, EpochAt(epochs, lanes, round, round_ms));
    RETURN_IF_ERROR(log.Append(LeafHash(EncodeRoundRecord(record))));
    closing.size = log.tree().size();
    closing.root = log.tree().Root();
    PutRound(txn, closing);
  }
  log.Flush();
  row->log = log.tree();
  row->positions = gathered->positions();
  row->closed = std::max(row->closed, reached);
  return txn.status();
}

}  // namespace chancery

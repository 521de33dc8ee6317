#include "engine/order/settle.h"

#include <algorithm>
#include <set>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/inbox.h"
#include "engine/order/settled_log.h"

namespace chancery {
namespace {

constexpr size_t kRoundsCosigned = limits::kCosignaturesKept;  // the latest ones: who was away catches up without the rest
constexpr size_t kEntriesAtOnce = 65536;

// The stamp of the entry behind each lane's tip, where it is stored, waits, and its lane's key has sealed it; else 0.
absl::StatusOr<std::vector<Hlc>> Waiting(const Txn& txn, const Lanes& lanes, const RegistryId& registry) {
  std::vector<Hlc> next(lanes.size(), 0);
  if (txn.Count(Table::kInbox) == 0) return next;
  for (const Outline& outline : Inbox::All(txn)) {
    const Lane* lane = lanes.Find(outline.lane);
    if (lane == nullptr || outline.first != lane->tip() + 1 || next[lane->handle] != 0) continue;
    ASSIGN_OR_RETURN(const std::string encoded, Inbox::RunOf(txn, outline));
    const absl::StatusOr<Run> run = DecodeRun(encoded);
    if (!run.ok() || run->leaves[0].hlc <= lane->tip_hlc) continue;
    Tree tree = lane->tree;
    for (size_t i = 0; i < run->leaves.size(); ++i) tree.Append(run->Id(i));
    if (Verify(lane->key, SealMessage(registry, lane->id, tree.size(), tree.Root()), run->seal))
      next[lane->handle] = run->leaves[0].hlc;
  }
  return next;
}

absl::StatusOr<uint64_t> ClosedHere(const Txn& txn, const Lanes& lanes, const RegistryId& registry, uint64_t round_ms) {
  ASSIGN_OR_RETURN(const std::vector<Hlc> next, Waiting(txn, lanes, registry));
  std::vector<Hlc> reach;
  for (const Lane& lane : lanes.all()) reach.push_back(ReachOf(lane, next[lane.handle]));
  return ClosedRound(reach, round_ms);
}

// Of the settled log, where this site has closed rounds since.
absl::StatusOr<bool> CosignRounds(WriteTxn& txn, const Lane& own, const RegistryId& registry, const KeyPair& key,
                                  const OrderRow& order, int64_t now_ms) {
  ASSIGN_OR_RETURN(const std::vector<Cosignature> mine, CosignaturesOn(txn, kSettledLog, own.id));
  const uint64_t last = mine.empty() ? 0 : mine.back().tree.size;
  ASSIGN_OR_RETURN(const std::vector<RoundRow> rounds, RoundsAfter(txn, order.settled, kRoundsCosigned));
  bool any = false;
  for (const RoundRow& round : rounds) {
    if (round.size <= last) continue;  // it never signs backwards
    PutCosignature(txn,
                   MakeCosignature(kSettledLog, {round.size, round.root}, static_cast<uint64_t>(now_ms / 1000), registry, key));
    any = true;
  }
  return any;
}

// Of every other lane, as far as it is here.
absl::StatusOr<bool> CosignLanes(WriteTxn& txn, const Lanes& lanes, const Lane& own, const RegistryId& registry,
                                 const KeyPair& key, int64_t now_ms) {
  bool any = false;
  for (const Lane& lane : lanes.all()) {
    if (lane.handle == own.handle || lane.tip() == 0 || lane.fork != 0) continue;
    ASSIGN_OR_RETURN(const std::vector<Cosignature> mine, CosignaturesOn(txn, lane.id, own.id));
    if (!mine.empty() && mine.back().tree.size >= lane.tip()) continue;
    PutCosignature(txn,
                   MakeCosignature(lane.id, {lane.tip(), lane.tree.Root()}, static_cast<uint64_t>(now_ms / 1000), registry, key));
    any = true;
  }
  return any;
}

// The last round that a quorum has cosigned as it is here.
absl::StatusOr<uint64_t> SettledRound(const Txn& txn, const Lanes& lanes, const OrderRow& order, uint64_t round_ms) {
  ASSIGN_OR_RETURN(const std::vector<RoundRow> rounds, RoundsAfter(txn, order.settled, kRoundsCosigned));
  for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
    const Quorum quorum = QuorumOf(lanes, round->round, round_ms);
    ASSIGN_OR_RETURN(const std::vector<Cosignature> cosigners, CosignersOf(txn, *round));
    const auto count = std::count_if(cosigners.begin(), cosigners.end(), [&](const Cosignature& c) {
      return std::any_of(quorum.members.begin(), quorum.members.end(), [&](const Lane* lane) { return lane->id == c.by; });
    });
    if (static_cast<size_t>(count) >= quorum.needed) return round->round;
  }
  return order.settled;
}

}  // namespace

absl::StatusOr<uint64_t> RoundMs(const Journal& journal, const Lanes& lanes) {
  for (const Lane& lane : lanes.all()) {
    if (!lane.admitted_by.empty() || lane.tip() == 0) continue;
    ASSIGN_OR_RETURN(const Entry genesis, journal.EntryAt(MakeDot(lane.handle, 1)));
    if (genesis.genesis) return genesis.genesis->round_ms;
  }
  return Error(absl::StatusCode::kDataLoss, "the registry's genesis is not here", "join again from a peer");
}

absl::StatusOr<std::optional<Hlc>> BeatDue(const Journal& journal, const Lanes& lanes, const Lane& own, const OrderRow& order,
                                           uint64_t round_ms, int64_t now_ms) {
  const Hlc clock = NextHlc(lanes.HighestHlc(), now_ms);
  Hlc due = 0;
  for (const Lane& lane : lanes.all()) {
    for (uint64_t seq = lane.tip(); seq > order.PositionOf(lane.handle); --seq) {
      ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(MakeDot(lane.handle, seq)));
      const Hlc end = RoundEnd(RoundOf(entry.hlc, round_ms), round_ms);
      if (end <= own.tip_hlc || end <= due) break;  // what stands before it asks for less
      if (entry.kind == EntryKind::kBeat || end > clock) continue;
      due = end;
      break;
    }
  }
  return due > own.tip_hlc ? std::optional(due) : std::nullopt;
}

absl::StatusOr<bool> Settle(WriteTxn& txn, const RegistryId& registry, const KeyPair& key, int64_t now_ms) {
  const Journal journal(txn);
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  ASSIGN_OR_RETURN(const uint64_t closed, ClosedHere(txn, lanes, registry, round_ms));
  bool changed = false;
  while (order.closed < closed) {
    RETURN_IF_ERROR(CloseRounds(txn, journal, lanes, closed, round_ms, kEntriesAtOnce, &order));
    changed = true;
  }
  if (const Lane* own = lanes.Find(LaneOf(key.public_key())); own != nullptr && own->fork == 0) {
    ASSIGN_OR_RETURN(const bool rounds, CosignRounds(txn, *own, registry, key, order, now_ms));
    ASSIGN_OR_RETURN(const bool held, CosignLanes(txn, lanes, *own, registry, key, now_ms));
    changed |= rounds || held;
  }
  ASSIGN_OR_RETURN(const uint64_t settled, SettledRound(txn, lanes, order, round_ms));
  changed |= settled != order.settled;
  order.settled = settled;
  if (changed) PutOrder(txn, order);
  return changed;
}

absl::Status RebuildOrder(WriteTxn& txn) {
  const Journal journal(txn);
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  const absl::StatusOr<OrderRow> before = ReadOrder(txn);
  for (const Table table : {Table::kTile, Table::kRound}) txn.Clear(table);
  OrderRow order;
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  std::vector<Hlc> reach;
  for (const Lane& lane : lanes.all()) reach.push_back(ReachOf(lane, 0));
  const uint64_t closed = std::max(ClosedRound(reach, round_ms), before.ok() ? before->closed : 0);  // some lanes' word waits
  while (order.closed < closed) RETURN_IF_ERROR(CloseRounds(txn, journal, lanes, closed, round_ms, kEntriesAtOnce, &order));
  ASSIGN_OR_RETURN(order.settled, SettledRound(txn, lanes, order, round_ms));
  PutOrder(txn, order);
  return txn.status();
}

absl::StatusOr<std::string> CheckOrder(const Txn& txn, const Journal& journal, const Lanes& lanes) {
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  Tree log;
  uint64_t entries = 0;
  bool leaves = true;
  const auto append = [&](const Hash256& leaf) {
    const absl::StatusOr<Hash256> stored = SettledNode(txn, 0, log.size());
    leaves = leaves && stored.ok() && *stored == leaf;
    log.Append(leaf);
  };
  std::optional<RoundRow> before;
  for (;;) {
    ASSIGN_OR_RETURN(std::optional<RoundRow> round, RoundAfter(txn, before ? before->round : 0));
    if (!round) break;
    ASSIGN_OR_RETURN(const std::vector<Placed> placed, EntriesOf(journal, lanes, before ? &*before : nullptr, *round));
    for (const Placed& entry : placed) append(entry.id);
    entries += placed.size();
    append(LeafHash(RoundRecord(round->round, lanes, round->positions, entries)));
    if (!leaves || round->size != log.size() || round->entries != entries || round->root != log.Root())
      return Cat("round ", round->round, " of the order is not what the journal says");
    before = std::move(round);
  }
  if (order.log != log || order.entries != entries) return std::string("the order does not end where its last round does");
  return std::string();
}

absl::StatusOr<bool> TakeCosignatures(WriteTxn& txn, const RegistryId& registry, absl::Span<const Cosignature> offered) {
  const Journal journal(txn);
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  bool any = false;
  for (const Cosignature& c : offered) {
    const Lane *by = lanes.Find(c.by), *log = c.log == kSettledLog ? nullptr : lanes.Find(c.log);
    if (by == nullptr || (c.log != kSettledLog && log == nullptr) || c.by == c.log) continue;
    ASSIGN_OR_RETURN(const std::vector<Cosignature> known, CosignaturesOn(txn, c.log, c.by));
    const auto is_it = [&](const Cosignature& other) { return other.tree.size == c.tree.size; };
    const bool old = known.size() >= limits::kCosignaturesKept && c.tree.size < known.front().tree.size;
    if (old || std::any_of(known.begin(), known.end(), is_it) || !Holds(c, registry, by->key)) continue;
    if (log != nullptr &&
        c.tree.size <= log->tip()) {  // of another version of the lane: it proves nothing about the one held here
      ASSIGN_OR_RETURN(const Tree tree, journal.TreeAt(*log, c.tree.size));
      if (tree.Root() != c.tree.root) continue;
    }
    PutCosignature(txn, c);
    any = true;
  }
  return any;
}

Quorum QuorumOf(const Lanes& lanes, uint64_t round, uint64_t round_ms) {
  Quorum quorum;
  for (const Lane& lane : lanes.all())
    if (lane.role == Role::kFull && lane.admitted_hlc <= RoundEnd(round, round_ms)) quorum.members.push_back(&lane);
  quorum.needed = quorum.members.size() / 2 + 1;
  return quorum;
}

absl::StatusOr<std::vector<Cosignature>> CosignersOf(const Txn& txn, const RoundRow& round) {
  ASSIGN_OR_RETURN(std::vector<Cosignature> all, CosignaturesOn(txn, kSettledLog));
  std::erase_if(all, [&](const Cosignature& c) { return c.tree != TreeRoot{round.size, round.root}; });
  return all;
}

absl::StatusOr<std::vector<LaneId>> Unequal(const Txn& txn, const OrderRow& order) {
  std::vector<LaneId> unequal;
  ASSIGN_OR_RETURN(const std::vector<Cosignature> all, CosignaturesOn(txn, kSettledLog));
  for (const Cosignature& c : all) {
    if (c.tree.size > order.log.size()) continue;  // it is further
    ASSIGN_OR_RETURN(const std::optional<RoundRow> round, RoundOfSize(txn, c.tree.size));
    if (!round || round->root != c.tree.root) unequal.push_back(c.by);
  }
  unequal.erase(std::unique(unequal.begin(), unequal.end()), unequal.end());
  return unequal;
}

absl::StatusOr<Unheard> UnheardLanes(const Journal& journal, const Lanes& lanes, const OrderRow& order, uint64_t round_ms) {
  Unheard unheard;
  for (const Lane& lane : lanes.all())
    RETURN_IF_ERROR(journal.EachAfter(lane, order.PositionOf(lane.handle), [&](const Run& run, size_t i) {
      const Leaf& leaf = run.leaves[i];
      if (!leaf.body.empty() && leaf.body[0] == static_cast<char>(EntryKind::kBeat)) return true;
      const uint64_t round = RoundOf(leaf.hlc, round_ms);
      if (unheard.round == 0 || round < unheard.round) unheard.round = round;
      return false;
    }));
  if (unheard.round == 0) return unheard;
  for (const Lane& lane : lanes.all())
    if (ReachOf(lane, 0) < RoundEnd(unheard.round, round_ms)) unheard.lanes.push_back(&lane);
  return unheard;
}

}  // namespace chancery

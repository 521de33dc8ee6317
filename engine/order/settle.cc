#include "engine/order/settle.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/inbox.h"
#include "engine/order/settled_log.h"

namespace chancery {
namespace {

constexpr size_t kRoundsCosigned = limits::kCosignaturesKept;  // the latest ones: who was away catches up without the rest
constexpr size_t kEntriesAtOnce = 65536;
constexpr int64_t kSilentMs = 60'000;  // of the bug kSilenceEnds

// The stamp of the entry behind each lane's tip, where it is stored, waits, and its lane's key has sealed it; else 0.
absl::StatusOr<std::vector<Hlc>> Waiting(const Txn& txn, const Lanes& lanes, const RegistryId& registry) {
  std::vector<Hlc> next(lanes.size(), 0);
  if (txn.Count(Table::kInbox) == 0) return next;
  for (const Outline& outline : Inbox::All(txn)) {
    const Lane* lane = lanes.Find(outline.lane);
    if (lane != nullptr && Planted(Bug::kHeardIsPassed)) next[lane->handle] = std::max(next[lane->handle], outline.last_hlc + 1);
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

// next: by lane handle, of each lane the stamp behind its tip; 0 = none is known.
uint64_t ClosedBy(const Lanes& lanes, const std::vector<Hlc>& next, uint64_t round_ms) {
  std::vector<Hlc> reach;
  for (const Lane& lane : lanes.all())
    if (lane.placed() && lane.counts_above != UINT64_MAX) reach.push_back(ReachOf(lane, next[lane.handle]));
  return ClosedRound(std::move(reach), round_ms);
}

absl::StatusOr<uint64_t> ClosedHere(const Txn& txn, const Lanes& lanes, const RegistryId& registry, uint64_t round_ms,
                                    int64_t now_ms) {
  ASSIGN_OR_RETURN(std::vector<Hlc> next, Waiting(txn, lanes, registry));
  if (Planted(Bug::kSilenceEnds))
    for (const Lane& lane : lanes.all())
      if (MsOf(lane.tip_hlc) < now_ms - kSilentMs) next[lane.handle] = HlcAt(now_ms - kSilentMs);
  return ClosedBy(lanes, next, round_ms);
}

// Whether a member may sign for the order: one of the last epoch that holds data, and has promised nothing for a later one.
bool MayCosign(const Epochs& epochs, const Lane& own) {
  const EpochMember* member = FindMember(epochs.last(), own.id);
  if (member == nullptr || (member->role == Role::kWitness && !Planted(Bug::kWitnessSettles))) return false;
  if (Planted(Bug::kVoteDoesNotFreeze)) return true;
  return std::none_of(epochs.statements().begin(), epochs.statements().end(), [&](const Epochs::Statement& said) {
    const uint64_t epoch = said.entry.vote ? said.entry.vote->epoch : said.entry.decision->epoch.number;
    return said.entry.lane == own.id && epoch > epochs.last().number;
  });
}

// What this site signs with, and when by its clock, which never runs backwards in what it signs of the order.
struct Pencil {
  const RegistryId& registry;
  const KeyPair& key;
  uint64_t at_s = 0;
  std::vector<Cosignature> mine;  // of the settled log, so far

  // A log of a size that it has signed already has another root since an epoch: the later word counts.
  void Sign(WriteTxn& txn, LaneId log, const TreeRoot& tree) const {
    uint64_t at = at_s;
    for (const Cosignature& c : mine)
      if (log == kSettledLog && c.tree.size == tree.size) at = std::max(at, c.at_s + 1);
    PutCosignature(txn, MakeCosignature(log, tree, at, registry, key));
  }
};

absl::StatusOr<Pencil> PencilOf(const Txn& txn, const Lane& own, const RegistryId& registry, const KeyPair& key, int64_t now_ms) {
  uint64_t at_s = static_cast<uint64_t>(std::max<int64_t>(now_ms, 0) / 1000);
  ASSIGN_OR_RETURN(std::vector<Cosignature> mine, CosignaturesOn(txn, kSettledLog, own.id));
  for (const Cosignature& c : mine) at_s = std::max(at_s, c.at_s);
  return Pencil{registry, key, at_s, std::move(mine)};
}

// The largest log that the member has signed as it is here, in the epoch that it is in now.
absl::StatusOr<uint64_t> LastSigned(const Txn& txn, const std::vector<Cosignature>& mine,
                                    const std::function<bool(const RoundRow&)>& of_epoch) {
  for (auto c = mine.rbegin(); c != mine.rend(); ++c) {
    ASSIGN_OR_RETURN(const std::optional<RoundRow> round, RoundOfSize(txn, c->tree.size));
    if (round && round->root == c->tree.root && of_epoch(*round)) return c->tree.size;
  }
  return 0;
}

// Of the settled log, where this site has closed rounds since. A member signs only what shows the epoch that it is in: so whoever
// counts signatures knows in which epoch each was given.
absl::StatusOr<bool> CosignRounds(WriteTxn& txn, const Pencil& pencil, const OrderRow& order,
                                  const std::function<bool(const RoundRow&)>& of_epoch) {
  ASSIGN_OR_RETURN(const uint64_t last, LastSigned(txn, pencil.mine, of_epoch));
  ASSIGN_OR_RETURN(const std::vector<RoundRow> rounds, RoundsAfter(txn, order.settled, kRoundsCosigned));
  bool any = false;
  for (const RoundRow& round : rounds) {
    if (round.size <= last || !of_epoch(round)) continue;  // it never signs backwards
    pencil.Sign(txn, kSettledLog, {round.size, round.root});
    any = true;
  }
  return any;
}

// Of every other lane, as far as it is here.
absl::StatusOr<bool> CosignLanes(WriteTxn& txn, const Lanes& lanes, const Lane& own, const Pencil& pencil) {
  bool any = false;
  for (const Lane& lane : lanes.all()) {
    if (lane.handle == own.handle || lane.tip() == 0 || lane.fork != 0) continue;
    ASSIGN_OR_RETURN(const std::vector<Cosignature> mine, CosignaturesOn(txn, lane.id, own.id));
    if (!mine.empty() && mine.back().tree.size >= lane.tip()) continue;
    pencil.Sign(txn, lane.id, {lane.tip(), lane.tree.Root()});
    any = true;
  }
  return any;
}

// The last round that a quorum has cosigned as it is here.
absl::StatusOr<uint64_t> SettledRound(const Txn& txn, const Epochs& epochs, const Lanes& lanes, const OrderRow& order,
                                      uint64_t round_ms) {
  ASSIGN_OR_RETURN(const std::vector<RoundRow> rounds, RoundsAfter(txn, order.settled, kRoundsCosigned));
  if (Planted(Bug::kClosedIsSettled)) return rounds.empty() ? order.settled : rounds.back().round;
  for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
    const Quorum quorum = QuorumOf(epochs, lanes, round->round, round_ms);
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
                                           uint64_t round_ms, const BeatTime& time) {
  Hlc clock = NextHlc(lanes.HighestHlc(), time.now_ms);
  if (time.patience_ms > 0) clock = std::min(clock, HlcAt(std::max<int64_t>(time.now_ms - time.patience_ms, 0)));
  Hlc due = 0;
  for (const Lane& lane : lanes.all()) {
    if (!lane.placed()) continue;
    for (uint64_t seq = std::min(lane.tip(), lane.end); seq > order.PositionOf(lane.handle); --seq) {
      ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(MakeDot(lane.handle, seq)));
      const Hlc end = RoundEnd(RoundOf(entry.hlc, round_ms), round_ms);
      if (end <= own.tip_hlc || end <= due) break;  // what stands before it asks for less
      if (entry.kind == EntryKind::kBeat || end > clock || lane.Void(seq, entry.hlc)) continue;
      due = end;
      break;
    }
  }
  return due > own.tip_hlc ? std::optional(due) : std::nullopt;
}

namespace {

absl::StatusOr<bool> Cosign(WriteTxn& txn, const Epochs& epochs, const Lanes& lanes, const Lane& own, const OrderRow& order,
                            uint64_t round_ms, const Pencil& pencil) {
  bool rounds = false;
  if (MayCosign(epochs, own)) {
    ASSIGN_OR_RETURN(rounds, CosignRounds(txn, pencil, order, [&](const RoundRow& round) {
                       return EpochAt(epochs, lanes, round.round, round_ms) == epochs.last().number;
                     }));
  }
  ASSIGN_OR_RETURN(const bool held, CosignLanes(txn, lanes, own, pencil));
  return rounds || held;
}

}  // namespace

absl::StatusOr<bool> Settle(WriteTxn& txn, const RegistryId& registry, const KeyPair& key, int64_t now_ms) {
  const Journal journal(txn);
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(const Epochs epochs, Epochs::Load(txn, journal, lanes));
  ASSIGN_OR_RETURN(OrderRow order, ReadOrder(txn));
  bool changed = false;
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  ASSIGN_OR_RETURN(const uint64_t closed, ClosedHere(txn, lanes, registry, round_ms, now_ms));
  while (order.closed < closed) {
    RETURN_IF_ERROR(CloseRounds(txn, journal, lanes, epochs, closed, round_ms, kEntriesAtOnce, &order));
    changed = true;
  }
  if (const Lane* own = lanes.Find(LaneOf(key.public_key())); own != nullptr && own->fork == 0) {
    ASSIGN_OR_RETURN(const Pencil pencil, PencilOf(txn, *own, registry, key, now_ms));
    ASSIGN_OR_RETURN(const bool signed_any, Cosign(txn, epochs, lanes, *own, order, round_ms, pencil));
    changed |= signed_any;
  }
  ASSIGN_OR_RETURN(const uint64_t settled, SettledRound(txn, epochs, lanes, order, round_ms));
  changed |= settled != order.settled;
  order.settled = settled;
  if (changed) PutOrder(txn, order);
  return changed;
}

absl::Status RebuildOrder(WriteTxn& txn) {
  const Journal journal(txn);
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(const Epochs epochs, Epochs::Load(txn, journal, lanes));
  const absl::StatusOr<OrderRow> before = ReadOrder(txn);
  const auto final_round = FindRound(txn, before.ok() ? before->settled : 0);
  for (const Table table : {Table::kTile, Table::kRound}) txn.Clear(table);
  OrderRow order;
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  const uint64_t here = ClosedBy(lanes, std::vector<Hlc>(lanes.size(), 0), round_ms);
  const uint64_t closed = std::max(here, before.ok() ? before->closed : 0);  // some lanes' word waits
  while (order.closed < closed)
    RETURN_IF_ERROR(CloseRounds(txn, journal, lanes, epochs, closed, round_ms, kEntriesAtOnce, &order));
  if (final_round.ok() && *final_round) {  // it stays final, though its cosignatures may be among those that are not kept
    ASSIGN_OR_RETURN(const std::optional<RoundRow> again, FindRound(txn, (*final_round)->round));
    if (again && again->root == (*final_round)->root) order.settled = again->round;
  }
  ASSIGN_OR_RETURN(order.settled, SettledRound(txn, epochs, lanes, order, round_ms));
  PutOrder(txn, order);
  return txn.status();
}

absl::StatusOr<std::string> CheckOrder(const Txn& txn, const Journal& journal, const Lanes& lanes) {
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(const Epochs epochs, Epochs::Load(txn, journal, lanes));
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
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
    append(LeafHash(EncodeRoundRecord(RecordOf(*round, lanes, EpochAt(epochs, lanes, round->round, round_ms)))));
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
    const auto as_good = [&](const Cosignature& other) { return other.tree.size == c.tree.size && other.at_s >= c.at_s; };
    const auto newer = [&](const Cosignature& other) { return other.at_s >= c.at_s; };
    const bool old = known.size() >= limits::kCosignaturesKept && std::all_of(known.begin(), known.end(), newer);
    if (old || std::any_of(known.begin(), known.end(), as_good) || !Holds(c, registry, by->key)) continue;
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

Quorum QuorumOf(const Epochs& epochs, const Lanes& lanes, uint64_t round, uint64_t round_ms) {
  Quorum quorum;
  const Epoch& epoch = epochs.decided()[EpochAt(epochs, lanes, round, round_ms)].epoch;
  for (const EpochMember& member : epoch.members)
    if (member.role != Role::kWitness || Planted(Bug::kWitnessSettles)) quorum.members.push_back(lanes.Find(member.lane));
  quorum.needed = Planted(Bug::kOneCosignerSettles) ? 1 : QuorumsOf(epoch).settle;
  return quorum;
}

absl::StatusOr<std::vector<Cosignature>> CosignersOf(const Txn& txn, const RoundRow& round) {
  ASSIGN_OR_RETURN(std::vector<Cosignature> all, CosignaturesOn(txn, kSettledLog));
  std::erase_if(all, [&](const Cosignature& c) { return c.tree != TreeRoot{round.size, round.root}; });
  return all;
}

namespace {

// Whether its lane, as far as it is here, has heard of the last epoch.
bool KnowsLast(const Epochs& epochs, const Lane& lane) {
  const auto& by = epochs.decided().back().by;
  return by.empty() || std::any_of(by.begin(), by.end(), [&](const std::pair<Dot, Hlc>& said) {
           return HandleOf(said.first) == lane.handle ? lane.tip() >= SeqOf(said.first) : lane.context.Has(said.first);
         });
}

}  // namespace

absl::StatusOr<std::vector<LaneId>> Unequal(const Txn& txn, const OrderRow& order, const Epochs& epochs, const Lanes& lanes,
                                            uint64_t round_ms) {
  struct Word {
    uint64_t same_since = UINT64_MAX;        // when it first signed, in the last epoch, what is here
    uint64_t other_last = 0, same_last = 0;  // when it last signed another root than is here, and the same
    bool other = false;
  };
  std::map<LaneId, Word> words;
  ASSIGN_OR_RETURN(const std::vector<Cosignature> all, CosignaturesOn(txn, kSettledLog));
  for (const Cosignature& c : all) {
    if (c.tree.size > order.log.size()) continue;  // it is further
    Word& word = words[c.by];
    ASSIGN_OR_RETURN(const std::optional<RoundRow> round, RoundOfSize(txn, c.tree.size));
    const bool same = round && round->root == c.tree.root;
    word.other |= !same;
    uint64_t& last = same ? word.same_last : word.other_last;
    last = std::max(last, c.at_s);
    if (same && EpochAt(epochs, lanes, round->round, round_ms) == epochs.last().number)
      word.same_since = std::min(word.same_since, c.at_s);
  }
  std::vector<LaneId> unequal;
  for (const auto& [id, word] : words) {
    const bool last_word = word.other_last >= word.same_last && KnowsLast(epochs, *lanes.Find(id));
    if (word.other && (word.other_last >= word.same_since || last_word)) unequal.push_back(id);
  }
  return unequal;
}

absl::StatusOr<Unheard> UnheardLanes(const Journal& journal, const Lanes& lanes, const OrderRow& order, uint64_t round_ms) {
  Unheard unheard;
  for (const Lane& lane : lanes.all())
    RETURN_IF_ERROR(journal.EachAfter(lane, order.PositionOf(lane.handle), [&](const Run& run, size_t i) {
      const Leaf& leaf = run.leaves[i];
      if (!HasPlace(lane, run.first + i, leaf)) return true;
      const uint64_t round = RoundOf(leaf.hlc, round_ms);
      if (unheard.round == 0 || round < unheard.round) unheard.round = round;
      return false;
    }));
  if (unheard.round == 0) return unheard;
  for (const Lane& lane : lanes.all())
    if (lane.placed() && lane.counts_above != UINT64_MAX && ReachOf(lane, 0) < RoundEnd(unheard.round, round_ms))
      unheard.lanes.push_back(&lane);
  return unheard;
}

}  // namespace chancery

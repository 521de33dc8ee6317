#include "engine/pipeline/order.h"

#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/order/settled_log.h"

namespace chancery {
namespace {

std::vector<std::string> Labels(const Lanes& lanes, const std::vector<Cosignature>& cosignatures) {
  std::vector<std::string> labels;
  for (const Cosignature& c : cosignatures)
    if (const Lane* lane = lanes.Find(c.by)) labels.push_back(lane->Label());
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

}  // namespace

absl::StatusOr<std::optional<Hlc>> BeatOwed(const Txn& txn, LaneId own, const BeatTime& time) {
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  const Lane* lane = lanes.Find(own);
  if (lane == nullptr || lane->fork != 0 || lane->over() || !lane->placed()) return std::nullopt;
  const Journal journal(txn);
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  return BeatDue(journal, lanes, *lane, order, round_ms, time);
}

absl::StatusOr<OrderView> ViewOfOrder(const Txn& txn, const Journal& journal, const Lanes& lanes) {
  OrderView view;
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  ASSIGN_OR_RETURN(const Epochs epochs, Epochs::Load(txn, journal, lanes));
  ASSIGN_OR_RETURN(const std::optional<RoundRow> settled, FindRound(txn, order.settled));
  ASSIGN_OR_RETURN(const std::optional<RoundRow> next, RoundAfter(txn, order.settled));
  ASSIGN_OR_RETURN(const std::vector<RoundRow> latest, RoundsAfter(txn, order.settled, 1));
  if (settled) {
    view.entries = settled->entries;
    const uint64_t final_round = next ? next->round - 1 : order.closed;  // between them there is nothing
    view.settled = FormatTime(MsOf(RoundEnd(final_round, round_ms)));
  }
  const bool signable = !latest.empty() && EpochAt(epochs, lanes, latest[0].round, round_ms) == epochs.last().number;
  if (signable) {
    ASSIGN_OR_RETURN(const std::vector<Cosignature> cosigners, CosignersOf(txn, latest[0]));
    for (const Lane* lane : QuorumOf(epochs, lanes, latest[0].round, round_ms).members)
      if (std::none_of(cosigners.begin(), cosigners.end(), [&](const Cosignature& c) { return c.by == lane->id; }))
        view.waiting_for.push_back(lane->Label());
    view.waiting_since_ms = MsOf(RoundEnd(latest[0].round, round_ms));
  } else {
    ASSIGN_OR_RETURN(const Unheard unheard, UnheardLanes(journal, lanes, order, round_ms));
    for (const Lane* lane : unheard.lanes) view.waiting_for.push_back(lane->Label());
    if (unheard.round != 0) view.waiting_since_ms = MsOf(RoundEnd(unheard.round, round_ms));
  }
  ASSIGN_OR_RETURN(const std::vector<LaneId> unequal, Unequal(txn, order, epochs, lanes, round_ms));
  for (const LaneId id : unequal)
    if (const Lane* lane = lanes.Find(id)) view.unequal.push_back(lane->Label());
  std::sort(view.waiting_for.begin(), view.waiting_for.end());
  std::sort(view.unequal.begin(), view.unequal.end());
  return view;
}

absl::StatusOr<PlaceView> ViewOfPlace(const Txn& txn, const Journal& journal, const Lanes& lanes, Dot dot) {
  PlaceView view;
  const Lane& lane = lanes.At(HandleOf(dot));
  ASSIGN_OR_RETURN(std::vector<Cosignature> holders, CosignaturesOn(txn, lane.id));
  std::erase_if(holders, [&](const Cosignature& c) { return c.tree.size < SeqOf(dot); });
  view.witnesses = Labels(lanes, holders);
  ASSIGN_OR_RETURN(const OrderRow order, ReadOrder(txn));
  ASSIGN_OR_RETURN(const uint64_t round_ms, RoundMs(journal, lanes));
  ASSIGN_OR_RETURN(const Hlc hlc, journal.HlcAt(dot));
  view.outside = lane.Void(SeqOf(dot), hlc);
  const uint64_t number = RoundOf(hlc, round_ms);
  ASSIGN_OR_RETURN(const std::optional<RoundRow> round, FindRound(txn, number));
  if (!round || view.outside) return view;
  ASSIGN_OR_RETURN(const std::optional<RoundRow> before, RoundBefore(txn, number));
  ASSIGN_OR_RETURN(const EntryId id, journal.IdAt(dot));
  const uint64_t first = before ? before->size : 0;
  ASSIGN_OR_RETURN(const std::optional<uint64_t> at, FindLeaf(txn, first, round->size - 1, id));
  if (!at) return view;  // a beat has none
  view.place = (before ? before->entries : 0) + (*at - first) + 1;
  view.settled = number <= order.settled;
  ASSIGN_OR_RETURN(const std::optional<RoundRow> settled, FindRound(txn, order.settled));
  if (view.settled && settled) {
    ASSIGN_OR_RETURN(const std::vector<Cosignature> cosigners, CosignersOf(txn, *settled));
    view.cosigners = Labels(lanes, cosigners);
  }
  return view;
}

}  // namespace chancery

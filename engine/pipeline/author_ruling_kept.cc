// Rulings on fields that keep all they are given: shares sold twice, charges of one rank.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"

namespace chancery {
namespace {

CaseFact FactOf(const Write* write) { return {write->dot, write->op}; }

bool InClash(const Case& c, const CaseFact& fact) {
  return std::any_of(c.live.begin(), c.live.end(), [&](const Clash& clash) { return clash.a == fact || clash.b == fact; });
}

bool Clashes(const Case& c, const CaseFact& a, const CaseFact& b) {
  return a != b && std::any_of(c.live.begin(), c.live.end(), [&](const Clash& clash) {
           return (clash.a == a && clash.b == b) || (clash.a == b && clash.b == a);
         });
}

void AddBuiltOn(const std::vector<PlacedTransfer>& transfers, size_t of, std::set<size_t>& gone) {
  gone.insert(of);
  const std::vector<size_t> built = BuiltOn(transfers, of);
  gone.insert(built.begin(), built.end());
}

}  // namespace

absl::Status Author::KeptEffects(const RulingDraft& draft, const Case& c, const FieldInfo& field, Entry& entry) {
  const RegisterInfo& reg = *work_.catalog().FindHash(RegisterOf(c.scope.record));
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(c.scope.record, reg));
  static const Cell kEmpty;
  const Cell* cell = edit->record.Find(field.handle);
  ASSIGN_OR_RETURN(Op op, RulingOp(entry, reg, c.scope.record));
  const absl::Status made = field.def.type == FieldType::kShares
                                ? SharesEffects(draft, c, field, cell == nullptr ? kEmpty : *cell, *entry.ruling, op)
                                : RankEffects(draft, c, field, cell == nullptr ? kEmpty : *cell, op);
  RETURN_IF_ERROR(made);
  if (op.changes.empty()) {
    entry.packs.clear();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(reg, field));
  for (Change& change : op.changes) change.field = ordinal;
  entry.ops.push_back(std::move(op));
  return absl::OkStatus();
}

absl::Status Author::SharesEffects(const RulingDraft& draft, const Case& c, const FieldInfo& field, const Cell& cell,
                                   const Ruling& ruling, Op& op) {
  if (draft.set) return SetShares(*draft.set, c, field, ruling, op);
  const Writes writes = InOrder(cell, Kind::kTransfer, work_.lanes);
  const std::vector<PlacedTransfer> transfers = TransfersOf(writes, work_.lanes);
  Change withdrawn{0, Verb::kRetract, {}, {}};
  if (draft.both) {
    Change anew{0, Verb::kKeep, {}, {}};
    RETURN_IF_ERROR(BothShares(c, writes, transfers, ruling, &withdrawn, &anew));
    if (!withdrawn.named.empty()) op.changes.push_back(std::move(withdrawn));
    if (!anew.value.unset()) op.changes.push_back(std::move(anew));
    return absl::OkStatus();
  }
  std::set<size_t> gone;
  if (draft.none) {
    for (size_t i = 0; i < writes.size(); ++i)
      if (InClash(c, FactOf(writes[i]))) AddBuiltOn(transfers, i, gone);
  } else {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    const auto at = std::find_if(writes.begin(), writes.end(), [&](const Write* w) { return FactOf(w) == kept; });
    if (at == writes.end()) return RefuseRuling(c, Cat("the transfer of ", draft.keep, " no longer stands"));
    if (std::any_of(c.live.begin(), c.live.end(), [&](const Clash& clash) { return clash.a == kept && clash.b == kept; }))
      return RefuseRuling(c, Cat("what ", draft.keep, " passes on is not there"), "--none, or --set JSON");
    for (size_t i = 0; i < writes.size(); ++i)
      if (Clashes(c, FactOf(writes[i]), kept)) AddBuiltOn(transfers, i, gone);
    // The same act filed again is no rival: others may have taken its lots as it names them.
    const auto kept_one = static_cast<size_t>(at - writes.begin());
    const auto& act = transfers[kept_one].transfer.act;
    std::erase_if(gone, [&](size_t i) { return i == kept_one || (act && transfers[i].transfer.act == act); });
  }
  Writes lost;
  for (const size_t i : gone) lost.push_back(writes[i]);
  withdrawn.named = PlacesOf(lost, work_.lanes);
  if (!withdrawn.named.empty()) op.changes.push_back(std::move(withdrawn));
  return absl::OkStatus();
}

// Those that do not count are written anew, one after the other, on what is there: each takes what it takes in all from each
// owner, and who gained by it has the lots that it made.
absl::Status Author::BothShares(const Case& c, const Writes& writes, const std::vector<PlacedTransfer>& transfers,
                                const Ruling& ruling, Change* withdrawn, Change* anew) {
  const Holdings held = Hold(transfers);
  std::vector<Lot> live = held.live;
  Writes lost;
  std::map<LotId, Lot> consumed;
  std::vector<Lot> made;  // in the order made; ids of what is left over are not known yet
  for (size_t i = 0; i < transfers.size(); ++i) {
    if (held.effective[i] || held.repeated[i] || !InClash(c, FactOf(writes[i]))) continue;
    lost.push_back(writes[i]);
    std::optional<Moved> moved = MoveNet(transfers[i], live, static_cast<uint32_t>(made.size()));
    if (!moved) return RefuseRuling(c, Cat(work_.lanes.Short(writes[i]->dot), " does not fit beside the others"), "--keep ENTRY");
    for (const Lot& lot : moved->consumed) {
      std::erase_if(live, [&](const Lot& other) { return other == lot; });
      if (std::erase_if(made, [&](const Lot& other) { return other == lot; }) == 0) consumed.emplace(lot.id, lot);
    }
    for (Lot& lot : moved->made) {
      live.push_back(lot);
      made.push_back(std::move(lot));
    }
    std::sort(live.begin(), live.end(), [](const Lot& a, const Lot& b) { return a.id < b.id; });
  }
  if (lost.empty()) return absl::OkStatus();
  Transfer transfer;
  for (auto& [id, lot] : consumed) transfer.in.push_back(std::move(lot));
  for (const Lot& lot : made) {
    transfer.out.push_back({lot.owner, lot.share, IsLeftOver(lot) ? std::nullopt : std::optional(lot.id)});
  }
  // What an earlier ruling wrote anew stands for lots of a transfer that this one withdraws once more: others let in no name but
  // of what is withdrawn.
  std::set<Place> places;
  for (const Place& place : PlacesOf(lost, work_.lanes)) places.insert(place);
  for (const Portion& portion : transfer.out)
    if (portion.stands_for) places.insert(portion.stands_for->place);
  withdrawn->named.assign(places.begin(), places.end());
  transfer.act = ActOf(RulingAct(ruling, withdrawn->named), transfer);
  const std::string bytes = EncodeTransfer(transfer);
  if (transfer.in.empty() || !DecodeTransfer(bytes))
    return RefuseRuling(c, "the transfers do not fit beside each other", "--keep ENTRY");
  anew->value = Value(Kind::kTransfer, bytes).KeptIn(work_.arena());
  return absl::OkStatus();
}

absl::Status Author::SetShares(const Literal& set, const Case& c, const FieldInfo& field, const Ruling& ruling, Op& op) {
  const std::string at = Cat(c.subject, "/", field.def.name);
  const absl::StatusOr<Address> parsed =
      set.members.size() == 1 ? Address::Parse(set.members[0].first) : absl::StatusOr<Address>(Address());
  if (!parsed.ok() || parsed->Text() != at)
    return RefuseRuling(c, Cat("set names what the case is about and nothing else: ", at));
  std::vector<Portion> take;
  for (const Literal& item : set.members[0].second.list) {
    const Literal *owner = item.type == Literal::Type::kObject ? item.Find("owner") : nullptr,
                  *share = owner == nullptr ? nullptr : item.Find("share");
    const std::optional<Fraction> fraction = share == nullptr ? std::nullopt : ParseFraction(share->text);
    if (!fraction || owner->text.empty()) return RefuseRuling(c, "shares are set as [{\"owner\": \"A\", \"share\": \"1/2\"}, …]");
    take.push_back({owner->text, *fraction, std::nullopt});
  }
  std::optional<Transfer> first = FirstTransfer(take);
  if (!first || !DecodeTransfer(EncodeTransfer(*first)))
    return RefuseRuling(c, "the shares do not add up to 1, or are more than 4096");
  first->act = ActOf(RulingAct(ruling, {}), *first);
  const std::string bytes = EncodeTransfer(*first);
  op.changes.push_back({0, Verb::kSettle, Value(Kind::kTransfer, bytes).KeptIn(work_.arena()), {}});
  return absl::OkStatus();
}

namespace {

// A priority list as a ruling finds it.
struct RankedCase {
  Writes writes;
  std::vector<RankActs> acts;
  std::vector<bool> fact;                         // by write: it files a charge and is a fact of the case
  std::vector<std::pair<size_t, size_t>> rivals;  // of moves that cannot all hold, of charges under one id
};

// Writes by which rulings set one of two charges ahead of the other.
Writes AheadBetween(const RankedCase& list, const std::function<bool(const std::string&, const std::string&)>& between) {
  Writes found;
  for (size_t i = 0; i < list.writes.size(); ++i)
    if (std::any_of(list.acts[i].begin(), list.acts[i].end(),
                    [&](const RankAct& act) { return act.what == RankAct::What::kAhead && between(act.id, act.other); }))
      found.push_back(list.writes[i]);
  return found;
}

bool IsFactCharge(const RankedCase& list, const std::string& id) {
  for (size_t i = 0; i < list.writes.size(); ++i)
    if (list.fact[i] && list.acts[i][0].id == id) return true;
  return false;
}

}  // namespace

// keep: the charge stands ahead of those of its class that were filed apart from it; of moves that cannot all hold and of charges
// under one id the others go. What earlier rulings said of these charges is taken back.
absl::Status Author::RankEffects(const RulingDraft& draft, const Case& c, const FieldInfo& field, const Cell& cell, Op& op) {
  if (draft.set) return RefuseRuling(c, "a rank is not set to a value", "--keep ENTRY, --both or --none");
  RankedCase list{InOrder(cell, Kind::kRank, work_.lanes), {}, {}, {}};
  list.acts = RankActsOf(list.writes);
  ASSIGN_OR_RETURN(const Ranking ranking, RankingOf(list.writes, field.def, work_));
  list.rivals = ranking.twice;
  list.rivals.insert(list.rivals.end(), ranking.cycles.begin(), ranking.cycles.end());
  const std::vector<CaseFact> facts = c.Facts();
  for (size_t i = 0; i < list.writes.size(); ++i)
    list.fact.push_back(list.acts[i][0].what == RankAct::What::kFile &&
                        std::find(facts.begin(), facts.end(), FactOf(list.writes[i])) != facts.end());
  Writes lost;
  RankActs ahead;
  if (draft.keep.empty()) {
    lost = AheadBetween(list, [&](const auto& a, const auto& b) { return IsFactCharge(list, a) && IsFactCharge(list, b); });
    for (size_t i = 0; i < list.writes.size() && draft.none; ++i)
      if (list.fact[i] || InClash(c, FactOf(list.writes[i]))) lost.push_back(list.writes[i]);
  } else {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    const auto at = std::find_if(list.writes.begin(), list.writes.end(), [&](const Write* w) { return FactOf(w) == kept; });
    if (at == list.writes.end()) return RefuseRuling(c, Cat("what ", draft.keep, " entered no longer stands"));
    const auto index = static_cast<size_t>(at - list.writes.begin());
    for (const auto& [a, b] : list.rivals)
      if (a == index || b == index) lost.push_back(list.writes[a == index ? b : a]);
    const RankAct& own = list.acts[index][0];
    std::set<std::string> behind;
    for (size_t i = 0; i < list.writes.size() && list.fact[index]; ++i) {
      const RankAct& other = list.acts[i][0];
      if (!list.fact[i] || other.id == own.id || other.other != own.other) continue;
      ASSIGN_OR_RETURN(const Vector past, work_.PastOf(list.writes[i]->dot));
      ASSIGN_OR_RETURN(const Vector own_past, work_.PastOf(kept.dot));
      ASSIGN_OR_RETURN(const bool knew, work_.Saw(past, kept.dot));
      ASSIGN_OR_RETURN(const bool known, work_.Saw(own_past, list.writes[i]->dot));
      if (!knew && !known) behind.insert(other.id);
    }
    for (const std::string& id : behind) ahead.push_back({RankAct::What::kAhead, own.id, id, {}});
    const Writes undone = AheadBetween(list, [&](const std::string& a, const std::string& b) {
      return (a == own.id && behind.contains(b)) || (b == own.id && behind.contains(a));
    });
    lost.insert(lost.end(), undone.begin(), undone.end());
  }
  if (!lost.empty()) op.changes.push_back({0, Verb::kRetract, {}, PlacesOf(lost, work_.lanes)});
  if (ahead.empty()) return absl::OkStatus();
  const std::string bytes = EncodeRank(ahead);
  op.changes.push_back({0, Verb::kKeep, Value(Kind::kRank, bytes).KeptIn(work_.arena()), {}});
  return absl::OkStatus();
}

}  // namespace chancery

// What a ruling on shares or on a priority list comes to.
#include <algorithm>

#include "tests/model/clerk_parts.h"
#include "tests/model/ranked.h"
#include "tests/model/shares.h"
#include "tests/support/forever.h"

namespace chancery::model {
namespace {

// Transfers written anew on what is live, in one transfer.
class Rewriting {
 public:
  explicit Rewriting(const Ownership& shares) : shares_(shares), pool_(shares.live) {}

  // false: an owner has too little, or nobody gives what it takes.
  bool Add(size_t i) {
    if (shares_.transfers[i].in.empty()) return false;
    Amounts net;
    std::set<std::string> givers;
    for (const Portion& portion : shares_.transfers[i].out) net[portion.owner] += Exact(portion.share);
    for (const Lot& lot : shares_.transfers[i].in) {
      net[lot.owner] -= Exact(lot.share);
      givers.insert(lot.owner);
    }
    for (const auto& [owner, change] : net) {
      if (change < 0 && !Take(owner, -change)) return false;
      if (change > 0 && givers.contains(owner)) Make(Fresh(), owner, change);  // not the lot that was to be: it is worth less
    }
    const Act& write = shares_.writes[i];
    for (uint32_t p = 0; p < shares_.transfers[i].out.size(); ++p) {
      const Portion& portion = shares_.transfers[i].out[p];
      const LotId own{write.by->place(), write.op, p};
      if (!givers.contains(portion.owner)) Make(portion.stands_for.value_or(own), portion.owner, Exact(portion.share));
    }
    return true;
  }

  Transfer Whole() const {
    Transfer whole;
    for (const auto& [id, lot] : shares_.live) {
      if (!pool_.contains(id)) whole.in.push_back({id, lot.owner, Small(lot.share)});
    }
    for (const LotId& id : made_) {
      const auto lot = pool_.find(id);
      if (lot == pool_.end()) continue;
      whole.out.push_back(
          {lot->second.owner, Small(lot->second.share), id.place.lane == kFresh ? std::nullopt : std::optional(id)});
    }
    return whole;
  }

 private:
  static constexpr LaneId kFresh = ~LaneId{0};  // of lots without a name

  LotId Fresh() { return {{kFresh, 1}, 0, fresh_++}; }

  void Make(const LotId& id, const std::string& owner, const mpq_class& share) {
    pool_[id] = {owner, share};
    made_.push_back(id);
  }

  bool Take(const std::string& owner, mpq_class share) {
    const Lots before = pool_;
    for (const auto& [id, lot] : before) {
      if (lot.owner != owner || share <= 0) continue;
      pool_.erase(id);
      share -= lot.share;
    }
    if (share < 0) Make(Fresh(), owner, -share);
    return share <= 0;
  }

  const Ownership& shares_;
  Lots pool_;
  std::vector<LotId> made_;
  uint32_t fresh_ = 0;
};

void Keep(const Meaning& view, const std::string& address, uint32_t field, chancery::Kind kind, const std::string& bytes,
          Expected& out) {
  const Value value = Value(kind, std::string_view(bytes)).KeptIn(Forever());
  OpFor(view, address, out).changes.push_back({field, Verb::kKeep, value, {}});
}

// Rulings that say the same of the same acts count once.
Hash128 ActOfRuling(const Case& c, const Transfer& transfer, const std::set<Place>& withdrawn) {
  std::string id = "ruling";
  for (const std::string& part : {c.rule.id, c.subject, std::string()}) id += '\0' + part;
  for (const Place& place : withdrawn) {
    for (int shift = 56; shift >= 0; shift -= 8) id.push_back(static_cast<char>(place.lane >> shift));
    uint64_t seq = place.seq;
    for (; seq >= 128; seq >>= 7) id.push_back(static_cast<char>(seq | 128));
    id.push_back(static_cast<char>(seq));
  }
  return ActOf(id, transfer);
}

}  // namespace

std::optional<Value> WholeFrom(const Case& c, const Literal& literal) {
  const auto shares = SharesIn(literal);
  if (!shares || SumOf(*shares) != 1) return std::nullopt;
  Amounts whole;
  for (const auto& [owner, share] : *shares) whole[owner] += share;
  Transfer transfer = Moved({}, {}, whole);
  transfer.act = ActOfRuling(c, transfer, {});
  const std::string bytes = EncodeTransfer(transfer);
  return Value(chancery::Kind::kTransfer, std::string_view(bytes)).KeptIn(Forever());
}

void RuleOnShares(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  const Row& row = *view.Find(c.subject);
  const uint32_t field = OrdinalOf(*row.reg, c.rule.on[0]);
  const Ownership shares(&row, field);
  std::set<size_t> kept, rivals, contested, gone;
  for (size_t i = 0; i < shares.size(); ++i) {
    if (view.book.Short(shares.writes[i].by->place()) == ruling.keep) kept.insert(i);
  }
  for (const auto& [a, b] : row.exists ? shares.rivals : std::vector<std::pair<size_t, size_t>>()) {
    contested.insert({a, b});
    if (kept.contains(a)) rivals.insert(b);
    if (kept.contains(b)) rivals.insert(a);
  }
  const bool lacks = std::any_of(kept.begin(), kept.end(), [&](size_t i) { return rivals.contains(i); });
  if (!ruling.keep.empty() && (kept.empty() || lacks)) out.refusals.insert("ruling");
  if (ruling.none) gone = shares.BuiltOn(contested);
  if (!ruling.keep.empty()) gone = shares.BuiltOn(rivals);
  for (const size_t i : shares.WithRepetitions(kept)) gone.erase(i);
  Rewriting anew(shares);
  for (const size_t i : contested) {
    if (!ruling.both || shares.counts[i]) continue;
    gone.insert(i);
    if (!anew.Add(i)) {
      out.refusals.insert("ruling");
      return;
    }
  }
  std::set<Place> named;
  for (const size_t i : gone) named.insert(shares.writes[i].by->place());
  Transfer whole = ruling.both ? anew.Whole() : Transfer();
  for (const Portion& portion : whole.out) {  // withdrawn before, where its transfer was written anew before
    if (portion.stands_for) named.insert(portion.stands_for->place);
  }
  Retract(view, c.subject, field, named, out);
  if (!ruling.both || gone.empty()) return;
  whole.act = ActOfRuling(c, whole, named);
  if (whole.in.empty() || !DecodeTransfer(EncodeTransfer(whole))) {  // two wholes, or one lot twice
    out.refusals.insert("ruling");
    return;
  }
  Keep(view, c.subject, field, chancery::Kind::kTransfer, EncodeTransfer(whole), out);
}

namespace {

// A ruling on a priority list. Charges of the case: those filed by facts of it that stand.
class RankedRuling {
 public:
  RankedRuling(const Meaning& view, const Case& c, const PriorityList& list, const std::string& keep) : case_(c), list_(list) {
    for (size_t i = 0; i < list.writes.size(); ++i) {
      if (!list.FiledBy(i).empty() && c.facts.contains(list.writes[i].fact())) charges_.insert(i);
      if (view.book.Short(list.writes[i].by->place()) == keep) kept_ = i;
    }
  }

  bool stands() const { return kept_.has_value(); }

  void Keep() {
    for (const Clash& clash : case_.clashes) {
      if (clash.tie) continue;
      if (clash.a == list_.writes[*kept_].fact()) gone.insert(clash.b.place);
      if (clash.b == list_.writes[*kept_].fact()) gone.insert(clash.a.place);
    }
    const std::string mine = list_.FiledBy(*kept_);
    std::set<std::string> tied;
    for (const size_t other : mine.empty() ? std::set<size_t>() : charges_) {
      const bool rival = list_.FiledBy(other) != mine && ClassOf(other) == ClassOf(*kept_);
      if (rival && list_.copies->Apart(*list_.writes[other].by, *list_.writes[*kept_].by)) tied.insert(list_.FiledBy(other));
    }
    for (const std::string& id : tied) ahead.push_back({RankAct::What::kAhead, mine, id, ""});
    WithdrawOrders({mine}, tied);
  }

  void Equal() { WithdrawOrders(Ids(), Ids()); }

  void Withdraw() {
    for (const Clash& clash : case_.clashes) gone.insert({clash.a.place, clash.b.place});
    for (const size_t i : charges_) gone.insert(list_.writes[i].by->place());
    WithdrawOrders(Ids(), Ids());
  }

  std::set<Place> gone;
  RankActs ahead;

 private:
  std::string ClassOf(size_t write) const { return list_.acts[write].front().other; }

  std::set<std::string> Ids() const {
    std::set<std::string> ids;
    for (const size_t i : charges_) ids.insert(list_.FiledBy(i));
    return ids;
  }

  // What rulings said before on which of these comes first.
  void WithdrawOrders(const std::set<std::string>& some, const std::set<std::string>& others) {
    for (size_t i = 0; i < list_.writes.size(); ++i) {
      for (const RankAct& act : list_.acts[i]) {
        const bool between =
            (some.contains(act.id) && others.contains(act.other)) || (some.contains(act.other) && others.contains(act.id));
        if (act.what == RankAct::What::kAhead && between) gone.insert(list_.writes[i].by->place());
      }
    }
  }

  const Case& case_;
  const PriorityList& list_;
  std::set<size_t> charges_;
  std::optional<size_t> kept_;
};

}  // namespace

void RuleOnRanked(const Meaning& view, const Case& c, const RulingDraft& ruling, Expected& out) {
  const Row& row = *view.Find(c.subject);
  const uint32_t field = OrdinalOf(*row.reg, c.rule.on[0]);
  const PriorityList list(&row, field, row.spec(field));
  RankedRuling made(view, c, list, ruling.keep);
  if (!ruling.keep.empty() && !made.stands()) {
    out.refusals.insert("ruling");
    return;
  }
  if (ruling.both) made.Equal();
  if (ruling.none) made.Withdraw();
  if (!ruling.keep.empty()) made.Keep();
  Retract(view, c.subject, field, made.gone, out);
  if (!made.ahead.empty()) Keep(view, c.subject, field, chancery::Kind::kRank, EncodeRank(made.ahead), out);
}

}  // namespace chancery::model

#include "engine/crdt/ranked.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/bytes.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

using What = RankAct::What;

// `before` stands before `after`, as write `write` has it.
struct Move {
  std::string before, after;
  size_t write = 0;
};

// Between charges that stand.
std::vector<Move> MovesOf(const std::vector<RankActs>& writes) {
  std::set<std::string> standing;
  for (const RankActs& acts : writes)
    for (const RankAct& act : acts)
      if (act.what == What::kFile) standing.insert(act.id);
  std::vector<Move> moves;
  for (size_t i = 0; i < writes.size(); ++i)
    for (const RankAct& act : writes[i]) {
      if (!standing.contains(act.id) || !standing.contains(act.other)) continue;
      if (act.what == What::kBehind) moves.push_back({act.other, act.id, i});
      if (act.what == What::kAhead) moves.push_back({act.id, act.other, i});
    }
  return moves;
}

// Everything that stands after `from`, as the moves have it; with `from` itself where they lead back to it.
std::set<std::string> After(const std::vector<Move>& moves, const std::string& from) {
  std::set<std::string> reached;
  std::vector<std::string> next = {from};
  while (!next.empty()) {
    const std::string at = next.back();
    next.pop_back();
    for (const Move& move : moves)
      if (move.before == at && reached.insert(move.after).second) next.push_back(move.after);
  }
  return reached;
}

std::vector<Charge> ChargesOf(const std::vector<RankActs>& writes) {
  std::vector<Charge> charges;
  for (size_t i = 0; i < writes.size(); ++i)
    for (const RankAct& act : writes[i]) {
      if (act.what != What::kFile) continue;
      const auto same = [&](const Charge& c) { return c.id == act.id && c.cls == act.other && c.value == act.value; };
      auto it = std::find_if(charges.begin(), charges.end(), same);
      if (it == charges.end()) it = charges.insert(charges.end(), {act.id, act.other, act.value, {}});
      it->writes.push_back(i);
    }
  return charges;
}

using Groups = std::vector<std::vector<const Charge*>>;  // of equal rank, in the order of ranks

size_t GroupOf(const Groups& groups, const Charge* charge) {
  const auto has = [&](const std::vector<const Charge*>& group) {
    return std::find(group.begin(), group.end(), charge) != group.end();
  };
  return static_cast<size_t>(std::find_if(groups.begin(), groups.end(), has) - groups.begin());
}

// By class, then by how many of the class each had seen: those that knew as much stand together.
Groups Filed(const std::vector<Charge>& charges, const std::vector<std::string>& classes,
             const std::function<bool(size_t, size_t)>& saw) {
  std::map<std::pair<size_t, size_t>, std::vector<const Charge*>> levels;
  for (const Charge& charge : charges) {
    const auto cls = static_cast<size_t>(std::find(classes.begin(), classes.end(), charge.cls) - classes.begin());
    const auto before = [&](const Charge& other) {
      return &other != &charge && other.cls == charge.cls && saw(charge.writes[0], other.writes[0]);
    };
    const auto seen = static_cast<size_t>(std::count_if(charges.begin(), charges.end(), before));
    levels[{cls, seen}].push_back(&charge);
  }
  Groups groups;
  for (auto& [level, group] : levels) groups.push_back(std::move(group));
  return groups;
}

// `behind`: the charge goes right behind the other; else right ahead of it. Nothing happens where it stands so already.
void Apply(const Charge* charge, const Charge* other, bool behind, Groups& groups) {
  const size_t from = GroupOf(groups, charge), to = GroupOf(groups, other);
  if (charge == other || (behind ? from > to : from < to)) return;
  std::erase(groups[from], charge);
  size_t at = to + (behind ? 1 : 0);
  groups.insert(groups.begin() + static_cast<ptrdiff_t>(at), {charge});
  std::erase_if(groups, [](const std::vector<const Charge*>& group) { return group.empty(); });
}

void FindTies(const std::vector<Charge>& charges, const std::vector<Move>& moves, const std::function<bool(size_t, size_t)>& saw,
              Ranking& ranking) {
  const auto ordered = [&](const Charge& a, const Charge& b) {
    return std::any_of(moves.begin(), moves.end(), [&](const Move& m) {
      return (m.before == a.id && m.after == b.id) || (m.before == b.id && m.after == a.id);
    });
  };
  for (size_t i = 0; i < charges.size(); ++i)
    for (size_t j = i + 1; j < charges.size(); ++j) {
      const Charge &a = charges[i], &b = charges[j];
      const size_t x = a.writes[0], y = b.writes[0];
      const std::pair<size_t, size_t> pair(std::min(x, y), std::max(x, y));
      if (a.id == b.id) {
        ranking.twice.push_back(pair);
      } else if (a.cls == b.cls && !saw(x, y) && !saw(y, x) && !ordered(a, b)) {
        ranking.ties.push_back(pair);
      }
    }
}

void FindCycles(const std::vector<Move>& moves, const std::function<bool(size_t, size_t)>& saw, Ranking& ranking) {
  std::set<std::pair<size_t, size_t>> pairs;
  for (const Move& a : moves)
    for (const Move& b : moves) {
      if (a.write >= b.write || saw(a.write, b.write) || saw(b.write, a.write)) continue;
      const std::set<std::string> after_a = After(moves, a.after), after_b = After(moves, b.after);
      const bool on_a = after_a.contains(a.before);  // then a's ends follow themselves, and b's too where it is on the same cycle
      if (on_a && after_a.contains(b.before) && after_b.contains(a.before)) pairs.emplace(a.write, b.write);
    }
  ranking.cycles.assign(pairs.begin(), pairs.end());
}

}  // namespace

std::string EncodeRank(const RankActs& acts) {
  ByteWriter w;
  for (const RankAct& act : acts) {
    w.U8(static_cast<uint8_t>(act.what));
    w.Sized(act.id);
    if (act.what != What::kStrike) w.Sized(act.other);
    if (act.what == What::kFile) w.Sized(act.value);
  }
  return std::move(w.out);
}

std::optional<RankActs> DecodeRank(std::string_view payload) {
  ByteReader r(payload);
  RankActs acts;
  while (!r.AtEnd()) {
    RankAct act;
    const uint8_t what = r.U8();
    act.what = static_cast<What>(what);
    act.id = r.Sized();
    if (act.what != What::kStrike) act.other = r.Sized();
    if (act.what == What::kFile) act.value = r.Sized();
    const bool sound = r.ok() && what <= static_cast<uint8_t>(What::kStrike) && !act.id.empty() &&
                       act.other.empty() == (act.what == What::kStrike) && IsText(act.id) && IsText(act.other) &&
                       IsText(act.value);
    if (!sound || (act.what == What::kFile && !IsName(act.other)) || (!acts.empty() && !(acts.back() < act))) return std::nullopt;
    acts.push_back(std::move(act));
  }
  if (acts.empty()) return std::nullopt;
  const bool alike =
      acts.front().what == acts.back().what && (acts.front().what == What::kAhead || acts.front().what == What::kStrike);
  return acts.size() > 1 && !alike ? std::nullopt : std::optional(std::move(acts));
}

bool IsStrike(std::string_view payload) { return !payload.empty() && payload[0] == static_cast<char>(What::kStrike); }

Ranking Rank(const std::vector<RankActs>& writes, const std::vector<std::string>& classes,
             const std::function<bool(size_t, size_t)>& saw) {
  Ranking ranking;
  ranking.charges = ChargesOf(writes);
  const std::vector<Move> moves = MovesOf(writes);
  FindTies(ranking.charges, moves, saw, ranking);
  FindCycles(moves, saw, ranking);
  Groups groups = Filed(ranking.charges, classes, saw);
  const auto with_id = [&](const std::string& id) {
    std::vector<const Charge*> found;
    for (const Charge& charge : ranking.charges)
      if (charge.id == id) found.push_back(&charge);
    return found;
  };
  for (const RankActs& acts : writes)
    for (const RankAct& act : acts) {
      if (act.what != What::kBehind && act.what != What::kAhead) continue;
      for (const Charge* charge : with_id(act.id))
        for (const Charge* other : with_id(act.other)) Apply(charge, other, act.what == What::kBehind, groups);
    }
  uint64_t before = 0;
  std::map<const Charge*, std::pair<uint64_t, bool>> ranks;
  for (const auto& group : groups) {
    for (const Charge* charge : group) ranks[charge] = {before + 1, group.size() > 1};
    before += group.size();
  }
  for (Charge& charge : ranking.charges) std::tie(charge.rank, charge.tied) = ranks.at(&charge);
  std::sort(ranking.charges.begin(), ranking.charges.end(), [](const Charge& a, const Charge& b) {
    return std::tie(a.rank, a.id, a.cls, a.value) < std::tie(b.rank, b.id, b.cls, b.value);
  });
  return ranking;
}

std::vector<size_t> InTheWay(const std::vector<RankActs>& writes, std::string_view id, std::string_view other) {
  const std::vector<Move> moves = MovesOf(writes);
  std::set<size_t> found;
  for (const Move& move : moves) {
    if (move.before != id) continue;
    if (move.after == other || After(moves, move.after).contains(std::string(other))) found.insert(move.write);
  }
  return {found.begin(), found.end()};
}

}  // namespace chancery

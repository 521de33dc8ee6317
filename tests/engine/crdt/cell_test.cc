#include "engine/crdt/cell.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace chancery {
namespace {

Write W(uint16_t site, uint64_t seq, int value) {
  return {MakeDot(site, seq), HlcAt(static_cast<int64_t>(seq)), 0, false, Value::Integer(value)};
}

Vector Seen(std::initializer_list<uint64_t> seqs) {
  Vector v;
  uint16_t handle = 0;
  for (const uint64_t seq : seqs) v.Raise(handle++, seq);
  return v;
}

std::set<Dot> Dots(const Cell& cell) {
  std::set<Dot> out;
  for (const Write& w : cell) out.insert(w.dot);
  return out;
}

TEST(Cell, AWriteReplacesWhatItsAuthorHadSeen) {
  Cell cell;
  Merge(cell, Seen({0, 0}), Replaces::kAllSeen, {}, W(0, 1, 10));
  Merge(cell, Seen({1, 0}), Replaces::kAllSeen, {}, W(1, 1, 20));
  EXPECT_EQ(cell, Cell{W(1, 1, 20)});
}

TEST(Cell, ConcurrentWritesStandTogetherInDotOrder) {
  Cell cell;
  Merge(cell, Seen({0, 0}), Replaces::kNamed, {}, W(1, 1, 20));
  Merge(cell, Seen({0, 0}), Replaces::kNamed, {}, W(0, 1, 10));
  EXPECT_EQ(cell, (Cell{W(0, 1, 10), W(1, 1, 20)}));
}

TEST(Cell, AnEmptyListMeansEveryWriteSeen) {
  Cell cell{W(0, 1, 10), W(1, 1, 20)};
  Merge(cell, Seen({1, 0, 0}), Replaces::kNamed, {}, W(2, 1, 30));
  EXPECT_EQ(cell, (Cell{W(1, 1, 20), W(2, 1, 30)}));
}

TEST(Cell, ANamedListReplacesExactlyThose) {
  Cell cell{W(0, 1, 10), W(1, 1, 20)};
  Merge(cell, Seen({1, 1, 0}), Replaces::kNamed, {MakeDot(1, 1)}, W(2, 1, 30));
  EXPECT_EQ(cell, (Cell{W(0, 1, 10), W(2, 1, 30)}));
}

TEST(Cell, ARulingsWriteIgnoresTheListAndTakesAllSeen) {
  Cell cell{W(0, 1, 10), W(1, 1, 20)};
  Merge(cell, Seen({1, 1, 0}), Replaces::kAllSeen, {MakeDot(1, 1)}, W(2, 1, 30));
  EXPECT_EQ(cell, Cell{W(2, 1, 30)});
}

TEST(Cell, RetractWithdrawsExactlyTheseAndPassesOverOthers) {
  Cell cell{W(0, 1, 10), W(0, 2, 11), W(1, 1, 20)};
  Retract(cell, {MakeDot(0, 2), MakeDot(7, 7)});
  EXPECT_EQ(cell, (Cell{W(0, 1, 10), W(1, 1, 20)}));
  Retract(cell, {});
  EXPECT_EQ(cell.size(), 2u);
}

// One operation of a random history: its author's past, what it replaces, and what it writes (or only withdraws).
struct Act {
  Vector past;
  Replaces replaces = Replaces::kAllSeen;
  std::vector<Dot> named;
  bool retract = false;
  Write write;
};

void Deliver(Cell& cell, const Act& act) {
  if (act.retract) {
    Retract(cell, act.named);
  } else {
    Merge(cell, act.past, act.replaces, act.named, act.write);
  }
}

// Some sites write, withdraw and now and then deliver to each other; every act names only what stands at its author.
std::vector<Act> RandomHistory(std::mt19937_64& random, uint16_t sites, int acts) {
  const auto below = [&](uint64_t n) { return random() % n; };
  std::vector<Act> history;
  std::vector<Vector> past(sites);
  std::vector<Cell> cells(sites);
  const auto take_from = [&](uint16_t to, uint16_t from) {  // everything that `from` holds, in an order causes allow
    for (const Act& act : history) {
      if (past[from].Has(act.write.dot) && !past[to].Has(act.write.dot)) {
        Deliver(cells[to], act);
        past[to].Raise(HandleOf(act.write.dot), SeqOf(act.write.dot));
      }
    }
  };
  for (int i = 0; i < acts; ++i) {
    const auto site = static_cast<uint16_t>(below(sites));
    if (below(2) == 0) take_from(site, static_cast<uint16_t>(below(sites)));
    Act act;
    act.past = past[site];
    act.write = W(site, past[site].At(site) + 1, static_cast<int>(below(4)));
    act.retract = below(5) == 0;
    act.replaces = below(2) == 0 ? Replaces::kNamed : Replaces::kAllSeen;
    if (act.retract || act.replaces == Replaces::kNamed) {
      for (const Write& w : cells[site]) {
        if (below(2) == 0) act.named.push_back(w.dot);
      }
    }
    Deliver(cells[site], act);
    past[site].Raise(site, SeqOf(act.write.dot));
    history.push_back(act);
  }
  return history;
}

// Any order in which every act comes after its author's past.
Cell DeliverShuffled(std::mt19937_64& random, std::vector<Act> left) {
  Cell cell;
  Vector have;
  while (!left.empty()) {
    const size_t i = random() % left.size();
    const Act& act = left[i];
    bool ready = true;
    for (uint16_t h = 0; h < act.past.size(); ++h) ready = ready && have.At(h) >= act.past.At(h);
    if (!ready) continue;
    Deliver(cell, act);
    have.Raise(HandleOf(act.write.dot), SeqOf(act.write.dot));
    left.erase(left.begin() + static_cast<ptrdiff_t>(i));
  }
  return cell;
}

// What stands, said without an order: a write stands unless some other act that knew it replaces it.
std::set<Dot> StandingBySet(const std::vector<Act>& history) {
  std::set<Dot> standing;
  for (const Act& w : history) {
    if (w.retract) continue;
    const auto replaces = [&](const Act& by) {
      const bool exact = by.retract || (by.replaces == Replaces::kNamed && !by.named.empty());
      return exact ? std::count(by.named.begin(), by.named.end(), w.write.dot) > 0 : by.past.Has(w.write.dot);
    };
    if (std::none_of(history.begin(), history.end(), replaces)) standing.insert(w.write.dot);
  }
  return standing;
}

TEST(Cell, EveryCausalOrderGivesTheSameCell) {
  size_t contested = 0;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    std::mt19937_64 random(seed);
    const std::vector<Act> history = RandomHistory(random, static_cast<uint16_t>(2 + seed % 4), 14);
    const Cell first = DeliverShuffled(random, history);
    for (int i = 0; i < 8; ++i) ASSERT_EQ(DeliverShuffled(random, history), first) << "seed " << seed;
    ASSERT_EQ(Dots(first), StandingBySet(history)) << "seed " << seed;
    contested += first.size() > 1;
  }
  EXPECT_GT(contested, 100u);  // the histories do disagree
}

TEST(Cell, TwoConcurrentWritesCommute) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    std::mt19937_64 random(seed);
    const Cell base = DeliverShuffled(random, RandomHistory(random, 3, 8));
    const auto draft = [&](uint16_t site) {  // seen: all of the base, or nothing of it
      Act act;
      if (random() % 2) act.past = Seen({8, 8, 8});
      act.replaces = random() % 2 ? Replaces::kNamed : Replaces::kAllSeen;
      if (act.past.size() > 0 && !base.empty() && random() % 2) act.named = {base[random() % base.size()].dot};
      act.write = W(site, 1, static_cast<int>(random() % 3));
      return act;
    };
    const Act a = draft(3), b = draft(4);
    Cell ab = base, ba = base;
    Deliver(ab, a);
    Deliver(ab, b);
    Deliver(ba, b);
    Deliver(ba, a);
    ASSERT_EQ(ab, ba) << "seed " << seed;
  }
}

TEST(Cell, ASumIsNeitherReplacedNorWithdrawn) {
  const Write sum{MakeDot(0, 1), 0, 0, false, {Kind::kTally, std::string_view("\1\2\0", 3)}};
  Cell cell{sum};
  Merge(cell, Seen({1, 0}), Replaces::kAllSeen, {}, W(1, 1, 20));
  Merge(cell, Seen({1, 1}), Replaces::kNamed, {MakeDot(0, 1), MakeDot(1, 1)}, W(1, 2, 30));
  EXPECT_EQ(cell, (Cell{sum, W(1, 2, 30)}));
  Retract(cell, {MakeDot(0, 1), MakeDot(1, 2)});
  EXPECT_EQ(cell, Cell{sum});
}

TEST(Cell, WhatIsKeptStandsBesideTheOthersAndAStrikeOnlyTakesAway) {
  Cell cell{W(0, 1, 10), W(1, 1, 20)};
  Keep(cell, {}, W(0, 2, 30));
  EXPECT_EQ(cell, (Cell{W(0, 1, 10), W(0, 2, 30), W(1, 1, 20)}));
  Keep(cell, {MakeDot(0, 2)}, {MakeDot(2, 1), 0, 0, false, Value::Unset()});
  EXPECT_EQ(cell, (Cell{W(0, 1, 10), W(1, 1, 20)}));
  const auto rank = [](uint64_t seq, std::string_view acts) { return Write{MakeDot(2, seq), 0, 0, false, {Kind::kRank, acts}}; };
  Keep(cell, {MakeDot(0, 1)}, rank(2, std::string_view("\3\2M1", 4)));
  EXPECT_EQ(cell, Cell{W(1, 1, 20)}) << "struck off";
  Keep(cell, {MakeDot(1, 1)}, rank(3, std::string_view("\1\2M1\2M2", 7)));
  EXPECT_EQ(Dots(cell), std::set<Dot>{MakeDot(2, 3)}) << "another act stands";
}

}  // namespace
}  // namespace chancery

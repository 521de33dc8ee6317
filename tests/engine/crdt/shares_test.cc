#include "engine/crdt/shares.h"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace chancery {
namespace {

Portion P(std::string owner, std::string_view share) { return {std::move(owner), *ParseFraction(share), std::nullopt}; }

using Owners = std::vector<std::pair<std::string, std::string>>;

// Transfers as one lane after another files them, each in the view that it is given.
struct Deeds {
  std::vector<PlacedTransfer> all;  // in canonical order
  PlacedTransfer Make(LaneId lane, const std::vector<Portion>& give, const std::vector<Portion>& take) {
    std::string why;
    const auto made = give.empty() ? FirstTransfer(take) : MakeTransfer(Hold(all).live, give, take, &why);
    EXPECT_TRUE(made) << why;
    return {{lane, ++seq}, 0, *made};
  }
  void File(LaneId lane, const std::vector<Portion>& give, const std::vector<Portion>& take) {
    all.push_back(Make(lane, give, take));
  }
  Owners Now() const { return Owned(Hold(all).live); }
  uint64_t seq = 0;
};

TEST(Shares, ATransferTakesLotsAndGivesBackWhatIsLeftOver) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1/2"), P("B", "1/2")});
  deeds.File(1, {P("A", "1/6")}, {P("C", "1/6")});
  EXPECT_EQ(deeds.Now(), (Owners{{"A", "1/3"}, {"B", "1/2"}, {"C", "1/6"}}));
  EXPECT_TRUE(Hold(deeds.all).rivals.empty());
}

TEST(Shares, WhatIsNotThereCannotBeGiven) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  const std::vector<Lot> live = Hold(deeds.all).live;
  std::string why;
  EXPECT_FALSE(MakeTransfer(live, {P("B", "1/2")}, {P("C", "1/2")}, &why));
  EXPECT_EQ(why, "B has 0 and gives 1/2");
  EXPECT_FALSE(MakeTransfer(live, {P("A", "1/2")}, {P("C", "1/3")}, &why));
  EXPECT_FALSE(FirstTransfer({P("A", "1/2"), P("B", "1/3")}));
}

TEST(Shares, OfTwoSalesOfOneLotTheFirstCountsAndTheyAreRivals) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  const PlacedTransfer b = deeds.Make(1, {P("A", "1/2")}, {P("B", "1/2")}), c = deeds.Make(2, {P("A", "2/3")}, {P("C", "2/3")});
  deeds.all.insert(deeds.all.end(), {b, c});
  const Holdings held = Hold(deeds.all);
  EXPECT_EQ(held.effective, (std::vector<bool>{true, true, false}));
  EXPECT_EQ(held.rivals, (std::vector<std::pair<size_t, size_t>>{{1, 2}}));
  EXPECT_EQ(deeds.Now(), (Owners{{"A", "1/2"}, {"B", "1/2"}}));
}

TEST(Shares, WhatIsBuiltOnALoserFallsWithIt) {
  Deeds deeds, other;
  deeds.File(1, {}, {P("A", "1")});
  other = deeds;
  deeds.File(1, {P("A", "1")}, {P("B", "1")});
  other.seq = 100;
  other.File(2, {P("A", "1")}, {P("C", "1")});
  other.File(2, {P("C", "1/2")}, {P("D", "1/2")});
  deeds.all.insert(deeds.all.end(), other.all.begin() + 1, other.all.end());
  EXPECT_EQ(deeds.Now(), (Owners{{"B", "1"}}));
  EXPECT_EQ(BuiltOn(deeds.all, 2), (std::vector<size_t>{3}));
}

TEST(Shares, OneActFiledTwiceCountsOnce) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  PlacedTransfer first = deeds.Make(1, {P("A", "1/4")}, {P("B", "1/4")}), again = deeds.Make(2, {P("A", "1/4")}, {P("B", "1/4")});
  first.transfer.act = again.transfer.act = ActOf("q", first.transfer);
  deeds.all.push_back(first);
  PlacedTransfer on = deeds.Make(3, {P("B", "1/4")}, {P("C", "1/4")});
  deeds.all = {deeds.all[0], again, first, on};  // the repetition is the earlier one: what was built on the other still stands
  EXPECT_EQ(deeds.Now(), (Owners{{"A", "3/4"}, {"C", "1/4"}}));
  EXPECT_TRUE(Hold(deeds.all).rivals.empty());
}

TEST(Shares, TheLotsOfARepetitionAreFoundByTheirOwnersAndShares) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  PlacedTransfer again = deeds.Make(1, {P("A", "1/4")}, {P("D", "1/4")});  // leaves A 3/4, and has D's lot behind it
  const PlacedTransfer before = deeds.Make(2, {P("A", "3/4")}, {P("B", "3/4")});
  deeds.all.push_back(before);
  PlacedTransfer first = deeds.Make(2, {P("A", "1/4")}, {P("D", "1/4")});  // all that A had
  first.transfer.act = again.transfer.act = ActOf("q", first.transfer);
  deeds.all = {deeds.all[0], again};
  const PlacedTransfer on = deeds.Make(1, {P("D", "1/4")}, {P("E", "1/4")});
  deeds.all = {deeds.all[0], before, first, again, on};
  EXPECT_EQ(deeds.Now(), (Owners{{"B", "3/4"}, {"E", "1/4"}}));
  EXPECT_TRUE(Hold(deeds.all).rivals.empty());
}

TEST(Shares, WhatTwoRulingsWriteAnewCountsOnce) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1/2"), P("B", "1/2")});
  const LotId sold{{7, 7}, 0, 0};
  PlacedTransfer one = deeds.Make(2, {P("A", "1/4")}, {P("C", "1/4")}), other = deeds.Make(3, {P("B", "1/4")}, {P("C", "1/4")});
  for (PlacedTransfer* placed : {&one, &other})
    for (Portion& portion : placed->transfer.out)
      if (portion.owner == "C") portion.stands_for = sold;
  deeds.all.insert(deeds.all.end(), {one, other});
  EXPECT_EQ(deeds.Now(), (Owners{{"A", "1/4"}, {"B", "1/2"}, {"C", "1/4"}}));
  EXPECT_EQ(Hold(deeds.all).rivals, (std::vector<std::pair<size_t, size_t>>{{1, 2}}));
}

TEST(Shares, ALotThatNobodyMadeStandsAgainstItself) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  deeds.File(1, {P("A", "1")}, {P("B", "1")});
  deeds.all.erase(deeds.all.begin());
  EXPECT_EQ(Hold(deeds.all).rivals, (std::vector<std::pair<size_t, size_t>>{{0, 0}}));
}

TEST(Shares, TheyAlwaysAddUpToOneAndNoOrderOfLanesMatters) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
    Deeds common;
    common.File(1, {}, {P("A", "1/2"), P("B", "1/3"), P("C", "1/6")});
    std::vector<PlacedTransfer> all = common.all;
    for (LaneId lane = 1; lane <= 3; ++lane) {
      Deeds branch = common;
      branch.seq = 100 * lane;
      for (size_t n = below(4); n > 0; --n) {
        const std::vector<Lot> live = Hold(branch.all).live;
        const Lot& lot = live[below(live.size())];
        const Portion part{lot.owner, {lot.share.num, lot.share.den * (1 + below(3))}, std::nullopt};
        const auto share = ParseFraction(Text(part.share));
        branch.File(lane, {{lot.owner, *share, {}}}, {{std::string(1, static_cast<char>('A' + below(5))), *share, {}}});
      }
      all.insert(all.end(), branch.all.begin() + 1, branch.all.end());
    }
    const Holdings held = Hold(all);
    mpq_class sum = 0;
    for (const auto& [owner, share] : Owned(held.live)) sum += mpq_class(share);
    EXPECT_EQ(sum, 1) << "seed " << seed;
    for (const auto& [a, b] : held.rivals) EXPECT_FALSE(held.effective[a] && held.effective[b]) << "seed " << seed;
    for (const PlacedTransfer& placed : all) EXPECT_EQ(DecodeTransfer(EncodeTransfer(placed.transfer)), placed.transfer);
  }
}

TEST(Shares, BytesThatMakeOrLoseSharesAreRefused) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  Transfer transfer = deeds.Make(1, {P("A", "1/2")}, {P("B", "1/2")}).transfer;
  transfer.out[0].share = {2, 3};
  EXPECT_FALSE(DecodeTransfer(EncodeTransfer(transfer)));
  transfer.out[0].share = {2, 4};
  EXPECT_FALSE(DecodeTransfer(EncodeTransfer(transfer)));
  EXPECT_FALSE(DecodeTransfer(""));
}

TEST(Shares, NumbersStayBelowTwoToTheThirtySecond) {
  EXPECT_TRUE(ParseFraction("1/4294967295"));
  EXPECT_FALSE(ParseFraction("1/4294967296"));
  EXPECT_FALSE(ParseFraction("0/1"));
  EXPECT_FALSE(ParseFraction("3/2"));
  EXPECT_FALSE(ParseFraction("1/0"));
  EXPECT_FALSE(ParseFraction("-1/2"));
  EXPECT_EQ(Text(*ParseFraction("2/4")), "1/2");
}

}  // namespace
}  // namespace chancery

#include "engine/crdt/shares.h"

#include <gmpxx.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
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

TEST(Shares, WhatIsBuiltOnOneIsFoundOnceHoweverManyOfItsLotsItTakes) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1/2"), P("B", "1/2")});
  deeds.File(1, {P("A", "1/2"), P("B", "1/2")}, {P("C", "1")});
  deeds.File(1, {P("C", "1")}, {P("D", "1")});
  EXPECT_EQ(BuiltOn(deeds.all, 0), (std::vector<size_t>{1, 2}));
  EXPECT_EQ(BuiltOn(deeds.all, 1), (std::vector<size_t>{2}));
  EXPECT_TRUE(BuiltOn(deeds.all, 2).empty());
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

// Each byte string is that of a good transfer with one thing spoilt.
TEST(Shares, BytesOfNoTransferAreRefused) {
  const Transfer good{
      HashParts({"act"}), {{{{7, 1}, 0, 0}, "A", {1, 2}}, {{{7, 2}, 0, 1}, "B", {1, 2}}}, {{"C", {1, 1}, LotId{{9, 9}, 3, 4}}}};
  const auto refused = [&](const std::function<void(Transfer&)>& spoil) {
    Transfer bad = good;
    spoil(bad);
    return !DecodeTransfer(EncodeTransfer(bad));
  };
  EXPECT_FALSE(refused([](Transfer&) {}));
  EXPECT_TRUE(refused([](Transfer& t) { std::swap(t.in[0], t.in[1]); }));
  EXPECT_TRUE(refused([](Transfer& t) { t.in[1].id = t.in[0].id; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.in[0].owner = ""; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.in[0].owner = "\xff"; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out[0].owner = ""; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out[0].share = {1, 0}; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out[0].share = {0, 1}; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out[0].share = {3, 2}; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out[0].share = {uint64_t{1} << 32, 1}; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out[0].share = {1, uint64_t{1} << 32}; }));
  EXPECT_TRUE(refused([](Transfer& t) { t.out.clear(); }));
  EXPECT_TRUE(refused([](Transfer& t) { t.in.clear(), t.out[0].share = {1, 2}; })) << "the first takes the whole";
  EXPECT_TRUE(refused([](Transfer& t) {
    t.out = {{"C", {1, 2}, LotId{{9, 9}, 3, 4}}, {"D", {1, 2}, LotId{{9, 9}, 3, 4}}};
  })) << "two that stand for one lot";
  const std::string bytes = EncodeTransfer(good);
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeTransfer(bytes.substr(0, n))) << n;
  EXPECT_FALSE(DecodeTransfer(bytes + '\0'));
  for (const size_t flag : {size_t{0}, bytes.size() - 12}) {  // whether there is an act; whether the lot stands for another
    std::string bad = bytes;
    ASSERT_EQ(bad[flag], 1);
    bad[flag] = 2;
    EXPECT_FALSE(DecodeTransfer(bad)) << flag;
  }
}

TEST(Shares, MoreLotsThanATransferMayHaveAreRefused) {
  const std::string of(1, '\0');
  for (const std::string& count : {std::string("\x80\x20"), std::string("\x81\x20")})  // 4096 is let in, and then cut short
    EXPECT_FALSE(DecodeTransfer(of + count)) << count.size();
  Transfer wide;
  for (uint64_t i = 0; i < 4097; ++i) wide.out.push_back({"A", {1, 4097}, std::nullopt});
  EXPECT_FALSE(DecodeTransfer(EncodeTransfer(wide)));
  wide.out.pop_back();
  for (Portion& portion : wide.out) portion.share.den = 4096;
  EXPECT_TRUE(DecodeTransfer(EncodeTransfer(wide)));
}

// A number that does not fit its place is no other number of the same lot.
TEST(Shares, AnOperationAboveThirtyTwoBitsIsRefused) {
  const Transfer good{std::nullopt, {{{{7, 1}, UINT32_MAX, UINT32_MAX}, "A", {1, 1}}}, {{"B", {1, 1}, std::nullopt}}};
  const std::string bytes = EncodeTransfer(good), most = "\xff\xff\xff\xff\x0f", more = "\x80\x80\x80\x80\x10";
  ASSERT_TRUE(DecodeTransfer(bytes));
  const size_t op = bytes.find(most), index = op + most.size();
  ASSERT_EQ(bytes.substr(index, most.size()), most);
  EXPECT_FALSE(DecodeTransfer(bytes.substr(0, op) + more + bytes.substr(index)));
  EXPECT_FALSE(DecodeTransfer(bytes.substr(0, index) + more + bytes.substr(index + most.size())));
}

TEST(Shares, AnActIsWhatItsOwnersGainAndLose) {
  const Lot half{{{7, 1}, 0, 0}, "A", {1, 2}}, whole{{{7, 2}, 0, 0}, "A", {1, 1}};
  const Transfer from_half{std::nullopt, {half}, {{"B", {1, 2}, std::nullopt}}};
  const Transfer from_whole{std::nullopt, {whole}, {{"A", {1, 2}, std::nullopt}, {"B", {1, 2}, std::nullopt}}};
  const Transfer other{std::nullopt, {whole}, {{"A", {1, 4}, std::nullopt}, {"B", {3, 4}, std::nullopt}}};
  const Transfer third{std::nullopt, {whole}, {{"B", {1, 2}, std::nullopt}, {"C", {1, 2}, std::nullopt}}};
  EXPECT_EQ(ActOf("q", from_half), ActOf("q", from_whole));
  EXPECT_NE(ActOf("q", from_half), ActOf("r", from_half));
  EXPECT_NE(ActOf("q", from_half), ActOf("q", other));
  EXPECT_NE(ActOf("q", from_half), ActOf("q", third));
  const Lot idle{{{7, 3}, 0, 0}, "Z", {1, 4}};
  const Transfer with_idle{std::nullopt, {half, idle}, {{"B", {1, 2}, std::nullopt}, {"Z", {1, 4}, std::nullopt}}};
  EXPECT_EQ(ActOf("q", from_half), ActOf("q", with_idle)) << "Z gains and loses nothing";
}

TEST(Shares, AnOwnersLotsAreTakenInTheirOrderAsFarAsNeeded) {
  const std::vector<Lot> live = {{{{7, 1}, 0, 0}, "A", {1, 4}}, {{{7, 1}, 0, 1}, "B", {1, 4}}, {{{7, 2}, 0, 0}, "A", {1, 2}}};
  std::string why;
  const auto little = MakeTransfer(live, {P("A", "1/4")}, {P("C", "1/4")}, &why);
  ASSERT_TRUE(little) << why;
  EXPECT_EQ(little->in, std::vector<Lot>{live[0]});
  const auto more = MakeTransfer(live, {P("A", "1/2")}, {P("C", "1/2")}, &why);
  ASSERT_TRUE(more) << why;
  EXPECT_EQ(more->in, (std::vector<Lot>{live[0], live[2]}));
  EXPECT_EQ(more->out, (std::vector<Portion>{P("A", "1/4"), P("C", "1/2")}));
  EXPECT_FALSE(MakeTransfer(live, {}, {}, &why)) << "nothing is taken";
  EXPECT_FALSE(MakeTransfer(live, {P("A", "1/4")}, {}, &why));
}

TEST(Shares, AShareThatWouldNeedLargerNumbersIsNotMade) {
  const std::vector<Lot> live = {{{{7, 1}, 0, 0}, "A", {1, 4294967295}}, {{{7, 1}, 0, 1}, "B", {1, 4294967291}}};
  std::string why;
  EXPECT_FALSE(MakeTransfer(live, {P("A", "1/4294967295"), P("B", "1/4294967291")},
                            {P("C", "1/4294967295"), P("C", "1/4294967291")}, &why));
  EXPECT_NE(why.find("the share of C would be "), std::string::npos) << why;
  EXPECT_FALSE(FirstTransfer({P("A", "1"), P("A", "1/2")}));
}

TEST(Shares, ANetMoveTakesWhatItsOwnersHaveNow) {
  const std::vector<Lot> live = {{{{7, 5}, 0, 0}, "A", {1, 2}}, {{{7, 6}, 0, 0}, "B", {1, 2}}};
  PlacedTransfer sale{{8, 1}, 0, {std::nullopt, {{{{7, 1}, 0, 0}, "A", {1, 1}}}, {P("A", "3/4"), P("C", "1/4")}}};
  const auto moved = MoveNet(sale, live, 3);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->consumed, std::vector<Lot>{live[0]});
  ASSERT_EQ(moved->made.size(), 2u);
  EXPECT_TRUE(IsLeftOver(moved->made[0]));
  EXPECT_EQ(moved->made[0], (Lot{{{UINT64_MAX, 0}, 3, 0}, "A", {1, 4}}));
  EXPECT_EQ(moved->made[1], (Lot{{{8, 1}, 0, 1}, "C", {1, 4}}));
  sale.transfer.out = {P("C", "1")};
  EXPECT_FALSE(MoveNet(sale, live, 3)) << "A has too little by now";
}

TEST(Shares, ANetMoveLeavesNoShareThatNeedsLargerNumbers) {
  const LotId id{{7, 1}, 0, 0};
  const std::vector<Lot> live = {{{{7, 5}, 0, 0}, "A", {1, 3}}};
  const Fraction tiny{1, 4294967291};
  EXPECT_FALSE(MoveNet({{8, 1}, 0, {std::nullopt, {{id, "A", tiny}}, {{"C", tiny, std::nullopt}}}}, live, 0)) << "what is left";
  EXPECT_FALSE(MoveNet({{8, 1}, 0, {std::nullopt, {{id, "A", tiny}}, {P("A", "1/2")}}}, live, 0)) << "what is gained";
}

TEST(Shares, ALotOfAnotherOwnerOrShareIsNobodys) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1/2"), P("B", "1/2")});
  const PlacedTransfer sale = deeds.Make(1, {P("A", "1/2")}, {P("C", "1/2")});
  for (const auto& [owner, share] : std::vector<std::pair<std::string, Fraction>>{{"B", {1, 2}}, {"A", {1, 4}}}) {
    PlacedTransfer false_one = sale;
    false_one.transfer.in[0].owner = owner;
    false_one.transfer.in[0].share = share;
    const std::vector<PlacedTransfer> all = {deeds.all[0], false_one};
    EXPECT_EQ(Hold(all).rivals, (std::vector<std::pair<size_t, size_t>>{{1, 1}}));
    EXPECT_EQ(Hold(all).effective, (std::vector<bool>{true, false}));
    EXPECT_TRUE(BuiltOn(all, 0).empty());
  }
}

TEST(Shares, ARepetitionOfOtherSharesHasNoLotsOfTheFirst) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  PlacedTransfer first = deeds.Make(1, {P("A", "1")}, {P("B", "1/2"), P("C", "1/2")});
  PlacedTransfer again = deeds.Make(2, {P("A", "1")}, {P("B", "1/4"), P("C", "3/4")});
  first.transfer.act = again.transfer.act = ActOf("q", first.transfer);  // as only a liar has it
  const LotId lot{again.place, 0, 0};
  const PlacedTransfer on{{3, 9}, 0, {std::nullopt, {{lot, "B", {1, 4}}}, {P("D", "1/4")}}};
  const Holdings held = Hold({deeds.all[0], first, again, on});
  EXPECT_EQ(held.effective, (std::vector<bool>{true, true, false, false}));
  EXPECT_EQ(held.rivals, (std::vector<std::pair<size_t, size_t>>{{3, 3}}));
}

TEST(Shares, AnOwnLotThatStandsForAnotherOfTheSameActIsNoRivalOfItself) {
  Deeds deeds;
  deeds.File(1, {}, {P("A", "1")});
  PlacedTransfer twice = deeds.Make(1, {P("A", "1")}, {P("B", "1/2"), P("C", "1/2")});
  twice.transfer.out[1].stands_for = LotId{twice.place, 0, 0};
  EXPECT_TRUE(Hold({deeds.all[0], twice}).rivals.empty());
}

TEST(Shares, AnOwnerWhoGainsInASaleOfHisOwnHasALotLeftOver) {
  const std::vector<Lot> live = {{{{7, 5}, 0, 0}, "A", {1, 2}}, {{{7, 6}, 0, 0}, "B", {1, 2}}};
  const PlacedTransfer sale{
      {8, 1}, 0, {std::nullopt, {{{{7, 1}, 0, 0}, "A", {1, 2}}, {{{7, 2}, 0, 0}, "B", {1, 2}}}, {P("A", "3/4"), P("B", "1/4")}}};
  const auto moved = MoveNet(sale, live, 0);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->consumed, std::vector<Lot>{live[1]});
  EXPECT_EQ(Owned(moved->made), (Owners{{"A", "1/4"}, {"B", "1/4"}}));
}

TEST(Shares, WhatPeopleWriteIsAFractionOrNothing) {
  for (const std::string_view bad : {"", "/", "1/", "/2", "1/2/3", "a", "1/b", "+1/2", " 1/2", "00000000001/2", "1/00000000002"})
    EXPECT_FALSE(ParseFraction(bad)) << bad;
  EXPECT_EQ(*ParseFraction("1"), (Fraction{1, 1}));
  EXPECT_EQ(*ParseFraction("0000000001/02"), (Fraction{1, 2}));
}

}  // namespace
}  // namespace chancery

#include "engine/crdt/ranked.h"

#include <gtest/gtest.h>

#include <set>

namespace chancery {
namespace {

using What = RankAct::What;

// Writes and what the author of each had seen.
struct Book {
  std::vector<RankActs> writes;
  std::vector<std::set<size_t>> seen;
  void File(std::string id, std::set<size_t> saw = {}, std::string cls = "mortgage") {
    writes.push_back({{What::kFile, std::move(id), std::move(cls), "100"}});
    seen.push_back(std::move(saw));
  }
  void Move(What what, std::string id, std::string other, std::set<size_t> saw) {
    writes.push_back({{what, std::move(id), std::move(other), {}}});
    seen.push_back(std::move(saw));
  }
  Ranking Now() const {
    return Rank(writes, {"mortgage", "easement"}, [&](size_t a, size_t b) { return seen[a].contains(b); });
  }
  std::string Shown() const {  // "M1:1 M2:2=", = where tied
    std::string out;
    for (const Charge& charge : Now().charges)
      out += (out.empty() ? "" : " ") + charge.id + ":" + std::to_string(charge.rank) + (charge.tied ? "=" : "");
    return out;
  }
};
using Pairs = std::vector<std::pair<size_t, size_t>>;

TEST(Ranked, WhoKnewTheOtherStandsBehindIt) {
  Book book;
  book.File("M1");
  book.File("M2", {0});
  EXPECT_EQ(book.Shown(), "M1:1 M2:2");
  EXPECT_TRUE(book.Now().ties.empty());
}

TEST(Ranked, FiledApartTheyAreTied) {
  Book book;
  book.File("M0");
  book.File("M1", {0});
  book.File("M2", {0});
  book.File("M3", {0, 1, 2});
  EXPECT_EQ(book.Shown(), "M0:1 M1:2= M2:2= M3:4");
  EXPECT_EQ(book.Now().ties, (Pairs{{1, 2}}));
}

TEST(Ranked, ClassesComeInTheirOrderAndAreNotTied) {
  Book book;
  book.File("E1", {}, "easement");
  book.File("M1");
  EXPECT_EQ(book.Shown(), "M1:1 E1:2");
  EXPECT_TRUE(book.Now().ties.empty());
}

TEST(Ranked, ACessionMovesOneBehindAnotherAndHarmsNobodyBetween) {
  Book book;
  book.File("M1");
  book.File("M2", {0});
  book.File("M3", {0, 1});
  book.Move(What::kBehind, "M1", "M3", {0, 1, 2});
  EXPECT_EQ(book.Shown(), "M2:1 M3:2 M1:3");
}

TEST(Ranked, ARulingOrdersTheTied) {
  Book book;
  book.File("M1");
  book.File("M2");
  book.File("M3");
  book.writes.push_back({{What::kAhead, "M2", "M1", {}}, {What::kAhead, "M2", "M3", {}}});
  book.seen.push_back({0, 1, 2});
  EXPECT_EQ(book.Shown(), "M2:1 M1:2= M3:2=");
  EXPECT_EQ(book.Now().ties, (Pairs{{0, 2}}));
}

TEST(Ranked, MovesMadeApartThatCannotAllHoldAreACycle) {
  Book book;
  for (const char* id : {"M1", "M2", "M3"}) book.File(id);
  book.seen = {{}, {0}, {0, 1}};
  book.Move(What::kBehind, "M1", "M2", {0, 1, 2});  // 3, at one site
  book.Move(What::kBehind, "M2", "M3", {0, 1, 2});  // 4 and 5 at another
  book.Move(What::kBehind, "M3", "M1", {0, 1, 2, 4});
  EXPECT_EQ(book.Now().cycles, (Pairs{{3, 4}, {3, 5}}));
}

TEST(Ranked, MovesOfAChargeThatWasStruckOffCountForNothing) {
  Book book;
  book.File("M1");
  book.File("M2", {0});
  book.Move(What::kBehind, "M2", "M9", {0, 1});
  book.Move(What::kBehind, "M9", "M2", {0, 1});
  EXPECT_EQ(book.Shown(), "M1:1 M2:2");
  EXPECT_TRUE(book.Now().cycles.empty());
}

TEST(Ranked, OneIdFiledApartAsTwoChargesStandsTwice) {
  Book book;
  book.File("M1");
  book.writes.push_back({{What::kFile, "M1", "mortgage", "200"}});
  book.seen.push_back({});
  EXPECT_EQ(book.Shown(), "M1:1= M1:1=");
  EXPECT_EQ(book.Now().twice, (Pairs{{0, 1}}));
  book.writes[1] = book.writes[0];  // equal: one charge
  EXPECT_EQ(book.Shown(), "M1:1");
}

TEST(Ranked, ANewMoveKnowsWhatStandsInItsWay) {
  Book book;
  for (const char* id : {"M1", "M2", "M3"}) book.File(id);
  book.Move(What::kBehind, "M1", "M2", {});  // M2 before M1
  book.Move(What::kBehind, "M3", "M1", {});  // M1 before M3
  EXPECT_EQ(InTheWay(book.writes, "M2", "M3"), (std::vector<size_t>{3}));
  EXPECT_EQ(InTheWay(book.writes, "M3", "M2"), (std::vector<size_t>{}));
  EXPECT_EQ(InTheWay(book.writes, "M1", "M2"), (std::vector<size_t>{})) << "M1 has M3 behind it, and that nothing";
  EXPECT_EQ(InTheWay(book.writes, "M1", "M3"), (std::vector<size_t>{4}));
}

TEST(Ranked, ComesBackFromItsBytes) {
  const RankActs strikes = {{What::kStrike, "M1", {}, {}}, {What::kStrike, "M2", {}, {}}};
  for (const RankActs& acts : {RankActs{{What::kFile, "M1", "mortgage", ""}}, RankActs{{What::kBehind, "a", "b", ""}}, strikes}) {
    EXPECT_EQ(DecodeRank(EncodeRank(acts)), acts);
    EXPECT_EQ(IsStrike(EncodeRank(acts)), acts == strikes);
  }
  EXPECT_FALSE(DecodeRank(""));
  EXPECT_FALSE(DecodeRank(EncodeRank({strikes[1], strikes[0]})));
  EXPECT_FALSE(DecodeRank(EncodeRank({{What::kFile, "", "mortgage", ""}})));
  EXPECT_FALSE(DecodeRank(EncodeRank({{What::kBehind, "a", "b", ""}, {What::kBehind, "c", "d", ""}})));
}

// Spoilt by hand: EncodeRank writes any act, sound or not.
TEST(Ranked, BytesThatAreNoActAreRefused) {
  const auto refused = [](const RankAct& act) { return !DecodeRank(EncodeRank({act})); };
  const std::string bad = "\xff";
  EXPECT_FALSE(refused({What::kFile, "M1", "mortgage", "100"}));
  EXPECT_TRUE(refused({What::kFile, bad, "mortgage", "100"}));
  EXPECT_TRUE(refused({What::kFile, "M1", "No Class", "100"}));
  EXPECT_TRUE(refused({What::kFile, "M1", "", "100"}));
  EXPECT_TRUE(refused({What::kFile, "M1", "mortgage", bad}));
  EXPECT_FALSE(refused({What::kBehind, "M1", "M2", {}}));
  EXPECT_TRUE(refused({What::kBehind, "M1", bad, {}}));
  EXPECT_TRUE(refused({What::kBehind, "M1", "", {}}));
  EXPECT_TRUE(refused({What::kStrike, "", {}, {}}));
  EXPECT_TRUE(refused({static_cast<What>(4), "M1", "M2", {}})) << "no such act";
  const std::string strike = EncodeRank({{What::kStrike, "M1", {}, {}}});
  for (size_t n = 0; n < strike.size(); ++n) EXPECT_FALSE(DecodeRank(strike.substr(0, n))) << n;
  EXPECT_FALSE(DecodeRank(strike + strike)) << "twice";
}

TEST(Ranked, SeveralActsOfOneWriteAreStrikesOrARulingsOrder) {
  const RankAct file{What::kFile, "M1", "mortgage", ""}, behind{What::kBehind, "M1", "M2", {}},
      ahead{What::kAhead, "M1", "M2", {}}, strike{What::kStrike, "M1", {}, {}};
  EXPECT_TRUE(DecodeRank(EncodeRank({ahead, {What::kAhead, "M1", "M3", {}}})));
  EXPECT_FALSE(DecodeRank(EncodeRank({file, {What::kFile, "M2", "mortgage", ""}})));
  EXPECT_FALSE(DecodeRank(EncodeRank({file, strike})));
  EXPECT_FALSE(DecodeRank(EncodeRank({behind, ahead})));
  EXPECT_FALSE(DecodeRank(EncodeRank({ahead, strike})));
}

TEST(Ranked, AMoveThatHoldsAlreadyChangesNothing) {
  Book book;
  book.File("M1");
  book.File("M2", {0});
  book.File("M3", {0, 1});
  book.Move(What::kBehind, "M3", "M1", {0, 1, 2});
  book.Move(What::kAhead, "M1", "M3", {0, 1, 2, 3});
  book.Move(What::kBehind, "M2", "M2", {0, 1, 2, 3, 4});
  EXPECT_EQ(book.Shown(), "M1:1 M2:2 M3:3");
}

TEST(Ranked, OneIdInTwoClassesStandsTwiceToo) {
  Book book;
  book.File("M1");
  book.File("M1", {}, "easement");
  EXPECT_EQ(book.Shown(), "M1:1 M1:2");
  EXPECT_EQ(book.Now().twice, (Pairs{{0, 1}}));
}

TEST(Ranked, AMoveOrdersItsOwnTwoAndNoOthers) {
  Book book;
  for (const char* id : {"M1", "M2", "M3"}) book.File(id);
  book.Move(What::kBehind, "M2", "M3", {0, 1, 2});
  EXPECT_EQ(book.Now().ties, (Pairs{{0, 1}, {0, 2}}));
  book.Move(What::kAhead, "M1", "M2", {0, 1, 2, 3});
  EXPECT_EQ(book.Now().ties, (Pairs{{0, 2}}));
}

TEST(Ranked, MovesOfWhichOneKnewTheOtherAreNoCycle) {
  for (const bool first_knew : {false, true}) {
    Book book;
    book.File("M1");
    book.File("M2", {0});
    book.Move(What::kBehind, "M1", "M2", first_knew ? std::set<size_t>{0, 1, 3} : std::set<size_t>{0, 1});
    book.Move(What::kBehind, "M2", "M1", first_knew ? std::set<size_t>{0, 1} : std::set<size_t>{0, 1, 2});
    EXPECT_TRUE(book.Now().cycles.empty());
    book.seen[2] = book.seen[3] = {0, 1};
    EXPECT_EQ(book.Now().cycles, (Pairs{{2, 3}}));
  }
}

TEST(Ranked, TwoCyclesApartAreTwo) {
  Book book;
  for (const char* id : {"M1", "M2", "M3", "M4"}) book.File(id);
  book.Move(What::kBehind, "M1", "M2", {0, 1});  // 4 and 5: a cycle
  book.Move(What::kBehind, "M2", "M1", {0, 1});
  book.Move(What::kBehind, "M3", "M4", {2, 3});  // 6 and 7: another
  book.Move(What::kBehind, "M4", "M3", {2, 3});
  book.Move(What::kBehind, "M3", "M1", {0, 2});  // from one to the other, and not back
  EXPECT_EQ(book.Now().cycles, (Pairs{{4, 5}, {6, 7}}));
}

TEST(Ranked, AMoveBehindItselfIsACycleWithWhatLiesOnTheSame) {
  Book book;
  book.File("M1");
  book.File("M2", {0});
  book.Move(What::kBehind, "M1", "M1", {0, 1});
  book.Move(What::kBehind, "M1", "M2", {0, 1});
  EXPECT_TRUE(book.Now().cycles.empty()) << "M2 does not stand behind M1";
  book.Move(What::kBehind, "M2", "M1", {0, 1});
  EXPECT_EQ(book.Now().cycles, (Pairs{{2, 3}, {2, 4}, {3, 4}}));
}

TEST(Ranked, NoBytesAreNoStrike) { EXPECT_FALSE(IsStrike("")); }

}  // namespace
}  // namespace chancery

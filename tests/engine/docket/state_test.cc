#include <gtest/gtest.h>

#include "engine/docket/docket.h"

namespace chancery {
namespace {

constexpr CaseFact kA{1, 0}, kB{2, 0}, kC{3, 0};
constexpr Clash kAB{kA, kB}, kAC{kA, kC};

RulingRow Ruling(Dot dot, char outcome, std::vector<CaseFact> facts, std::vector<Dot> seen = {}) {
  RulingRow row;
  row.dot = dot;
  row.outcome.bytes[0] = static_cast<uint8_t>(outcome);
  row.facts = std::move(facts);
  row.seen = std::move(seen);
  return row;
}

TEST(CaseState, IsNothingWithoutAClashAndOpenWithOne) {
  EXPECT_EQ(StateOf({}, {}), CaseState::kNone);
  EXPECT_EQ(StateOf({kAB}, {}), CaseState::kOpen);
}

TEST(CaseState, IsRuledWhileEveryClashIsDecided) {
  EXPECT_EQ(StateOf({}, {Ruling(9, 'x', {kA, kB})}), CaseState::kRuled);
  EXPECT_EQ(StateOf({kAB}, {Ruling(9, 'x', {kA, kB})}), CaseState::kRuled);
}

TEST(CaseState, IsReopenedByAFactThatTheRulingDidNotName) {
  EXPECT_EQ(StateOf({kAC}, {Ruling(9, 'x', {kA, kB})}), CaseState::kReopened);
}

TEST(CaseState, IsSplitByRulingsApartThatDiffer) {
  EXPECT_EQ(StateOf({}, {Ruling(8, 'x', {kA, kB}), Ruling(9, 'y', {kA, kB})}), CaseState::kSplit);
}

TEST(CaseState, IsRuledByRulingsApartThatAgree) {
  EXPECT_EQ(StateOf({}, {Ruling(8, 'x', {kA, kB}), Ruling(9, 'x', {kA, kB})}), CaseState::kRuled);
}

TEST(CaseState, IsRuledAgainByOneThatKnewBoth) {
  EXPECT_EQ(StateOf({}, {Ruling(8, 'x', {kA, kB}), Ruling(9, 'y', {kA, kB}), Ruling(10, 'z', {kA, kB}, {8, 9})}),
            CaseState::kRuled);
}

TEST(CaseState, StaysSplitWhereTheLaterRulingKnewOnlyOne) {
  EXPECT_EQ(StateOf({}, {Ruling(8, 'x', {kA, kB}), Ruling(9, 'y', {kA, kB}), Ruling(10, 'z', {kA, kB}, {8})}), CaseState::kSplit);
}

TEST(ClashStatus, FollowsTheRulingsThatNameBothFacts) {
  EXPECT_EQ(StatusOf(kAB, {}), ClashStatus::kOpen);
  EXPECT_EQ(StatusOf(kAC, {Ruling(9, 'x', {kA, kB})}), ClashStatus::kOpen);
  EXPECT_EQ(StatusOf(kAB, {Ruling(9, 'x', {kA, kB, kC})}), ClashStatus::kRuled);
}

TEST(CaseState, OfAReferenceToWhatNeverWasIsSplitByTwoRulingsOnOneFact) {
  const std::vector<RulingRow> rulings = {Ruling(8, 'x', {kA}), Ruling(9, 'y', {kA})};
  EXPECT_EQ(StateOf({}, rulings, true), CaseState::kSplit);
  EXPECT_EQ(StateOf({}, rulings), CaseState::kRuled);
}

TEST(ClashStatus, IsSplitUntilOneThatKnewBothDecidesTheSameClash) {
  const RulingRow x = Ruling(8, 'x', {kA, kB, kC}), y = Ruling(9, 'y', {kA, kB});
  EXPECT_EQ(StatusOf(kAB, {x, y}), ClashStatus::kSplit);
  EXPECT_EQ(StatusOf(kAC, {x, y}), ClashStatus::kRuled) << "the other says nothing of it";
  EXPECT_EQ(StatusOf(kAB, {x, y, Ruling(10, 'y', {kA, kC}, {8, 9})}), ClashStatus::kSplit) << "nor does one on other facts";
  EXPECT_EQ(StatusOf(kAB, {x, y, Ruling(10, 'z', {kA, kB}, {8, 9})}), ClashStatus::kRuled);
  EXPECT_EQ(StatusOf(kAB, {x, Ruling(10, 'z', {kA, kB}, {8})}), ClashStatus::kRuled);
}

TEST(CaseState, OfManyClashesOneThatIsOpenReopensIt) {
  const RulingRow x = Ruling(8, 'x', {kA, kB});
  EXPECT_EQ(StateOf({kAB, kAC}, {x}), CaseState::kReopened);
  EXPECT_EQ(StateOf({kAB, kAC}, {x, Ruling(9, 'y', {kA, kC})}), CaseState::kRuled);
  EXPECT_EQ(StateOf({kAC}, {x, Ruling(9, 'y', {kA, kB})}), CaseState::kSplit) << "split goes before open";
}

TEST(Case, ContestedIsWhatNoRulingHasDecided) {
  Case c;
  c.live = {kAB, kAC};
  c.rulings = {Ruling(9, 'x', {kA, kB})};
  c.state = CaseState::kReopened;
  EXPECT_EQ(c.Facts(), (std::vector<CaseFact>{kA, kB, kC}));
  EXPECT_EQ(c.Contested(), (std::vector<CaseFact>{kA, kC}));
  c.live = {kAB};
  c.rulings.push_back(Ruling(10, 'y', {kA, kB, kC}));
  c.state = CaseState::kSplit;
  EXPECT_EQ(c.Contested(), (std::vector<CaseFact>{kA, kB, kC})) << "of a case that is split all that rulings name";
}

}  // namespace
}  // namespace chancery

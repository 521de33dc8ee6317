// Quorums: in every registry of up to five members, whatever the order of votes and signatures and whoever is lost, those who
// decide where a lane ends have heard of what is settled.
#include "engine/journal/epochs.h"

#include <gtest/gtest.h>

#include <bit>
#include <iostream>

namespace chancery {
namespace {

Epoch Of(size_t holders, size_t witnesses) {
  Epoch epoch;
  for (size_t i = 0; i < holders + witnesses; ++i) epoch.members.push_back({i + 1, i < holders ? Role::kFull : Role::kWitness});
  return epoch;
}

TEST(Quorums, AreMoreThanHalfAndMeetInAHolder) {
  EXPECT_EQ(QuorumsOf(Of(1, 0)).decide, 1u);
  EXPECT_EQ(QuorumsOf(Of(2, 0)).settle, 2u);
  EXPECT_EQ(QuorumsOf(Of(2, 1)).decide, 2u);  // a third voter, so that one of two sites may burn down
  EXPECT_EQ(QuorumsOf(Of(3, 0)).decide, 2u);
  EXPECT_EQ(QuorumsOf(Of(3, 2)).decide, 4u);  // three of five would do without both holders that settled
}

// An entry that some members hold is cosigned by a settle quorum of them, each before it votes; then some of the members decide.
// A bit a member.
TEST(Quorums, WhoeverDecidesHasHeardOfWhatIsSettled) {
  uint64_t cases = 0, settled = 0, by_survivors = 0;
  for (size_t holders = 1; holders <= 5; ++holders)
    for (size_t witnesses = 0; holders + witnesses <= 5; ++witnesses) {
      const size_t all = holders + witnesses;
      const Quorums quorums = QuorumsOf(Of(holders, witnesses));
      for (uint32_t cosigned = 0; cosigned < 1u << holders; ++cosigned)  // a witness signs nothing of the order
        for (uint32_t voters = 0; voters < 1u << all; ++voters)
          for (size_t lost = 0; lost <= all; ++lost) {  // all = nobody is
            if (static_cast<size_t>(std::popcount(voters)) < quorums.decide || (voters >> lost & 1) != 0) continue;
            ++cases;
            if (static_cast<size_t>(std::popcount(cosigned)) < quorums.settle) continue;
            ++settled;
            by_survivors += lost < all ? 1 : 0;
            EXPECT_NE(cosigned & voters, 0u) << holders << " holders, " << witnesses << " witnesses";
          }
      EXPECT_GT(2 * quorums.decide, all);
      EXPECT_GT(2 * quorums.settle, holders);
      EXPECT_LE(quorums.decide, all);
    }
  std::cout << "  " << cases << "\tdecisions, " << settled << " of them over what was settled, " << by_survivors
            << " after a loss\n";
  EXPECT_GT(by_survivors, 500u);
}

}  // namespace
}  // namespace chancery

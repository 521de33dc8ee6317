// What members of an epoch sign, as text: written in one way, and nothing else is read.
#include "engine/codec/epoch_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/strings.h"
#include "engine/codec/quorums.h"

namespace chancery {
namespace {

// Three members and two ends, all in order.
EpochWords Good() {
  std::vector<PublicKey> keys;
  for (const char* name : {"a", "b", "c"}) keys.push_back(KeyPair::FromSeed(Sha256({name})).public_key());
  std::sort(keys.begin(), keys.end(), [](const PublicKey& a, const PublicKey& b) { return LaneOf(a) < LaneOf(b); });
  EpochWords words{Sha256({"registry"}), {2, {}, {{3, 0, {}}, {7, 300, Sha256({"tree"})}}}, {1, LaneOf(keys[0])}, keys};
  const Role roles[] = {Role::kFull, Role::kBlind, Role::kWitness};
  for (size_t i = 0; i < keys.size(); ++i) words.epoch.members.push_back({LaneOf(keys[i]), roles[i]});
  return words;
}
std::string Text(const EpochWords& words) { return EpochText(words.registry, words.epoch, words.ballot, words.keys); }

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}
std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(EpochText, ComesBack) {
  const EpochWords good = Good(), read = ParseEpochText(Text(good)).value();
  EXPECT_EQ(read.registry, good.registry);
  EXPECT_EQ(read.epoch, good.epoch);
  EXPECT_EQ(read.ballot, good.ballot);
  EXPECT_EQ(read.keys, good.keys);
}

// Each line in every way that is not its own.
TEST(EpochText, IsReadOnlyAsItIsWritten) {
  const std::vector<std::string> good = Lines(Text(Good()));
  ASSERT_EQ(good.size(), 8u);
  const auto refused = [&](size_t line, const std::string& instead) {
    std::vector<std::string> lines = good;
    lines[line] = instead;
    return !ParseEpochText(Joined(lines)).ok();
  };
  for (const size_t line : {0, 1, 2, 3, 6}) EXPECT_FALSE(refused(line, good[line]));
  const std::string hex(64, 'a'), lane = "0123456789abcdef", key = good[3].substr(good[3].rfind(' ') + 1);
  for (const std::string& bad :
       {hex, hex + "/epochs", hex.substr(2) + "/epoch", hex + "aa/epoch", hex.substr(1) + "g/epoch", std::string()})
    EXPECT_TRUE(refused(0, bad)) << bad;
  for (const char* bad : {"", "0", "02", "x", "-1", "2 ", "18446744073709551616"}) EXPECT_TRUE(refused(1, bad)) << bad;
  for (const std::string& bad :
       {"vote 1 " + lane, std::string("ballot 1"), "ballot 1 " + lane + " 2", "ballot x " + lane, "ballot 01 " + lane,
        "ballot 1 " + lane.substr(2), "ballot 1 " + lane + "00", "ballot 1 g" + lane.substr(1)})
    EXPECT_TRUE(refused(2, bad)) << bad;
  const std::string id = good[3].substr(7, 16);
  for (const std::string& bad :
       {"end " + id + " full " + key, "member " + id + " judge " + key, "member " + id + " full",
        "member " + id + " full " + key + " x", "member " + id.substr(2) + " full " + key,
        "member g" + id.substr(1) + " full " + key, "member " + lane + " full " + key, "member " + id + " full " + key.substr(2),
        "member " + id + " full g" + key.substr(1), "member " + id + " full " + key + "00"})
    EXPECT_TRUE(refused(3, bad)) << bad;
  for (const std::string& bad :
       {"ended 0000000000000003 0 " + hex, std::string("end 0000000000000003 0"), "end 0000000000000003 0 " + hex + " x",
        "end 03 0 " + hex, "end 0000000000000003 x " + hex, "end 0000000000000003 00 " + hex,
        "end 0000000000000003 0 " + hex.substr(2), "end 0000000000000003 0 " + hex + "aa",
        "end 0000000000000003 0 g" + hex.substr(1), "end 000000000000000g 0 " + hex, "end " + id + " 0 " + hex,
        "end 0000000000000007 0 " + hex, "end 0000000000000008 0 " + hex})
    EXPECT_TRUE(refused(6, bad)) << bad;
}

TEST(EpochText, ItsLinesStandInOneOrder) {
  const std::vector<std::string> good = Lines(Text(Good()));
  for (size_t i = 0; i + 1 < good.size(); ++i) {
    std::vector<std::string> swapped = good, twice = good, without = good;
    std::swap(swapped[i], swapped[i + 1]);
    EXPECT_FALSE(ParseEpochText(Joined(swapped)).ok()) << i;
    twice.insert(twice.begin() + static_cast<ptrdiff_t>(i), good[i]);
    EXPECT_FALSE(ParseEpochText(Joined(twice)).ok()) << i;
    without.resize(i);
    EXPECT_EQ(ParseEpochText(Joined(without)).ok(), i > 3) << i << ": who holds data is there";
  }
  const std::string text = Text(Good());
  EXPECT_FALSE(ParseEpochText(text.substr(0, text.size() - 1)).ok());
  EXPECT_FALSE(ParseEpochText(text + "\n").ok());
}

TEST(EpochText, SomebodyHoldsData) {
  EpochWords words = Good();
  for (EpochMember& member : words.epoch.members) member.role = Role::kWitness;
  EXPECT_FALSE(ParseEpochText(Text(words)).ok());
  words.epoch.members[2].role = Role::kBlind;
  EXPECT_TRUE(ParseEpochText(Text(words)).ok());
}

TEST(EpochText, NamesNoMoreLanesThanAStoreCan) {
  EpochWords words = Good();
  words.epoch.members.resize(1);
  words.keys.resize(1);
  words.epoch.ends.clear();
  for (LaneId lane = 1; words.epoch.ends.size() < limits::kLanes - 1; ++lane) words.epoch.ends.push_back({lane, 1, {}});
  EXPECT_TRUE(ParseEpochText(Text(words)).ok());
  words.epoch.ends.push_back({limits::kLanes, 1, {}});
  EXPECT_FALSE(ParseEpochText(Text(words)).ok());
}

TEST(Epochs, AMemberAndAnEndAreFoundByTheirLane) {
  const Epoch epoch = Good().epoch;
  EXPECT_EQ(FindMember(epoch, epoch.members[1].lane), &epoch.members[1]);
  EXPECT_EQ(FindMember(epoch, 3), nullptr);
  EXPECT_EQ(FindEnd(epoch, 7), &epoch.ends[1]);
  EXPECT_EQ(FindEnd(epoch, epoch.members[1].lane), nullptr);
}

}  // namespace
}  // namespace chancery

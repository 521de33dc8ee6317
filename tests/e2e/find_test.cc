// Finding, listing, following with the command.
#include <gtest/gtest.h>

#include <algorithm>

#include "chancery/chancery.h"
#include "tests/e2e/run.h"
#include "tests/e2e/served.h"

namespace chancery::e2e {
namespace {

std::string Many(int count) {
  std::string lines;
  for (int i = 100; i < 100 + count; ++i) lines += Create("p" + std::to_string(i), i % 2 == 0 ? "Mari" : "Jaan");
  return lines;
}

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Both sites sell parcel/1 to somebody else.
void SellTwice(const Land& land) {
  land.Do({"file"}, Create("1", "Mari"));
  land.Join("tartu");
  land.Do({"file"}, Sell("1", "Juhan"));
  land.At("tartu", {"file"}, Sell("1", "Liis"));
  EXPECT_EQ(land.Carry("tartu", "tallinn").code, 3);
}

TEST(Find, GivesPagesThatAreOneListTogether) {
  const Land land;
  EXPECT_EQ(land.Do({"file"}, Many(50)).code, 0);
  EXPECT_EQ(land.Json({"find", "parcel", "owner=Mari"}).Lines().size(), 25u);
  std::string after, all;
  int pages = 0;
  for (;; ++pages) {
    Words words = {"-q", "find", "parcel", "owner=Mari", "--limit", "10"};
    if (!after.empty()) words.insert(words.end(), {"--after", after});
    const Result page = land.Do(words);
    EXPECT_EQ(page.code, 0) << page.err;
    if (page.out.empty()) break;
    all += page.out;
    after = page.out.substr(page.out.rfind("parcel/"));
    after.pop_back();
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(all, land.Do({"-q", "find", "parcel", "owner=Mari"}).out);
}

TEST(Find, AScreenEndsWithHowToGoOn) {
  const Land land;
  land.Do({"file"}, Many(50));
  const Result screen = land.Do({"find", "parcel"});
  EXPECT_TRUE(Has(screen.out, "The first 20 records of parcel")) << screen.out;
  EXPECT_TRUE(Has(screen.out, "find parcel --after ") && screen.out.ends_with("parcel/p119\n")) << screen.out;
  EXPECT_TRUE(Has(land.Do({"find", "parcel", "--after", "parcel/p119", "--limit", "1"}).out, "parcel/p120"));
  EXPECT_FALSE(Has(land.Do({"-v", "find", "parcel"}).out, "The first"));
}

TEST(Find, WhatIsContestedIsFoundUnderBothValuesAndSaysSo) {
  const Land land;
  SellTwice(land);
  for (const char* owner : {"owner=Juhan", "owner=Liis"}) {
    const Result found = land.Do({"find", "parcel", owner});
    EXPECT_EQ(found.code, 3);
    EXPECT_TRUE(Has(found.out, "CONTESTED: owner")) << found.out;
    EXPECT_EQ(land.Do({"-q", "find", "parcel", owner}).out, "parcel/1  contested\n");
    const Result json = land.Json({"find", "parcel", owner});
    EXPECT_TRUE(json.Lines().at(0).Find("fields")->Find("owner")->Find("value")->null());
  }
  EXPECT_EQ(land.Do({"find", "parcel", "owner=Mari"}).code, 0);
}

TEST(Find, MeansTextAsItIsWritten) {
  const Land land;
  land.Do({"file"}, R"({"ops":[{"create":"parcel/1","set":{"number":"12"}},{"create":"parcel/a b","set":{"number":""}}]})");
  EXPECT_EQ(land.Do({"-q", "find", "parcel", "number=12"}).out, "parcel/1\n");
  EXPECT_EQ(land.Do({"-q", "find", "parcel", "number=\"12\""}).out, "parcel/1\n");
  EXPECT_EQ(land.Do({"-q", "find", "parcel", "number="}).out, "parcel/a%20b\n");
  EXPECT_EQ(land.Do({"-q", "find", "parcel", "owner=null", "--after", "parcel/1"}).out, "parcel/a%20b\n");
  EXPECT_EQ(land.Do({"find", "parcel", "number"}).code, 2);
  EXPECT_EQ(land.Do({"find", "parcel", "--after", "officer/1"}).code, 2);
}

TEST(CaseList, IsNarrowedByWhoDidWhatWhereAndWhen) {
  const Land land;
  SellTwice(land);
  const auto count = [&](Words more) {
    Words words = {"case", "ls"};
    words.insert(words.end(), more.begin(), more.end());
    return land.Json(words).Lines().size();
  };
  EXPECT_EQ(count({}), 1u);
  EXPECT_EQ(count({"--site", "tartu"}), 1u);
  EXPECT_EQ(count({"--site", "riga"}), 0u);
  EXPECT_EQ(count({"--officer", "nobody"}), 0u);
  EXPECT_EQ(count({"--before", "2000-01-01"}), 0u);
  EXPECT_EQ(count({"--since", "2000-01-01T00:00:00Z"}), 1u);
  EXPECT_EQ(count({"--since", "0"}), 1u);
  EXPECT_EQ(count({"--since", land.Json({"log", "--since", "0"}).Lines().back().Find("position")->text}), 0u);
  EXPECT_EQ(count({"--after", "parcel.owner parcel/0"}), 1u);
  EXPECT_EQ(count({"--after", "parcel.owner parcel/1"}), 0u);
  EXPECT_EQ(count({"--after", land.Json({"case", "ls"}).Last("case").text}), 0u);
}

TEST(Log, GoesOnFromAPosition) {
  const Land land;
  land.Do({"file"}, Many(3));
  const std::vector<Literal> all = land.Json({"log", "--since", "0"}).Lines();
  ASSERT_EQ(all.size(), land.Json({"log"}).Lines().size());
  for (size_t i = 0; i < all.size(); ++i)
    EXPECT_EQ(land.Json({"log", "--since", all[i].Find("position")->text}).Lines().size(), all.size() - 1 - i);
  EXPECT_EQ(land.Do({"bundle", "export", "--since", all[1].Find("position")->text, "-o", land / "rest.cbn"}).code, 0);
  EXPECT_EQ(land.Do({"log", "--since", "0", "--last", "1"}).code, 2);
}

TEST(Log, TellsWhatTheOfficerStatedBesideTheStamp) {
  const Land land;
  land.Do({"file"},
          R"({"filed":{"at":"2026-05-03T10:02:00Z","office":"Tallinn","number":"118/2026"},"ops":[{"create":"parcel/1"}]})");
  const std::string screen = land.Do({"log", "parcel/1"}).out;
  EXPECT_TRUE(Has(screen, "stamped ") && Has(screen, "application stated 3 May 2026 10:02 UTC Tallinn 118/2026")) << screen;
}

// A follower as a process of its own, its output in a file.
class Followed {
 public:
  Followed(const Land& land, const std::string& more, const std::string& name = "told") : land_(land), name_(name) {
    const Result begun = RunShell(
        "$CHANCERY --store tallinn --json log --follow " + more + " >" + name + " 2>" + name + ".err & echo $!", land / "");
    pid_ = begun.out.substr(0, begun.out.find('\n'));
  }
  std::string told() const { return ReadAll(land_ / name_); }
  size_t lines() const {
    const std::string text = told();
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  bool Gone() const {
    return Eventually([&] { return RunShell("kill -0 " + pid_ + " 2>&1", "/").code != 0; });
  }
  void Interrupt() const { RunShell("kill -INT " + pid_, "/"); }

 private:
  const Land& land_;
  const std::string name_;
  std::string pid_;
};

TEST(Follow, TellsWhatOthersFileMeanwhileAndWhatArrives) {
  const Land land;
  land.Do({"file"}, Create("1", "Mari"));
  land.Join("tartu");
  land.At("tartu", {"file"}, Create("2", "Mari"));
  const size_t before = land.Json({"log"}).Lines().size();
  const Followed follower(land, "");
  ASSERT_TRUE(Eventually([&] { return follower.lines() == before; })) << follower.told();
  EXPECT_EQ(land.Do({"file"}, Create("3", "Mari")).code, 0) << "the store is free while nothing happens";
  ASSERT_TRUE(Eventually([&] { return follower.lines() == before + 1; }));
  EXPECT_EQ(land.Carry("tartu", "tallinn").code, 0);
  ASSERT_TRUE(Eventually([&] { return follower.lines() >= before + 2; }));
  EXPECT_TRUE(Has(follower.told(), "\"short\":\"tartu-1\"")) << follower.told();
  follower.Interrupt();
  EXPECT_TRUE(follower.Gone());
}

TEST(Follow, EndsWith130) {
  const Land land;
  const Result ended = RunShell("timeout --preserve-status -s INT 1 $CHANCERY --store tallinn log --follow", land / "");
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_TRUE(Has(ended.out, "log --since tallinn-2 --follow")) << ended.out;
}

TEST(Follow, GoesOnWhereTheStoreIsServed) {
  const Land land;
  Served served(land, "tallinn");
  const size_t before = land.Json({"log"}).Lines().size();
  const Followed follower(land, "--since 0"), other(land, "--since 0", "other");
  ASSERT_TRUE(Eventually([&] { return follower.lines() == before; })) << follower.told();
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  ASSERT_TRUE(Eventually([&] { return follower.lines() == before + 1; }));
  other.Interrupt();
  EXPECT_TRUE(other.Gone());
  EXPECT_EQ(served.End(15), 0) << served.Log();
  EXPECT_TRUE(follower.Gone());
  EXPECT_TRUE(Has(follower.told(), "log --since tallinn-3 --follow")) << "how to go on: " << follower.told();
}

}  // namespace
}  // namespace chancery::e2e

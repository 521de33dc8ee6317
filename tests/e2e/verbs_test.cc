// Every verb on its good path, and the exit code that goes with what it found.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

TEST(Verbs, FileAcceptsAndGetShowsTheRecord) {
  const Land land;
  const Result filed = land.Do({"file"}, Create("1", "Mari"));
  EXPECT_EQ(filed.code, 0) << filed.err;
  EXPECT_NE(filed.out.find("accepted  tallinn-3"), std::string::npos) << filed.out;
  const Result got = land.Do({"get", "parcel/1"});
  EXPECT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.out.find("Mari"), std::string::npos) << got.out;
}

TEST(Verbs, FileStopsAtTheFirstRefusalAndKeepsWhatStandsBefore) {
  const Land land;
  const std::string lines = Create("1", "Mari") + Create("1", "Jaan") + Create("2", "Liis");
  const Result filed = land.Json({"file"}, lines);
  EXPECT_EQ(filed.code, 6);
  EXPECT_EQ(filed.Last("refused").Find("line")->integer, 2);
  EXPECT_EQ(land.Do({"get", "parcel/1"}).code, 0);
  EXPECT_EQ(land.Do({"get", "parcel/2"}).code, 4);
}

TEST(Verbs, FileKeepGoingFilesWhatFollowsARefusal) {
  const Land land;
  const Result filed = land.Do({"file", "--keep-going"}, Create("1", "Mari") + Create("1", "Jaan") + Create("2", "Liis"));
  EXPECT_EQ(filed.code, 6);
  EXPECT_EQ(land.Do({"get", "parcel/2"}).code, 0);
}

TEST(Verbs, FileReadsAFileAndRepeatsAReceipt) {
  const Land land;
  WriteAll(land / "one.json", R"({"id":"a-1","ops":[{"create":"parcel/1","set":{"owner":"Mari"}}]})");
  const Literal first = land.Json({"file", land / "one.json"}).Last("receipt");
  const Literal second = land.Json({"file", land / "one.json"}).Last("receipt");
  EXPECT_EQ(first.Find("entry")->text, second.Find("entry")->text);
  EXPECT_EQ(first.Find("repeated"), nullptr);
  ASSERT_NE(second.Find("repeated"), nullptr);
}

TEST(Verbs, GetSaysMissing) {
  const Land land;
  const Result got = land.Do({"get", "parcel/9"});
  EXPECT_EQ(got.code, 4);
  EXPECT_NE(got.err.find("parcel/9"), std::string::npos);
  EXPECT_NE(got.err.find("try:"), std::string::npos) << got.err;
}

TEST(Verbs, LogShowsWhoDidWhat) {
  const Land land;
  land.Do({"file"}, Create("1", "Mari") + Sell("1", "Jaan"));
  const Result log = land.Do({"log", "parcel/1"});
  EXPECT_EQ(log.code, 0) << log.err;
  EXPECT_LT(log.out.find("owner Mari"), log.out.find("owner Jaan")) << log.out;
  EXPECT_EQ(land.Json({"log", "parcel/1"}).Lines().size(), 2u);
  const Result newest = land.Do({"log", "parcel/1", "--last", "1"});
  EXPECT_EQ(newest.out.find("owner Mari"), std::string::npos) << newest.out;
}

TEST(Verbs, StatusNeedsNobody) {
  const Land land;
  const Result status = land.Do({"status"});
  EXPECT_EQ(status.code, 0) << status.err;
  EXPECT_NE(status.out.find("Nothing needs you"), std::string::npos) << status.out;
  const Result check = land.Do({"status", "--check"});
  EXPECT_EQ(check.code, 0);
  EXPECT_EQ(check.out.rfind("OK ", 0), 0u) << check.out;
  EXPECT_EQ(std::count(check.out.begin(), check.out.end(), '\n'), 1);
}

TEST(Verbs, PackCheckListsWhatMergesInSilence) {
  const Land land;
  const Result checked = land.Do({"pack", "check", land / "land.toml"});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_NE(checked.out.find("parcel.remark"), std::string::npos) << checked.out;
  const Literal pack = land.Json({"pack", "check", land / "land.toml"}).Last("pack");
  bool owner_clashes = false;
  for (const Literal& note : pack.Find("clashes")->list) owner_clashes |= note.Find("where")->text == "parcel.owner";
  EXPECT_TRUE(owner_clashes);
}

TEST(Verbs, PackApplyAddsAField) {
  const Land land;
  std::string pack = ReadAll(land / "land.toml");
  pack.replace(pack.find("version = 1"), 11, "version = 2");
  pack.insert(pack.find("tags ="), "colour = { type = \"text\" }\n");
  WriteAll(land / "land2.toml", pack);
  const Result applied = land.Do({"pack", "apply", land / "land2.toml"});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(land.Do({"file"}, R"({"ops":[{"create":"parcel/1","set":{"colour":"red"}}]})").code, 0);
  EXPECT_EQ(land.Do({"pack", "apply", land / "land2.toml"}).code, 6);
}

TEST(Verbs, SitesAreListed) {
  const Land land;
  land.Join("tartu");
  const Result sites = land.Do({"site", "ls"});
  EXPECT_EQ(sites.code, 0) << sites.err;
  EXPECT_NE(sites.out.find("tartu"), std::string::npos) << sites.out;
  EXPECT_EQ(land.Json({"site", "ls"}).Lines().size(), 2u);
}

TEST(Verbs, ASiteFilesNothingBeforeItIsAdmitted) {
  const Land land;
  ASSERT_EQ(land.Do({"bundle", "export", "--since", "0", "-o", land / "all.cbn"}).code, 0);
  ASSERT_EQ(land.At("tartu", {"init", "--site", "tartu", "--join", land / "all.cbn"}).code, 0);
  const Result filed = land.At("tartu", {"--json", "file"}, Create("1", "Mari"));
  EXPECT_EQ(filed.code, 6);
  EXPECT_EQ(filed.Last("refused").Find("kind")->text, "admission");
}

TEST(Verbs, AdmitComparesTheFingerprintFirst) {
  const Land land;
  ASSERT_EQ(land.Do({"bundle", "export", "--since", "0", "-o", land / "all.cbn"}).code, 0);
  const Literal joined = land.At("tartu", {"--json", "init", "--site", "tartu", "--join", land / "all.cbn"}).Last("init");
  const std::string fingerprint = joined.Find("fingerprint")->text, card = joined.Find("card")->text;
  EXPECT_EQ(land.Do({"site", "admit", card, "--fingerprint", "0000 1111"}).code, 6);
  EXPECT_EQ(land.Json({"site", "ls"}).Lines().size(), 1u);
  EXPECT_EQ(land.Do({"site", "admit", card, "--fingerprint", fingerprint}).code, 0);
}

TEST(Verbs, RehearsePassesOnTheDrillsOwnCodes) {
  const Land land;
  WriteAll(land / "good.drill", "pack land.toml\nsites a b\nat a file " + Create("1", "Mari") + "sync\nexpect equal\n");
  WriteAll(land / "bad.drill", "pack land.toml\nsites a b\nexpect cases 1\n");
  WriteAll(land / "broken.drill", "pack land.toml\nsites a b\nexpect wonders\n");
  EXPECT_EQ(land.Do({"rehearse", land / "good.drill"}).code, 0);
  EXPECT_EQ(land.Do({"rehearse", land / "bad.drill"}).code, 1);
  EXPECT_EQ(land.Do({"rehearse", land / "broken.drill"}).code, 2);
}

TEST(Verbs, SimTakesTheEventsThatThePlanHas) {
  const Words words = {"sim", "--seed", "1", "--ops", "20", "--only"};
  const auto with = [&words](const std::string& only) {
    Words all = words;
    all.push_back(only);
    return Chancery(all);
  };
  const Result unknown = with("99999,3");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_NE(unknown.err.find("event 99999: there are "), std::string::npos) << unknown.err;
  EXPECT_EQ(with("3,x").code, 2);
  EXPECT_NE(with("0").code, 2);  // it is run, whether or not anything happens
}

TEST(Verbs, HelpIsHelp) {
  const Result help = Chancery({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* verb : {"init", "import", "rehearse", "verify", "sim"})
    EXPECT_NE(help.out.find(verb), std::string::npos) << verb;
  EXPECT_EQ(Chancery({"import", "--help"}).code, 0);
}

TEST(Verbs, StoredTextCannotSpeakToTheTerminal) {
  const Land land;
  ASSERT_EQ(
      land.Do({"file"}, R"({"basis":"\u001b]0;x\u0007","ops":[{"create":"parcel/1","set":{"owner":"\u001b[2Jgone\u202e"}}]})")
          .code,
      0);
  for (const Words& words : std::vector<Words>{{"get", "parcel/1"}, {"log"}, {"log", "parcel/1", "-v"}}) {
    const Result run = land.Do(words);
    EXPECT_EQ(run.out.find('\x1b'), std::string::npos) << run.out;
    EXPECT_EQ(run.out.find("\u202e"), std::string::npos) << run.out;
    EXPECT_NE(run.out.find("\\u{1b}"), std::string::npos) << run.out;
  }
}

// Times are UTC wherever the reader sits, those that are shown and those that are asked for.
TEST(Verbs, NoZoneChangesWhatIsRead) {
  const Land land;
  ASSERT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  land.Join("tartu");
  ASSERT_EQ(land.Do({"file"}, Sell("1", "Juhan")).code, 0);
  ASSERT_EQ(land.At("tartu", {"file"}, Sell("1", "Liis")).code, 0);
  ASSERT_EQ(land.Carry("tartu", "tallinn").code, 3);
  const std::string now = land.Json({"log"}).Lines().back().Find("hlc")->text;
  const auto in = [&land](const std::string& zone, Words words) {
    words.insert(words.begin(), {"--store", land / "tallinn"});
    return Chancery(words, {.input = "", .dir = "", .by = {"/usr/bin/env", "TZ=" + zone}});
  };
  for (const Words& words : std::vector<Words>{{"log"},
                                               {"log", "-v"},
                                               {"get", "parcel/1"},
                                               {"get", "parcel/1", "--at", now},
                                               {"case", "show", "parcel.owner", "parcel/1"}}) {
    const Result here = in("UTC0", words);
    EXPECT_NE(here.out, "") << words[0];
    for (const char* zone : {"FAR-14", "WEST11:30", "Pacific/Kiritimati"}) EXPECT_EQ(in(zone, words).out, here.out) << words[0];
  }
}

}  // namespace
}  // namespace chancery::e2e

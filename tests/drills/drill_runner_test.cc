// Every drill of this folder holds, prints the same bytes twice, and every drill under bad/ ends as its first line says.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "net/drill/drill.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

const fs::path kDrills = fs::path(CHANCERY_SOURCE_DIR) / "tests" / "drills";

std::vector<fs::path> DrillsIn(const fs::path& folder) {
  std::vector<fs::path> drills;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".drill") drills.push_back(file.path());
  }
  std::sort(drills.begin(), drills.end());
  return drills;
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Outcome {
  int code;
  std::string out, err;
};

Outcome RunFile(const fs::path& path, const DrillOptions& options = {}) {
  std::ostringstream out, err;
  const int code = Rehearse(path.string(), out, err, options);
  return {code, out.str(), err.str()};
}

Outcome RunText(const std::string& text, const DrillOptions& options = {}) {
  std::ostringstream out, err;
  absl::StatusOr<drill::Drill> parsed = drill::ParseDrill(text);
  if (!parsed.ok()) return {2, "", std::string(parsed.status().message())};
  const auto read_pack = [](const std::string& path) -> absl::StatusOr<std::string> { return ReadFile(kDrills / path); };
  const int code = drill::Rehearse(*parsed, read_pack, out, err, options);
  return {code, out.str(), err.str()};
}

size_t LinesOf(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

std::string TestName(const testing::TestParamInfo<fs::path>& info) {
  std::string name = info.param.stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class GoodDrill : public testing::TestWithParam<fs::path> {};

TEST_P(GoodDrill, HoldsAndPrintsTheSameBytesTwice) {
  const Outcome first = RunFile(GetParam());
  const Outcome second = RunFile(GetParam());
  EXPECT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_EQ(first.err, "");
  EXPECT_EQ(first.out, second.out);
}

TEST_P(GoodDrill, IsADocumentedPromiseAboutACutAndADispute) {
  const std::string text = ReadFile(GetParam());
  EXPECT_EQ(text.rfind("# Promise: ", 0), 0u);
  EXPECT_NE(text.find("\ncut "), std::string::npos);
  EXPECT_TRUE(text.find(" refuse ") != std::string::npos || text.find("contested") != std::string::npos ||
              text.find(" open") != std::string::npos || text.find("notice") != std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Drills, GoodDrill, testing::ValuesIn(DrillsIn(kDrills)), TestName);

class BadDrill : public testing::TestWithParam<fs::path> {};

// The first line of a bad drill: "# exit CODE: what is printed".
TEST_P(BadDrill, EndsAsItsFirstLineSays) {
  const std::string text = ReadFile(GetParam());
  const std::string opening = "# exit ";
  ASSERT_EQ(text.rfind(opening, 0), 0u);
  const std::string expected = text.substr(opening.size() + 3, text.find('\n') - opening.size() - 3);
  const Outcome outcome = RunFile(GetParam());
  EXPECT_EQ(outcome.code, text[opening.size()] - '0') << outcome.out << outcome.err;
  const std::string& said = outcome.code == 1 ? outcome.out : outcome.err;
  EXPECT_NE(said.find(expected), std::string::npos) << said;
  EXPECT_EQ(outcome.out, RunFile(GetParam()).out);
}

INSTANTIATE_TEST_SUITE_P(Drills, BadDrill, testing::ValuesIn(DrillsIn(kDrills / "bad")), TestName);

TEST(Drill, AFailureNamesTheLineWhatWasExpectedAndWhatEachSiteHoldsAndEndsTheRun) {
  const Outcome outcome = RunText(
      "pack land.toml\nsites tallinn tartu\ncut tallinn | tartu\n"
      "at tallinn file {\"ops\":[{\"create\":\"parcel/1\",\"set\":{\"owner\":\"Jaan\"}}]}\n"
      "expect exists parcel/1\nheal\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.out.find("drill:5: expect exists parcel/1\n"
                             "  expected  exists parcel/1\n"
                             "  tallinn   exists\n"
                             "  tartu     missing\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.out.find("all links are back"), std::string::npos);
}

TEST(Drill, QuietPrintsNothingButTheFailure) {
  EXPECT_EQ(RunText("pack land.toml\nsites tallinn\nexpect cases 0\n", {.json = false, .quiet = true}).out, "");
  const Outcome failed = RunText("pack land.toml\nsites tallinn\nexpect cases 1\n", {.json = false, .quiet = true});
  EXPECT_EQ(failed.out.rfind("drill:3: expect cases 1\n", 0), 0u) << failed.out;
}

TEST(Drill, JsonIsOneObjectAStatement) {
  const Outcome outcome = RunText(
      "pack land.toml\nsites tallinn\nat tallinn file {\"ops\":[{\"create\":\"parcel/1\"}]} # comment\nexpect missing parcel/1\n",
      {.json = true, .quiet = false});
  EXPECT_EQ(outcome.code, 1);
  ASSERT_EQ(LinesOf(outcome.out), 4u) << outcome.out;
  std::istringstream lines(outcome.out);
  std::vector<Literal> objects;
  for (std::string line; std::getline(lines, line);) {
    absl::StatusOr<Literal> object = ParseJson(line);
    ASSERT_TRUE(object.ok()) << line;
    objects.push_back(*object);
  }
  EXPECT_EQ(*objects[2].Find("line"), Literal(3));
  EXPECT_EQ(*objects[2].Find("statement"), Literal("at tallinn file {\"ops\":[{\"create\":\"parcel/1\"}]}"));
  EXPECT_EQ(*objects[2].Find("ok"), Literal(true));
  EXPECT_EQ(objects[2].Find("entry")->text.rfind("tallinn-", 0), 0u);
  EXPECT_EQ(*objects[3].Find("ok"), Literal(false));
  EXPECT_EQ(*objects[3].Find("expected"), Literal("missing parcel/1"));
  EXPECT_EQ(*objects[3].Find("found")->Find("tallinn"), Literal("exists"));
}

TEST(Drill, AHashInsideAStringIsNoComment) {
  const Outcome outcome = RunText(
      "pack land.toml # the pack\n\n  # nothing else\nsites tallinn#one\r\n"
      "at tallinn file { \"ops\" : [ {\"create\":\"parcel/a%231\", \"set\" : {\"owner\" : \"No \\\"1\\\" # {A}\"} } ] }# filed\n"
      "\texpect value parcel/a%231/owner \"No \\\"1\\\" # {A}\"#shown\n");
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
}

TEST(Drill, TimeBeginsIn2026AndMovesByTickAndByOneMillisecondAFiling) {
  const Outcome outcome = RunText(
      "pack land.toml\nsites tallinn\ntick 1d\n"
      "at tallinn file {\"ops\":[{\"create\":\"parcel/1\"}]}\n"
      "at tallinn refuse existence {\"ops\":[{\"create\":\"parcel/1\"}]}\n"
      "tick 1500ms\n");
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
  EXPECT_NE(outcome.out.find("2026-01-02 00:00:00.000"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("2026-01-02 00:00:01.502"), std::string::npos) << outcome.out;
}

TEST(Drill, LeavesNothingInTheTemporaryFolder) {
  std::string folder = testing::TempDir() + "drill-scratch-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const char* before = std::getenv("TMPDIR");
  const std::string kept = before == nullptr ? "" : before;
  setenv("TMPDIR", folder.c_str(), 1);
  const int good = RunText("pack land.toml\nsites tallinn tartu\ncrash tartu\n").code;
  const int bad = RunText("pack land.toml\nsites tallinn tartu\nexpect cases 1\n").code;
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", kept.c_str(), 1);
  EXPECT_EQ(good, 0);
  EXPECT_EQ(bad, 1);
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
}

TEST(Drill, EveryStatementOfTheLanguageIsRead) {
  const std::string opening = "pack land.toml\nsites tallinn tartu\nwitness vault\nblind bunker cave\n";
  const char* statements[] = {
      "at tallinn pack ../land.toml",
      "at tallinn file as t1{\"ops\":[]}",
      "at tallinn refuse no-overlap { \"ops\" : [ 1.5 ] }",
      "at tallinn rule company-name [\"a b\", 1] {\"none\":true}",
      "at tallinn propose company-name \"a b\" {\"none\":true}",
      "at tallinn approve company-name 12/345 {}",
      "at tallinn readmit tallinn-4",
      "sync",
      "sync tallinn bunker",
      "cut tallinn | tartu vault|bunker",
      "cut tallinn>tartu",
      "heal",
      "heal tallinn tartu",
      "tick 1000y",
      "skew tallinn 2h",
      "skew tallinn -2h",
      "skew tallinn + 20ms",
      "crash tartu",
      "restart tartu",
      "backup tartu as monday\nrestore tartu from monday",
      "fence tartu",
      "retire vault",
      "expect equal",
      "at tallinn expect equal",
      "expect equal at tallinn",
      "expect cases 0",
      "expect notices 12",
      "expect case premise tallinn-17 reopened",
      "expect case parcel-number \"12/345\" none at tartu",
      "expect value parcel/a%23b/owner null",
      "expect values parcel/1/owner [ \"A # B\" , null ] # two",
      "expect contested parcel/1/owner",
      "expect clear parcel/1",
      "expect missing parcel/1",
      "expect exists parcel/1 at vault",
      "expect settled tallinn-4",
      "expect order tallinn-4 tartu-1",
      "expect held tallinn-4",
      "expect notice company.phone company/1",
      "expect dependants parcel.owner parcel/1 [\"t1\"]",
      "expect find parcel []",
      "expect find parcel owner=Jaan town=\"New Town\" on 2026-01-31 [\"parcel/1\"] at tartu",
  };
  for (const char* statement : statements) {
    absl::StatusOr<drill::Drill> parsed = drill::ParseDrill(opening + statement + "\n");
    EXPECT_TRUE(parsed.ok()) << statement << ": " << parsed.status();
  }
}

TEST(Drill, AMissingFileIsUnreadable) {
  const Outcome outcome = RunFile(kDrills / "nowhere.drill");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("cannot read"), std::string::npos);
  EXPECT_EQ(RunFile(kDrills).code, 2);
}

TEST(Drill, SitesAreSeenAfterEveryStatement) {
  absl::StatusOr<drill::Drill> parsed = drill::ParseDrill("pack land.toml\nsites tallinn tartu\ncut tallinn | tartu\nsync\n");
  ASSERT_TRUE(parsed.ok());
  std::ostringstream out, err;
  std::vector<std::string> seen;
  drill::Rehearse(
      *parsed, [](const std::string& path) -> absl::StatusOr<std::string> { return ReadFile(kDrills / path); }, out, err, {},
      [&](const drill::Statement& statement, drill::Sites& sites) {
        EXPECT_EQ(sites.all().size(), 2u);
        seen.push_back(statement.text);
      });
  EXPECT_EQ(seen, (std::vector<std::string>{"sites tallinn tartu", "cut tallinn | tartu", "sync"}));
}

}  // namespace
}  // namespace chancery

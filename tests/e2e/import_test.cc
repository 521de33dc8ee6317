// import: columns to fields, what is new and what differs, refusals, --check, and the same file again.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/e2e/run.h"

namespace chancery::e2e {
namespace {

constexpr const char* kRows =
    "Number,Owner,Area m2,Sold,Public\r\n"
    "12/1,Mari,1200,2026-01-31,true\r\n"
    "12/2,\"Jaan, \"\"the younger\"\"\",,,false\r\n"
    "12/3,\"Liis\nSaar\",7,,\r\n";

Result Import(const Land& land, const std::string& rows, Words more = {}) {
  WriteAll(land / "rows.csv", rows);
  Words words = {"-q", "import", "--register", "parcel", "--key", "number", land / "rows.csv"};
  words.insert(words.end(), more.begin(), more.end());
  return land.Json(words);
}

int64_t Figure(const Result& run, const char* name) {
  const Literal tally = run.Last("import");
  const Literal* figure = tally.Find(name);
  return figure == nullptr ? -1 : figure->integer;
}

Literal Value(const Land& land, const std::string& address) {
  const Result got = land.Json({"get", address});
  if (got.code != 0) return Literal("(exit " + std::to_string(got.code) + ")");
  return *got.Lines().at(0).Find("fields")->members.at(0).second.Find("value");
}

TEST(Import, TypesCellsByTheirFields) {
  const Land land;
  const Result run = Import(land, kRows, {"--map", "Area m2=area_m2", "--officer", "mari", "--basis", "list of 2026"});
  EXPECT_EQ(run.code, 0) << run.out << run.err;
  EXPECT_EQ(Figure(run, "created"), 3);
  EXPECT_EQ(Value(land, "parcel/12%2F1/area_m2"), Literal(1200));
  EXPECT_EQ(Value(land, "parcel/12%2F1/public"), Literal(true));
  EXPECT_EQ(Value(land, "parcel/12%2F1/sold"), Literal("2026-01-31"));
  EXPECT_EQ(Value(land, "parcel/12%2F2/owner"), Literal("Jaan, \"the younger\""));
  EXPECT_TRUE(Value(land, "parcel/12%2F2/area_m2").null()) << "an empty cell sets nothing";
  EXPECT_EQ(Value(land, "parcel/12%2F3/owner"), Literal("Liis\nSaar"));
  const Literal entry = land.Json({"log", "parcel/12%2F3"}).Lines().at(0);
  EXPECT_EQ(entry.Find("officer")->text, "mari");
  EXPECT_EQ(entry.Find("id")->text.substr(16), ":4");
}

TEST(Import, TheSameFileAgainFilesNothing) {
  const Land land;
  ASSERT_EQ(Import(land, kRows).code, 0);
  const Literal before = land.Status();
  const Result again = Import(land, kRows);
  EXPECT_EQ(again.code, 0);
  EXPECT_EQ(Figure(again, "same"), 3);
  EXPECT_EQ(land.Status().Find("entries")->integer, before.Find("entries")->integer);
}

TEST(Import, TheSameFileAgainDoesNotUndoWhatCameAfter) {
  const Land land;
  ASSERT_EQ(Import(land, kRows).code, 0);
  ASSERT_EQ(land.Do({"file"}, Sell("12%2F1", "Anu")).code, 0);
  const Result again = Import(land, kRows);
  EXPECT_EQ(Figure(again, "filed_before"), 1) << again.out;
  EXPECT_EQ(Value(land, "parcel/12%2F1/owner"), Literal("Anu"));
}

TEST(Import, AnotherFileSetsWhatDiffers) {
  const Land land;
  ASSERT_EQ(Import(land, kRows).code, 0);
  const Result run = Import(land, "Number,Owner\n12/1,Mari\n12/2,Peeter\n12/4,Anu\n");
  EXPECT_EQ(Figure(run, "same"), 1);
  EXPECT_EQ(Figure(run, "changed"), 1);
  EXPECT_EQ(Figure(run, "created"), 1);
  EXPECT_EQ(Value(land, "parcel/12%2F2/owner"), Literal("Peeter"));
  EXPECT_EQ(Value(land, "parcel/12%2F1/area_m2"), Literal(1200)) << "other fields stay";
}

TEST(Import, AKeyTwiceInAFileIsSetTwice) {
  const Land land;
  const std::string rows = "Number,Owner\n12/1,Mari\n12/1,Jaan\n";
  const Result run = Import(land, rows);
  EXPECT_EQ(Figure(run, "created"), 1);
  EXPECT_EQ(Figure(run, "changed"), 1);
  EXPECT_EQ(Value(land, "parcel/12%2F1/owner"), Literal("Jaan"));
  EXPECT_EQ(Figure(Import(land, rows), "filed_before"), 1);
  EXPECT_EQ(Value(land, "parcel/12%2F1/owner"), Literal("Jaan"));
}

TEST(Import, JoinsKeyColumnsAndFillsGroups) {
  const Land land;
  WriteAll(land / "rows.csv", "Town,No,Street\nTartu,1,Uus\nTartu,2,Vana\n");
  const Result run = land.Json({"-q", "import", "--register", "parcel", "--key", "Town,No", "--map", "Town=address.town", "--map",
                                "Street=address.street", land / "rows.csv"});
  EXPECT_EQ(run.code, 0) << run.out;
  EXPECT_EQ(Value(land, "parcel/Tartu-2/address"), Literal::Object({{"street", "Vana"}, {"town", "Tartu"}}));
  EXPECT_EQ(Figure(land.Json({"-q", "import", "--register", "parcel", "--key", "Town,No", "--map", "Town=address.town", "--map",
                              "Street=address.street", land / "rows.csv"}),
                   "same"),
            2);
}

TEST(Import, RefusedRowsAreKeptWithTheirReasons) {
  const Land land;
  const std::string rows = "Key,Number,Area_m2\na,1,12\nb,1,13\nc,2,wide\n,3,1\nd,4\n";
  WriteAll(land / "rows.csv", rows);
  const Result run =
      land.Json({"-q", "import", "--register", "parcel", "--key", "Key", "--refused", land / "refused.csv", land / "rows.csv"});
  EXPECT_EQ(run.code, 3) << run.out;
  EXPECT_EQ(Figure(run, "created"), 1);
  EXPECT_EQ(Figure(run, "refused"), 4);
  const std::string refused = ReadAll(land / "refused.csv");
  EXPECT_EQ(refused.rfind("Key,Number,Area_m2,reason\n", 0), 0u) << refused;
  EXPECT_EQ(std::count(refused.begin(), refused.end(), '\n'), 5) << refused;
  EXPECT_EQ(land.Do({"get", "parcel/b"}).code, 4);
}

TEST(Import, AdmittedBreachesAreCases) {
  const Land land;
  WriteAll(land / "rows.csv", "Number,Owner\n1,Mari\n2,Jaan\n1,Liis\n");
  const Result run = land.Json({"-q", "import", "--register", "parcel", "--key", "@line", "--admit-breaches", land / "rows.csv"});
  EXPECT_EQ(run.code, 0) << run.out;
  EXPECT_EQ(Figure(run, "opened"), 1);
  const Result docket = land.Json({"case", "ls"});
  EXPECT_EQ(docket.code, 3);
  EXPECT_EQ(docket.Lines().at(0).Find("rule")->text, "parcel-number");
  EXPECT_EQ(docket.Lines().at(0).Find("records")->list.size(), 2u);
  EXPECT_EQ(land.Json({"get", "parcel/4"}).code, 3);
}

TEST(Import, CheckFilesNothingAndForeseesEverything) {
  const Land land;
  ASSERT_EQ(Import(land, "Number,Owner\n1,Mari\n2,Jaan\n").code, 0);
  const Literal before = land.Status();
  const std::string rows = "Number,Owner\n1,Mari\n2,Liis\n3,Anu\n";
  const Result checked = Import(land, rows, {"--check"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
  EXPECT_EQ(land.Status().Find("digest")->text, before.Find("digest")->text);
  EXPECT_EQ(land.Status().Find("entries")->integer, before.Find("entries")->integer);
  const Result done = Import(land, rows);
  for (const char* figure : {"created", "changed", "same", "refused"})
    EXPECT_EQ(Figure(checked, figure), Figure(done, figure)) << figure;
  for (const auto& file : std::filesystem::directory_iterator(land / "tallinn")) EXPECT_FALSE(file.is_directory()) << file.path();
}

TEST(Import, WrongFilesAndColumnsAreNamed) {
  const Land land;
  const Result column = Import(land, "Number,Colour\n1,red\n");
  EXPECT_EQ(column.code, 2);
  EXPECT_NE(column.Last("error").Find("message")->text.find("Colour"), std::string::npos) << column.out;
  EXPECT_NE(column.Last("error").Find("message")->text.find("owner"), std::string::npos) << column.out;
  EXPECT_EQ(Import(land, "Number,Colour\n1,red\n", {"--map", "Colour="}).code, 0);
  EXPECT_EQ(Import(land, "Number,Owner\n1,\"red\n").code, 2) << "a quote that never closes";
  EXPECT_EQ(Import(land, "Number,Owner\n1,a\"b\n").code, 2) << "a quote inside a bare cell";
  EXPECT_EQ(Import(land, "").code, 2);
  EXPECT_EQ(Import(land, "Number,Tags\n1,a\n").code, 2) << "a column cannot fill a set";
  EXPECT_EQ(Import(land, "Number,Owner,OWNER\n1,a,b\n").code, 2) << "two columns for one field";
  EXPECT_EQ(Import(land, kRows, {"--map", "Nobody=owner"}).code, 2);
  EXPECT_EQ(land.Do({"import", "--register", "house", "--key", "@line", land / "rows.csv"}).code, 2);
  EXPECT_EQ(land.Do({"import", "--register", "parcel", "--key", "@line", land / "nowhere.csv"}).code, 4);
}

}  // namespace
}  // namespace chancery::e2e

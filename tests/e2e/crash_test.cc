// kill -9 and damage: what was acknowledged is there, and what is damaged says so in words.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include "tests/e2e/run.h"
#include "tests/support/figure.h"

namespace chancery::e2e {
namespace {

constexpr int kRows = 6000;

std::string Rows() {
  std::string out = "Number,Owner\n";
  for (int i = 1; i <= kRows; ++i) out += std::to_string(i) + ",owner of " + std::to_string(i) + "\n";
  return out;
}

Words ImportWords(const Land& land) {
  return {"--json", "--store", land / "tallinn", "import", "--register", "parcel", "--key", "Number", land / "rows.csv"};
}

// Receipts that reached us whole: a killed process may leave half a line.
std::vector<std::string> Receipts(const std::string& out) {
  std::vector<std::string> names;
  for (size_t at = 0, end; (end = out.find('\n', at)) != std::string::npos; at = end + 1) {
    const absl::StatusOr<Literal> line = ParseJson(out.substr(at, end - at));
    EXPECT_TRUE(line.ok()) << out.substr(at, end - at);
    if (line.ok() && line->Find("receipt") != nullptr) names.push_back(line->Find("receipt")->Find("entry")->text);
  }
  return names;
}

std::vector<std::string> Entries(const Land& land) {
  std::vector<std::string> ids;
  for (const Literal& entry : land.Json({"log"}).Lines()) ids.push_back(entry.Find("entry")->text);
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST(Kill, TwentyTimesDuringAnImport) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const Land land, whole;
  WriteAll(land / "rows.csv", Rows());
  WriteAll(whole / "rows.csv", Rows());
  ASSERT_EQ(Chancery(ImportWords(whole)).code, 0);

  std::vector<std::string> acknowledged;
  int killed = 0;
  for (int round = 0; round < 20; ++round) {
    const Result run =
        Chancery(ImportWords(land), {.input = "", .dir = "", .kill_after_us = static_cast<long>(random() % 300000)});
    killed += run.signal == SIGKILL;
    for (std::string& id : Receipts(run.out)) acknowledged.push_back(std::move(id));
    const std::vector<std::string> entries = Entries(land);
    for (const std::string& id : acknowledged) {
      ASSERT_TRUE(std::binary_search(entries.begin(), entries.end(), id)) << "round " << round << " lost " << id;
    }
  }
  EXPECT_GT(killed, 0) << "no run was interrupted: the kills come too late";
  Figure("kills", static_cast<uint64_t>(killed));

  const Result last = Chancery(ImportWords(land));
  EXPECT_EQ(last.code, 0) << last.err;
  EXPECT_EQ(land.Status().Find("records")->integer, kRows);
  EXPECT_EQ(land.Status().Find("entries")->integer, whole.Status().Find("entries")->integer) << "a row was filed twice";
  EXPECT_EQ(Chancery(ImportWords(land)).Last("import").Find("same")->integer, kRows)
      << "a record does not show what its row says";
}

TEST(Interrupt, AnImportSaysHowFarItGot) {
  const Land land;
  WriteAll(land / "rows.csv", Rows());
  for (long wait = 20000; wait < 2000000; wait *= 2) {
    const Result run = Chancery(ImportWords(land), {.input = "", .dir = "", .kill_after_us = wait, .signal = SIGINT});
    if (run.Last("import").null()) continue;  // before the first row
    if (run.code == 0) GTEST_SKIP() << "the import was faster than the interrupt";
    ASSERT_EQ(run.code, 130) << run.out << run.err;
    EXPECT_TRUE(run.Last("import").Find("interrupted")->truth);
    EXPECT_EQ(run.Last("import").Find("created")->integer, static_cast<int64_t>(Receipts(run.out).size()));
    return;
  }
}

// Flips one bit of every copy of `text` in the file; how many there were.
int FlipIn(const std::string& path, const std::string& text) {
  std::string bytes = ReadAll(path);
  int found = 0;
  for (size_t at = 0; (at = bytes.find(text, at)) != std::string::npos; at += text.size(), ++found) bytes[at + 3] ^= 4;
  WriteAll(path, bytes);
  return found;
}

TEST(Damage, AFlippedBitInAStoredRunIsTold) {
  const Land land;
  ASSERT_EQ(land.Do({"file"}, R"({"basis":"deed of the mill pond","ops":[{"create":"parcel/1","set":{"owner":"Mari"}}]})").code,
            0);
  ASSERT_GT(FlipIn(land / "tallinn/data.mdb", "deed of the mill pond"), 0) << "small runs lie uncompressed";
  const Result log = land.Do({"log"});
  EXPECT_EQ(log.code, 5) << log.out << log.err;
  EXPECT_EQ(log.signal, 0);
  EXPECT_FALSE(log.err.empty());
}

TEST(Damage, ATruncatedStoreIsTold) {
  const Land land;
  ASSERT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  const std::string whole = ReadAll(land / "tallinn/data.mdb");
  for (const size_t size : {size_t{0}, size_t{100}, size_t{4096}, size_t{8192}, whole.size() / 2}) {
    WriteAll(land / "tallinn/data.mdb", whole.substr(0, size));
    const Result status = land.Do({"status"});
    EXPECT_EQ(status.code, 5) << size << ": " << status.err;
    EXPECT_EQ(land.Do({"status", "--check"}).code, 3) << "monitoring is told to wake someone";
  }
}

using Files = std::map<std::string, std::string>;  // path to bytes

// A store as it lies on disk after some filings: they are in its tail yet, so whoever opens it writes.
Files Filed(const Land& land) {
  EXPECT_EQ(land.Do({"file"}, Create("1", "Mari") + Create("2", "Jaan") + Sell("1", "Liis")).code, 0);
  Files files;
  for (const auto& file : std::filesystem::directory_iterator(land / "tallinn"))
    files[file.path().string()] = ReadAll(file.path().string());
  return files;
}

// Each command on a store of its own, with one flipped bit.
void ExpectNoSignal(const Land& land, Files files, size_t at, unsigned bit) {
  std::string& bytes = files.at(land / "tallinn/data.mdb");
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  for (const Words& words : std::vector<Words>{{"log"}, {"get", "parcel/1"}, {"status"}, {"file"}}) {
    for (const auto& [path, content] : files) WriteAll(path, content);
    const Result run = land.Do(words, words[0] == "file" ? Create("3", "Tiit") : "");
    EXPECT_EQ(run.signal, 0) << words[0] << " with bit " << bit << " flipped at " << at;
  }
}

TEST(Damage, RandomFlipsNeverEndInASignal) {
  const Land land;
  const Files whole = Filed(land);
  const size_t size = whole.at(land / "tallinn/data.mdb").size();
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    const size_t at = 16384 + random() % (size - 16384);
    ExpectNoSignal(land, whole, at, random() % 8);
  }
}

// Sizes of rows on the page of the tables' names, and on the last page: LMDB copied by them into memory that was not there.
TEST(Damage, FlipsThatOnceEndedInASignal) {
  const Land land;
  const Files whole = Filed(land);
  const size_t size = whole.at(land / "tallinn/data.mdb").size();
  for (const size_t at : {53131, 53191, 53267, 69590})
    for (unsigned bit = 0; bit < 8; ++bit)
      if (at < size) ExpectNoSignal(land, whole, at, bit);
}

}  // namespace
}  // namespace chancery::e2e

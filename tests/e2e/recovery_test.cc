// Backup, restore, older copies, verify: words, exit codes, and what is left behind.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <random>

#include "tests/e2e/run.h"
#include "tests/support/figure.h"

namespace chancery::e2e {
namespace {

namespace fs = std::filesystem;

bool Has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

// What a restored site prints of its key is what the member's `site admit` compares.
TEST(Restore, ByTheCommandAlone) {
  const Land land;
  land.Join("tartu");
  ASSERT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  const Result backup = land.Json({"backup", land / "b"});
  EXPECT_EQ(backup.code, 0) << backup.err;
  EXPECT_EQ(backup.Last("backup").Find("frontier")->text, "tallinn-4");
  EXPECT_EQ(land.Do({"backup", land / "b"}).code, 1) << "never over a file";
  ASSERT_EQ(land.Do({"file"}, Create("2", "Jaan")).code, 0);
  ASSERT_EQ(land.Carry("tallinn", "tartu").code, 0);
  ASSERT_EQ(land.Do({"file"}, Create("3", "Liis")).code, 0);
  fs::remove(land / "tallinn/data.mdb");

  EXPECT_EQ(land.Do({"restore", land / "nothing"}).code, 4);
  const Result restored = land.Json({"restore", land / "b"});
  ASSERT_EQ(restored.code, 0) << restored.out << restored.err;
  const Literal said = restored.Last("restore");
  EXPECT_EQ(said.Find("lost")->list.at(0).text, "tallinn-5…6");
  EXPECT_TRUE(said.Find("members")->truth);
  EXPECT_EQ(land.Do({"restore", land / "b"}).code, 1) << "never over a store";

  const Result refused = land.Do({"file"}, Create("4", "Anu"));
  EXPECT_EQ(refused.code, 6);
  EXPECT_TRUE(Has(refused.err, "restored from a backup of tallinn-4")) << refused.err;
  const Result check = land.Do({"status", "--check"});
  EXPECT_EQ(check.code, 3);
  EXPECT_EQ(check.out.rfind("WAKE key ", 0), 0u) << check.out;
  EXPECT_TRUE(Has(land.Do({"status"}).out, "tallinn-5…6"));
  EXPECT_EQ(land.Status().Find("lost")->list.size(), 1u);

  EXPECT_EQ(land.Do({"site", "card"}).code, 0);
  EXPECT_EQ(land.At("tartu", {"site", "admit", said.Find("card")->text, "--fingerprint", "0000"}).code, 6);
  const Result admitted =
      land.At("tartu", {"site", "admit", said.Find("card")->text, "--fingerprint", said.Find("fingerprint")->text});
  EXPECT_EQ(admitted.code, 0) << admitted.err;
  EXPECT_TRUE(Has(admitted.out, "ends when the\n           members have agreed")) << admitted.out;
  EXPECT_EQ(land.Carry("tartu", "tallinn").code, 0);
  const Result filed = land.Json({"file"}, Create("4", "Anu"));
  EXPECT_EQ(filed.Last("receipt").Find("short")->text, "tallinn.2-1");
  EXPECT_EQ(land.Do({"status", "--check"}).code, 0);
  EXPECT_EQ(land.Status().Find("lost")->list.at(0).text, "tallinn-6");
  EXPECT_EQ(land.Carry("tallinn", "tartu").code, 0);
  EXPECT_EQ(land.Status("tartu").Find("digest")->text, land.Status().Find("digest")->text);
  EXPECT_EQ(land.Do({"verify"}).code, 0);
}

TEST(Restore, ALoneSiteIsToldThatNobodyCanAdmitIt) {
  const Land land;
  ASSERT_EQ(land.Do({"backup", land / "b"}).code, 0);
  const Result restored = land.At("new", {"restore", land / "b"});
  EXPECT_EQ(restored.code, 0) << restored.err;
  EXPECT_TRUE(Has(restored.out, "no other site that could admit it")) << restored.out;
  EXPECT_EQ(land.At("new", {"get", "parcel/1"}).code, 4) << "it can be read";
  EXPECT_EQ(land.At("new", {"file"}, Create("1", "Mari")).code, 6);
}

TEST(Restore, ADamagedBackupLeavesNothing) {
  const Land land;
  ASSERT_EQ(land.Do({"backup", land / "b"}).code, 0);
  const std::string whole = ReadAll(land / "b");
  for (const size_t at : {size_t{0}, size_t{9}, size_t{100}, whole.size() / 2, whole.size() - 1}) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    WriteAll(land / "flipped", bytes);
    const Result restored = land.At("new", {"restore", land / "flipped"});
    EXPECT_EQ(restored.code, 5) << at << ": " << restored.err;
    EXPECT_FALSE(fs::exists(land / "new")) << at;
  }
}

TEST(OlderCopy, IsNoticedWhenItIsStarted) {
  const Land land;
  land.Join("tartu");
  ASSERT_EQ(land.Do({"file"}, Create("1", "Mari")).code, 0);
  fs::copy_file(land / "tallinn/data.mdb", land / "old.mdb");
  ASSERT_EQ(land.Do({"file"}, Create("2", "Jaan")).code, 0);
  fs::copy_file(land / "old.mdb", land / "tallinn/data.mdb", fs::copy_options::overwrite_existing);
  const Result check = land.Do({"status", "--check"});
  EXPECT_EQ(check.code, 3) << check.out;
  EXPECT_TRUE(Has(check.out, "older copy")) << check.out;
  EXPECT_EQ(land.Do({"file"}, Create("3", "Anu")).code, 6);
  EXPECT_EQ(land.Do({"site", "card"}).code, 0);
  EXPECT_EQ(land.Carry("tallinn", "tartu").code, 0);
  EXPECT_EQ(land.At("tartu", {"site", "admit", land / "tallinn.site"}).code, 0);
  EXPECT_EQ(land.Carry("tartu", "tallinn").code, 0);
  EXPECT_EQ(land.Json({"file"}, Create("3", "Anu")).Last("receipt").Find("short")->text, "tallinn.2-1");
}

TEST(Backup, KilledLeavesNoHalfFile) {
  const Land land;
  std::string rows;
  for (int i = 0; i < 4000; ++i) rows += Create(std::to_string(i), std::string(200, 'a' + i % 26));
  ASSERT_EQ(land.Do({"file"}, rows).code, 0);
  std::mt19937 random(7);
  long full_us = 0;  // of a backup that nothing cuts off
  int killed = 0, whole = 0;
  for (int round = 0; round < 25; ++round) {
    const auto start = std::chrono::steady_clock::now();
    const Result run =
        Chancery({"--store", land / "tallinn", "backup", land / "b"},
                 {.input = "", .dir = "", .kill_after_us = round == 0 ? -1 : static_cast<long>(random()) % full_us});
    if (round == 0) {
      const auto took = std::chrono::steady_clock::now() - start;
      full_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count() * 5 / 4;
    }
    killed += run.signal == SIGKILL;
    if (!fs::exists(land / "b")) continue;
    ++whole;
    const Result restored = land.At("r", {"restore", land / "b"});
    EXPECT_EQ(restored.code, 0) << restored.err;
    EXPECT_EQ(land.Status("r").Find("digest")->text, land.Status().Find("digest")->text);
    fs::remove(land / "b");
    fs::remove_all(land / "r");
  }
  EXPECT_GT(killed, 0);
  Figure("kills", static_cast<uint64_t>(killed));
  EXPECT_GT(whole, 0);
}

TEST(Verify, TellsDamageAndRepairsWhatIsDerived) {
  const Land land;
  ASSERT_EQ(land.Do({"file"}, Create("1", "Mari") + Create("2", "Jaan")).code, 0);
  const Result sound = land.Json({"verify"});
  EXPECT_EQ(sound.code, 0) << sound.out;
  EXPECT_TRUE(sound.Last("verify").Find("ok")->truth);
  EXPECT_EQ(sound.Last("verify").Find("entries")->integer, 4);
  EXPECT_TRUE(Has(land.Do({"verify", "--rebuild"}).out, "REBUILT"));
  EXPECT_EQ(land.Do({"verify", land / "tallinn"}).code, 0);
  EXPECT_EQ(land.Do({"verify", land / "nothing"}).code, 4);
  EXPECT_EQ(land.Do({"verify", land / "land.toml"}).code, 2) << "receipts and proofs: not yet";

  const std::string path = land / "tallinn/data.mdb", whole = ReadAll(path);
  int journal = 0, derived = 0;
  std::mt19937 random(11);
  for (int round = 0; round < 400 && (journal == 0 || derived == 0); ++round) {
    std::string bytes = whole;
    const size_t at = 8192 + random() % (bytes.size() - 8192);
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    WriteAll(path, bytes);
    const Result run = land.Json({"verify"});
    ASSERT_EQ(run.signal, 0) << at;
    ASSERT_TRUE(run.code == 0 || run.code == 5) << at << ": " << run.out;
    if (run.code == 0) continue;
    const Result rebuilt = land.Do({"verify", "--rebuild"});
    ASSERT_TRUE(rebuilt.code == 0 || rebuilt.code == 5) << at << ": " << rebuilt.err;
    if (rebuilt.code == 5) {
      ++journal;
      EXPECT_TRUE(Has(rebuilt.out + rebuilt.err, "damaged") || Has(rebuilt.out, "DAMAGED")) << rebuilt.out << rebuilt.err;
      continue;
    }
    ++derived;
    EXPECT_TRUE(Has(rebuilt.out, "REPAIRED")) << rebuilt.out;
    EXPECT_EQ(land.Do({"verify"}).code, 0);
  }
  EXPECT_GT(journal, 0);
  EXPECT_GT(derived, 0);
}

TEST(Store, OfAnotherFormatIsExitEight) {
  const Land land;
  std::string registry;
  const std::string hex = land.Status().Find("registry")->text;
  for (size_t i = 0; i < hex.size(); i += 2) registry += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  const std::string path = land / "tallinn/data.mdb", row = std::string("\0\0\0\x08", 4) + registry;
  std::string bytes = ReadAll(path);
  int found = 0;
  for (size_t at = 0; (at = bytes.find(row, at)) != std::string::npos; ++at, ++found) bytes[at + 3] = 9;
  ASSERT_GT(found, 0);
  WriteAll(path, bytes);
  for (const Words& words : std::vector<Words>{{"status"}, {"verify"}, {"backup", land / "b"}}) {
    const Result run = land.Do(words);
    EXPECT_EQ(run.code, 8) << words[0] << ": " << run.err;
    EXPECT_TRUE(Has(run.err, "format 9")) << run.err;
  }
}

TEST(Store, HeldByAnotherProcessIsExitEightAndNamesIt) {
  const Land land;
  const Result both = RunShell(
      "(sleep 2) | $CHANCERY --store tallinn file - & sleep 0.5\n"
      "$CHANCERY --store tallinn status; echo \"code $?\"; $CHANCERY --store tallinn verify >/dev/null 2>&1; echo \"verify "
      "$?\"\nwait",
      land / "");
  EXPECT_TRUE(Has(both.out, "code 8")) << both.out;
  EXPECT_TRUE(Has(both.out, "verify 8")) << both.out;
  EXPECT_TRUE(Has(both.err, "locked by pid ")) << both.err;
  EXPECT_TRUE(Has(both.err, "file -")) << both.err;
}

}  // namespace
}  // namespace chancery::e2e

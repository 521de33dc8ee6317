// The chain at the front of a tail: what counts of it, whatever the disk made of it; and what a store makes of a chain.
#include "engine/tail.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/bytes.h"
#include "engine/base/limits.h"
#include "engine/base/strings.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

const KeyPair& Key(const std::string& seed) {
  static std::map<std::string, KeyPair> keys;
  return keys.try_emplace(seed, KeyPair::FromSeed(Sha256({"chancery/seed/1\n", seed}))).first->second;
}
LaneId Lane(const std::string& seed) { return LaneOf(Key(seed).public_key()); }

// A run with entries whose bodies say which they are. Seals are not looked at here.
Run RunOf(uint64_t first, size_t entries, const std::string& seed = "t", const std::string& body = "body") {
  Entry head;
  head.registry.bytes[0] = 7;
  head.lane = Lane(seed);
  Run run;
  run.header = EncodeHeader(head);
  run.lane = head.lane;
  run.first = first;
  for (uint64_t i = 0; i < entries; ++i) {
    head.note = Cat(body, " ", first + i);
    run.Append((first + i) << 16, EncodeBody(head));
  }
  return run;
}

using Runs = std::vector<Run>;  // Test::Run hides the name in tests

std::string Record(const Runs& runs) {
  std::vector<std::string> encoded;
  for (const Run& run : runs) encoded.push_back(EncodeRun(run));
  return TailRecord(encoded);
}
std::string Record(const Run& run) { return Record(Runs{run}); }

std::string Text(const Runs& chain) {
  std::string text;
  for (const Run& run : chain) text += Cat(text.empty() ? "" : " ", run.first, "-", run.last());
  return text;
}

std::string ChainText(std::string_view bytes) { return Text(TailChain(bytes)); }

TEST(TailChain, IsOfRecordsThatFollowOneAnother) {
  const std::string zeros(4096, '\0');
  EXPECT_EQ(ChainText(""), "");
  EXPECT_EQ(ChainText(zeros), "");
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + Record(RunOf(7, 1)) + Record(RunOf(8, 3)) + zeros), "5-6 7-7 8-10");
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + Record(RunOf(7, 1))), "5-6 7-7") << "a file that ends with its last record";
}

TEST(TailChain, TakesAGroupWholeOrNotAtAll) {
  const Runs two = {RunOf(5, 2), RunOf(7, 1)}, gap = {RunOf(8, 1), RunOf(10, 1)};
  EXPECT_EQ(ChainText(Record(two)), "5-6 7-7");
  EXPECT_EQ(ChainText(Record(two) + Record(gap)), "5-6 7-7");
  const Runs foreign = {RunOf(8, 1), RunOf(9, 1, "u")};
  EXPECT_EQ(ChainText(Record(two) + Record(foreign)), "5-6 7-7");
  const std::string record = Record(two);
  for (size_t size = 0; size < record.size(); ++size) EXPECT_EQ(ChainText(record.substr(0, size)), "") << size;
}

TEST(TailChain, EndsWhereSomethingElseBegins) {
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + Record(RunOf(8, 1))), "5-6") << "a hole";
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + Record(RunOf(6, 2))), "5-6") << "an overlap";
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + Record(RunOf(7, 1, "u"))), "5-6") << "another lane";
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + "rubbish that is long enough to be a record"), "5-6");
  EXPECT_EQ(ChainText(Record(RunOf(5, 2)) + TailRecord({}) + Record(RunOf(7, 1))), "5-6") << "a group of nothing";
}

// The tail began anew: behind what is new stands what is old, often exactly where a record may begin.
TEST(TailChain, LeavesOlderRecordsBehind) {
  std::string bytes;
  for (uint64_t seq = 1; seq <= 8; ++seq) bytes += Record(RunOf(seq, 1));
  const std::string fresh = Record(RunOf(9, 1));
  ASSERT_EQ(fresh.size(), Record(RunOf(1, 1)).size());
  bytes.replace(0, fresh.size(), fresh);
  EXPECT_EQ(ChainText(bytes), "9-9");
  const std::string old = Record(RunOf(1, 1));
  for (size_t torn = 1; torn < fresh.size(); ++torn) {  // from there on the new one is there already
    const std::string mixed = old.substr(0, torn) + fresh.substr(torn);
    if (mixed != fresh && mixed != old) {
      EXPECT_EQ(ChainText(mixed + bytes.substr(fresh.size())), "") << torn;
    }
  }
}

TEST(TailChain, EndsAtAFlippedBitAndNeverBehindIt) {
  const std::string first = Record(RunOf(5, 2)), second = Record(RunOf(7, 3, "t", std::string(3000, 'x')));
  const std::string bytes = first + second + Record(RunOf(10, 1));
  for (size_t at = 0; at < bytes.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const char* expected = at < first.size() ? "" : at < first.size() + second.size() ? "5-6" : "5-6 7-9";
      EXPECT_EQ(ChainText(flipped), expected) << at << ":" << bit;
    }
}

// A check that holds says nothing of the length: whoever wrote it may be anybody.
TEST(TailChain, IsNotLedAstrayByALength) {
  for (const uint32_t length : {0u, 1u, 100u, 1u << 20, ~0u - 8, ~0u}) {
    ByteWriter rest;
    rest.U32(length);
    rest.out.resize(124, 'x');
    ByteWriter record;
    record.U64(Xxh64(rest.out));
    record.Raw(rest.out);
    EXPECT_EQ(ChainText(record.out), "") << length;
  }
}

TEST(Tail, IsMadeOnceAndBeginsAnew) {
  const TempDir dir;
  Tail tail;
  tail.Open(dir.path(), true);
  EXPECT_FALSE(fs::exists(dir / "tail"));
  const std::string first = Record(RunOf(5, 2)), second = Record(RunOf(7, 1)), third = Record(RunOf(8, 1));
  ASSERT_TRUE(tail.Fits(first.size()));
  EXPECT_EQ(fs::file_size(dir / "tail"), limits::kTailBytes);
  EXPECT_FALSE(tail.Fits(limits::kTailBytes + 1));
  ASSERT_TRUE(tail.Append(first).ok());
  ASSERT_TRUE(tail.Append(second).ok());
  EXPECT_FALSE(tail.Fits(limits::kTailBytes));
  EXPECT_EQ(Text(ReadTail(dir.path())), "5-6 7-7");
  tail.StartAgain();
  ASSERT_TRUE(tail.Append(third).ok());
  EXPECT_EQ(Text(ReadTail(dir.path())), "8-8");
  EXPECT_EQ(fs::file_size(dir / "tail"), limits::kTailBytes);
}

TEST(Tail, IsDoneWithoutWhereItCannotBeMade) {
  const TempDir dir;
  Tail tail;
  tail.Open(dir / "nowhere", true);
  EXPECT_FALSE(tail.Fits(8));
  EXPECT_TRUE(ReadTail(dir / "nowhere").empty());
}

// ---- stores

constexpr char kPack[] = R"([pack]
name = "land"
version = 1
[register.parcel.fields]
owner = { type = "text" }
number = { type = "text" }
[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
)";

class TailOfAStore : public testing::Test {
 protected:
  TailOfAStore() {
    env_.durable = false;
    env_.reserve_bytes = 0;
    env_.clock = &clock_;
    db_ = Ok(Database::Found(Dir("tallinn"), {"tallinn", "", {{"land.toml", kPack}}, "t"}, env_));
    Create("first");  // the one after a read goes to LMDB
  }

  std::string Dir(const std::string& name) const { return dir_ / name; }
  std::string Create(const std::string& key) {
    clock_.Set(clock_.NowMs() + 1);
    return Ok(db_->File(Draft().By("mari").Create("parcel/" + key).Set("owner", "Mari").Set("number", key))).entry();
  }
  std::vector<std::string> Keys() const { return Ok(Ok(db_->Read()).Keys("parcel")); }
  StatusView Status() const { return Ok(Ok(db_->Read()).Status()); }
  void Reopen(const std::string& name = "tallinn") {
    db_.reset();
    db_ = Ok(Database::Open(Dir(name), env_));
  }
  std::string InTail(const std::string& name = "tallinn") const { return Text(ReadTail(Dir(name))); }
  void Copy(const std::string& as, const std::vector<std::string>& files) {
    fs::create_directories(Dir(as));
    for (const std::string& file : files)
      fs::copy_file(Dir("tallinn") + "/" + file, Dir(as) + "/" + file, fs::copy_options::overwrite_existing);
  }

  TempDir dir_;
  ManualClock clock_{1767225600000};
  Environment env_;
  std::unique_ptr<Database> db_;
};

TEST_F(TailOfAStore, KeepsFilingsThatNobodyReadBeforeTheStoreWasClosed) {
  std::vector<std::string> entries;
  for (const char* key : {"a", "b", "c"}) entries.push_back(Create(key));
  EXPECT_EQ(InTail(), "4-4 5-5 6-6");
  Reopen();
  for (const std::string& entry : entries) EXPECT_TRUE(Ok(db_->Read()).Entry(entry).ok());
  EXPECT_EQ(Keys(), (std::vector<std::string>{"a", "b", "c", "first"}));
  EXPECT_EQ(Status().renewed, "");
  Reopen();
  EXPECT_EQ(Status().frontier, (std::vector<std::pair<std::string, uint64_t>>{{"tallinn", 6}})) << "taken up once";
}

TEST_F(TailOfAStore, IsUsedOnlyWhereNobodyReads) {
  Keys();
  Create("a");
  EXPECT_EQ(InTail(), "");
  Create("b");
  EXPECT_EQ(InTail(), "5-5");
  Keys();
  Create("c");
  EXPECT_EQ(InTail(), "5-5") << "what is in LMDB stays where it was";
  Create("d");
  EXPECT_EQ(InTail(), "7-7");
  Reopen();
  EXPECT_EQ(Status().records, 5u);
}

TEST_F(TailOfAStore, ShowsAFilingToWhoeverWasAnswered) {
  for (int i = 0; i < 50; ++i) {
    const std::string entry = Create(std::to_string(i));
    std::thread([&] { EXPECT_TRUE(Ok(db_->Read()).Entry(entry).ok()); }).join();
    Create("again" + std::to_string(i));
    EXPECT_EQ(Keys().size(), 3u + 2 * static_cast<size_t>(i));
  }
}

TEST_F(TailOfAStore, KeepsNothingOfARefusedFiling) {
  Create("a");
  EXPECT_FALSE(db_->File(Draft().Create("parcel/a").Set("owner", "Jaan")).ok());            // exists in the tail
  EXPECT_FALSE(db_->File(Draft().Create("parcel/x").Set("number", "a")).ok());              // its number as well
  EXPECT_FALSE(db_->FileAll({Draft().Create("parcel/y").Set("number", "first")})[0].ok());  // this one in LMDB
  const auto both = db_->FileAll({Draft().Create("parcel/first"), Draft().Create("parcel/z")});
  EXPECT_FALSE(both[0].ok());
  EXPECT_TRUE(both[1].ok());
  EXPECT_EQ(InTail(), "4-4 5-5");
  Reopen();
  EXPECT_EQ(Keys(), (std::vector<std::string>{"a", "first", "z"}));
  EXPECT_EQ(Status().frontier[0].second, 5u);
}

TEST_F(TailOfAStore, AnswersARepeatedFilingAlike) {
  Draft draft = Draft().Create("parcel/a");
  draft.id = "letter 7";
  const Receipt one = Ok(db_->File(draft)), two = Ok(db_->File(draft));
  EXPECT_EQ(one.entry(), two.entry());
  EXPECT_TRUE(two.repeated);
  Reopen();
  EXPECT_EQ(Ok(db_->File(draft)).entry(), one.entry());
}

// A run of more than 32 KiB is closed in the tail: the tables get the same bytes.
TEST_F(TailOfAStore, HandsOnALargeRunAsItIs) {
  std::vector<Draft> drafts;
  for (int i = 0; i < 60; ++i)
    drafts.push_back(Draft().By("mari").Create(Cat("parcel/", i)).Set("owner", Cat(i, std::string(1000, 'x'))));
  for (const auto& receipt : db_->FileAll(drafts)) Ok(receipt);
  Create("after");
  ASSERT_EQ(InTail(), "4-63 64-64");
  const std::vector<std::string> runs = Ok(Ok(db_->Read()).RunsSince("0"));  // by now it is in the tables
  Reopen();
  EXPECT_TRUE(Ok(db_->Verify()).ok());
  EXPECT_EQ(Ok(Ok(db_->Read()).RunsSince("0")), runs);
  EXPECT_EQ(Keys().size(), 62u);
}

// Of what was not acknowledged the tail has the bytes, the tables have nothing: the filer asks again and is answered alike.
TEST_F(TailOfAStore, LosesNothingAcknowledgedWhereASyncFails) {
  bool fails = false;
  env_.sync_fails = [&fails] { return std::exchange(fails, false); };
  Reopen();
  std::vector<std::string> keys = {"first"};
  for (const bool to_tail : {false, true}) {
    const std::string name = to_tail ? "t" : "c";
    Keys();
    if (to_tail) keys.push_back("t before"), Create("t before");
    Draft draft = Draft().Create("parcel/" + name);
    draft.id = "letter " + name;
    fails = true;
    EXPECT_EQ(db_->File(draft).status().code(), absl::StatusCode::kDataLoss);
    EXPECT_FALSE(fails) << "it was asked";
    EXPECT_EQ(db_->File(Draft().Create("parcel/later")).status().code(), absl::StatusCode::kDataLoss);
    Reopen();
    EXPECT_EQ(Status().outcome_unknown, false);
    EXPECT_EQ(Ok(db_->File(draft)).repeated, to_tail);
    keys.push_back(name);
    std::sort(keys.begin(), keys.end());
    EXPECT_EQ(Keys(), keys);
    EXPECT_TRUE(Ok(db_->Verify()).ok());
  }
}

// Two stores file the same; one is read after each, one is read never and opened again.
TEST_F(TailOfAStore, LeadsToTheSameDigest) {
  Copy("other", {"site.key"});
  db_.reset();
  Copy("other", {"data.mdb"});
  std::vector<StatusView> seen;
  for (const std::string name : {"tallinn", "other"}) {
    ManualClock clock{1767225700000};
    env_.clock = &clock;
    Reopen(name);
    for (int i = 0; i < 40; ++i) {
      if (name == "other") Keys();
      clock.Set(clock.NowMs() + 1);
      Draft draft = Draft().By("mari").Create("parcel/" + std::to_string(i)).Set("owner", "Mari").Set("number", Cat(i / 2));
      draft.admit_breaches = true;  // every second opens a case
      Ok(db_->File(draft));
      Ok(db_->File(Draft().Record("parcel/" + std::to_string(i / 3)).Set("owner", "Jaan")));
    }
    Reopen(name);
    seen.push_back(Status());
    EXPECT_TRUE(Ok(db_->Verify()).journal_holds);
    ASSERT_TRUE(db_->Rebuild().ok());
    EXPECT_EQ(Status().digest, seen.back().digest);
    env_.clock = &clock_;
    db_.reset();
  }
  EXPECT_EQ(seen[0].digest, seen[1].digest);
  EXPECT_EQ(seen[0].docket, seen[1].docket);
  EXPECT_EQ(seen[0].frontier, seen[1].frontier);
}

TEST_F(TailOfAStore, TakesFilingsOfManyThreads) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) Ok(db_->File(Draft().Create(Cat("parcel/", t, "-", i))));
    });
  for (std::thread& thread : threads) thread.join();
  Reopen();
  EXPECT_EQ(Status().records, 401u);
  EXPECT_TRUE(Ok(db_->Verify()).journal_holds);
}

// A group of a hundred goes to the tables at once, but for claims, which lie at random places of theirs.
TEST_F(TailOfAStore, TakesALargeGroupThatClaimsMuch) {
  constexpr char kUnique[] = R"([pack]
name = "firms"
version = 1
[register.firm]
fields.name = { type = "text" }
[[rule]]
id = "name"
kind = "unique"
on = ["firm.name"]
)";
  Ok(db_->ApplyPack(kUnique, "firms.toml"));
  const auto file = [&](const std::string& reg, const std::string& field, int from) {
    std::vector<Draft> drafts(100);
    for (int i = 0; i < 100; ++i) drafts[static_cast<size_t>(i)].Create(Cat(reg, "/", from + i)).Set(field, Cat(from + i));
    for (const auto& receipt : db_->FileAll(drafts)) Ok(receipt);
  };
  file("parcel", "owner", 0);  // the first that is not known to be read
  file("parcel", "owner", 100);
  EXPECT_EQ(InTail(), "");
  file("firm", "name", 0);
  file("firm", "name", 100);
  EXPECT_NE(InTail(), "");
  Draft taken;
  taken.Create("firm/again").Set("name", "150");
  EXPECT_FALSE(db_->File(taken).ok()) << "the name stands in the tail";
  Reopen();
  EXPECT_EQ(Status().records, 401u);
  EXPECT_FALSE(db_->File(taken).ok());
  const VerifyView view = Ok(db_->Verify());
  EXPECT_TRUE(view.ok());
  const std::string written = InTail();  // that is in the tables by now
  file("firm", "name", 200);             // read before: at once
  EXPECT_EQ(InTail(), written);
  file("firm", "name", 300);
  EXPECT_NE(InTail(), written);
  EXPECT_EQ(Status().records, 601u);
  EXPECT_TRUE(Ok(db_->Verify()).ok());
}

TEST_F(TailOfAStore, IsWrittenOutWhenItIsFull) {
  std::string owner;  // does not compress
  for (uint32_t i = 0, x = 1; i < 100000; ++i, x = x * 1664525 + 1013904223) owner += static_cast<char>('!' + (x >> 24) % 90);
  for (int i = 0; i < 80; ++i) Ok(db_->File(Draft().Create(Cat("parcel/", i)).Set("owner", Cat(i, owner))));
  EXPECT_NE(InTail(), "");
  EXPECT_LE(fs::file_size(Dir("tallinn") + "/tail"), limits::kTailBytes);
  Reopen();
  EXPECT_EQ(Status().records, 81u);
  EXPECT_EQ(Ok(Ok(db_->Read()).Value("parcel/79/owner")).text, Cat(79, owner));
}

TEST_F(TailOfAStore, IsInABackup) {
  const std::string entry = Create("a");
  EXPECT_EQ(Ok(db_->Backup(Dir("backup"))).frontier, "tallinn-4");
  Ok(Database::Restore(Dir("new"), Dir("backup"), {}, env_));
  db_ = Ok(Database::Open(Dir("new"), env_));
  EXPECT_TRUE(Ok(db_->Read()).Entry(entry).ok());
}

// The process is killed while four threads file: what any of them was answered is there when the store is opened again.
TEST_F(TailOfAStore, OutlivesTheProcess) {
  db_.reset();
  for (int round = 0; round < 8; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      env_.clock = nullptr;
      db_ = Ok(Database::Open(Dir("tallinn"), env_));
      std::vector<std::thread> threads;
      for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
          for (int i = 0;; ++i) {
            const std::string entry = Ok(db_->File(Draft().Create(Cat("parcel/", round, "-", t, "-", i)))).entry();
            if (write(ends[1], entry.data(), entry.size()) != 64) _exit(1);
          }
        });
      for (std::thread& thread : threads) thread.join();
    }
    close(ends[1]);
    std::string answers(64 * (20 + 30 * static_cast<size_t>(round)), '\0');  // as many as are waited for
    size_t size = 0;
    for (ssize_t n = 1; n > 0 && size < answers.size(); size += static_cast<size_t>(n))
      n = read(ends[0], answers.data() + size, answers.size() - size);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ends[0]);
    ASSERT_EQ(size, answers.size());
    Reopen();
    {
      const Snapshot now = Ok(db_->Read());
      for (size_t at = 0; at < size; at += 64) EXPECT_TRUE(now.Entry(answers.substr(at, 64)).ok()) << answers.substr(at, 64);
    }
    EXPECT_EQ(Status().renewed, "");
    EXPECT_TRUE(Ok(db_->Verify()).journal_holds);
    db_.reset();
  }
}

// ---- a tail and a data.mdb that are not of one moment

TEST_F(TailOfAStore, MakesAnOlderCopyWholeWhereItContinuesIt) {
  Copy("old", {"data.mdb", "site.key"});
  Create("a");
  Create("b");
  Keys();  // the data has them now, and the tail as well
  Copy("old", {"tail", "tip"});
  const StatusView now = Status();
  Reopen("old");
  EXPECT_EQ(Status().digest, now.digest);
  EXPECT_EQ(Status().frontier, now.frontier);
  EXPECT_EQ(Status().renewed, "");
}

TEST_F(TailOfAStore, TellsThatACopyIsOlder) {
  Copy("old", {"data.mdb", "site.key"});
  for (const char* key : {"a", "b"}) Create(key);
  Keys();
  Create("c");
  Copy("between", {"data.mdb", "site.key"});
  Create("d");
  EXPECT_EQ(InTail(), "7-7");
  Copy("old", {"tail"});  // and no tip
  Reopen("between");
  const std::vector<std::string> runs = Ok(Ok(db_->Read()).RunsSince("0"));
  Reopen("old");
  EXPECT_EQ(Status().renewed, "an older copy of this store was started: it ends at tallinn-3, and tallinn-7 had been filed here");
  EXPECT_EQ(Status().lost, std::vector<std::string>{"tallinn-4…6"}) << "the seventh is here and waits";
  EXPECT_EQ(Keys(), std::vector<std::string>{"first"});
  Reopen("old");
  EXPECT_EQ(Keys(), std::vector<std::string>{"first"});
  EXPECT_EQ(Status().waiting, 1u);
  Ok(db_->Ingest(runs));
  EXPECT_EQ(Keys(), (std::vector<std::string>{"a", "b", "c", "d", "first"}));
  EXPECT_TRUE(Status().lost.empty());
}

TEST_F(TailOfAStore, TakesNothingFromAnotherCopyThatWentItsOwnWay) {
  Copy("other", {"data.mdb", "site.key"});
  Create("a");
  Create("b");
  Copy("other", {"tail"});
  fs::rename(Dir("other") + "/tail", Dir("tail of tallinn"));
  Reopen("other");
  Keys();
  Create("c");  // another tallinn-4
  db_.reset();
  fs::copy_file(Dir("tail of tallinn"), Dir("other") + "/tail", fs::copy_options::overwrite_existing);
  Reopen("other");
  EXPECT_EQ(Keys(), (std::vector<std::string>{"c", "first"}));
  EXPECT_NE(Status().renewed, "");
}

TEST_F(TailOfAStore, OfAnotherStoreIsLeftAlone) {
  Create("a");
  Copy("mine", {"tail"});
  Keys();
  db_ = Ok(Database::Found(Dir("viljandi"), {"viljandi", "", {{"land.toml", kPack}}, "v"}, env_));
  fs::copy_file(Dir("mine") + "/tail", Dir("viljandi") + "/tail");
  Reopen("viljandi");
  EXPECT_EQ(Status().renewed, "");
  EXPECT_TRUE(Keys().empty());
}

TEST_F(TailOfAStore, ComesAlongWhenAStoreIsRestoredFromItsDirectory) {
  Create("a");
  Create("b");
  db_.reset();
  fs::remove(Dir("tallinn") + "/site.key");
  Ok(Database::Restore(Dir("new"), Dir("tallinn"), {}, env_));
  db_ = Ok(Database::Open(Dir("new"), env_));
  EXPECT_EQ(Keys(), (std::vector<std::string>{"a", "b", "first"}));
  EXPECT_TRUE(Status().lost.empty());
}

TEST_F(TailOfAStore, TellsARestoredBackupWhatIsMissing) {
  Ok(db_->Backup(Dir("backup")));
  Create("a");  // the one after a read
  Create("b");
  db_.reset();
  for (const char* file : {"data.mdb", "tip"}) fs::remove(Dir("tallinn") + "/" + file);
  db_ = Ok(Database::Restore(Dir("tallinn"), Dir("backup"), {}, env_));
  EXPECT_EQ(Status().lost, std::vector<std::string>{"tallinn-4"}) << "the fifth is here and waits";
  EXPECT_EQ(Keys(), std::vector<std::string>{"first"});
  EXPECT_EQ(Status().waiting, 1u);
}

// Whatever became of the file: what was acknowledged before it is there, and no entry is there that nobody filed.
TEST_F(TailOfAStore, ThatIsDamagedEndsEarlier) {
  Copy("old", {"data.mdb", "site.key"});
  for (const char* key : {"a", "b", "c"}) Create(key);
  db_.reset();
  std::ifstream in(Dir("tallinn") + "/tail", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const std::vector<std::string> all = {"a", "b", "c", "first"};
  for (size_t at = 0; at < bytes.size(); at += 13) {
    Copy("old", {"data.mdb", "site.key"});  // of a store that was closed
    fs::remove(Dir("old") + "/tip");
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    std::ofstream(Dir("old") + "/tail", std::ios::binary | std::ios::trunc) << flipped;
    Reopen("old");
    const std::vector<std::string> keys = Keys();
    EXPECT_TRUE(keys.size() < 4 && keys.back() == "first" && std::equal(keys.begin(), keys.end() - 1, all.begin())) << at;
    db_.reset();
  }
}

// A row of the tables is damaged that a filing in the tail changes: the store opens all the same, or says what is damaged.
TEST_F(TailOfAStore, OutlivesDamagedTables) {
  const std::string owner = "Mari Maasikas of Maasikamae";
  Ok(db_->File(Draft().Record("parcel/first").Set("owner", owner)));
  Keys();
  Create("a");
  Ok(db_->File(Draft().Record("parcel/first").Set("number", "7")));
  EXPECT_NE(InTail(), "");
  db_.reset();
  std::ifstream in(Dir("tallinn") + "/data.mdb", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  int opened = 0;
  for (size_t at = bytes.find(owner); at != std::string::npos; at = bytes.find(owner, at + 1)) {
    Copy("damaged", {"site.key", "tail", "tip"});
    std::string damaged = bytes;
    damaged[at] = 'm';
    std::ofstream(Dir("damaged") + "/data.mdb", std::ios::binary | std::ios::trunc) << damaged;
    auto db = Database::Open(Dir("damaged"), env_);
    opened += db.ok();
    if (!db.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(db.status())) << db.status();
      continue;
    }
    EXPECT_EQ(Ok(Ok((*db)->Read()).Keys("parcel")), (std::vector<std::string>{"a", "first"}));
    EXPECT_EQ(Ok(Ok((*db)->Read()).Value("parcel/first/owner")).text, owner) << "made anew from the journal";
  }
  EXPECT_GT(opened, 0);
}

}  // namespace
}  // namespace chancery

// Disks are lost, copies are put back, keys change: nothing is reused, what is missing is named, and damage is told.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/strings.h"
#include "engine/codec/record.h"
#include "engine/store/env.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

namespace fs = std::filesystem;

constexpr char kPack[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Parcel"

[register.parcel.fields]
owner = { type = "text" }
number = { type = "text" }

[[rule]]
id = "parcel-number"
kind = "unique"
on = ["parcel.number"]
title = "A number names one parcel"
)";

std::string ReadAll(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

class Recovery : public testing::Test {
 protected:
  Recovery() {
    env_.durable = false;
    env_.reserve_bytes = 0;
    env_.clock = &clock_;
    tallinn_ = Ok(Database::Found(Dir("tallinn"), {"tallinn", "", {{"land.toml", kPack}}, "t"}, env_));
    tartu_ = Ok(Database::Join(Dir("tartu"), {"tartu", "full", "u"}, Ok(tallinn_->Read()->ExportBundle("0")), env_));
    Ok(tallinn_->Admit(tartu_->SiteCard()));
    Tell(*tallinn_, *tartu_);
  }

  std::string Dir(const std::string& name) const { return dir_ / name; }
  std::string Create(Database& db, const std::string& key) {
    clock_.Set(clock_.NowMs() + 1);
    return Ok(db.File(Draft().By("mari", "notary 1").Create("parcel/" + key).Set("owner", "Mari").Set("number", key)))
        .short_name();
  }
  static void Tell(const Database& from, Database& to) {
    const Snapshot there = Ok(to.Read());
    Ok(to.Ingest(Ok(Ok(from.Read()).RunsSince(there.Frontier()))));
  }
  // Each changes the owner of parcel/1, and neither has heard of the other's change.
  void ChangeApart() {
    Create(*tallinn_, "1");
    Tell(*tallinn_, *tartu_);
    Ok(tartu_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Liis")));
    Ok(tallinn_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Jaan")));
  }
  static StatusView Status(const Database& db) { return Ok(Ok(db.Read()).Status()); }
  static std::string RefusalOf(const absl::Status& status) {
    const ErrorView error = Explain(status);
    return error.refused ? error.kind : S(status.message()).empty() ? "none" : std::string(S(status.message()));
  }
  std::unique_ptr<Database> Restore(const std::string& name, const std::string& file) {
    return Ok(Database::Restore(Dir(name), file, {}, env_));
  }
  // Puts a copy of the data made earlier in the place of the store's: an image put back without a word to anyone.
  void PutBack(const std::string& name, const std::string& data) { WriteAll(Dir(name) + "/data.mdb", data); }

  // What somebody does to Tallinn's rows who knows how they are made. rows: those of the table, in their order.
  using Rows = std::vector<std::pair<std::string, std::string>>;
  void Rewrite(Table table, const std::function<void(WriteTxn& txn, const Rows& rows)>& edit) {
    tallinn_.reset();
    {
      const std::unique_ptr<Env> env = Ok(Env::Open({.dir = Dir("tallinn"), .durable = false}));
      WriteTxn txn = Ok(env->Write());
      Rows rows;
      {
        Cursor stored(txn, table);
        for (bool more = stored.Seek({}); more; more = stored.Next()) rows.emplace_back(stored.key(), stored.value());
      }
      edit(txn, rows);
      ASSERT_TRUE(txn.Commit().ok());
    }
    tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  }

  TempDir dir_;
  ManualClock clock_{1767225600000};
  Environment env_;
  std::unique_ptr<Database> tallinn_, tartu_;
};

// ---- backup

TEST_F(Recovery, ABackupHoldsTheStoreAndNotItsKey) {
  Create(*tallinn_, "1");
  const BackupView backup = Ok(tallinn_->Backup(Dir("b")));
  EXPECT_EQ(backup.site, "tallinn");
  EXPECT_EQ(backup.frontier, "tallinn-4");
  EXPECT_EQ(backup.entries, 4u);
  EXPECT_EQ(backup.bytes, fs::file_size(Dir("b")));
  const std::string bytes = ReadAll(Dir("b"));
  std::string hex, secret;
  std::ifstream(Dir("tallinn") + "/site.key") >> hex;
  ASSERT_TRUE(Unhex(hex, &secret));
  ASSERT_EQ(secret.size(), 64u);
  EXPECT_EQ(bytes.find(hex.substr(0, 64)), std::string::npos);
  EXPECT_EQ(bytes.find(secret.substr(0, 32)), std::string::npos);  // the seed: the other half is the public key
  EXPECT_EQ(fs::status(Dir("b")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(Ok(tallinn_->Backup(Dir("again"))).frontier, "tallinn-4");
  EXPECT_TRUE(bytes == ReadAll(Dir("again"))) << "the same moment is the same bytes";
}

TEST_F(Recovery, ABackupReplacesNoFileAndLeavesNoHalfOne) {
  WriteAll(Dir("b"), "precious");
  EXPECT_EQ(tallinn_->Backup(Dir("b")).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadAll(Dir("b")), "precious");
  EXPECT_EQ(tallinn_->Backup(Dir("nowhere/b")).status().code(), absl::StatusCode::kInvalidArgument);
  size_t files = 0;
  for (const auto& file : fs::directory_iterator(dir_.path())) files += file.is_regular_file();
  EXPECT_EQ(files, 1u);
}

TEST_F(Recovery, ABackupTakenWhileOthersFileIsOneMoment) {
  std::atomic<bool> filing{true};
  std::vector<std::thread> filers;
  for (int f = 0; f < 3; ++f) {
    filers.emplace_back([&, f] {
      for (int i = 0; filing; ++i) {
        const std::string key = Cat(f, "-", i);
        const auto filed = tallinn_->File(Draft().By("mari").Create("parcel/" + key).Set("owner", key));
        EXPECT_TRUE(filed.ok()) << filed.status();
      }
    });
  }
  std::vector<BackupView> backups;
  for (int i = 0; i < 6; ++i) {
    backups.push_back(Ok(tallinn_->Backup(Dir(Cat("b", i)))));
    while (Status(*tallinn_).entries == backups.back().entries) std::this_thread::yield();
  }
  const VerifyView view = Ok(tallinn_->Verify());
  EXPECT_TRUE(view.ok()) << view.damage[0];
  filing = false;
  for (std::thread& filer : filers) filer.join();
  EXPECT_GT(backups.back().entries, backups.front().entries);
  for (size_t i = 0; i < backups.size(); ++i) {
    const auto restored = Restore(Cat("r", i), Dir(Cat("b", i)));
    EXPECT_EQ(restored->Read()->Frontier(), backups[i].frontier);
    EXPECT_EQ(Status(*restored).entries, backups[i].entries);
    const VerifyView sound = Ok(restored->Verify());
    EXPECT_TRUE(sound.ok()) << sound.damage[0];
    Tell(*tallinn_, *restored);
    EXPECT_EQ(Status(*restored).digest, Status(*tallinn_).digest);
  }
}

TEST_F(Recovery, ADamagedBackupIsRefusedAndNothingIsLeft) {
  Create(*tallinn_, "1");
  Ok(tallinn_->Backup(Dir("b")));
  const std::string whole = ReadAll(Dir("b"));
  const auto refused = [&](const std::string& bytes, const std::string& what) {
    WriteAll(Dir("b"), bytes);
    const absl::Status status = Database::Restore(Dir("r"), Dir("b"), {}, env_).status();
    EXPECT_TRUE(status.code() == absl::StatusCode::kDataLoss || status.code() == absl::StatusCode::kInvalidArgument)
        << what << ": " << status;
    EXPECT_FALSE(fs::exists(Dir("r"))) << what;
  };
  for (size_t bit = 0; bit < whole.size() * 8; bit += 13) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    refused(bytes, Cat("bit ", bit));
  }
  for (size_t size = 0; size < whole.size(); size += 97) refused(whole.substr(0, size), Cat(size, " bytes"));
  refused(whole + "x", "a byte too many");
  WriteAll(Dir("b"), whole);
  EXPECT_EQ(Status(*Restore("r", Dir("b"))).digest, Status(*tallinn_).digest);
}

TEST_F(Recovery, NoBackupIsMadeOfADamagedJournal) {
  Ok(tallinn_->File(Draft().By("mari", "deed of the mill pond").Create("parcel/1")));
  tallinn_.reset();
  std::string data = ReadAll(Dir("tallinn") + "/data.mdb");
  for (size_t at = 0; (at = data.find("mill pond", at)) != std::string::npos; ++at) data[at] = 'M';
  PutBack("tallinn", data);
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  EXPECT_EQ(tallinn_->Backup(Dir("b")).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(fs::exists(Dir("b")));
}

// ---- restore

TEST_F(Recovery, ARestoredSiteHasANewKeyAndFilesInANewLaneOnceItIsAdmitted) {
  Create(*tallinn_, "1");
  Ok(tallinn_->Backup(Dir("b")));
  const std::string fifth = Create(*tallinn_, "2");
  Tell(*tallinn_, *tartu_);
  const std::string key = tallinn_->Fingerprint();
  tallinn_.reset();  // and its machine burns

  auto restored = Restore("new", Dir("b"));
  EXPECT_NE(restored->Fingerprint(), key);
  EXPECT_FALSE(Status(*restored).admitted);
  EXPECT_EQ(Status(*restored).renewed, "restored from a backup of tallinn-4");
  EXPECT_EQ(RefusalOf(restored->File(Draft().By("mari").Create("parcel/3")).status()), "admission");
  Tell(*restored, *tartu_);
  EXPECT_EQ(RefusalOf(restored->File(Draft().By("mari").Create("parcel/3")).status()), "admission");
  restored.reset();
  restored = Ok(Database::Open(Dir("new"), env_));  // all of it is on the disk
  EXPECT_EQ(Status(*restored).renewed, "restored from a backup of tallinn-4");

  EXPECT_EQ(Ok(tartu_->Admit(restored->SiteCard())).short_name(), "tartu-1");
  EXPECT_EQ(RefusalOf(restored->File(Draft().By("mari").Create("parcel/3")).status()), "admission") << "it has not arrived";
  Tell(*tartu_, *restored);
  EXPECT_EQ(Status(*restored).renewed, "");
  EXPECT_TRUE(Status(*restored).admitted);
  EXPECT_EQ(restored->Read()->Entry(fifth)->short_name, "tallinn-5") << "what tartu held came back";
  EXPECT_EQ(Create(*restored, "3"), "tallinn.2-1");
  Tell(*restored, *tartu_);
  EXPECT_EQ(Status(*restored).digest, Status(*tartu_).digest);
  EXPECT_EQ(tartu_->Read()->Frontier(), "tallinn-5,tallinn.2-1,tartu-1");
  EXPECT_EQ(RefusalOf(tartu_->Admit(restored->SiteCard()).status()), "admission") << "once is enough";
}

TEST_F(Recovery, WhatIsMissingIsNamedUntilItIsBack) {
  Create(*tallinn_, "1");
  Ok(tallinn_->Backup(Dir("b")));
  Create(*tallinn_, "2");
  Tell(*tallinn_, *tartu_);
  Create(*tallinn_, "3");
  Create(*tallinn_, "4");
  Status(*tallinn_);
  tallinn_.reset();
  for (const char* file : {"/data.mdb", "/tail"})
    fs::remove(Dir("tallinn") + file);  // they are gone; the tip that lay beside them is not

  tallinn_ = Restore("tallinn", Dir("b"));
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{"tallinn-5…7"});
  Tell(*tartu_, *tallinn_);
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{"tallinn-6…7"}) << "those that nobody holds stay named";
  Ok(tartu_->Admit(tallinn_->SiteCard()));
  Tell(*tartu_, *tallinn_);
  EXPECT_EQ(Create(*tallinn_, "3"), "tallinn.2-1");
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{"tallinn-6…7"});
  EXPECT_TRUE(tallinn_->Rebuild().ok());
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{"tallinn-6…7"});
}

TEST_F(Recovery, ABundleSaysUnderItsSealsWhatItsWriterHolds) {
  Create(*tallinn_, "1");
  Ok(tallinn_->Backup(Dir("b")));
  for (const char* key : {"2", "3", "4"}) Create(*tallinn_, key);
  Tell(*tallinn_, *tartu_);
  tallinn_.reset();
  tallinn_ = Restore("new", Dir("b"));
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{}) << "nothing here knows of them";
  EXPECT_EQ(Ok(tallinn_->ApplyBundle(Ok(tartu_->Read()->ExportBundle("tallinn-6")))).waiting, 1u);
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{"tallinn-5…6"}) << "the seventh waits here";
  Ok(tallinn_->ApplyBundle(Ok(tartu_->Read()->ExportBundle("tallinn-4"))));
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{});
  EXPECT_EQ(Status(*tallinn_).entries, 7u);
}

TEST_F(Recovery, TwoRestoresOfOneBackupAreTwoLanes) {
  Create(*tallinn_, "1");
  Ok(tallinn_->Backup(Dir("b")));
  const auto one = Restore("one", Dir("b")), two = Restore("two", Dir("b"));
  EXPECT_NE(one->Fingerprint(), two->Fingerprint());
  Tell(*tallinn_, *tartu_);
  Ok(tartu_->Admit(one->SiteCard()));
  Ok(tartu_->Admit(two->SiteCard()));
  Tell(*tartu_, *one);
  Tell(*tartu_, *two);
  EXPECT_EQ(Create(*one, "2"), "tallinn.2-1");
  EXPECT_EQ(Create(*two, "3"), "tallinn.3-1");
  Tell(*one, *tartu_);
  Tell(*two, *tartu_);
  Create(*tallinn_, "4");  // the first one was never lost, and files still
  Tell(*tallinn_, *tartu_);
  EXPECT_EQ(tartu_->Read()->Frontier(), "tallinn-5,tallinn.2-1,tallinn.3-1,tartu-2");
  EXPECT_TRUE(Ok(tartu_->Verify()).ok());
}

TEST_F(Recovery, NothingIsRestoredOverAStore) {
  Ok(tallinn_->Backup(Dir("b")));
  EXPECT_EQ(Database::Restore(Dir("tartu"), Dir("b"), {}, env_).status().code(), absl::StatusCode::kUnavailable) << "it is open";
  tartu_.reset();
  EXPECT_EQ(Database::Restore(Dir("tartu"), Dir("b"), {}, env_).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Status(*Ok(Database::Open(Dir("tartu"), env_))).site, "tartu");
  EXPECT_EQ(Database::Restore(Dir("r"), Dir("nothing"), {}, env_).status().code(), absl::StatusCode::kNotFound);
  WriteAll(Dir("poem"), std::string(1000, 'x'));
  EXPECT_EQ(Database::Restore(Dir("r"), Dir("poem"), {}, env_).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(fs::exists(Dir("r")));
}

TEST_F(Recovery, AStoreThatLostItsKeyIsRestoredFromItsDirectory) {
  Create(*tallinn_, "1");
  tallinn_.reset();
  fs::remove(Dir("tallinn") + "/site.key");
  EXPECT_EQ(Database::Open(Dir("tallinn"), env_).status().code(), absl::StatusCode::kDataLoss);
  const auto restored = Restore("new", Dir("tallinn"));
  EXPECT_EQ(Status(*restored).renewed, "restored from the store of tallinn-4");
  EXPECT_EQ(Status(*restored).lost, std::vector<std::string>{});
  Tell(*restored, *tartu_);
  Ok(tartu_->Admit(restored->SiteCard()));
  Tell(*tartu_, *restored);
  EXPECT_EQ(Create(*restored, "2"), "tallinn.2-1");
}

TEST_F(Recovery, ACardCannotTakeTheNameOfASiteUnsaid) {
  Ok(tallinn_->Backup(Dir("b")));
  const auto restored = Restore("new", Dir("b"));
  const std::string card = restored->SiteCard();
  ASSERT_NE(card.find("\"replaces\""), std::string::npos);
  Literal json = Ok(ParseJson(card));
  std::erase_if(json.members, [](const auto& member) { return member.first == "replaces"; });
  EXPECT_EQ(RefusalOf(tallinn_->Admit(json.Json()).status()), "admission") << "signed with it, shown without";
  json = Ok(ParseJson(card));
  for (auto& [name, value] : json.members)
    if (name == "replaces") value.text[0] = value.text[0] == '0' ? '1' : '0';
  EXPECT_EQ(RefusalOf(tallinn_->Admit(json.Json()).status()), "admission");
  const auto other = Ok(Database::Join(Dir("other"), {"narva", "full", "n"}, Ok(tallinn_->Read()->ExportBundle("0")), env_));
  EXPECT_EQ(other->SiteCard().find("\"replaces\""), std::string::npos);
  EXPECT_EQ(Ok(tallinn_->Admit(card)).short_name(), "tallinn-4");
  EXPECT_EQ(Ok(tallinn_->Read()->Sites())[1].incarnation, 2u);
}

// Both members had the card; whichever admission arrives first, both sites take what the lane files.
TEST_F(Recovery, ACardThatTwoMembersAdmittedApartIsOneLane) {
  const auto narva = Ok(Database::Join(Dir("narva"), {"narva", "full", "n"}, Ok(tallinn_->Read()->ExportBundle("0")), env_));
  Ok(tallinn_->Admit(narva->SiteCard()));
  Ok(tartu_->Admit(narva->SiteCard()));
  Tell(*tartu_, *narva);  // it has seen tartu's alone
  EXPECT_EQ(Create(*narva, "1"), "narva-1");
  Tell(*tartu_, *tallinn_);
  Tell(*narva, *tallinn_);
  EXPECT_EQ(Status(*tallinn_).entries, 6u);
  Tell(*tallinn_, *tartu_);
  Tell(*tallinn_, *narva);
  EXPECT_EQ(Status(*tartu_).digest, Status(*tallinn_).digest);
  EXPECT_EQ(Status(*narva).frontier, Status(*tallinn_).frontier);
  for (Database* db : {tallinn_.get(), tartu_.get(), narva.get()}) {
    EXPECT_TRUE(db->Rebuild().ok());
    EXPECT_TRUE(Ok(db->Verify()).ok());
  }
}

// ---- older copies that nobody announced

TEST_F(Recovery, AnOlderCopyThatIsStartedIsNoticedByItsTip) {
  Create(*tallinn_, "1");
  const std::string old = ReadAll(Dir("tallinn") + "/data.mdb");
  for (const char* parcel : {"2", "3"}) {
    Status(*tallinn_);  // read in between: none of it is in the tail
    Create(*tallinn_, parcel);
  }
  const std::string key = tallinn_->Fingerprint();
  tallinn_.reset();
  PutBack("tallinn", old);

  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  EXPECT_NE(tallinn_->Fingerprint(), key);
  EXPECT_EQ(Status(*tallinn_).renewed,
            "an older copy of this store was started: it ends at tallinn-4, and tallinn-6 had been filed here");
  EXPECT_EQ(Status(*tallinn_).lost, std::vector<std::string>{"tallinn-5…6"});
  EXPECT_EQ(RefusalOf(tallinn_->File(Draft().By("mari").Create("parcel/9")).status()), "admission");
  const std::string renewed = tallinn_->Fingerprint();
  tallinn_.reset();
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  EXPECT_EQ(tallinn_->Fingerprint(), renewed) << "once is enough";
  Tell(*tallinn_, *tartu_);
  Ok(tartu_->Admit(tallinn_->SiteCard()));
  Tell(*tartu_, *tallinn_);
  EXPECT_EQ(Create(*tallinn_, "9"), "tallinn.2-1");
}

TEST_F(Recovery, AnotherCopyThatFiledAsManyEntriesIsNoticed) {
  const std::string old = ReadAll(Dir("tallinn") + "/data.mdb");
  Create(*tallinn_, "1");
  const std::string tip = ReadAll(Dir("tallinn") + "/tip");
  tallinn_.reset();
  PutBack("tallinn", old);
  fs::remove(Dir("tallinn") + "/tip");
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  Create(*tallinn_, "another");
  tallinn_.reset();
  WriteAll(Dir("tallinn") + "/tip", tip);
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  EXPECT_EQ(Status(*tallinn_).renewed, "another copy of this store was started: another tallinn-4 had been filed here");
}

TEST_F(Recovery, ATipThatIsBehindMissingOrDamagedAccusesNobody) {
  const std::string path = Dir("tallinn") + "/tip", key = tallinn_->Fingerprint();
  const std::string behind = ReadAll(path);
  Create(*tallinn_, "1");
  const std::string now = ReadAll(path), other = ReadAll(Dir("tartu") + "/tip");
  ASSERT_NE(behind, now);
  for (const std::string& bytes : {behind, std::string(), now.substr(0, 40), std::string(64, 'x'), other}) {
    tallinn_.reset();
    WriteAll(path, bytes);
    tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
    EXPECT_EQ(tallinn_->Fingerprint(), key);
    EXPECT_EQ(Status(*tallinn_).renewed, "");
    EXPECT_EQ(ReadAll(path), now) << "written anew";
  }
  for (size_t bit = 0; bit < now.size() * 8; ++bit) {
    std::string bytes = now;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    tallinn_.reset();
    WriteAll(path, bytes);
    tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
    ASSERT_EQ(tallinn_->Fingerprint(), key) << "bit " << bit;
  }
}

TEST_F(Recovery, AnOlderCopyIsNoticedWhenAnotherSiteBringsItsOwnEntries) {
  Create(*tallinn_, "1");
  const std::string old = ReadAll(Dir("tallinn") + "/data.mdb");
  const std::string fifth = Create(*tallinn_, "2"), key = tallinn_->Fingerprint();
  Tell(*tallinn_, *tartu_);
  tallinn_.reset();
  PutBack("tallinn", old);
  for (const char* file : {"/tip", "/tail"})
    fs::remove(Dir("tallinn") + file);  // a machine rolled back whole: nothing on it knows better
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  EXPECT_EQ(Status(*tallinn_).renewed, "");

  Tell(*tartu_, *tallinn_);
  EXPECT_EQ(Status(*tallinn_).renewed,
            "an older copy of this store was started: it ended at tallinn-4, and another site had entries up to tallinn-5");
  EXPECT_NE(tallinn_->Fingerprint(), key);
  EXPECT_EQ(tallinn_->Read()->Entry(fifth)->short_name, "tallinn-5");
  EXPECT_EQ(RefusalOf(tallinn_->File(Draft().By("mari").Create("parcel/9")).status()), "admission");
  Ok(tartu_->Admit(tallinn_->SiteCard()));
  Tell(*tartu_, *tallinn_);
  EXPECT_EQ(Create(*tallinn_, "9"), "tallinn.2-1");
  tallinn_.reset();
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  EXPECT_EQ(Create(*tallinn_, "10"), "tallinn.2-2");
}

// The machine stops between the commit that names the new key and the moment its file has its name.
TEST_F(Recovery, ARenewalThatWasInterruptedIsFinished) {
  Ok(tallinn_->Backup(Dir("b")));
  auto restored = Restore("new", Dir("b"));
  const std::string key = restored->Fingerprint();
  restored.reset();
  fs::rename(Dir("new") + "/site.key", Dir("new") + "/site.key.new");
  restored = Ok(Database::Open(Dir("new"), env_));
  EXPECT_EQ(restored->Fingerprint(), key);
  restored.reset();
  EXPECT_FALSE(fs::exists(Dir("new") + "/site.key.new"));
  WriteAll(Dir("new") + "/site.key.new", "left by one that did not come to its commit");
  restored = Ok(Database::Open(Dir("new"), env_));
  EXPECT_EQ(restored->Fingerprint(), key);
  EXPECT_FALSE(fs::exists(Dir("new") + "/site.key.new"));
}

// ---- verify

TEST_F(Recovery, VerifyReadsEverything) {
  ChangeApart();
  Tell(*tartu_, *tallinn_);
  const VerifyView view = Ok(tallinn_->Verify());
  EXPECT_TRUE(view.ok()) << view.damage[0];
  EXPECT_EQ(view.lanes, 2u);
  EXPECT_EQ(view.entries, 6u);
  EXPECT_GE(view.runs, 2u);
  EXPECT_EQ(view.digest, Status(*tallinn_).digest);
  EXPECT_EQ(view.docket, Status(*tallinn_).docket);
}

// What people and programs get to see of a store.
std::string Seen(const Database& db) {
  const Snapshot now = Ok(db.Read());
  std::string out = now.Frontier();
  for (const EntryView& entry : Ok(now.Log(""))) out += ToJson(entry).Json();
  for (const std::string& key : Ok(now.Keys("parcel"))) out += ToJson(Ok(now.Record("parcel/" + key))).Json();
  for (const CaseView& view : Ok(now.Cases())) out += ToJson(Ok(now.Case(view.rule, view.subject))).Json();
  return out;
}

TEST_F(Recovery, AStoreFileWithAFlippedBitIsToldOfOrUnaffected) {
  for (const char* key : {"1", "2", "3"}) Create(*tallinn_, key);
  Tell(*tallinn_, *tartu_);
  Ok(tartu_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Liis")));
  Ok(tallinn_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Jaan")));
  Tell(*tartu_, *tallinn_);
  const std::string seen = Seen(*tallinn_), tip = ReadAll(Dir("tallinn") + "/tip"), key = ReadAll(Dir("tallinn") + "/site.key");
  tallinn_.reset();
  const std::string path = Dir("tallinn") + "/data.mdb", whole = ReadAll(path);
  env_.walk_pages = true;
  uint64_t told = 0, unaffected = 0;
  for (size_t bit = 0; bit < whole.size() * 8; bit += 251) {
    std::string bytes = whole;
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    WriteAll(path, bytes);
    WriteAll(Dir("tallinn") + "/tip", tip);
    const auto db = Database::Open(Dir("tallinn"), env_);
    if (!db.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(db.status()) || absl::IsUnavailable(db.status())) << "bit " << bit << ": " << db.status();
      ++told;
      continue;
    }
    const VerifyView view = Ok((*db)->Verify());
    if (!view.ok() || !Status(**db).renewed.empty()) {
      ++told;
    } else {
      ++unaffected;
      const std::string now = Seen(**db);
      const auto differs =
          static_cast<size_t>(std::mismatch(now.begin(), now.end(), seen.begin(), seen.end()).first - now.begin());
      EXPECT_TRUE(now == seen) << "bit " << bit << ": " << now.substr(differs < 100 ? 0 : differs - 100, 200);
    }
    WriteAll(Dir("tallinn") + "/site.key", key);
  }
  EXPECT_GT(told, 100u);
  EXPECT_GT(unaffected, 500u);
}

TEST_F(Recovery, ADamagedRecordIsToldOfAndDerivedAgain) {
  Create(*tallinn_, "1");
  Ok(tallinn_->File(Draft().By("mari").Record("parcel/1").Set("owner", "the owner of the mill pond")));
  const std::string digest = Status(*tallinn_).digest;
  tallinn_.reset();
  const std::string path = Dir("tallinn") + "/data.mdb";
  std::string bytes = ReadAll(path);
  // In the record, whose text is zero-terminated and padded, and not in the run.
  size_t flipped = 0;
  for (size_t at = 0; (at = bytes.find(std::string("mill pond\0", 10), at)) != std::string::npos; ++at, ++flipped) bytes[at] ^= 4;
  ASSERT_GT(flipped, 0u);
  WriteAll(path, bytes);
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  const VerifyView damaged = Ok(tallinn_->Verify());
  ASSERT_FALSE(damaged.ok());
  EXPECT_TRUE(damaged.journal_holds) << damaged.damage[0];
  EXPECT_NE(damaged.damage[0].find("the record parcel/1 is damaged"), std::string::npos) << damaged.damage[0];
  EXPECT_TRUE(tallinn_->Rebuild().ok());
  const VerifyView sound = Ok(tallinn_->Verify());
  EXPECT_TRUE(sound.ok()) << sound.damage[0];
  EXPECT_EQ(Status(*tallinn_).digest, digest);
  EXPECT_EQ(tallinn_->Read()->Value("parcel/1/owner")->text, "the owner of the mill pond");
}

TEST_F(Recovery, ARowThatNamesASiteThatIsNotThereIsToldOf) {
  ChangeApart();
  const std::string before = tallinn_->Read()->Frontier();
  Tell(*tartu_, *tallinn_);
  tallinn_.reset();
  const std::string path = Dir("tallinn") + "/data.mdb", row("parcel.owner\x08parcel/1\0\0\0\0\0\0\0\0", 29);
  std::string bytes = ReadAll(path);
  size_t changed = 0;  // of the case: the entry that it is about, which is none
  for (size_t at = 0; (at = bytes.find(row, at)) != std::string::npos; ++at, ++changed) bytes.replace(at + 21, 8, 8, '\x77');
  ASSERT_GT(changed, 0u);
  WriteAll(path, bytes);
  tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  const VerifyView damaged = Ok(tallinn_->Verify());
  EXPECT_FALSE(damaged.ok());
  EXPECT_TRUE(damaged.journal_holds) << damaged.damage[0];
  tallinn_->Read()->AsOf(before).status().IgnoreError();  // whatever it says of such a row, it follows none
  EXPECT_TRUE(tallinn_->Rebuild().ok());
  EXPECT_TRUE(Ok(tallinn_->Verify()).ok());
}

TEST_F(Recovery, ARecordOfASiteThatIsNotThereIsToldOf) {
  Create(*tallinn_, "1");
  Rewrite(Table::kRecord, [](WriteTxn& txn, const auto& rows) {
    Record record = Ok(DecodeRecord(rows[0].second));
    const auto lose = [](Dot& dot) { dot = MakeDot(777, SeqOf(dot)); };
    lose(record.last_touch);
    for (Life& life : record.life) lose(life.dot);
    for (Slot& slot : record.slots) lose(slot.cell[0].dot);
    txn.Put(Table::kRecord, rows[0].first, EncodeRecord(record));
  });
  {
    const Snapshot now = Ok(tallinn_->Read());
    EXPECT_TRUE(absl::IsDataLoss(now.Record("parcel/1").status()));
    EXPECT_TRUE(absl::IsDataLoss(tallinn_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Jaan")).status()));
    std::vector<SumView> sums;
    for (size_t bucket = 0; bucket < Ok(now.BucketSums()).size() / 16; ++bucket)
      for (SumView& sum : Ok(now.SumsIn(bucket, "", 10))) sums.push_back(std::move(sum));
    ASSERT_EQ(sums.size(), 1u);
    EXPECT_EQ(sums[0].sum, std::string(16, '\0'));  // that no other site has: the record is where they differ
  }
  const VerifyView damaged = Ok(tallinn_->Verify());
  ASSERT_FALSE(damaged.ok());
  EXPECT_TRUE(damaged.journal_holds) << damaged.damage[0];
  EXPECT_TRUE(tallinn_->Rebuild().ok());
  EXPECT_TRUE(Ok(tallinn_->Verify()).ok());
}

TEST_F(Recovery, ADamagedRowOfTheDocketIsToldOf) {
  ChangeApart();
  Tell(*tartu_, *tallinn_);
  const std::string docket = Status(*tallinn_).docket, before = Ok(tallinn_->Read()).Frontier();
  Ok(tartu_->File(Draft().By("mari").Record("parcel/1").Set("owner", "Olev")));
  const std::vector<std::string> runs = Ok(Ok(tartu_->Read()).RunsSince(before));
  std::string pack = kPack;
  pack.replace(pack.find("version = 1"), 11, "version = 2");
  Ok(tartu_->ApplyPack(pack.replace(pack.find("title = \"Parcel\""), 16, "title = \"Land\""), "land.toml"));
  const std::string bundle = Ok(Ok(tartu_->Read()).ExportBundle(before));  // with a pack, whose preview goes through every row
  const std::string nothing(8, '\0'), zeros(40, '\0');
  using Damage = std::function<void(WriteTxn&, const Rows&)>;  // rows: the case's own, then its clash
  const std::vector<Damage> damages = {
      [&](WriteTxn& txn, const Rows& rows) { txn.Put(Table::kCase, rows[1].first, nothing); },
      [&](WriteTxn& txn, const Rows& rows) { txn.Put(Table::kCase, rows[0].first, nothing); },
      [&](WriteTxn& txn, const Rows& rows) { txn.Put(Table::kCase, rows[0].first.substr(0, 24), zeros); },
      [&](WriteTxn& txn, const Rows& rows) {
        txn.Put(Table::kCase, rows[0].first.substr(0, 8), zeros);
        txn.Delete(Table::kCase, rows[0].first);
      }};
  for (size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(i);
    Rewrite(Table::kCase, damages[i]);
    tallinn_->PreviewBundle(bundle).status().IgnoreError();  // whatever it says of such a row, it goes on
    if (i < 3) {
      const absl::Status told = tallinn_->Ingest(runs).status();
      EXPECT_TRUE(absl::IsDataLoss(told));
      EXPECT_NE(told.message().find("a row of the docket is damaged"), std::string::npos) << told;
      EXPECT_EQ(Ok(tallinn_->Read()).Frontier(), before) << "nothing is taken that the docket cannot follow";
    }
    const VerifyView damaged = Ok(tallinn_->Verify());
    EXPECT_FALSE(damaged.ok());
    EXPECT_TRUE(damaged.journal_holds) << damaged.damage[0];
    EXPECT_TRUE(tallinn_->Rebuild().ok());
    EXPECT_TRUE(Ok(tallinn_->Verify()).ok());
    EXPECT_EQ(Status(*tallinn_).docket, docket);
  }
  EXPECT_TRUE(tallinn_->Ingest(runs).ok());
}

}  // namespace
}  // namespace chancery

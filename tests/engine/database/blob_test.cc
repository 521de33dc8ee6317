// Documents beside the registers: put, read, named by filings, carried by bundles; interrupted, damaged, too large.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/hash.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/blobs.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

constexpr char kPack[] = R"([pack]
name = "land"
version = 1

[register.parcel]
title = "Parcel"

[register.parcel.fields]
plan = { type = "blob" }
)";

std::string Bytes(size_t size, char salt = 'a') {
  std::string bytes(size, salt);
  for (size_t i = 0; i < size; i += 61) bytes[i] = static_cast<char>(i * 31);
  return bytes;
}

ByteSource SourceOf(std::string bytes) {
  return [bytes](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    return bytes.copy(at, std::min<size_t>(room, 100'003), std::min<uint64_t>(offset, bytes.size()));
  };
}

std::string NameOf(const std::string& bytes) { return Hex(Sha256({bytes}).view()); }

class Blobs : public testing::Test {
 protected:
  Blobs() {
    env_.durable = false;
    env_.reserve_bytes = 0;
    tallinn_ = Ok(Database::Found(Dir("tallinn"), {"tallinn", "", {{"land.toml", kPack}}, "t"}, env_));
    tartu_ = Ok(Database::Join(Dir("tartu"), {"tartu", "full", "u"}, Export(), env_));
  }

  std::string Dir(const std::string& name) const { return dir_ / name; }
  std::string Export() const { return Ok(Ok(tallinn_->Read()).ExportBundle("0")); }
  BlobView Put(const std::string& bytes) { return Ok(tallinn_->PutBlob(SourceOf(bytes))); }
  static absl::StatusOr<std::string> Read(const Database& db, const std::string& name) {
    std::string bytes;
    const absl::Status status = Ok(db.Read()).ReadBlob(name, [&](std::string_view piece) {
      bytes.append(piece);
      return absl::OkStatus();
    });
    return status.ok() ? absl::StatusOr<std::string>(bytes) : status;
  }
  absl::StatusOr<Receipt> File(const std::string& parcel, const Literal& plan) {
    return tallinn_->File(Draft().By("mari").Create("parcel/" + parcel).Set("plan", plan));
  }
  static size_t Missing(const Database& db) { return Ok(Ok(db.Read()).MissingBlobs()).size(); }
  // Changes rows while nobody has the store open.
  void Tamper(const std::function<void(WriteTxn&)>& work) {
    tallinn_.reset();
    {
      const std::unique_ptr<Env> env = Ok(Env::Open({.dir = Dir("tallinn"), .durable = false}));
      WriteTxn txn = Ok(env->Write());
      work(txn);
      ASSERT_TRUE(txn.Commit().ok());
    }
    tallinn_ = Ok(Database::Open(Dir("tallinn"), env_));
  }
  uint64_t Rows() {
    uint64_t rows = 0;
    Tamper([&](WriteTxn& txn) { rows = txn.Count(Table::kBlob); });
    return rows;
  }

  TempDir dir_;
  Environment env_;
  std::unique_ptr<Database> tallinn_, tartu_;
};

TEST_F(Blobs, WhatWasPutIsRead) {
  for (const size_t size : {size_t{0}, size_t{1}, kBlobChunk - 1, kBlobChunk, kBlobChunk + 1, limits::kBlobSlice,
                            limits::kBlobSlice + 3 * kBlobChunk + 5}) {
    const std::string bytes = Bytes(size);
    const BlobView blob = Put(bytes);
    EXPECT_EQ(blob.sha256, NameOf(bytes));
    EXPECT_EQ(blob.bytes, size);
    EXPECT_EQ(Ok(Read(*tallinn_, blob.sha256)), bytes) << size;
  }
  EXPECT_EQ(Ok(tallinn_->Verify()).damage, std::vector<std::string>());
  EXPECT_EQ(Ok(tallinn_->Verify()).documents, 7u);
}

TEST_F(Blobs, IsReadFromAnyByteOn) {
  const std::string bytes = Bytes(3 * kBlobChunk + 5);
  const std::string name = Put(bytes).sha256;
  for (const size_t from :
       {size_t{0}, size_t{1}, kBlobChunk - 1, kBlobChunk, 2 * kBlobChunk + 7, bytes.size(), bytes.size() + 9}) {
    std::string rest;
    EXPECT_EQ(Ok(tallinn_->Read())
                  .ReadBlob(name, from,
                            [&](std::string_view piece) {
                              rest += piece;
                              return absl::OkStatus();
                            }),
              absl::OkStatus());
    EXPECT_EQ(rest, from < bytes.size() ? bytes.substr(from) : "") << from;
  }
}

TEST_F(Blobs, OfAGivenNameIsStoredOnlyWhereItIsThat) {
  const std::string bytes = Bytes(70'000);
  const BlobView named{NameOf(bytes), bytes.size()};
  EXPECT_EQ(tallinn_->PutBlob(named, SourceOf(bytes.substr(1) + "x")).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(tallinn_->PutBlob(named, SourceOf(bytes + "x")).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(tallinn_->PutBlob(named, SourceOf("")).status().code(), absl::StatusCode::kAborted);
  EXPECT_FALSE(Read(*tallinn_, named.sha256).ok());
  EXPECT_TRUE(Ok(tallinn_->PutBlob(named, SourceOf(bytes))));
  EXPECT_FALSE(Ok(tallinn_->PutBlob(named, SourceOf(bytes))));
  EXPECT_EQ(Ok(Read(*tallinn_, named.sha256)), bytes);
  EXPECT_FALSE(tallinn_->PutBlob({"abc", 1}, SourceOf("a")).ok());
  EXPECT_FALSE(tallinn_->PutBlob({named.sha256, limits::kBlobBytes + 1}, SourceOf(bytes)).ok());
}

TEST_F(Blobs, ThatRunsNameAndAreNotHereAreTold) {
  const BlobView plan = Put("a plan"), other = Put("another");
  const std::string before = Ok(tallinn_->Read()).Frontier();
  Ok(File("1", plan.Value()));
  Ok(tallinn_->File(Draft().By("mari").Record("parcel/1").Set("plan", other.Value())));
  const std::vector<std::string> runs = Ok(Ok(tallinn_->Read()).RunsSince(before));
  EXPECT_EQ(Ok(Ok(tallinn_->Read()).MissingBlobs(runs)).size(), 0u);
  EXPECT_EQ(Ok(Ok(tartu_->Read()).MissingBlobs(runs)).size(), 2u) << "that which was replaced too";
  Ok(tartu_->Ingest(runs));
  EXPECT_EQ(Missing(*tartu_), 1u);
  EXPECT_EQ(Ok(Ok(tartu_->Read()).MissingBlobs({})).size(), 0u);
}

TEST_F(Blobs, TheSameDocumentIsStoredOnceAndReadOnce) {
  const std::string bytes = Bytes(200'000);
  Put(bytes);
  const uint64_t rows = Rows();
  EXPECT_EQ(rows, 5u);  // four chunks and a header
  size_t ends = 0;
  const ByteSource source = SourceOf(bytes);
  Ok(tallinn_->PutBlob([&](uint64_t offset, char* at, size_t room) {
    ends += offset >= bytes.size() ? 1 : 0;
    return source(offset, at, room);
  }));
  EXPECT_EQ(ends, 1u);
  EXPECT_EQ(Rows(), rows);
}

TEST_F(Blobs, WhatIsNotHereIsNotFound) {
  EXPECT_EQ(Read(*tallinn_, NameOf("x")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(*tallinn_, "plan").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(Blobs, OneThatIsTooLargeIsRefused) {
  const uint64_t size = limits::kBlobBytes + 1;
  uint64_t read = 0;
  const absl::StatusOr<BlobView> put = tallinn_->PutBlob([&](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    const size_t n = std::min<uint64_t>(room, size - std::min(offset, size));
    std::fill_n(at, n, 'x');
    read = std::max(read, offset + n);
    return n;
  });
  EXPECT_EQ(Explain(put.status()).kind, "limit");
  EXPECT_LE(read, size);
  EXPECT_EQ(Rows(), 0u);
}

TEST_F(Blobs, OneThatChangesWhileItIsReadIsNotStored) {
  for (const std::string& second : {Bytes(300'000, 'b'), Bytes(299'999), Bytes(300'001), std::string()}) {
    std::string now = Bytes(300'000);
    bool ended = false;
    const absl::StatusOr<BlobView> put = tallinn_->PutBlob([&](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
      if (offset == 0 && ended) now = second;
      ended = ended || offset >= now.size();
      return now.copy(at, room, std::min<uint64_t>(offset, now.size()));
    });
    EXPECT_EQ(put.status().code(), absl::StatusCode::kAborted) << second.size();
    EXPECT_EQ(Read(*tallinn_, NameOf(Bytes(300'000))).status().code(), absl::StatusCode::kNotFound);
  }
  EXPECT_EQ(Ok(tallinn_->Verify()).damage, std::vector<std::string>());
}

TEST_F(Blobs, AnInterruptedPutLeavesNothingThatCountsAndTheNextOneIsWhole) {
  const std::string bytes = Bytes(2 * limits::kBlobSlice + 17);
  const ByteSource source = SourceOf(bytes);
  bool named = false;
  const absl::StatusOr<BlobView> put = tallinn_->PutBlob([&](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    named = named || offset >= bytes.size();
    if (named && offset > limits::kBlobSlice && offset < bytes.size()) return absl::UnavailableError("the stick was pulled out");
    return source(offset, at, room);
  });
  EXPECT_EQ(put.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Rows(), limits::kBlobSlice / kBlobChunk);
  EXPECT_EQ(Read(*tallinn_, NameOf(bytes)).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Ok(tallinn_->Verify()).damage, std::vector<std::string>());
  EXPECT_EQ(Ok(Read(*tallinn_, Put(bytes).sha256)), bytes);
}

// Its own source puts the same document, and changes, while it is stored.
TEST_F(Blobs, OneThatIsPutByTwoAtOnceIsWholeOrNotThere) {
  const std::string bytes = Bytes(2 * limits::kBlobSlice + 17);
  const ByteSource source = SourceOf(bytes);
  const auto spoil = [&] {
    int ends = 0;
    const ByteSource changing = [&](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
      ends += offset >= bytes.size() ? 1 : 0;
      ASSIGN_OR_RETURN(const size_t n, source(offset, at, room));
      if (ends > 0 && n > 0) at[0] = static_cast<char>(at[0] ^ 1);
      return n;
    };
    EXPECT_EQ(tallinn_->PutBlob(changing).status().code(), absl::StatusCode::kAborted);
  };
  bool named = false, spoilt = false;
  const absl::StatusOr<BlobView> put = tallinn_->PutBlob([&](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    named = named || offset >= bytes.size();
    if (named && offset == limits::kBlobSlice && !std::exchange(spoilt, true)) spoil();
    return source(offset, at, room);
  });
  EXPECT_TRUE(spoilt);
  EXPECT_EQ(put.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Read(*tallinn_, NameOf(bytes)).status().code(), absl::StatusCode::kNotFound);
  Put(bytes);
  EXPECT_TRUE(Ok(Read(*tallinn_, NameOf(bytes))) == bytes);
}

TEST_F(Blobs, DamageIsToldOfAndTheDocumentCanBePutAgain) {
  const std::string bytes = Bytes(200'000);
  const Hash256 hash = Sha256({bytes});
  Put(bytes);
  Put(Bytes(70'000, 'z'));
  const auto spoilt = [&](const std::function<void(WriteTxn&)>& work, size_t before) {
    Tamper(work);
    std::string got;
    const absl::Status read = Ok(tallinn_->Read()).ReadBlob(NameOf(bytes), [&](std::string_view piece) {
      got.append(piece);
      return absl::OkStatus();
    });
    EXPECT_EQ(read.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(got.size(), before);
    const VerifyView verified = Ok(tallinn_->Verify());
    ASSERT_EQ(verified.damage.size(), 1u);
    EXPECT_NE(verified.damage[0].find(NameOf(bytes)), std::string::npos) << verified.damage[0];
    EXPECT_TRUE(verified.journal_holds);
    Put(bytes);
    EXPECT_EQ(Ok(Read(*tallinn_, NameOf(bytes))), bytes);
    EXPECT_TRUE(Ok(tallinn_->Verify()).ok());
  };
  const std::string chunk1 = std::string(hash.view()) + std::string("\0\0\0\0\0\0\0\1", 8);
  spoilt(
      [&](WriteTxn& txn) {
        std::string row(*txn.Get(Table::kBlob, chunk1));
        row[777] = static_cast<char>(row[777] ^ 1);
        txn.Put(Table::kBlob, chunk1, row);
      },
      kBlobChunk);
  spoilt([&](WriteTxn& txn) { txn.Delete(Table::kBlob, chunk1); }, kBlobChunk);
  spoilt([&](WriteTxn& txn) { PutBlobChunks(txn, hash, 0, std::string(kBlobChunk, 'q')); }, bytes.size());
}

TEST_F(Blobs, AFilingNamesADocumentOfThisStore) {
  const std::string bytes = Bytes(1000);
  const Literal plan = Literal::Object({{"sha256", NameOf(bytes)}, {"bytes", 1000}});
  const ErrorView refused = Explain(File("1", plan).status());
  EXPECT_EQ(refused.kind, "reference");
  EXPECT_NE(refused.message.find(NameOf(bytes)), std::string::npos);
  EXPECT_NE(refused.next.find("{\"file\": PATH}"), std::string::npos);
  EXPECT_EQ(Put(bytes).Value(), plan);
  EXPECT_EQ(Explain(File("1", Literal::Object({{"sha256", NameOf(bytes)}, {"bytes", 1001}})).status()).kind, "reference");
  Ok(File("1", plan));
}

TEST_F(Blobs, MergingNeverRefusesAndMissingOnesAreNamed) {
  const std::string bytes = Bytes(1000), other = Bytes(900, 'o');
  Ok(File("1", Put(bytes).Value()));
  Ok(File("2", Put(other).Value()));
  Ok(tallinn_->File(Draft().By("mari").Delete("parcel/2")));
  EXPECT_EQ(Missing(*tallinn_), 0u);
  Ok(tartu_->Ingest(Ok(Ok(tallinn_->Read()).RunsSince(Ok(tartu_->Read()).Frontier()))));
  const std::vector<BlobView> missing = Ok(Ok(tartu_->Read()).MissingBlobs());
  ASSERT_EQ(missing.size(), 1u);  // nothing asks for the plan of a record that is gone
  EXPECT_EQ(missing[0].Value(), Put(bytes).Value());
  Ok(tartu_->PutBlob(SourceOf(bytes)));
  EXPECT_EQ(Missing(*tartu_), 0u);
}

TEST_F(Blobs, ABundleCarriesThemAndTheSecondTimeNothing) {
  const std::string bytes = Bytes(150'000), large = Bytes(limits::kBlobSlice + 9, 'l');
  Ok(File("1", Put(bytes).Value()));
  Ok(File("2", Put(large).Value()));
  Put("nobody names this one");
  const std::string bundle = Export();
  EXPECT_TRUE(bundle.starts_with("CHBUNDL5"));
  const Intake intake = Ok(tartu_->ApplyBundle(SourceOf(bundle)));
  EXPECT_EQ(intake.documents, 2u);
  EXPECT_EQ(intake.documents_damaged, 0u);
  EXPECT_EQ(Ok(Read(*tartu_, NameOf(bytes))), bytes);
  EXPECT_EQ(Ok(Read(*tartu_, NameOf(large))), large);
  EXPECT_EQ(Ok(tartu_->ApplyBundle(bundle)).documents, 0u);
  const auto narva = Ok(Database::Join(Dir("narva"), {"narva", "full", "n"}, bundle, env_));
  EXPECT_EQ(Missing(*narva), 0u);
  EXPECT_FALSE(Database::Join(Dir("v"), {"v", "full", "v"}, bundle.substr(0, bundle.size() - 1), env_).ok());
}

TEST_F(Blobs, OfADamagedBundleTheEntriesAndTheWholeDocumentsAreTaken) {
  const std::string bytes = Bytes(3000), other = Bytes(2000, 'o');
  Ok(File("1", Put(bytes).Value()));
  Ok(File("2", Put(other).Value()));
  const std::string bundle = Export();
  const std::string frontier = Ok(tallinn_->Read()).Frontier();
  const size_t entries = bundle.size() - 5000 - 32 - (8 + 2 * 40 + 32);
  for (size_t at = entries; at < bundle.size(); at += at < bundle.size() - 5040 ? 1 : 97) {
    std::string bad = bundle;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    EXPECT_EQ(Ok(tartu_->ApplyBundle(bad)).documents_damaged, 1u) << at;
    EXPECT_GE(Ok(tartu_->ApplyBundle(bundle.substr(0, at))).documents_damaged, 1u) << at;
    EXPECT_EQ(Ok(tartu_->Read()).Frontier(), frontier);
  }
  EXPECT_TRUE(Ok(tartu_->Verify()).ok());
}

TEST_F(Blobs, ABackupAndARebuildKeepThem) {
  const std::string bytes = Bytes(100'000);
  Ok(File("1", Put(bytes).Value()));
  ASSERT_TRUE(tallinn_->Rebuild().ok());
  EXPECT_EQ(Ok(Read(*tallinn_, NameOf(bytes))), bytes);
  Ok(tallinn_->Backup(dir_ / "backup"));
  const auto restored = Ok(Database::Restore(Dir("again"), dir_ / "backup", {}, env_));
  EXPECT_EQ(Ok(Read(*restored, NameOf(bytes))), bytes);
}

}  // namespace
}  // namespace chancery

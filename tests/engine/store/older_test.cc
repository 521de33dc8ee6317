// Stores of before a table was added.
#include <gtest/gtest.h>
#include <lmdb.h>

#include "engine/store/blobs.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

TEST(Older, AStoreWithoutDocumentsGetsTheirTable) {
  const TempDir dir;
  Ok(Env::Open({.dir = dir.path() + "/s", .create = true, .durable = false}));
  MDB_env* raw = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi table = 0;
  ASSERT_EQ(mdb_env_create(&raw), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(raw, 1), 0);
  ASSERT_EQ(mdb_env_open(raw, (dir / "s").c_str(), 0, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(raw, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, "blob", 0, &table), 0);
  ASSERT_EQ(mdb_drop(txn, table, 1), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(raw);

  const std::unique_ptr<Env> env = Ok(Env::Open({.dir = dir / "s", .durable = false, .walk_pages = true}));
  const Hash256 hash = Sha256({"act"});
  WriteTxn write = Ok(env->Write());
  EXPECT_EQ(BlobSize(write, hash).status().code(), absl::StatusCode::kNotFound);
  PutBlobChunks(write, hash, 0, "act");
  PutBlobHeader(write, hash, 3);
  ASSERT_TRUE(write.Commit().ok());
  EXPECT_TRUE(CheckBlob(Ok(env->Read()), hash).ok());
}

}  // namespace
}  // namespace chancery

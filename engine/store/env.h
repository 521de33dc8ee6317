// One LMDB environment, one process, one writer. The only folder that knows <lmdb.h>.
#pragma once

#include <lmdb.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/store/overlay.h"
#include "engine/store/page_guard.h"
#include "engine/store/tables.h"

namespace chancery {

class Env;
class WriteTxn;

// Read access to one consistent state. Bytes it returns die with it (in a write transaction: with the next write).
// An error other than "not there" is kept in status(); reads after it find nothing.
class Txn {
 public:
  Txn(Txn&& other) noexcept;
  Txn& operator=(Txn&&) = delete;
  virtual ~Txn();  // aborts what was not committed

  std::optional<std::string_view> Get(Table table, std::string_view key) const;
  const absl::Status& status() const { return status_; }
  uint64_t Count(Table table) const;  // rows, O(1)

  // From now on this shows what `txn` shows, and dies with it: work that was begun over a read goes on over the write that stores
  // it.
  void Follow(const WriteTxn& txn);

  // Writes that are seen in what it returns, and stored nowhere: they wait for no writer and hold none up. It dies with this.
  WriteTxn Rehearse() const;
  bool rehearses() const { return overlay_ != nullptr; }
  // Keys of the rows that it wrote or deleted, ascending, good as long as it writes no more. nullopt: any row of the table may
  // differ.
  std::optional<std::vector<std::string_view>> Rehearsed(Table table) const;

 protected:
  friend class Env;
  friend class Cursor;
  friend class SortedRows;
  using Reach = PageGuard::Reach;

  // What was looked at in one table.
  struct Looked {
    TreeHead tree;  // as it was before this transaction
    PageGuard::Leaf leaf;
  };

  Txn(Env* env, MDB_txn* txn) : env_(env), txn_(txn) {}
  void Note(int rc) const;

  // Before LMDB looks for `key`, or for the last key. False: status() says why it may not.
  bool Look(Table table, std::optional<std::string_view> key, Reach reach, PageGuard::Leaf* leaf = nullptr) const;
  bool LookAtAll(Table table) const;
  std::optional<std::string_view> Below(Table table, std::string_view key) const;  // in the file, whatever stands above
  Looked& At(Table table) const;
  TreeHead TreeOf(Table table) const;

  Env* env_;
  MDB_txn* txn_;
  bool followed_ = false;             // txn_ is another's
  bool writes_ = false;               // what it shows may not be in the file yet
  std::shared_ptr<Overlay> overlay_;  // nullptr: the file alone
  mutable absl::Status status_;
  mutable std::array<std::unique_ptr<Looked>, kTableNames.size()> looked_;
};

// The one writer's transaction; begin and commit on one thread.
class WriteTxn final : public Txn {
 public:
  WriteTxn(WriteTxn&&) noexcept = default;

  // key: 8 to 504 bytes; key and value sizes are multiples of 8.
  void Put(Table table, std::string_view key, std::string_view value);
  void Append(Table table, std::string_view key, std::string_view value);  // key above all there are: fills pages whole
  void Delete(Table table, std::string_view key);
  void Clear(Table table);

  // Durable when it returns OK. Errors: DataLoss (outcome unknown: the store refuses every write until it is opened anew).
  absl::Status Commit();

 private:
  friend class Env;
  friend class Txn;
  WriteTxn(Env* env, MDB_txn* txn) : Txn(env, txn) { writes_ = true; }
  void Put(Table table, std::string_view key, std::string_view value, unsigned flags);
};

// Reads and puts rows of one table in ascending order: what lies on the page of the row before is not looked for from the root.
// Nothing else writes the table meanwhile.
class SortedRows {
 public:
  SortedRows(WriteTxn& txn, Table table);
  ~SortedRows();
  SortedRows(const SortedRows&) = delete;
  std::optional<std::string_view> Get(std::string_view key);  // good until the next Put
  void Put(std::string_view key, std::string_view value);     // as WriteTxn::Put; a row just read is not looked for again

 private:
  WriteTxn& txn_;
  const Table table_;
  PageGuard::Leaf leaf_;
  MDB_cursor* cursor_ = nullptr;
  std::string at_;  // the key that Get looked for last, or "": something was put since
  bool there_ = false;
};

// Rows of one table in key order.
class Cursor {
 public:
  Cursor(const Txn& txn, Table table);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  bool Seek(std::string_view key);      // first row with a key >= `key`
  bool SeekLast(std::string_view key);  // last row with a key <= `key`
  bool Next();
  std::string_view key() const { return {static_cast<const char*>(key_.mv_data), key_.mv_size}; }
  std::string_view value() const { return {static_cast<const char*>(value_.mv_data), value_.mv_size}; }

 private:
  bool Look(std::optional<std::string_view> key, PageGuard::Reach reach);
  bool LookBeyond(std::string_view key);
  bool Move(MDB_cursor_op op, bool within = false);  // within: to a row of the leaf that was looked at
  bool SeekBelow(std::string_view key);              // in the file alone; likewise the next two
  bool SeekLastBelow(std::string_view key);
  bool NextBelow();
  // Over rows that are only in memory: the nearest that is there, from the rows found on.
  using Above = Overlay::Rows::const_iterator;
  bool Forward(bool below, Above above);
  bool Backward(bool below, Above behind);  // behind: the row after the one to look at
  void Stand(Above above);
  const Txn& txn_;
  const Table table_;
  PageGuard::Leaf leaf_;  // not known: nobody has to look
  MDB_cursor* cursor_ = nullptr;
  MDB_val key_{}, value_{};
};

class Env {
 public:
  struct Options {
    std::string dir;
    bool create = false;                    // false: NotFound where there is no store
    bool durable = true;                    // false: no fdatasync; tests and drills
    uint64_t reserve_bytes = 0;             // Write() is refused when the file system has less free
    bool walk_pages = false;                // every page is looked at before the file is mapped
    std::function<bool()> sync_fails = {};  // tests: true = this commit is not synced, and so did not happen
  };

  // Locks the directory for this process, then looks at the file before it is mapped.
  // Errors: NotFound, AlreadyExists (create), Unavailable (held: names pid and command), DataLoss (truncated, foreign, damaged).
  static absl::StatusOr<std::unique_ptr<Env>> Open(const Options& options);
  ~Env();

  absl::StatusOr<Txn> Read() const;

  // Whether anything new is taken. Errors: ResourceExhausted (disk reserve), DataLoss (what is durable is not known).
  absl::Status Accepts() const;

  // Errors: as Accepts.
  absl::StatusOr<WriteTxn> Write();

  // For what was acknowledged already: the disk reserve is there for it. Errors: DataLoss, as Accepts.
  absl::StatusOr<WriteTxn> WriteAccepted();

  // From now on nothing is taken until the store is opened anew: something beside the environment failed as a commit can.
  void Fail() { failed_ = true; }
  bool failed() const { return failed_; }

  // Looks at every page of the file as it is now, while others read and write. Errors: DataLoss.
  absl::Status CheckPages() const;

  uint64_t FreeBytes() const;
  uint64_t RoomBytes()
      const;  // by how much data.mdb may still grow, as far as can be told: the disk, and the limit of a file's size
  const std::string& dir() const { return options_.dir; }

 private:
  friend class Txn;
  friend class WriteTxn;
  friend class Cursor;
  friend class SortedRows;
  explicit Env(Options options) : options_(std::move(options)) {}
  absl::Status Lock();
  absl::Status OpenMap();
  absl::Status OpenTables(MDB_txn* txn);
  absl::Status OpenTable(MDB_txn* txn, size_t table);
  absl::Status BeforeFirstWrite();
  absl::Status Guard();
  absl::StatusOr<WriteTxn> Begin();
  std::string DataFile() const { return options_.dir + "/data.mdb"; }

  Options options_;
  std::string real_dir_;
  int lock_fd_ = -1;
  MDB_env* env_ = nullptr;
  std::array<MDB_dbi, kTableNames.size()> dbis_{};
  MDB_dbi names_ = 0;
  std::unique_ptr<PageGuard> guard_;  // none: this process has made the file
  bool writes_ = false;               // the list of free pages was looked at
  std::atomic<bool> failed_{false};
};

}  // namespace chancery

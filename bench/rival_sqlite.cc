#include <sqlite3.h>

#include <filesystem>

#include "bench/rival.h"
#include "bench/scratch.h"

namespace chancery::bench {
namespace {

constexpr const char* kTable =
    "CREATE TABLE parcel(id TEXT PRIMARY KEY, owner TEXT, shares TEXT, area INT, address TEXT, status TEXT, updated INT, zone "
    "TEXT, "
    "note TEXT) WITHOUT ROWID";
constexpr const char* kMode =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144; PRAGMA mmap_size=4294967296";

class Sqlite final : public Rival {
 public:
  explicit Sqlite(std::string dir) : dir_(std::move(dir)) {
    std::filesystem::create_directories(dir_);
    Must(sqlite3_open((dir_ + "/db").c_str(), &db_));
    Execute(kMode);
    Execute(kTable);
    insert_ = Prepared("INSERT INTO parcel VALUES(?,?,?,?,?,?,?,?,?)");
    set_owner_ = Prepared("UPDATE parcel SET owner=? WHERE id=?");
    set_status_ = Prepared("UPDATE parcel SET status=? WHERE id=?");
    select_ = Prepared("SELECT * FROM parcel WHERE id=?");
    begin_ = Prepared("BEGIN IMMEDIATE");
    commit_ = Prepared("COMMIT");
  }
  ~Sqlite() override {
    for (sqlite3_stmt* statement : {insert_, set_owner_, set_status_, select_, begin_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  void Load(absl::Span<const Parcel> parcels) override {
    Run(begin_);
    for (const Parcel& parcel : parcels) {
      Bind(insert_, 1, parcel.key);
      Bind(insert_, 2, parcel.owner);
      Bind(insert_, 3, parcel.shares);
      Must(sqlite3_bind_int64(insert_, 4, parcel.area));
      Bind(insert_, 5, parcel.address);
      Bind(insert_, 6, parcel.status);
      Must(sqlite3_bind_int64(insert_, 7, parcel.updated));
      Bind(insert_, 8, parcel.zone);
      Bind(insert_, 9, parcel.note);
      Run(insert_);
    }
    Run(commit_);
  }

  void Apply(absl::Span<const Edit> edits) override {
    if (edits.size() > 1) Run(begin_);  // a statement alone is a transaction
    for (const Edit& edit : edits) {
      sqlite3_stmt* const set = edit.owner ? set_owner_ : set_status_;
      Bind(set, 1, edit.value);
      Bind(set, 2, edit.key);
      Run(set);
    }
    if (edits.size() > 1) Run(commit_);
  }

  uint64_t Read(absl::Span<const std::string> keys) override {
    Run(begin_);
    uint64_t sum = 0;
    for (const std::string& key : keys) {
      Bind(select_, 1, key);
      if (sqlite3_step(select_) != SQLITE_ROW) Fail(sqlite3_errmsg(db_));
      for (const int column : {1, 2, 4, 5, 7, 8}) sum += sqlite3_column_text(select_, column)[7];
      for (const int column : {3, 6}) sum += static_cast<uint64_t>(sqlite3_column_int64(select_, column));
      Must(sqlite3_reset(select_));
    }
    Run(commit_);
    return sum;
  }

  uint64_t BytesOnDisk() override {
    Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    return bench::BytesOnDisk(dir_);
  }

 private:
  void Must(int rc) const {
    if (rc != SQLITE_OK) Fail(sqlite3_errmsg(db_));
  }
  void Execute(const char* sql) { Must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* Prepared(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    Must(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
    return statement;
  }
  void Bind(sqlite3_stmt* statement, int at, const std::string& text) {
    Must(sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
  }
  void Run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) Fail(sqlite3_errmsg(db_));
    Must(sqlite3_reset(statement));
  }

  std::string dir_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *insert_, *set_owner_, *set_status_, *select_, *begin_, *commit_;
};

}  // namespace

std::unique_ptr<Rival> MakeSqlite(const std::string& dir) { return std::make_unique<Sqlite>(dir); }

}  // namespace chancery::bench

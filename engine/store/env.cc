#include "engine/store/env.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/file_check.h"
#include "engine/store/page_walk.h"

namespace chancery {
namespace {

constexpr size_t kMapBytes = size_t{1} << 40;  // address space, not disk: the map never has to grow
constexpr unsigned kReadersMax = 4096;

absl::Status LmdbError(std::string_view what, int rc) {
  const bool damaged =
      rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH || rc == EIO;
  return Error(damaged ? absl::StatusCode::kDataLoss : absl::StatusCode::kInternal, Cat(what, ": ", mdb_strerror(rc)),
               damaged ? "chancery verify --rebuild, or take the entries back from a peer" : "");
}

bool FitsTable(std::string_view key, std::string_view value) {
  return !key.empty() && key.size() <= 504 && key.size() % 8 == 0 && value.size() % 8 == 0;
}

MDB_val ValOf(std::string_view s) { return {s.size(), const_cast<char*>(s.data())}; }

}  // namespace

Txn::Txn(Txn&& other) noexcept : env_(other.env_), txn_(other.txn_), followed_(other.followed_), status_(other.status_) {
  other.txn_ = nullptr;
}

Txn::~Txn() {
  if (txn_ != nullptr && !followed_) mdb_txn_abort(txn_);
}

void Txn::Follow(const WriteTxn& txn) {
  if (txn_ != nullptr && !followed_) mdb_txn_abort(txn_);
  txn_ = txn.txn_;
  followed_ = true;
}

void Txn::Note(int rc) const {
  if (rc != 0 && status_.ok()) status_ = LmdbError(Cat("store ", env_->dir()), rc);
}

std::optional<std::string_view> Txn::Get(Table table, std::string_view key) const {
  if (!status_.ok()) return std::nullopt;
  MDB_val k = ValOf(key), v;
  const int rc = mdb_get(txn_, env_->dbis_[static_cast<size_t>(table)], &k, &v);
  if (rc == 0) return std::string_view(static_cast<const char*>(v.mv_data), v.mv_size);
  if (rc != MDB_NOTFOUND) Note(rc);
  return std::nullopt;
}

uint64_t Txn::Count(Table table) const {
  MDB_stat stat{};
  Note(mdb_stat(txn_, env_->dbis_[static_cast<size_t>(table)], &stat));
  return stat.ms_entries;
}

void WriteTxn::Put(Table table, std::string_view key, std::string_view value) { Put(table, key, value, 0); }
void WriteTxn::Append(Table table, std::string_view key, std::string_view value) { Put(table, key, value, MDB_APPEND); }

void WriteTxn::Put(Table table, std::string_view key, std::string_view value, unsigned flags) {
  CHECK(FitsTable(key, value));
  if (!status_.ok()) return;
  MDB_val k = ValOf(key), v = ValOf(value);
  Note(mdb_put(txn_, env_->dbis_[static_cast<size_t>(table)], &k, &v, flags));
}

void WriteTxn::Delete(Table table, std::string_view key) {
  if (!status_.ok()) return;
  MDB_val k = ValOf(key);
  const int rc = mdb_del(txn_, env_->dbis_[static_cast<size_t>(table)], &k, nullptr);
  if (rc != MDB_NOTFOUND) Note(rc);
}

void WriteTxn::Clear(Table table) {
  if (status_.ok()) Note(mdb_drop(txn_, env_->dbis_[static_cast<size_t>(table)], 0));
}

absl::Status WriteTxn::Commit() {
  RETURN_IF_ERROR(status_);
  MDB_txn* txn = txn_;
  txn_ = nullptr;
  const int rc = mdb_txn_commit(txn);
  if (rc == 0) return absl::OkStatus();
  env_->failed_ = true;
  return Error(absl::StatusCode::kDataLoss, Cat("a commit to ", env_->dir(), " failed (", mdb_strerror(rc), "): outcome unknown"),
               "free disk space or repair the disk, then open the store again: what was acknowledged is there");
}

SortedRows::SortedRows(WriteTxn& txn, Table table) : txn_(txn) {
  if (txn.status_.ok()) txn.Note(mdb_cursor_open(txn.txn_, txn.env_->dbis_[static_cast<size_t>(table)], &cursor_));
}

SortedRows::~SortedRows() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

std::optional<std::string_view> SortedRows::Get(std::string_view key) {
  if (!txn_.status_.ok()) return std::nullopt;
  MDB_val k = ValOf(key), v;
  const int rc = mdb_cursor_get(cursor_, &k, &v, MDB_SET);
  if (rc == 0) return std::string_view(static_cast<const char*>(v.mv_data), v.mv_size);
  if (rc != MDB_NOTFOUND) txn_.Note(rc);
  return std::nullopt;
}

void SortedRows::Put(std::string_view key, std::string_view value) {
  CHECK(FitsTable(key, value));
  if (!txn_.status_.ok()) return;
  MDB_val k = ValOf(key), v = ValOf(value);
  txn_.Note(mdb_cursor_put(cursor_, &k, &v, 0));
}

Cursor::Cursor(const Txn& txn, Table table) : txn_(txn) {
  if (txn.status_.ok()) txn.Note(mdb_cursor_open(txn.txn_, txn.env_->dbis_[static_cast<size_t>(table)], &cursor_));
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

bool Cursor::Move(MDB_cursor_op op) {
  if (cursor_ == nullptr || !txn_.status_.ok()) return false;
  const int rc = mdb_cursor_get(cursor_, &key_, &value_, op);
  if (rc != 0 && rc != MDB_NOTFOUND) txn_.Note(rc);
  return rc == 0;
}

bool Cursor::Seek(std::string_view key) {
  key_ = ValOf(key);
  return Move(key.empty() ? MDB_FIRST : MDB_SET_RANGE);
}

bool Cursor::SeekLast(std::string_view key) {
  const std::string wanted(key);
  if (!Seek(wanted)) return Move(MDB_LAST);
  return this->key() == wanted || Move(MDB_PREV);
}

bool Cursor::Next() { return Move(MDB_NEXT); }

absl::StatusOr<std::unique_ptr<Env>> Env::Open(const Options& options) {
  std::unique_ptr<Env> env(new Env(options));
  struct stat info {};
  const bool there = stat(env->DataFile().c_str(), &info) == 0;
  if (there && options.create)
    return Error(absl::StatusCode::kAlreadyExists, Cat("there is a store in ", options.dir, " already"),
                 "choose another --store DIR");
  if (!there && !options.create)
    return Error(absl::StatusCode::kNotFound, Cat("no store in ", options.dir),
                 "chancery init --site NAME --pack FILE, or --store DIR");
  if (options.create && mkdir(options.dir.c_str(), 0700) != 0 && errno != EEXIST)
    return Error(absl::StatusCode::kInvalidArgument, Cat("cannot make the directory ", options.dir, ": ", strerror(errno)));
  RETURN_IF_ERROR(env->Lock());
  if (there) RETURN_IF_ERROR(CheckFile(env->DataFile()));
  if (there && options.walk_pages) RETURN_IF_ERROR(WalkPages(env->DataFile()));
  RETURN_IF_ERROR(env->OpenMap());
  if (options.create && options.durable) {
    RETURN_IF_ERROR(SyncNames(options.dir));
    RETURN_IF_ERROR(SyncNames(options.dir + "/.."));
  }
  return env;
}

absl::Status Env::Lock() {
  ASSIGN_OR_RETURN(lock_fd_, LockDirectory(options_.dir, &real_dir_));
  return absl::OkStatus();
}

absl::Status Env::OpenMap() {
  const auto step = [this](int rc) {
    return rc == 0 ? absl::OkStatus() : LmdbError(Cat("cannot open the store ", options_.dir), rc);
  };
  RETURN_IF_ERROR(step(mdb_env_create(&env_)));
  RETURN_IF_ERROR(step(mdb_env_set_mapsize(env_, kMapBytes)));
  RETURN_IF_ERROR(step(mdb_env_set_maxdbs(env_, kTableNames.size())));
  RETURN_IF_ERROR(step(mdb_env_set_maxreaders(env_, kReadersMax)));
  const unsigned flags = MDB_NOTLS | MDB_NORDAHEAD | (options_.durable ? 0u : unsigned{MDB_NOSYNC});
  RETURN_IF_ERROR(step(mdb_env_open(env_, options_.dir.c_str(), flags, 0600)));
  int dead = 0;
  RETURN_IF_ERROR(step(mdb_reader_check(env_, &dead)));
  MDB_txn* txn = nullptr;
  RETURN_IF_ERROR(step(mdb_txn_begin(env_, nullptr, 0, &txn)));
  for (size_t i = 0; i < kTableNames.size(); ++i) {
    if (const int rc = mdb_dbi_open(txn, kTableNames[i], options_.create ? MDB_CREATE : 0, &dbis_[i]); rc != 0) {
      mdb_txn_abort(txn);
      if (rc == MDB_NOTFOUND)
        return Error(absl::StatusCode::kDataLoss,
                     Cat(options_.dir, "/data.mdb is no chancery store: it has no table ", kTableNames[i]));
      return step(rc);
    }
  }
  return step(mdb_txn_commit(txn));
}

Env::~Env() {
  if (env_ != nullptr) mdb_env_close(env_);
  if (lock_fd_ >= 0) UnlockDirectory(lock_fd_, real_dir_);
}

absl::StatusOr<Txn> Env::Read() const {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn); rc != 0)
    return LmdbError(Cat("cannot read ", options_.dir), rc);
  return Txn(const_cast<Env*>(this), txn);
}

absl::Status Env::Accepts() const {
  if (failed_)
    return Error(absl::StatusCode::kDataLoss, Cat("a commit to ", options_.dir, " failed earlier: outcome unknown"),
                 "open the store again");
  if (options_.reserve_bytes > 0 && FreeBytes() < options_.reserve_bytes)
    return Error(absl::StatusCode::kResourceExhausted,
                 Cat("less than ", options_.reserve_bytes >> 20, " MiB free for ", options_.dir,
                     ": nothing is written, so that nothing breaks"),
                 "free disk space; reading and exporting go on");
  return absl::OkStatus();
}

absl::StatusOr<WriteTxn> Env::Write() {
  RETURN_IF_ERROR(Accepts());
  return Begin();
}

absl::StatusOr<WriteTxn> Env::WriteAccepted() {
  if (failed_) return Accepts();
  return Begin();
}

absl::StatusOr<WriteTxn> Env::Begin() {
  MDB_txn* txn = nullptr;
  if (const int rc = mdb_txn_begin(env_, nullptr, 0, &txn); rc != 0) return LmdbError(Cat("cannot write ", options_.dir), rc);
  return WriteTxn(this, txn);
}

absl::Status Env::CheckPages() const {
  ASSIGN_OR_RETURN(const Txn pin, Read());
  return WalkPages(DataFile());
}

uint64_t Env::RoomBytes() const {
  struct stat info {};
  rlimit limit{};
  if (stat(DataFile().c_str(), &info) != 0 || getrlimit(RLIMIT_FSIZE, &limit) != 0) return 0;
  const auto size = static_cast<uint64_t>(info.st_size);
  return std::min(FreeBytes(), limit.rlim_cur > size ? limit.rlim_cur - size : 0);
}

uint64_t Env::FreeBytes() const {
  struct statvfs info {};
  if (statvfs(options_.dir.c_str(), &info) != 0) return 0;
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace chancery

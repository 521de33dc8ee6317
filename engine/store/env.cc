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

// Address space, not disk: the map never has to grow.
#if defined(__SANITIZE_THREAD__)
constexpr size_t kMapBytes = size_t{1} << 36;  // of which ThreadSanitizer leaves a process 1.5 TiB
#else
constexpr size_t kMapBytes = size_t{1} << 40;
#endif
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

Txn::Txn(Txn&& other) noexcept
    : env_(other.env_),
      txn_(other.txn_),
      followed_(other.followed_),
      writes_(other.writes_),
      overlay_(std::move(other.overlay_)),
      status_(other.status_),
      looked_(std::move(other.looked_)) {
  other.txn_ = nullptr;
}

Txn::~Txn() {
  if (txn_ != nullptr && !followed_) mdb_txn_abort(txn_);
}

void Txn::Follow(const WriteTxn& txn) {
  if (txn_ != nullptr && !followed_) mdb_txn_abort(txn_);
  txn_ = txn.txn_;
  followed_ = true;
  writes_ = txn.writes_;
  overlay_ = txn.overlay_;
  for (std::unique_ptr<Looked>& looked : looked_) looked.reset();
}

// Over what is rehearsed already it goes on from a copy.
WriteTxn Txn::Rehearse() const {
  WriteTxn above(env_, txn_);
  above.followed_ = true;
  above.writes_ = writes_;
  above.overlay_ = overlay_ == nullptr ? std::make_shared<Overlay>() : std::make_shared<Overlay>(*overlay_);
  return above;
}

std::optional<std::vector<std::string_view>> Txn::Rehearsed(Table table) const {
  if (overlay_ == nullptr || overlay_->hides(table)) return std::nullopt;
  std::vector<std::string_view> keys;
  for (const auto& [key, row] : overlay_->RowsOf(table)) keys.push_back(key);
  return keys;
}

void Txn::Note(int rc) const {
  if (rc != 0 && status_.ok()) status_ = LmdbError(Cat("store ", env_->dir()), rc);
}

// Of the rows that hold the trees' heads LMDB changes none before it commits.
TreeHead Txn::TreeOf(Table table) const {
  MDB_val k = ValOf(kTableNames[static_cast<size_t>(table)]), v;
  const int rc = mdb_get(txn_, env_->names_, &k, &v);
  if (rc == 0 && v.mv_size == kTreeBytes) return TreeHead({static_cast<const char*>(v.mv_data), v.mv_size});
  Note(rc != 0 ? rc : MDB_CORRUPTED);
  return {};
}

Txn::Looked& Txn::At(Table table) const {
  std::unique_ptr<Looked>& looked = looked_[static_cast<size_t>(table)];
  if (looked == nullptr) looked.reset(new Looked{TreeOf(table), {}});
  return *looked;
}

bool Txn::Look(Table table, std::optional<std::string_view> key, Reach reach, PageGuard::Leaf* leaf) const {
  if (env_->guard_ == nullptr || !status_.ok()) return status_.ok();
  Looked& looked = At(table);
  if (status_.ok()) status_ = env_->guard_->Look(looked.tree, key, reach, leaf != nullptr ? leaf : &looked.leaf);
  return status_.ok();
}

bool Txn::LookAtAll(Table table) const {
  if (env_->guard_ == nullptr || !status_.ok()) return status_.ok();
  const TreeHead& tree = At(table).tree;
  if (status_.ok()) status_ = env_->guard_->LookAtAll(tree);
  return status_.ok();
}

std::optional<std::string_view> Txn::Get(Table table, std::string_view key) const {
  if (overlay_ != nullptr) {
    if (const std::optional<std::string_view>* above = overlay_->Find(table, key)) return *above;
    if (overlay_->hides(table)) return std::nullopt;
  }
  return Below(table, key);
}

std::optional<std::string_view> Txn::Below(Table table, std::string_view key) const {
  if (!Look(table, key, Reach::kPath)) return std::nullopt;
  if (env_->guard_ != nullptr && !writes_) {  // LMDB would find the same
    const std::optional<Row>& row = At(table).leaf.row;
    return row ? std::optional(env_->guard_->ValueOf(*row)) : std::nullopt;
  }
  MDB_val k = ValOf(key), v;
  const int rc = mdb_get(txn_, env_->dbis_[static_cast<size_t>(table)], &k, &v);
  if (rc == 0) return std::string_view(static_cast<const char*>(v.mv_data), v.mv_size);
  if (rc != MDB_NOTFOUND) Note(rc);
  return std::nullopt;
}

uint64_t Txn::Count(Table table) const {
  MDB_stat stat{};
  if (overlay_ == nullptr || !overlay_->hides(table)) Note(mdb_stat(txn_, env_->dbis_[static_cast<size_t>(table)], &stat));
  return stat.ms_entries + static_cast<uint64_t>(overlay_ == nullptr ? 0 : overlay_->more(table));
}

void WriteTxn::Put(Table table, std::string_view key, std::string_view value) { Put(table, key, value, 0); }
void WriteTxn::Append(Table table, std::string_view key, std::string_view value) {
  if (overlay_ != nullptr) return Put(table, key, value);
  if (Look(table, std::nullopt, Reach::kPath)) Put(table, key, value, MDB_APPEND);
}

void WriteTxn::Put(Table table, std::string_view key, std::string_view value, unsigned flags) {
  CHECK(FitsTable(key, value));
  if (overlay_ != nullptr) return overlay_->Put(table, key, value, [&] { return Below(table, key).has_value(); });
  if (!Look(table, key, Reach::kPath)) return;
  MDB_val k = ValOf(key), v = ValOf(value);
  Note(mdb_put(txn_, env_->dbis_[static_cast<size_t>(table)], &k, &v, flags));
}

void WriteTxn::Delete(Table table, std::string_view key) {
  if (overlay_ != nullptr) {
    if (Get(table, key)) overlay_->Delete(table, key);
    return;
  }
  if (!Look(table, key, Reach::kAround)) return;
  MDB_val k = ValOf(key);
  const int rc = mdb_del(txn_, env_->dbis_[static_cast<size_t>(table)], &k, nullptr);
  if (rc != MDB_NOTFOUND) Note(rc);
}

void WriteTxn::Clear(Table table) {
  if (overlay_ != nullptr) return overlay_->Clear(table);
  if (LookAtAll(table)) Note(mdb_drop(txn_, env_->dbis_[static_cast<size_t>(table)], 0));
}

absl::Status WriteTxn::Commit() {
  CHECK(overlay_ == nullptr);  // what is rehearsed is never stored
  RETURN_IF_ERROR(status_);
  MDB_txn* txn = txn_;
  txn_ = nullptr;
  if (env_->guard_ != nullptr) env_->guard_->Changes();
  const bool unsynced = env_->options_.sync_fails && env_->options_.sync_fails();
  if (unsynced) mdb_txn_abort(txn);  // as LMDB does: it syncs pages before it writes the new root
  const int rc = unsynced ? EIO : mdb_txn_commit(txn);
  if (rc == 0) return absl::OkStatus();
  env_->failed_ = true;
  return Error(absl::StatusCode::kDataLoss, Cat("a commit to ", env_->dir(), " failed (", mdb_strerror(rc), "): outcome unknown"),
               "free disk space or repair the disk, then open the store again: what was acknowledged is there");
}

SortedRows::SortedRows(WriteTxn& txn, Table table) : txn_(txn), table_(table) {
  if (txn.status_.ok() && !txn.rehearses())
    txn.Note(mdb_cursor_open(txn.txn_, txn.env_->dbis_[static_cast<size_t>(table)], &cursor_));
}

SortedRows::~SortedRows() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

std::optional<std::string_view> SortedRows::Get(std::string_view key) {
  at_ = key;
  if (txn_.rehearses()) {
    const auto row = txn_.Get(table_, key);
    there_ = row.has_value();
    return row;
  }
  there_ = false;
  if (!txn_.Look(table_, key, Txn::Reach::kPath, &leaf_)) return std::nullopt;
  MDB_val k = ValOf(key), v;
  const int rc = mdb_cursor_get(cursor_, &k, &v, MDB_SET);
  there_ = rc == 0;
  if (rc == 0) return std::string_view(static_cast<const char*>(v.mv_data), v.mv_size);
  if (rc != MDB_NOTFOUND) txn_.Note(rc);
  return std::nullopt;
}

void SortedRows::Put(std::string_view key, std::string_view value) {
  CHECK(FitsTable(key, value));
  const bool looked = key == at_;
  at_.clear();
  if (txn_.rehearses())
    return txn_.overlay_->Put(table_, key, value, [&] { return looked ? there_ : txn_.Below(table_, key).has_value(); });
  if (!txn_.Look(table_, key, Txn::Reach::kPath, &leaf_)) return;
  MDB_val k = ValOf(key), v = ValOf(value);
  txn_.Note(mdb_cursor_put(cursor_, &k, &v, looked && there_ ? MDB_CURRENT : 0));
}

Cursor::Cursor(const Txn& txn, Table table) : txn_(txn), table_(table) {
  if (txn.status_.ok()) txn.Note(mdb_cursor_open(txn.txn_, txn.env_->dbis_[static_cast<size_t>(table)], &cursor_));
}

Cursor::~Cursor() {
  if (cursor_ != nullptr) mdb_cursor_close(cursor_);
}

bool Cursor::Look(std::optional<std::string_view> key, PageGuard::Reach reach) { return txn_.Look(table_, key, reach, &leaf_); }

// Behind the last row of a page LMDB goes on to the next one.
bool Cursor::LookBeyond(std::string_view key) {
  if (!leaf_.Covers(key, Txn::Reach::kPath) && !Look(key, Txn::Reach::kPath)) return false;
  return !leaf_.known || key < leaf_.last || Look(key, Txn::Reach::kNext);
}

// The row found is one of a page that was looked at already; a long value lies on other pages.
bool Cursor::Move(MDB_cursor_op op, bool within) {
  if (cursor_ == nullptr || !txn_.status_.ok()) return false;
  const int rc = mdb_cursor_get(cursor_, &key_, &value_, op);
  if (rc != 0 && rc != MDB_NOTFOUND) txn_.Note(rc);
  if (rc != 0) return false;
  within = (within || leaf_.Covers(key(), Txn::Reach::kPath)) && value_.mv_size < kPageBytes / 4;
  return within || Look(key(), Txn::Reach::kPath);
}

bool Cursor::SeekBelow(std::string_view key) {
  if (!LookBeyond(key)) return false;
  key_ = ValOf(key);
  return Move(key.empty() ? MDB_FIRST : MDB_SET_RANGE);
}

bool Cursor::SeekLastBelow(std::string_view key) {
  const std::string wanted(key);
  if (!SeekBelow(wanted)) return Look(std::nullopt, Txn::Reach::kPath) && Move(MDB_LAST);
  if (this->key() == wanted) return true;
  return Look(std::string(this->key()), Txn::Reach::kAround) && Move(MDB_PREV);
}

bool Cursor::NextBelow() {
  if (leaf_.known && !txn_.writes_ && key() < leaf_.last) return Move(MDB_NEXT, true);
  return LookBeyond(key()) && Move(MDB_NEXT);
}

bool Cursor::Seek(std::string_view key) {
  const Overlay* overlay = txn_.overlay_.get();
  if (overlay == nullptr) return SeekBelow(key);
  const Above above = overlay->RowsOf(table_).lower_bound(key);
  return Forward(!overlay->hides(table_) && SeekBelow(key), above);
}

bool Cursor::SeekLast(std::string_view key) {
  const Overlay* overlay = txn_.overlay_.get();
  if (overlay == nullptr) return SeekLastBelow(key);
  const Above behind = overlay->RowsOf(table_).upper_bound(key);
  return Backward(!overlay->hides(table_) && SeekLastBelow(key), behind);
}

// Rows may have been written since: what comes next is looked for by its key.
bool Cursor::Next() {
  const Overlay* overlay = txn_.overlay_.get();
  if (overlay == nullptr) return NextBelow();
  const std::string here(key());
  const Above above = overlay->RowsOf(table_).upper_bound(here);
  bool below = !overlay->hides(table_) && SeekBelow(here);
  if (below && key() == here) below = NextBelow();
  return Forward(below, above);
}

void Cursor::Stand(Above above) {
  key_ = ValOf(above->first);
  value_ = ValOf(*above->second);
}

bool Cursor::Forward(bool below, Above above) {
  const Above end = txn_.overlay_->RowsOf(table_).end();
  for (;;) {
    if (above == end || (below && key() < above->first)) return below;
    if (below && key() == above->first) below = NextBelow();
    if (above->second) break;
    ++above;
  }
  Stand(above);
  return true;
}

bool Cursor::Backward(bool below, Above behind) {
  const Above first = txn_.overlay_->RowsOf(table_).begin();
  for (;;) {
    if (behind == first || (below && key() > std::prev(behind)->first)) return below;
    --behind;
    if (below && key() == behind->first) {
      const std::string here(key());
      below = Look(here, Txn::Reach::kAround) && Move(MDB_PREV);
    }
    if (behind->second) break;
  }
  Stand(behind);
  return true;
}

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
  if (there) {
    ASSIGN_OR_RETURN(env->guard_, PageGuard::Open(env->DataFile(), kTableNames));
  }
  RETURN_IF_ERROR(env->OpenMap());
  if (there) RETURN_IF_ERROR(env->Guard());
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
  if (absl::Status opened = OpenTables(txn); !opened.ok()) {
    mdb_txn_abort(txn);
    return opened;
  }
  return step(mdb_txn_commit(txn));
}

absl::Status Env::OpenTables(MDB_txn* txn) {
  mdb_dbi_open(txn, nullptr, 0, &names_);
  for (size_t i = 0; i < kTableNames.size(); ++i) RETURN_IF_ERROR(OpenTable(txn, i));
  return absl::OkStatus();
}

absl::Status Env::OpenTable(MDB_txn* txn, size_t table) {
  int rc = mdb_dbi_open(txn, kTableNames[table], 0, &dbis_[table]);
  if (rc == MDB_NOTFOUND && options_.create) {
    RETURN_IF_ERROR(BeforeFirstWrite());
    rc = mdb_dbi_open(txn, kTableNames[table], MDB_CREATE, &dbis_[table]);
    if (guard_ != nullptr) guard_->Changes();
  }
  if (rc == MDB_NOTFOUND)
    return Error(absl::StatusCode::kDataLoss,
                 Cat(options_.dir, "/data.mdb is no chancery store: it has no table ", kTableNames[table]));
  return rc == 0 ? absl::OkStatus() : LmdbError(Cat("cannot open the store ", options_.dir), rc);
}

// LMDB's map is where pages are looked at from now on.
absl::Status Env::Guard() {
  ASSIGN_OR_RETURN(const Txn txn, Read());
  MDB_val key = ValOf(kTableNames[0]), head;
  if (const int rc = mdb_get(txn.txn_, names_, &key, &head); rc != 0) return LmdbError(Cat("cannot read ", options_.dir), rc);
  guard_->Use(head.mv_data);
  return absl::OkStatus();
}

absl::Status Env::BeforeFirstWrite() {
  if (guard_ == nullptr || writes_) return absl::OkStatus();
  RETURN_IF_ERROR(guard_->LookAtFreeList());
  writes_ = true;
  return absl::OkStatus();
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
  WriteTxn begun(this, txn);
  RETURN_IF_ERROR(BeforeFirstWrite());
  return begun;
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

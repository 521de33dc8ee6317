#include "engine/backup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "engine/base/bytes.h"
#include "engine/base/hash_stream.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/journal.h"
#include "engine/key_file.h"
#include "engine/register/meta.h"
#include "engine/sidecar.h"
#include "engine/store/file_check.h"
#include "engine/tail.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHBACKUP";
constexpr uint8_t kVersion = 1;
constexpr size_t kOpening = 8 + 1 + 4, kRowHead = 2 + 1 + 4, kSum = 32;
constexpr size_t kBuffer = 1 << 20;
constexpr size_t kCommitBytes = 64 << 20;  // of rows in one transaction of a restore
constexpr const char* kStaging = "/restore.part";

absl::Status Damaged(const std::string& file, std::string_view how) {
  return Error(absl::StatusCode::kDataLoss, Cat(file, " is damaged: ", how),
               "use another backup, or join again from a peer: what peers hold comes back");
}

// ---- writing

// A file under a temporary name, hashed as it is written.
class Writer {
 public:
  explicit Writer(const std::string& file) : file_(file), part_(file + ".part-XXXXXX") {
    fd_ = mkostemp(part_.data(), O_CLOEXEC);
    if (fd_ < 0) Fail();
  }
  ~Writer() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(part_.c_str());  // gone under this name where the file has its own
  }
  Writer(const Writer&) = delete;

  void Add(std::string_view bytes) {
    buffer_.append(bytes);
    if (buffer_.size() >= kBuffer) Flush();
  }

  absl::StatusOr<uint64_t> Finish() {
    Flush();
    buffer_ = std::string(hash_.Finish().view());
    WriteOut();
    if (status_.ok() && fsync(fd_) != 0) Fail();
    RETURN_IF_ERROR(status_);
    RETURN_IF_ERROR(TakeName());
    return bytes_;
  }

 private:
  void Fail() {
    if (status_.ok())
      status_ = Error(absl::StatusCode::kInvalidArgument, Cat(file_, " cannot be written: ", strerror(errno)),
                      "make room, or name a file in another directory");
  }
  void Flush() {
    hash_.Add(buffer_);
    WriteOut();
  }
  void WriteOut() {
    for (std::string_view left = buffer_; !left.empty() && status_.ok();) {
      const ssize_t n = write(fd_, left.data(), left.size());
      if (n < 0 && errno != EINTR) Fail();
      if (n > 0) left.remove_prefix(static_cast<size_t>(n));
    }
    bytes_ += buffer_.size();
    buffer_.clear();
  }
  // Never over a file that is there.
  absl::Status TakeName() {
    bool named = renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, file_.c_str(), RENAME_NOREPLACE) == 0;
    if (!named && errno == EINVAL && access(file_.c_str(), F_OK) != 0)  // a file system that cannot do both at once
      named = std::rename(part_.c_str(), file_.c_str()) == 0;
    if (!named) {
      if (errno == EEXIST) return Error(absl::StatusCode::kAlreadyExists, Cat(file_, " is there already"), "name another file");
      Fail();
      return status_;
    }
    const std::string parent = std::filesystem::path(file_).parent_path().string();
    const int dir = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fsync(dir) != 0) Fail();
    if (dir >= 0) close(dir);
    return status_;
  }

  std::string file_, part_, buffer_;
  int fd_ = -1;
  uint64_t bytes_ = 0;
  HashStream hash_;
  absl::Status status_;
};

std::string Head(const StoreRow& store, const Lanes& lanes) {
  ByteWriter w;
  w.Raw(store.registry.view());
  w.U64(LaneOf(store.key));
  w.Sized(store.site);
  const Frontier frontier = lanes.Reached();
  w.Varint(frontier.lanes.size());
  for (const Place& place : frontier.lanes) {
    w.U64(place.lane);
    w.Varint(place.seq);
  }
  w.Varint(kTableNames.size());
  for (const char* name : kTableNames) w.Sized(name);
  return std::move(w.out);
}

// ---- reading

// Reads a backup from the front; what is read is hashed.
class BackupFile {
 public:
  explicit BackupFile(const std::string& file) : file_(file), fd_(open(file.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat info {};
    if (fd_ >= 0 && fstat(fd_, &info) == 0) left_ = static_cast<uint64_t>(info.st_size);
  }
  ~BackupFile() {
    if (fd_ >= 0) close(fd_);
  }
  BackupFile(const BackupFile&) = delete;

  const std::string& name() const { return file_; }
  bool there() const { return fd_ >= 0; }

  // nullopt: the file ends before its sum, or cannot be read.
  std::optional<std::string_view> Take(size_t size) {
    if (size + kSum > left_ + (buffer_.size() - at_)) return std::nullopt;
    if (!Fill(size)) return std::nullopt;
    const std::string_view bytes = std::string_view(buffer_).substr(at_, size);
    at_ += size;
    hash_.Add(bytes);
    return bytes;
  }

  bool AtSum() const { return left_ + (buffer_.size() - at_) == kSum; }

  // Reads on to the sum: whether it is that of all before it. Once, at the end.
  bool Holds() {
    while (left_ + (buffer_.size() - at_) > kSum && Take(std::min(kBuffer, left_ + (buffer_.size() - at_) - kSum))) {
    }
    return AtSum() && Fill(kSum) && hash_.Finish().view() == std::string_view(buffer_).substr(at_);
  }

 private:
  bool Fill(size_t size) {  // views given out before end here
    if (buffer_.size() - at_ >= size) return true;
    buffer_.erase(0, at_);
    at_ = 0;
    while (buffer_.size() < size) {
      const size_t old = buffer_.size(), want = std::min<uint64_t>(left_, std::max(size - old, kBuffer));
      buffer_.resize(old + want);
      const ssize_t n = read(fd_, buffer_.data() + old, want);
      buffer_.resize(old + static_cast<size_t>(std::max<ssize_t>(n, 0)));
      if (n <= 0) return false;
      left_ -= static_cast<uint64_t>(n);
    }
    return true;
  }

  std::string file_, buffer_;
  int fd_;
  size_t at_ = 0;
  uint64_t left_ = 0;  // of the file, behind the buffer
  HashStream hash_;
};

// Puts rows, in order, into a store that is new.
class Filler {
 public:
  explicit Filler(Env& env) : env_(env) {}

  absl::Status Put(Table table, std::string_view key, std::string_view value) {
    if (!txn_) {
      ASSIGN_OR_RETURN(WriteTxn txn, env_.Write());
      txn_.emplace(std::move(txn));
    }
    txn_->Append(table, key, value);
    bytes_ += key.size() + value.size();
    return bytes_ < kCommitBytes ? absl::OkStatus() : Commit();
  }

  absl::Status Commit() {
    if (!txn_) return absl::OkStatus();
    const absl::Status status = txn_->Commit();
    txn_.reset();
    bytes_ = 0;
    return status;
  }

 private:
  Env& env_;
  std::optional<WriteTxn> txn_;
  size_t bytes_ = 0;
};

// The tables of the backup, as this program numbers them.
absl::StatusOr<std::vector<Table>> ReadTables(const std::string& file, std::string_view head) {
  ByteReader r(head);
  r.Raw(32);
  r.U64();
  r.Sized();
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) {
    r.U64();
    r.Varint();
  }
  std::vector<Table> tables;
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) {
    const std::string_view name = r.Sized();
    const auto known = std::find(kTableNames.begin(), kTableNames.end(), name);
    if (known == kTableNames.end())
      return Error(absl::StatusCode::kUnavailable, Cat(file, " has a table ", name, " that this program does not know"),
                   "use the program that wrote it, or a newer one");
    tables.push_back(static_cast<Table>(known - kTableNames.begin()));
  }
  if (!r.ok() || !r.AtEnd()) return Damaged(file, "its head cannot be read");
  return tables;
}

absl::Status ReadRows(BackupFile& in, const std::vector<Table>& tables, Filler& filler) {
  for (;;) {
    const auto head = in.Take(kRowHead);
    if (!head) return Damaged(in.name(), "it is cut short");
    ByteReader r(*head);
    const size_t key_size = r.U16(), table = r.U8(), value_size = r.U32();
    if (key_size == 0) return in.AtSum() ? absl::OkStatus() : Damaged(in.name(), "something follows its rows");
    const bool fits = key_size >= 8 && key_size <= 504 && key_size % 8 == 0 && value_size % 8 == 0 && table < tables.size();
    const auto row = fits ? in.Take(key_size + value_size) : std::nullopt;
    if (!row) return Damaged(in.name(), "a row of it cannot be read");
    RETURN_IF_ERROR(filler.Put(tables[table], row->substr(0, key_size), row->substr(key_size)));
  }
}

absl::Status ReadBackup(BackupFile& in, Filler& filler) {
  const auto opening = in.Take(kOpening);
  if (!opening || opening->substr(0, kMagic.size()) != kMagic)
    return Error(absl::StatusCode::kInvalidArgument, Cat(in.name(), " is no backup: it does not begin with ", kMagic),
                 "chancery backup FILE makes one");
  ByteReader r(opening->substr(kMagic.size()));
  if (r.U8() != kVersion)
    return Error(absl::StatusCode::kUnavailable, Cat(in.name(), " is a backup of a version that this program does not know"),
                 "use the program that wrote it, or a newer one");
  const auto head = in.Take(r.U32());
  if (!head) return Damaged(in.name(), "it is cut short");
  ASSIGN_OR_RETURN(const std::vector<Table> tables, ReadTables(in.name(), *head));
  return ReadRows(in, tables, filler);
}

absl::Status FillFromBackup(const std::string& file, Env& env) {
  BackupFile in(file);
  if (!in.there()) return Error(absl::StatusCode::kNotFound, Cat(file, " cannot be read: ", strerror(errno)));
  Filler filler(env);
  const absl::Status read = ReadBackup(in, filler);
  if (absl::IsInvalidArgument(read)) return read;
  if (!in.Holds()) return Damaged(file, "it is cut short, or its SHA-256 differs");  // whatever else it seemed to be
  RETURN_IF_ERROR(read);
  return filler.Commit();
}

absl::Status FillFromStore(const std::string& dir, Env& env, const KeyPair& key) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Env> source, Env::Open({.dir = dir, .walk_pages = true}));
  ASSIGN_OR_RETURN(const Txn txn, source->Read());
  Filler filler(env);
  for (size_t table = 0; table < kTableNames.size(); ++table) {
    Cursor rows(txn, static_cast<Table>(table));
    for (bool more = rows.Seek({}); more; more = rows.Next())
      RETURN_IF_ERROR(filler.Put(static_cast<Table>(table), rows.key(), rows.value()));
  }
  RETURN_IF_ERROR(txn.status());
  RETURN_IF_ERROR(filler.Commit());
  return TakeUp(env, ReadTail(dir), key);
}

// Another key, and why; what the tips and tails of directories say was filed.
absl::Status MakeNew(Env& env, const KeyPair& key, std::string_view of, const std::vector<std::string>& dirs) {
  ASSIGN_OR_RETURN(WriteTxn txn, env.Write());
  ASSIGN_OR_RETURN(StoreRow store, ReadStoreRow(txn));
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(Renewal renewal, ReadRenewal(txn));
  renewal.reason = Cat("restored from ", of, " of ", lanes.FrontierText());
  for (const std::string& dir : dirs) {
    const absl::StatusOr<std::optional<Tip>> tip = ReadTip(dir);
    if (tip.ok() && *tip) renewal.filed.Raise({(*tip)->lane, (*tip)->seq});  // named once it is known
    const std::vector<Run> chain = ReadTail(dir);
    if (!chain.empty()) renewal.filed.Raise({chain.back().lane, chain.back().last()});
  }
  store.key = key.public_key();
  PutStoreRow(txn, store);
  PutRenewal(txn, renewal);
  return txn.Commit();
}

absl::Status MakeStaged(const RestoreRequest& request, const std::string& staging, const KeyPair& key) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Env> env, Env::Open({.dir = staging, .create = true, .durable = request.durable}));
  const bool store = std::filesystem::is_directory(request.source);
  RETURN_IF_ERROR(store ? FillFromStore(request.source, *env, key) : FillFromBackup(request.source, *env));
  std::vector<std::string> dirs = {request.dir};
  if (store) dirs.push_back(request.source);
  return MakeNew(*env, key, store ? "the store" : "a backup", dirs);
}

// The directory is this process's while it lives.
struct Hold {
  ~Hold() {
    if (fd >= 0) UnlockDirectory(fd, real_dir);
  }
  int fd = -1;
  std::string real_dir;
};

absl::Status TakePlace(const RestoreRequest& request, const std::string& staging, const KeyPair& key) {
  RETURN_IF_ERROR(StageKeyFile(request.dir, key));
  RETURN_IF_ERROR(AdoptKeyFile(request.dir));
  const std::string data = request.dir + "/data.mdb";
  std::remove((request.dir + "/lock.mdb").c_str());
  if (std::rename((staging + "/data.mdb").c_str(), data.c_str()) != 0)
    return Error(absl::StatusCode::kInvalidArgument, Cat("cannot write ", data, ": ", strerror(errno)));
  RETURN_IF_ERROR(SyncNames(request.dir));
  return SyncNames(request.dir + "/..");
}

}  // namespace

absl::StatusOr<BackupView> WriteBackup(const Txn& txn, const std::string& file) {
  struct stat info {};
  if (lstat(file.c_str(), &info) == 0)
    return Error(absl::StatusCode::kAlreadyExists, Cat(file, " is there already"), "name another file");
  ASSIGN_OR_RETURN(const StoreRow store, ReadStoreRow(txn));
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  const std::string head = Head(store, lanes);
  Writer out(file);
  ByteWriter opening;
  opening.Raw(kMagic);
  opening.U8(kVersion);
  opening.U32(static_cast<uint32_t>(head.size()));
  out.Add(opening.out);
  out.Add(head);
  const auto add = [&](size_t table, std::string_view key, std::string_view value) {
    ByteWriter row;
    row.U16(static_cast<uint16_t>(key.size()));
    row.U8(static_cast<uint8_t>(table));
    row.U32(static_cast<uint32_t>(value.size()));
    out.Add(row.out);
    out.Add(key);
    out.Add(value);
  };
  for (size_t table = 0; table < kTableNames.size(); ++table) {
    Cursor rows(txn, static_cast<Table>(table));
    for (bool more = rows.Seek({}); more; more = rows.Next()) {
      if (static_cast<Table>(table) == Table::kJournal && !Journal::RunIn(rows.value()).ok())
        return Error(absl::StatusCode::kDataLoss, "the journal is damaged: no backup is made of it",
                     "chancery verify says where");
      add(table, rows.key(), rows.value());
    }
  }
  RETURN_IF_ERROR(txn.status());
  add(0, {}, {});
  BackupView view;
  view.site = store.site;
  view.frontier = lanes.FrontierText();
  for (const Lane& lane : lanes.all()) view.entries += lane.tip();
  ASSIGN_OR_RETURN(view.bytes, out.Finish());
  return view;
}

absl::Status RestoreStore(const RestoreRequest& request, const KeyPair& key) {
  const std::string& dir = request.dir;
  const bool made = mkdir(dir.c_str(), 0700) == 0;
  if (!made && errno != EEXIST)
    return Error(absl::StatusCode::kInvalidArgument, Cat("cannot make the directory ", dir, ": ", strerror(errno)));
  absl::Status status;
  {
    Hold hold;
    ASSIGN_OR_RETURN(hold.fd, LockDirectory(dir, &hold.real_dir));
    if (std::filesystem::exists(dir + "/data.mdb"))
      return Error(absl::StatusCode::kAlreadyExists, Cat("there is a store in ", dir, " already"),
                   "restore into another --store DIR, or move the old data.mdb away first");
    const std::string staging = dir + kStaging;
    std::error_code ignored;
    std::filesystem::remove_all(staging, ignored);  // of a restore that was interrupted
    status = MakeStaged(request, staging, key);
    if (status.ok()) status = TakePlace(request, staging, key);
    std::filesystem::remove_all(staging, ignored);
  }
  if (!status.ok() && made) {
    std::remove((dir + "/owner").c_str());
    rmdir(dir.c_str());
  }
  return status;
}

}  // namespace chancery

#include "engine/tail.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "engine/base/bytes.h"
#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/ingest.h"
#include "engine/pipeline/rebuild.h"
#include "engine/pipeline/verify.h"
#include "engine/store/file_check.h"

namespace chancery {
namespace {

constexpr size_t kHead = 8 + 4;  // check, length

std::string PathOf(const std::string& dir) { return dir + "/tail"; }

// The records at the front that are whole.
std::string Slurp(int fd) {
  std::string bytes;
  for (char head[kHead]; pread(fd, head, kHead, static_cast<off_t>(bytes.size())) == ssize_t{kHead};) {
    ByteReader r({head, kHead});
    const uint64_t check = r.U64();
    const size_t from = bytes.size(), size = (kHead + size_t{r.U32()} + 7) / 8 * 8;
    if (from + size > limits::kTailBytes) break;
    bytes.resize(from + size);
    const bool read = pread(fd, bytes.data() + from, size, static_cast<off_t>(from)) == static_cast<ssize_t>(size);
    if (read && check == Xxh64(std::string_view(bytes).substr(from + 8))) continue;
    bytes.resize(from);
    break;
  }
  return bytes;
}

bool WriteAt(int fd, std::string_view bytes, size_t offset) {
  return pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)) == static_cast<ssize_t>(bytes.size());
}

// The body of the record at the front of `bytes`, which then begin behind it. nullopt: it is not whole.
std::optional<std::string_view> NextBody(std::string_view* bytes) {
  ByteReader r(*bytes);
  const uint64_t check = r.U64();
  const uint64_t length = r.U32(), size = (kHead + length + 7) / 8 * 8;
  if (!r.ok() || size > bytes->size() || check != Xxh64(bytes->substr(8, size - 8))) return std::nullopt;
  const std::string_view body = bytes->substr(kHead, length);
  bytes->remove_prefix(size);
  return body;
}

// Appends the runs of a record. False where one of them is none, or does not follow the one before it.
bool AddRuns(std::string_view body, std::vector<Run>* chain) {
  for (ByteReader r(body); !r.AtEnd();) {
    absl::StatusOr<Run> run = DecodeRun(r.Raw(r.U32()));
    if (!r.ok() || !run.ok()) return false;
    if (!chain->empty() && (run->lane != chain->back().lane || run->first != chain->back().last() + 1)) return false;
    chain->push_back(*std::move(run));
  }
  return true;
}

// Whether the store has what the run's author had seen, and the seal says that the lane is the same up to there.
bool Follows(const Workspace& work, const Lane& lane, const Run& run) {
  const absl::StatusOr<Entry> first = DecodeParts(run.header, run.first, run.leaves[0].hlc, run.leaves[0].body);
  if (!first.ok() || run.first != lane.tip() + 1) return false;
  for (const Place& place : first->context) {
    const Lane* other = work.lanes.Find(place.lane);
    if (other == nullptr || other->tip() < place.seq) return false;
  }
  return SealHolds(work, lane, lane.tree, run);
}

size_t BytesOf(const Run& run) {
  size_t bytes = 0;
  for (const Leaf& leaf : run.leaves) bytes += leaf.body.size();
  return bytes;
}

// Whether the journal would have let `next` grow the run.
bool Grows(const Run& run, const Run& next) {
  const absl::StatusOr<Entry> first = DecodeParts(next.header, next.first, next.leaves[0].hlc, next.leaves[0].body);
  return first.ok() && first->context.empty() && run.header == next.header &&
         run.leaves.size() + next.leaves.size() <= limits::kRunEntries &&
         MsOf(next.leaves.back().hlc) - MsOf(run.leaves.front().hlc) <= limits::kRunSpanMs;
}

// The same entries in fewer runs: a seal over more says all that those before it said.
std::vector<Run> Joined(const std::vector<Run>& chain) {
  std::vector<Run> joined;
  size_t bytes = 0;  // of the last
  for (const Run& run : chain) {
    if (joined.empty() || bytes + BytesOf(run) > limits::kRunBytes || !Grows(joined.back(), run)) {
      joined.push_back(run);
      bytes = BytesOf(run);
      continue;
    }
    for (const Leaf& leaf : run.leaves) joined.back().Append(leaf.hlc, leaf.body);
    joined.back().seal = run.seal;
    bytes += BytesOf(run);
  }
  return joined;
}

absl::Status FoldChain(Batch& batch, const std::vector<Run>& chain) {
  for (Run& run : Joined(chain)) {
    const Lane* lane = batch.work().lanes.Find(run.lane);
    if (lane == nullptr) return absl::OkStatus();
    if (run.last() <= lane->tip()) continue;
    run.DropUpTo(lane->tip());
    if (!Follows(batch.work(), *lane, run)) return absl::OkStatus();
    RETURN_IF_ERROR(FoldRun(batch, lane->handle, std::move(run)));
  }
  return absl::OkStatus();
}

absl::Status TakeUpOver(Env& env, const std::vector<Run>& chain, const KeyPair& signer, bool rebuild) {
  ASSIGN_OR_RETURN(WriteTxn txn, env.WriteAccepted());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, LoadCatalog(txn));
  if (rebuild) RETURN_IF_ERROR(RebuildAll(txn, catalog, signer));
  ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, Batch::Open(txn, catalog));
  RETURN_IF_ERROR(FoldChain(*batch, chain));
  RETURN_IF_ERROR(batch->Flush(txn, signer));
  return txn.Commit();
}

// Whether the store ends before the chain does: most often it does not, and nothing is written.
absl::StatusOr<bool> EndsBefore(const Env& env, const std::vector<Run>& chain) {
  if (chain.empty()) return false;
  ASSIGN_OR_RETURN(const Txn txn, env.Read());
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  const Lane* lane = lanes.Find(chain[0].lane);
  return lane != nullptr && chain[0].first <= lane->tip() + 1 && chain.back().last() > lane->tip();
}

}  // namespace

std::string TailRecord(absl::Span<const std::string> runs) {
  ByteWriter body;
  for (const std::string& bytes : runs) {
    body.U32(static_cast<uint32_t>(bytes.size()));
    body.Raw(bytes);
  }
  ByteWriter rest;
  rest.U32(static_cast<uint32_t>(body.out.size()));
  rest.Raw(body.out);
  rest.out.resize((kHead + body.out.size() + 7) / 8 * 8 - 8, '\0');
  ByteWriter record;
  record.U64(Xxh64(rest.out));
  record.Raw(rest.out);
  return std::move(record.out);
}

std::vector<Run> TailChain(std::string_view bytes) {
  std::vector<Run> chain;
  while (const std::optional<std::string_view> body = NextBody(&bytes)) {
    const size_t whole = chain.size();
    if (AddRuns(*body, &chain) && chain.size() > whole) continue;
    chain.resize(whole);
    break;
  }
  if (Planted(Bug::kTailEndsEarly) && chain.size() > 1) chain.pop_back();
  return chain;
}

std::vector<Run> ReadTail(const std::string& dir) {
  const int fd = open(PathOf(dir).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const std::string bytes = Slurp(fd);
  close(fd);
  return TailChain(bytes);
}

absl::Status TakeUp(Env& env, const std::vector<Run>& chain, const KeyPair& signer) {
  ASSIGN_OR_RETURN(const bool behind, EndsBefore(env, chain));
  if (!behind) return absl::OkStatus();
  const absl::Status folded = TakeUpOver(env, chain, signer, false);
  return absl::IsDataLoss(folded) ? TakeUpOver(env, chain, signer, true) : folded;
}

Tail::~Tail() {
  if (fd_ >= 0) close(fd_);
}

void Tail::Open(std::string dir, bool durable, std::function<bool()> sync_fails) {
  dir_ = std::move(dir);
  durable_ = durable;
  sync_fails_ = std::move(sync_fails);
}

bool Tail::Sync() {
  if (sync_fails_ && sync_fails_()) return errno = EIO, false;
  return !durable_ || fdatasync(fd_) == 0;
}

bool Tail::Fits(size_t bytes) {
  if (end_ + bytes > limits::kTailBytes || unusable_) return false;
  if (!made_) made_ = Make();
  unusable_ = !made_;
  return made_;
}

bool Tail::Make() {
  fd_ = open(PathOf(dir_).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct stat info {};
  if (fd_ < 0 || fstat(fd_, &info) != 0) return false;
  if (!durable_) return true;
  if (static_cast<uint64_t>(info.st_size) < limits::kTailBytes && !WriteAt(fd_, std::string(limits::kTailBytes, '\0'), 0))
    return false;
  return fsync(fd_) == 0 && SyncNames(dir_).ok();  // always: whoever made the file may not have come so far
}

absl::Status Tail::Append(std::string_view record) {
  if (!WriteAt(fd_, record, end_) || !Sync())
    return Error(absl::StatusCode::kDataLoss,
                 Cat("an append to ", PathOf(dir_), " failed (", strerror(errno), "): outcome unknown"),
                 "free disk space or repair the disk, then open the store again: what was acknowledged is there");
  end_ += record.size();
  return absl::OkStatus();
}

}  // namespace chancery

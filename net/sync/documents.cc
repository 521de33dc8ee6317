#include "net/sync/documents.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>

namespace chancery::sync {
namespace {

ByteSource SourceOf(const std::string& bytes) {
  return [&bytes](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    const size_t n = offset < bytes.size() ? std::min<size_t>(room, bytes.size() - offset) : 0;
    std::memcpy(at, bytes.data() + (n > 0 ? offset : 0), n);
    return n;
  };
}

absl::StatusOr<ByteSource> SourceOfFile(const std::string& path) {
  const std::shared_ptr<const int> file(new int(open(path.c_str(), O_RDONLY | O_CLOEXEC)), [](const int* fd) {
    close(*fd);
    delete fd;
  });
  if (*file < 0) return absl::UnknownError(path + " cannot be read");
  return ByteSource([file, path](uint64_t offset, char* at, size_t room) -> absl::StatusOr<size_t> {
    const ssize_t n = pread(*file, at, room, static_cast<off_t>(offset));
    return n < 0 ? absl::StatusOr<size_t>(absl::UnknownError(path + " cannot be read")) : static_cast<size_t>(n);
  });
}

// Up to `room` bytes of a document from `from` on.
absl::StatusOr<std::string> ReadPart(const Snapshot& now, const Wanted& wanted, size_t room) {
  std::string bytes;
  const absl::Status read = now.ReadBlob(wanted.sha256, wanted.from, [&](std::string_view more) {
    bytes.append(more.substr(0, room - bytes.size()));
    return bytes.size() < room ? absl::OkStatus() : absl::CancelledError();  // enough
  });
  return read.ok() || absl::IsCancelled(read) ? absl::StatusOr<std::string>(std::move(bytes)) : read;
}

}  // namespace

absl::Status AddPieces(const Snapshot& now, absl::Span<const Wanted> wanted, size_t room, Documents* out) {
  for (const Wanted& one : wanted) {
    if (room == 0) break;
    absl::StatusOr<std::string> bytes = ReadPart(now, one, room);
    if (!bytes.ok()) {  // not here, or damaged here, which verify tells of
      out->absent.push_back(one.sha256);
      continue;
    }
    room -= bytes->size();
    out->pieces.push_back({one.sha256, one.from, *std::move(bytes)});
  }
  return absl::OkStatus();
}

absl::Status Fetch::Note(const Snapshot& now, absl::Span<const std::string> runs) {
  const absl::StatusOr<std::vector<BlobView>> named = looked_ ? now.MissingBlobs(runs) : now.MissingBlobs();
  if (!named.ok()) return named.status();
  looked_ = true;
  for (const BlobView& blob : *named)
    if (blob.bytes <= kDocumentMost && lacking_.size() < kLackingMost) lacking_.emplace(blob.sha256, blob.bytes);
  return absl::OkStatus();
}

void Fetch::Begin() {
  if (++exchanges_ % kAskAgain == 0) absent_.clear();
}

std::vector<Wanted> Fetch::Wants() {
  std::vector<Wanted> wants;
  for (const auto& [sha256, bytes] : lacking_) {
    if (wants.size() == kWantedMost) break;
    if (absent_.contains(sha256)) continue;
    if (SizeOfPart(sha256) >= bytes) DropParts();  // whole, and this process ended before it was stored
    wants.push_back({sha256, SizeOfPart(sha256)});
  }
  return wants;
}

absl::Status Fetch::Take(const Documents& theirs) {
  for (const std::string& sha256 : theirs.absent)
    if (lacking_.contains(sha256)) absent_.insert(sha256);
  for (const Piece& piece : theirs.pieces) {
    const auto wanted = lacking_.find(piece.sha256);
    if (wanted == lacking_.end()) continue;  // it came another way meanwhile
    if (const absl::Status taken = TakePiece(piece, wanted->second); !taken.ok()) return taken;
  }
  return absl::OkStatus();
}

absl::Status Fetch::TakePiece(const Piece& piece, uint64_t size) {
  const bool whole = piece.from == 0 && piece.bytes.size() == size;
  if (whole) return Store(piece.sha256, size, SourceOf(piece.bytes));
  DropParts(piece.sha256);
  if (piece.from != SizeOfPart(piece.sha256)) return absl::OkStatus();  // another session with the peer was faster
  const bool fits = !piece.bytes.empty() && piece.bytes.size() <= size - std::min(size, piece.from);
  if (fits && !HasRoomFor(piece.bytes.size())) return absent_.insert(piece.sha256), absl::OkStatus();  // later, perhaps
  if (fits && !Append(piece)) return absl::ResourceExhaustedError(PathOf(piece.sha256) + " cannot be written");
  if (fits && piece.from + piece.bytes.size() < size) return absl::OkStatus();
  const absl::StatusOr<ByteSource> source = SourceOfFile(PathOf(piece.sha256));
  const absl::Status stored = fits && source.ok() ? Store(piece.sha256, size, *source) : Store(piece.sha256, size, SourceOf(""));
  DropParts();
  return stored;
}

absl::Status Fetch::Store(const std::string& sha256, uint64_t size, const ByteSource& source) {
  const absl::StatusOr<bool> stored = db_.PutBlob({sha256, size}, source);
  if (absl::IsAborted(stored.status())) {
    ++damaged_;
    absent_.insert(sha256);  // from this peer it does not come
    return absl::OkStatus();
  }
  if (!stored.ok()) return stored.status();
  taken_ += *stored;
  lacking_.erase(sha256);
  return absl::OkStatus();
}

uint64_t Fetch::SizeOfPart(const std::string& sha256) const {
  struct stat at = {};
  return stat(PathOf(sha256).c_str(), &at) == 0 ? static_cast<uint64_t>(at.st_size) : 0;
}

bool Fetch::HasRoomFor(size_t bytes) const {
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(db_.dir(), failed);
  return !failed && space.available >= kRoomLeft + bytes;
}

bool Fetch::Append(const Piece& piece) const {
  mkdir(Folder().c_str(), 0700);
  const int fd = open(PathOf(piece.sha256).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = write(fd, piece.bytes.data(), piece.bytes.size()) == static_cast<ssize_t>(piece.bytes.size());
  if (!written && ftruncate(fd, static_cast<off_t>(piece.from)) != 0) unlink(PathOf(piece.sha256).c_str());
  return close(fd) == 0 && written;
}

// Of one peer there is one part at a time.
void Fetch::DropParts(const std::string& but) const {
  std::error_code ignored;
  std::vector<std::filesystem::path> old;
  for (const auto& file : std::filesystem::directory_iterator(Folder(), ignored)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with(peer_ + ".") && name != peer_ + "." + but) old.push_back(file.path());
  }
  for (const std::filesystem::path& path : old) std::filesystem::remove(path, ignored);
}

}  // namespace chancery::sync

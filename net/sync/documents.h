// Documents that go along with an exchange: each side says which it lacks and from what byte on, the other adds them to its
// offers. What has come of a large one is kept until the rest comes, over a link that breaks too.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "chancery/chancery.h"

namespace chancery::sync {

inline constexpr size_t kWantedMost = 64;  // documents named in one offer
inline constexpr int kAskAgain = 20;       // exchanges after which a document is asked for again that was not there
inline constexpr uint64_t kDocumentMost = 256ull << 20;
inline constexpr uint64_t kRoomLeft = 256ull << 20;  // of the disk, to who files here
inline constexpr size_t kLackingMost = 65536;        // documents that a session remembers to ask for

struct Wanted {
  std::string sha256;  // 64 hexadecimal digits
  uint64_t from = 0;   // bytes of it that have come already
  bool operator==(const Wanted&) const = default;
};

struct Piece {
  std::string sha256;
  uint64_t from = 0;
  std::string bytes;
};

// The part of an offer that is about documents.
struct Documents {
  std::vector<Wanted> wanted;       // that the sender lacks
  std::vector<Piece> pieces;        // of what the other wants, in its order
  std::vector<std::string> absent;  // what the other wants and is not here, as far as it was looked for
};

// What `wanted` asks for, as far as about `room` bytes go.
absl::Status AddPieces(const Snapshot& now, absl::Span<const Wanted> wanted, size_t room, Documents* out);

// What this site lacks, and what has come of it from one peer.
class Fetch {
 public:
  Fetch(Database& db, std::string peer) : db_(db), peer_(std::move(peer)) {}

  // What standing values name: once. Then what the entries of `runs` name, for each that came.
  absl::Status Note(const Snapshot& now, absl::Span<const std::string> runs);
  // An exchange begins: what was not there is asked for again, now and then.
  void Begin();
  // Stores what holds. Errors: those of Database (never for what does not hold: it is counted).
  absl::Status Take(const Documents& theirs);
  std::vector<Wanted> Wants();

  uint64_t taken() const { return taken_; }
  uint64_t damaged() const { return damaged_; }
  void ForgetCounts() { taken_ = damaged_ = 0; }

 private:
  absl::Status TakePiece(const Piece& piece, uint64_t size);
  absl::Status Store(const std::string& sha256, uint64_t size, const ByteSource& source);
  std::string Folder() const { return db_.dir() + "/incoming"; }
  std::string PathOf(const std::string& sha256) const { return Folder() + "/" + peer_ + "." + sha256; }
  uint64_t SizeOfPart(const std::string& sha256) const;
  bool HasRoomFor(size_t bytes) const;
  bool Append(const Piece& piece) const;
  void DropParts(const std::string& but = {}) const;

  Database& db_;
  std::string peer_;
  bool looked_ = false;
  std::map<std::string, uint64_t> lacking_;  // by SHA-256: bytes
  std::set<std::string> absent_;             // at the peer, or its bytes are not the document
  int exchanges_ = 0;
  uint64_t taken_ = 0, damaged_ = 0;
};

}  // namespace chancery::sync

// One page of an LMDB 0.9 file as bytes (lmdb: struct MDB_page, MDB_node and MDB_db, 64 bit), read without trust.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace chancery {

inline constexpr uint16_t kBranch = 1, kLeaf = 2, kOverflow = 4;       // kinds of pages
inline constexpr uint16_t kBig = 1, kTree = 2;                         // kinds of rows: value on overflow pages, value is a tree
inline constexpr uint16_t kIntegerKeys = 8;                            // of the free list's tree
inline constexpr size_t kPageHeader = 16, kNode = 8, kTreeBytes = 48;  // kNode: before the key of a row
inline constexpr int kDepthMax = 32;                                   // LMDB's own limit
inline constexpr uint64_t kNoPage = ~uint64_t{0};

template <class T>
T At(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

inline const uint64_t kPageBytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));  // LMDB takes the system's

// Where a tree begins, and what it says of itself.
struct TreeHead {
  TreeHead() = default;
  explicit TreeHead(std::string_view bytes);  // kTreeBytes

  // Whether LMDB may take it for one with these flags.
  bool Holds(uint16_t wanted) const { return flags == wanted && depth <= kDepthMax && (root == kNoPage) == (depth == 0); }

  uint32_t pad = 0;
  uint16_t flags = 0, depth = 0;
  uint64_t branches = 0, leaves = 0, overflows = 0, rows = 0, root = kNoPage;
};

// A row of a leaf or a way down of a branch, as it lies in its page.
struct Row {
  bool big() const { return (flags & kBig) != 0; }
  uint64_t overflow() const { return At<uint64_t>(value, 0); }                    // of a big one: its first page,
  uint64_t needs() const { return (kPageHeader - 1 + number) / kPageBytes + 1; }  // and how many at least
  uint64_t number = 0;  // size of the value; of a branch: the page below
  uint16_t flags = 0;
  std::string_view key, value;
};

class Page {
 public:
  explicit Page(const char* bytes) : bytes_(bytes, kPageBytes) {}

  uint64_t number() const { return At<uint64_t>(bytes_, 0); }
  uint16_t kind() const { return At<uint16_t>(bytes_, 10); }
  uint32_t overflows() const { return At<uint32_t>(bytes_, 12); }  // of a value's first page: how many it has

  // Whether the page is the one that is looked for, of a kind that has rows.
  bool Is(uint64_t number, uint16_t kind) const { return this->number() == number && this->kind() == kind; }

  // Whether its rows fill it from `upper` to its end, each byte once: all below is only good where they do.
  bool Holds() const;
  size_t rows() const { return (At<uint16_t>(bytes_, 12) - kPageHeader) / 2; }  // one or more
  Row row(size_t i) const;

  // How many rows have a key that is not above `key`; a branch's first key is nobody's and counts as below all.
  size_t UpTo(std::string_view key) const;

 private:
  std::string_view KeyAt(size_t at) const { return {bytes_.data() + at + kNode, At<uint16_t>(bytes_, at + 6)}; }
  size_t SizeAt(size_t at) const;  // of the row there, as far as it goes

  std::string_view bytes_;
};

// Errors: DataLoss.
absl::Status WrongPage(const std::string& path, uint64_t page, std::string_view what);

}  // namespace chancery

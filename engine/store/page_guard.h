// LMDB follows what its pages say, and a wrong one ends the process. So before LMDB is let at a page that an earlier process
// wrote, the page is looked at here, once: opening a store takes no longer for it, and each page costs when it is first met.
// What LMDB itself has written since the file was opened is its own.
//
// Readers of any thread look at pages at the same time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/store/page.h"

namespace chancery {

class PageGuard {
 public:
  // Which pages a step of LMDB may touch beside those from the root to where a key is.
  enum class Reach { kPath, kNext, kAround };  // none; the next one of each level; the ones before as well (a deletion merges)

  // What was looked at last in one tree, for one transaction: the leaf where a key belongs. Its bytes are those of the file.
  struct Leaf {
    std::optional<Page> page;            // none: the tree is empty
    std::string_view from, last;         // no key of it is below; its last key
    std::optional<std::string_view> to;  // its keys are below; none: it is the last leaf
    std::optional<Row> row;              // the one of the key
    bool known = false;
    Reach reach = Reach::kPath;

    bool Covers(std::string_view key, Reach wanted) const {
      return known && reach >= wanted && from <= key && (!to || key < *to);
    }
  };

  // Looks at all that LMDB needs to find the tables by name. A name that is not there is no error: LMDB will tell.
  // Errors: DataLoss (names the page).
  static absl::StatusOr<std::unique_ptr<PageGuard>> Open(const std::string& path, absl::Span<const char* const> names);

  // Where LMDB has mapped the file; before that nothing below may be called. `row`: one of the names' tree, as a reader sees it.
  void Use(const void* row);

  // Before the first write: LMDB takes its pages from the list of free ones. Cost: a five hundredth of them. Errors: DataLoss.
  absl::Status LookAtFreeList();

  // Before the first commit, and each other one: from then on pages that were listed as free may be in use.
  void Changes() { first_ = false; }

  // Before LMDB looks for `key`, or for the last one of all. What is not in the tree any more, since it was changed in the
  // transaction, is looked at as it was before: all that is still of the file is in reach of it. Errors: DataLoss.
  absl::Status Look(const TreeHead& tree, std::optional<std::string_view> key, Reach reach, Leaf* leaf) const;

  // The value of a row that was looked at.
  std::string_view ValueOf(const Row& row) const;

  // Before LMDB clears the tree. Errors: DataLoss.
  absl::Status LookAtAll(const TreeHead& tree) const;

 private:
  enum class Side { kBefore, kAfter };

  // A set of the file's old pages.
  class PageSet {
   public:
    explicit PageSet(uint64_t pages) : bits_(pages / 64 + 1) {}
    bool Has(uint64_t page) const { return (bits_[page / 64].load(std::memory_order_relaxed) >> page % 64 & 1) != 0; }
    void Add(uint64_t page) { bits_[page / 64].fetch_or(uint64_t{1} << page % 64, std::memory_order_relaxed); }

   private:
    std::vector<std::atomic<uint64_t>> bits_;
  };

  PageGuard(std::string path, uint64_t pages) : path_(std::move(path)), old_(pages), end_(pages), seen_(pages), listed_(pages) {}
  absl::Status LookAtNames(const TreeHead& names, absl::Span<const char* const> wanted) const;
  absl::Status Descend(const TreeHead& tree, std::optional<std::string_view> key, Reach reach, uint16_t flags, Leaf* leaf) const;
  absl::StatusOr<std::optional<uint64_t>> Beside(const Page& page, size_t i, std::optional<uint64_t> beside, Side side,
                                                 uint16_t flags) const;
  absl::Status Arrive(uint64_t number, std::optional<std::string_view> key, uint16_t flags, Leaf* leaf) const;
  absl::Status LookAtLowest(uint64_t number, int below, uint16_t flags) const;
  absl::Status LookBelow(uint64_t number, int below) const;
  absl::Status LookAtValue(const Row& row) const;
  absl::StatusOr<Page> At(uint64_t number, uint16_t kind, uint16_t flags) const;  // flags: those that a row may have
  Page PageAt(uint64_t number) const { return Page(map_ + number * kPageBytes); }
  bool There(uint64_t number) const;
  absl::Status Wrong(uint64_t page, std::string_view what) const { return WrongPage(path_, page, what); }

  const std::string path_;
  const char* map_ = nullptr;
  const uint64_t old_;                 // pages below were in the file when it was opened
  mutable std::atomic<uint64_t> end_;  // pages below are in the file
  mutable PageSet seen_;
  PageSet listed_;  // as free, when the file was opened
  std::atomic<bool> first_{true};
};

}  // namespace chancery

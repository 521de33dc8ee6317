// LMDB has no checksums and follows what its pages say: a wrong one ends the process. Here the pages are read, never mapped or
// trusted, and looked at one by one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery {

// The fields of an LMDB 0.9 meta page (lmdb: struct MDB_meta, 64 bit). valid: it is one, written with the settings that stores
// have.
struct MetaPage {
  bool valid = false;
  uint64_t last_page = 0, txn = 0;
  std::string free_tree, main_tree;  // struct MDB_db each
  bool operator==(const MetaPage&) const = default;
};
MetaPage ReadMetaPage(int fd, uint64_t number);

// The meta page that LMDB begins from; not valid where there is none.
MetaPage NewestMetaPage(int fd);

// Walks every page that the newest state of the file uses, each once: its number and kind, the bounds, order and number of its
// rows, overflow pages, and that no page in use is listed as free. What it lets through LMDB can read without harm; whether the
// bytes in the rows are right it cannot know. While others write, hold a read transaction: it keeps the pages from being used
// anew. Errors: DataLoss (names the page). Cost: every page in use is read once.
absl::Status WalkPages(const std::string& path);

// The pages that the newest state of the file lists as free, in ascending order. The list itself is looked at as above; whether
// something uses these pages all the same is not known from it. Errors: DataLoss. Cost: a five hundredth of the free pages.
absl::StatusOr<std::vector<uint64_t>> ReadFreeList(const std::string& path);

}  // namespace chancery

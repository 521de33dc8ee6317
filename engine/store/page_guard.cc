#include "engine/store/page_guard.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/page_walk.h"

namespace chancery {
namespace {

// The file as it lies on disk, for as long as LMDB has not mapped it.
class Map {
 public:
  Map(int fd, size_t size) : size_(size), bytes_(mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0)) {}
  ~Map() {
    if (there()) munmap(bytes_, size_);
  }
  Map(const Map&) = delete;
  bool there() const { return bytes_ != MAP_FAILED; }
  const char* bytes() const { return static_cast<const char*>(bytes_); }

 private:
  const size_t size_;
  void* const bytes_;
};

uint64_t PagesOf(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) / kPageBytes : 0;
}

// What is wrong with an old page that holds rows; "": nothing.
std::string_view WrongRows(const Page& page, uint16_t flags) {
  if (!page.Holds()) return "its rows overlap or leave it";
  const bool branch = page.kind() == kBranch;
  if (branch && page.rows() < 2) return "it leads to one page only";
  std::string_view before;  // of a branch the first key is nobody's
  for (size_t i = branch ? 1 : 0; i < page.rows(); ++i) {
    const Row row = page.row(i);
    if (row.key <= before) return "its keys are out of order";
    if (!branch && (row.flags & ~flags) != 0) return "it holds a row of an unknown kind";
    before = row.key;
  }
  return "";
}

std::optional<Row> FindRow(const std::optional<Page>& leaf, std::string_view key) {
  const size_t up_to = leaf ? leaf->UpTo(key) : 0;
  if (up_to == 0) return std::nullopt;
  const Row row = leaf->row(up_to - 1);
  return row.key == key ? std::optional(row) : std::nullopt;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PageGuard>> PageGuard::Open(const std::string& path, absl::Span<const char* const> names) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error(absl::StatusCode::kInvalidArgument, Cat("cannot read ", path, ": ", strerror(errno)));
  const MetaPage meta = NewestMetaPage(fd);
  const uint64_t pages = std::min(PagesOf(path), meta.last_page + 1);
  const Map map(fd, pages * kPageBytes);
  close(fd);
  if (!meta.valid || !map.there()) return Error(absl::StatusCode::kDataLoss, Cat(path, " cannot be mapped"));
  std::unique_ptr<PageGuard> guard(new PageGuard(path, pages));
  guard->map_ = map.bytes();
  RETURN_IF_ERROR(guard->LookAtNames(TreeHead(meta.main_tree), names));
  guard->map_ = nullptr;
  return guard;
}

void PageGuard::Use(const void* row) {
  const char* page = static_cast<const char*>(row) - reinterpret_cast<uintptr_t>(row) % kPageBytes;
  map_ = page - Page(page).number() * kPageBytes;
}

absl::Status PageGuard::LookAtNames(const TreeHead& names, absl::Span<const char* const> wanted) const {
  if (!names.Holds(0)) return Wrong(0, "the head of a tree is wrong");
  if (names.depth == 0) return absl::OkStatus();
  for (const std::string_view name : wanted) {
    Leaf leaf;
    RETURN_IF_ERROR(Descend(names, name, Reach::kPath, kBig | kTree, &leaf));
    if (!leaf.row) continue;
    if (leaf.row->flags != kTree || leaf.row->value.size() != kTreeBytes || !TreeHead(leaf.row->value).Holds(0))
      return Wrong(0, Cat("the head of the table ", name, " is wrong"));
  }
  return absl::OkStatus();
}

absl::Status PageGuard::Look(const TreeHead& tree, std::optional<std::string_view> key, Reach reach, Leaf* leaf) const {
  if (key && leaf->Covers(*key, reach)) {
    leaf->row = FindRow(leaf->page, *key);
  } else {
    RETURN_IF_ERROR(Descend(tree, key, reach, kBig, leaf));
  }
  return leaf->row && leaf->row->big() ? LookAtValue(*leaf->row) : absl::OkStatus();
}

std::string_view PageGuard::ValueOf(const Row& row) const {
  return row.big() ? std::string_view(map_ + row.overflow() * kPageBytes + kPageHeader, row.number) : row.value;
}

// One level at a time, with the pages on both sides as far as LMDB reaches.
absl::Status PageGuard::Descend(const TreeHead& tree, std::optional<std::string_view> key, Reach reach, uint16_t flags,
                                Leaf* leaf) const {
  *leaf = {};
  uint64_t number = tree.root;
  std::optional<uint64_t> before, after;
  for (int below = tree.depth - 1; below > 0; --below) {
    ASSIGN_OR_RETURN(const Page page, At(number, kBranch, flags));
    const size_t next = key ? page.UpTo(*key) : page.rows(), here = next - 1;
    if (here > 0) leaf->from = page.row(here).key;
    if (next < page.rows()) leaf->to = page.row(next).key;
    if (reach >= Reach::kNext) {
      ASSIGN_OR_RETURN(after, Beside(page, next, after, Side::kAfter, flags));
    }
    if (reach >= Reach::kAround) {
      ASSIGN_OR_RETURN(before, Beside(page, here - 1, before, Side::kBefore, flags));
      RETURN_IF_ERROR(LookAtLowest(page.row(0).number, below - 1, flags));
      if (after) RETURN_IF_ERROR(LookAtLowest(*after, below - 1, flags));
    }
    number = page.row(here).number;
  }
  if (before) RETURN_IF_ERROR(At(*before, kLeaf, flags).status());
  if (after) RETURN_IF_ERROR(At(*after, kLeaf, flags).status());
  if (tree.depth > 0) RETURN_IF_ERROR(Arrive(number, key, flags, leaf));
  leaf->reach = reach;
  leaf->known = true;
  return absl::OkStatus();
}

// The page below this one at `i`; where `i` is beyond this one, the nearest page below the one beside it.
absl::StatusOr<std::optional<uint64_t>> PageGuard::Beside(const Page& page, size_t i, std::optional<uint64_t> beside, Side side,
                                                          uint16_t flags) const {
  std::optional<uint64_t> nearest;
  if (beside) {
    ASSIGN_OR_RETURN(const Page other, At(*beside, kBranch, flags));
    nearest = other.row(side == Side::kAfter ? 0 : other.rows() - 1).number;
  }
  return i < page.rows() ? page.row(i).number : nearest;
}

absl::Status PageGuard::Arrive(uint64_t number, std::optional<std::string_view> key, uint16_t flags, Leaf* leaf) const {
  ASSIGN_OR_RETURN(const Page page, At(number, kLeaf, flags));
  leaf->last = page.row(page.rows() - 1).key;
  if (page.row(0).key < leaf->from || (leaf->to && leaf->last >= *leaf->to)) return Wrong(number, "its keys belong elsewhere");
  leaf->row = key ? FindRow(page, *key) : page.row(page.rows() - 1);
  leaf->page = page;
  return absl::OkStatus();
}

// LMDB gives a branch that it moves the lowest key below it.
absl::Status PageGuard::LookAtLowest(uint64_t number, int below, uint16_t flags) const {
  for (; below > 0; --below) {
    ASSIGN_OR_RETURN(const Page page, At(number, kBranch, flags));
    number = page.row(0).number;
  }
  return At(number, kLeaf, flags).status();
}

absl::Status PageGuard::LookAtAll(const TreeHead& tree) const {
  return tree.depth == 0 ? absl::OkStatus() : LookBelow(tree.root, tree.depth - 1);
}

absl::Status PageGuard::LookBelow(uint64_t number, int below) const {
  ASSIGN_OR_RETURN(const Page page, At(number, below > 0 ? kBranch : kLeaf, kBig));
  for (size_t i = 0; i < page.rows(); ++i) {
    const Row row = page.row(i);
    if (below > 0) {
      RETURN_IF_ERROR(LookBelow(row.number, below - 1));
    } else if (row.big()) {
      RETURN_IF_ERROR(LookAtValue(row));
    }
  }
  return absl::OkStatus();
}

// It may have been longer in the transaction that wrote it; then it has more pages, and LMDB frees all of them with it. A page
// that bears its own number is none of them.
absl::Status PageGuard::LookAtValue(const Row& row) const {
  const uint64_t first = row.overflow();
  if (first < 2 || !There(first)) return Wrong(first, "something points to it, and it is not there");
  const Page page = PageAt(first);
  const uint64_t pages = page.overflows();
  if (!page.Is(first, kOverflow) || pages < row.needs()) return Wrong(first, "it is not the page it should be");
  if (!There(first + pages - 1)) return Wrong(first, "the file ends before it does");
  for (uint64_t i = row.needs(); i < pages; ++i)
    if (PageAt(first + i).number() == first + i) return Wrong(first, "it takes pages of others");
  return absl::OkStatus();
}

absl::StatusOr<Page> PageGuard::At(uint64_t number, uint16_t kind, uint16_t flags) const {
  if (number < 2 || !There(number)) return Wrong(number, "something points to it, and it is not there");
  const Page page = PageAt(number);
  if (!page.Is(number, kind)) return Wrong(number, "it is not the page it should be");
  if (number >= old_) return page;
  if (first_.load(std::memory_order_relaxed) && listed_.Has(number)) return Wrong(number, "it is listed as free");
  if (seen_.Has(number)) return page;
  if (const std::string_view wrong = WrongRows(page, flags); !wrong.empty()) return Wrong(number, wrong);
  seen_.Add(number);
  return page;
}

absl::Status PageGuard::LookAtFreeList() {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> free, ReadFreeList(path_));
  for (const uint64_t page : free) {
    if (page >= old_) continue;  // never written
    if (seen_.Has(page)) return Wrong(page, "it is listed as free");
    listed_.Add(page);
  }
  return absl::OkStatus();
}

bool PageGuard::There(uint64_t number) const {
  if (number < end_.load(std::memory_order_relaxed)) return true;
  end_.store(PagesOf(path_), std::memory_order_relaxed);  // it has grown since; never does it shrink
  return number < end_.load(std::memory_order_relaxed);
}

}  // namespace chancery

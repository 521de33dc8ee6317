#include "engine/store/page_walk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/store/page.h"

namespace chancery {
namespace {

// The bytes of the file at `at`; fewer where it ends.
std::string ReadAt(int fd, uint64_t at, size_t size) {
  std::string bytes(size, '\0');
  size_t got = 0;
  while (got < size) {
    const ssize_t n = pread(fd, bytes.data() + got, size - got, static_cast<off_t>(at + got));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    got += static_cast<size_t>(n);
  }
  bytes.resize(got);
  return bytes;
}

enum class Use { kFreeList, kNames, kRows };

class Walker {
 public:
  Walker(int fd, const std::string& path, const MetaPage& meta)
      : fd_(fd), path_(path), page_bytes_(kPageBytes), last_page_(meta.last_page) {
    const off_t size = lseek(fd, 0, SEEK_END);  // pages beyond the end are damage, and no reason to reserve memory
    used_.resize(std::min(last_page_, static_cast<uint64_t>(size) / page_bytes_) + 1, false);
  }

  absl::Status Walk(const MetaPage& meta) {
    RETURN_IF_ERROR(WalkTree(TreeHead(meta.main_tree), Use::kNames));
    return WalkFreeList(meta);
  }

  absl::Status WalkFreeList(const MetaPage& meta) {
    RETURN_IF_ERROR(WalkTree(TreeHead(meta.free_tree), Use::kFreeList));
    std::sort(free_.begin(), free_.end());
    for (size_t i = 0; i < free_.size(); ++i) {
      const uint64_t page = free_[i];
      if (page < 2 || page > last_page_ || (page < used_.size() && used_[page])) return Wrong(page, "it is listed as free");
      if (i > 0 && free_[i - 1] == page) return Wrong(page, "it is listed as free twice");
    }
    return absl::OkStatus();
  }

  std::vector<uint64_t> TakeFree() { return std::move(free_); }

 private:
  struct Count {
    uint64_t branches = 0, leaves = 0, overflows = 0, rows = 0;
  };
  struct Place {  // how far the walk through one tree has come
    Use use;
    int depth;
    Count count;
    std::optional<std::string> last, floor;  // the key before; what the next one must not be below
  };

  absl::Status Wrong(uint64_t page, std::string_view what) const { return WrongPage(path_, page, what); }

  absl::Status Mark(uint64_t page) {
    if (page < 2 || page >= used_.size()) return Wrong(page, "something points to it, and it is not there");
    if (used_[page]) return Wrong(page, "it is used twice");
    used_[page] = true;
    return absl::OkStatus();
  }

  absl::Status WalkTree(const TreeHead& tree, Use use) {
    const bool free_list = use == Use::kFreeList;
    if (!tree.Holds(free_list ? kIntegerKeys : 0)) return Wrong(0, "the head of a tree is wrong");
    Place place{use, tree.depth, {}, {}, {}};
    if (tree.root != kNoPage) RETURN_IF_ERROR(WalkPage(tree.root, 1, place));
    const Count& found = place.count;
    if (found.branches != tree.branches || found.leaves != tree.leaves || found.overflows != tree.overflows ||
        found.rows != tree.rows)
      return Wrong(tree.root == kNoPage ? 0 : tree.root, "its tree has not the pages and rows that it says");
    return absl::OkStatus();
  }

  absl::Status WalkPage(uint64_t number, int level, Place& place) {
    RETURN_IF_ERROR(Mark(number));
    const std::string bytes = ReadAt(fd_, number * page_bytes_, page_bytes_);
    if (bytes.size() < page_bytes_) return Wrong(number, "the file ends before it does");
    const Page page(bytes.data());
    const uint16_t kind = level < place.depth ? kBranch : kLeaf;
    if (!page.Is(number, kind)) return Wrong(number, "it is not the page it should be");
    if (!page.Holds()) return Wrong(number, "its rows overlap or leave it");
    ++(kind == kBranch ? place.count.branches : place.count.leaves);
    for (size_t i = 0; i < page.rows(); ++i)
      RETURN_IF_ERROR(kind == kBranch ? GoDown(number, page.row(i), i == 0, level, place) : LookAt(number, page.row(i), place));
    return absl::OkStatus();
  }

  // The key of a branch bounds what lies below it; the first one is not looked at by anyone.
  absl::Status GoDown(uint64_t page, const Row& row, bool first, int level, Place& place) {
    if (!first) {
      if (!place.last || !Before(*place.last, row.key, place.use)) return Wrong(page, "its keys are out of order");
      place.floor = std::string(row.key);
    }
    return WalkPage(row.number, level + 1, place);
  }

  absl::Status LookAt(uint64_t page, const Row& row, Place& place) {
    const bool number = place.use == Use::kFreeList;
    if (row.key.empty() || (number && row.key.size() != sizeof(uint64_t))) return Wrong(page, "a key of it is cut short");
    if (place.last && !Before(*place.last, row.key, place.use)) return Wrong(page, "its keys are out of order");
    if (place.floor && Before(row.key, *place.floor, place.use)) return Wrong(page, "its keys are out of order");
    place.floor.reset();
    place.last = std::string(row.key);
    ++place.count.rows;
    const bool tree = place.use == Use::kNames;
    if ((row.flags & ~kBig) != (tree ? kTree : 0) || (tree && row.value.size() != kTreeBytes))
      return Wrong(page, "it holds a row of an unknown kind");
    if (tree) return WalkTree(TreeHead(row.value), Use::kRows);
    if (!row.big()) return number ? NoteFree(page, row.value) : absl::OkStatus();
    const uint64_t start = row.overflow();
    ASSIGN_OR_RETURN(const uint64_t pages, LookAtOverflow(start, row.needs()));
    place.count.overflows += pages;
    return number ? NoteFree(page, ReadAt(fd_, start * page_bytes_ + kPageHeader, row.number)) : absl::OkStatus();
  }

  // How many pages the value has: it may have been longer in the transaction that wrote it.
  absl::StatusOr<uint64_t> LookAtOverflow(uint64_t start, uint64_t needs) {
    RETURN_IF_ERROR(Mark(start));
    const std::string head = ReadAt(fd_, start * page_bytes_, page_bytes_);
    if (head.size() < page_bytes_) return Wrong(start, "the file ends before it does");
    const Page first(head.data());
    if (!first.Is(start, kOverflow) || first.overflows() < needs) return Wrong(start, "it is not the page it should be");
    for (uint64_t i = 1; i < first.overflows(); ++i) RETURN_IF_ERROR(Mark(start + i));
    if (ReadAt(fd_, (start + first.overflows()) * page_bytes_ - 1, 1).empty())
      return Wrong(start, "the file ends before it does");
    return first.overflows();
  }

  // A record of the free list: how many, then that many page numbers, the highest first.
  absl::Status NoteFree(uint64_t page, std::string_view value) {
    const uint64_t count = value.size() < 8 ? 0 : At<uint64_t>(value, 0);
    if (value.size() < 8 || count > value.size() / 8 - 1) return Wrong(page, "its list of free pages is cut short");
    for (uint64_t i = 1; i <= count; ++i) {
      if (i > 1 && At<uint64_t>(value, 8 * i) >= free_.back()) return Wrong(page, "its list of free pages is out of order");
      free_.push_back(At<uint64_t>(value, 8 * i));
    }
    return absl::OkStatus();
  }

  static bool Before(std::string_view a, std::string_view b, Use use) {
    if (use != Use::kFreeList) return a < b;
    return a.size() == sizeof(uint64_t) && b.size() == sizeof(uint64_t) && At<uint64_t>(a, 0) < At<uint64_t>(b, 0);
  }

  const int fd_;
  const std::string& path_;
  const uint64_t page_bytes_, last_page_;
  std::vector<bool> used_;
  std::vector<uint64_t> free_;
};

// What `work` says of the newest state of the file.
template <class Work>
absl::Status WithPages(const std::string& path, const Work& work) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Error(absl::StatusCode::kInvalidArgument, Cat("cannot read ", path, ": ", strerror(errno)));
  absl::Status said = Error(absl::StatusCode::kDataLoss, Cat(path, " has no head page that holds"));
  if (const MetaPage meta = NewestMetaPage(fd); meta.valid) {
    Walker walker(fd, path, meta);
    said = work(walker, meta);
  }
  close(fd);
  return said;
}

}  // namespace

MetaPage ReadMetaPage(int fd, uint64_t number) {
  constexpr size_t kMetaBytes = 152;
  constexpr uint64_t kMapBytesMax = uint64_t{1} << 46;
  const std::string page = ReadAt(fd, number * kPageBytes, kMetaBytes);
  if (page.size() < kMetaBytes || At<uint32_t>(page, 16) != 0xBEEFC0DE || At<uint32_t>(page, 20) != 1) return {};
  MetaPage meta;
  meta.free_tree = page.substr(40, kTreeBytes);
  meta.main_tree = page.substr(88, kTreeBytes);
  meta.last_page = At<uint64_t>(page, 136);
  meta.txn = At<uint64_t>(page, 144);
  // What LMDB takes over without asking: the size of a page, of the map, and its flags.
  const TreeHead free(meta.free_tree);
  meta.valid = free.pad == kPageBytes && free.flags == kIntegerKeys && At<uint64_t>(page, 32) <= kMapBytesMax &&
               meta.last_page < kMapBytesMax / kPageBytes;
  return meta;
}

MetaPage NewestMetaPage(int fd) {
  const auto newest = [fd] {
    const MetaPage a = ReadMetaPage(fd, 0), b = ReadMetaPage(fd, 1);
    return !b.valid || (a.valid && a.txn >= b.txn) ? a : b;
  };
  for (MetaPage meta = newest();;) {  // one that is being written may be read half: then it differs the next time
    MetaPage again = newest();
    if (meta == again) return meta;
    meta = std::move(again);
  }
}

absl::Status WalkPages(const std::string& path) {
  return WithPages(path, [](Walker& walker, const MetaPage& meta) { return walker.Walk(meta); });
}

absl::StatusOr<std::vector<uint64_t>> ReadFreeList(const std::string& path) {
  std::vector<uint64_t> free;
  RETURN_IF_ERROR(WithPages(path, [&free](Walker& walker, const MetaPage& meta) {
    RETURN_IF_ERROR(walker.WalkFreeList(meta));
    free = walker.TakeFree();
    return absl::OkStatus();
  }));
  return free;
}

}  // namespace chancery

#include "engine/store/page.h"

#include <vector>

#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
TreeHead::TreeHead(std::string_view bytes)
    : pad(At<uint32_t>(bytes, 0)),
      flags(At<uint16_t>(bytes, 4)),
      depth(At<uint16_t>(bytes, 6)),
      branches(At<uint64_t>(bytes, 8)),
      leaves(At<uint64_t>(bytes, 16)),
      overflows(At<uint64_t>(bytes, 24)),
      rows(At<uint64_t>(bytes, 32)),
      root(At<uint64_t>(bytes, 40)) {}

absl::Status WrongPage(const std::string& path, uint64_t page, std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, Cat(path, " is damaged at page ", page, ": ", what),
               "restore a backup, or join again from a peer: what peers hold comes back");
}

size_t Page::SizeAt(size_t at) const {
  const size_t key = At<uint16_t>(bytes_, at + 6), low = At<uint16_t>(bytes_, at), high = At<uint16_t>(bytes_, at + 2);
  const size_t value = kind() == kBranch ? 0 : (At<uint16_t>(bytes_, at + 4) & kBig) != 0 ? sizeof(uint64_t) : low | high << 16;
  return (kNode + key + value + 1) / 2 * 2;
}

bool Page::Holds() const {
  const size_t lower = At<uint16_t>(bytes_, 12), upper = At<uint16_t>(bytes_, 14);
  if (lower <= kPageHeader || lower % 2 != 0 || upper % 2 != 0 || lower > upper || upper > bytes_.size()) return false;
  std::vector<char> begins(bytes_.size() + 1, 0);
  for (size_t slot = kPageHeader; slot < lower; slot += 2) {
    const size_t at = At<uint16_t>(bytes_, slot);
    if (at < upper || at + kNode > bytes_.size() || begins[at] != 0) return false;
    begins[at] = 1;
  }
  size_t at = upper, left = rows();
  for (; at < bytes_.size() && begins[at] != 0; at += SizeAt(at)) --left;
  return at == bytes_.size() && left == 0;
}

Row Page::row(size_t i) const {
  const size_t at = At<uint16_t>(bytes_, kPageHeader + 2 * i);
  Row row;
  row.number = At<uint16_t>(bytes_, at) | uint64_t{At<uint16_t>(bytes_, at + 2)} << 16;
  row.flags = At<uint16_t>(bytes_, at + 4);
  row.key = KeyAt(at);
  if (kind() == kBranch) {
    row.number |= uint64_t{row.flags} << 32;
  } else {
    row.value = std::string_view(row.key.data() + row.key.size(), row.big() ? sizeof(uint64_t) : row.number);
  }
  return row;
}

size_t Page::UpTo(std::string_view key) const {
  size_t low = kind() == kBranch ? 1 : 0, high = rows();
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (KeyAt(At<uint16_t>(bytes_, kPageHeader + 2 * middle)) <= key) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace chancery

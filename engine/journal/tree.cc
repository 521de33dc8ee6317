#include "engine/journal/tree.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/base/status.h"

namespace chancery {
namespace {

Hash256 Node(const Hash256& left, const Hash256& right) {
  char bytes[1 + 32 + 32] = {1};
  std::memcpy(bytes + 1, left.bytes.data(), 32);
  std::memcpy(bytes + 33, right.bytes.data(), 32);
  return Sha256({{bytes, sizeof bytes}});
}

}  // namespace

void Tree::Append(const Hash256& leaf) {
  peaks_.push_back(leaf);
  for (uint64_t n = size_++; n & 1; n >>= 1) {
    const Hash256 right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = Node(peaks_.back(), right);
  }
}

Hash256 Tree::Root() const {
  if (peaks_.empty()) return Sha256({});
  Hash256 root = peaks_.back();
  for (size_t i = peaks_.size() - 1; i-- > 0;) root = Node(peaks_[i], root);
  return root;
}

uint64_t Tree::Comparable(uint64_t size) const {
  uint64_t whole = 0;
  for (uint64_t left = size_; left > 0; left &= ~std::bit_floor(left)) {
    if (whole + std::bit_floor(left) > size) break;
    whole += std::bit_floor(left);
  }
  return whole;
}

uint64_t Tree::DiffersFrom(const Tree& ours) const {
  uint64_t before = 0, left = ours.size_;
  for (size_t i = 0; i < ours.peaks_.size(); ++i, left &= ~std::bit_floor(left)) {
    if (ours.peaks_[i] != peaks_[i]) return before + 1;
    before += std::bit_floor(left);
  }
  return 0;
}

Tree Tree::From(uint64_t size, std::vector<Hash256> peaks) {
  CHECK(static_cast<size_t>(std::popcount(size)) == peaks.size());
  Tree tree;
  tree.size_ = size;
  tree.peaks_ = std::move(peaks);
  return tree;
}

}  // namespace chancery

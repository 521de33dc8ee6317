#include "engine/order/settled_log.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/rows.h"
#include "engine/proof/merkle.h"

namespace chancery {
namespace {

constexpr int kTileLevels = 8;
constexpr uint64_t kTileNodes = uint64_t{1} << kTileLevels;

absl::Status Damaged(size_t level, uint64_t index) {
  return Error(absl::StatusCode::kDataLoss, Cat("tile ", index, " of level ", level, " of the settled log is damaged"),
               "chancery verify --rebuild derives it again");
}

// The root over nodes that are a power of two many.
Hash256 RootOver(std::string_view nodes) {
  std::vector<Hash256> level;
  for (size_t at = 0; at < nodes.size(); at += 32) level.push_back(Hash256::From(nodes.substr(at, 32)));
  for (; level.size() > 1; level.resize(level.size() / 2))
    for (size_t i = 0; i < level.size() / 2; ++i) level[i] = ParentHash(level[2 * i], level[2 * i + 1]);
  return level[0];
}

}  // namespace

absl::StatusOr<Hash256> SettledNode(const Txn& txn, int level, uint64_t index) {
  const auto tile_level = static_cast<uint64_t>(level / kTileLevels);
  const int within = level % kTileLevels;
  const uint64_t first = index << within, tile = first / kTileNodes;
  const auto row = txn.Get(Table::kTile, Key64(tile_level, tile));
  RETURN_IF_ERROR(txn.status());
  const size_t from = static_cast<size_t>(first % kTileNodes) * 32, bytes = size_t{32} << within;
  if (!row || row->size() < from + bytes) return Damaged(tile_level, tile);
  return RootOver(row->substr(from, bytes));
}

absl::StatusOr<std::optional<uint64_t>> FindLeaf(const Txn& txn, uint64_t from, uint64_t to, const Hash256& leaf) {
  for (uint64_t at = from; at < to;) {
    const uint64_t tile = at / kTileNodes, end = std::min(to, (tile + 1) * kTileNodes);
    const auto row = txn.Get(Table::kTile, Key64(0, tile));
    RETURN_IF_ERROR(txn.status());
    if (!row || row->size() < (end - tile * kTileNodes) * 32) return Damaged(0, tile);
    for (; at < end; ++at)
      if (row->substr(at % kTileNodes * 32, 32) == leaf.view()) return std::optional(at);
  }
  return std::nullopt;
}

absl::Status SettledLog::AppendAt(size_t level, uint64_t size, const Hash256& node) {
  if (level == open_.size()) {
    open_.emplace_back();
    index_.push_back(size / kTileNodes);
    if (size % kTileNodes != 0) {
      const auto row = txn_.Get(Table::kTile, Key64(level, index_[level]));
      if (!row || row->size() != size % kTileNodes * 32) return Damaged(level, index_[level]);
      open_[level] = *row;
    }
  }
  open_[level] += node.view();
  if (open_[level].size() < kTileNodes * 32) return absl::OkStatus();
  txn_.Put(Table::kTile, Key64(level, index_[level]), open_[level]);
  const Hash256 root = RootOver(open_[level]);
  open_[level].clear();
  const uint64_t above = index_[level]++;
  return AppendAt(level + 1, above, root);
}

absl::Status SettledLog::Append(const Hash256& leaf) {
  RETURN_IF_ERROR(AppendAt(0, tree_.size(), leaf));
  tree_.Append(leaf);
  return absl::OkStatus();
}

void SettledLog::Flush() {
  for (size_t level = 0; level < open_.size(); ++level)
    if (!open_[level].empty()) txn_.Put(Table::kTile, Key64(level, index_[level]), open_[level]);
}

}  // namespace chancery

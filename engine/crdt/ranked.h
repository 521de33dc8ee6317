// A priority list: charges in the order of their classes, within a class in the order in which they were filed. Those filed apart
// are tied, whatever their clocks say; a cession or a ruling moves one behind or ahead of another.
// Source: docs/reference/kinds.md#ranked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace chancery {

// One act on the list.
struct RankAct {
  enum class What : uint8_t {
    kFile = 0,    // charge `id` of class `other`, worth `value`
    kBehind = 1,  // `id` steps behind `other`
    kAhead = 2,   // `id` stands ahead of `other`: a ruling's word
    kStrike = 3,  // charge `id` is struck off: the write stands for nothing, it only takes away what it names
  };
  What what = What::kFile;
  std::string id, other, value;
  auto operator<=>(const RankAct&) const = default;
};
using RankActs = std::vector<RankAct>;  // of one write, ascending: one, but several may be struck, or set ahead by a ruling

std::string EncodeRank(const RankActs& acts);
std::optional<RankActs> DecodeRank(std::string_view payload);  // nullopt: not canonical
bool IsStrike(std::string_view payload);                       // of a canonical one

struct Charge {
  std::string id, cls, value;
  std::vector<size_t> writes;  // that filed it, in canonical order
  uint64_t rank = 1;           // 1 + how many stand before it
  bool tied = false;           // shares its rank
};

struct Ranking {
  std::vector<Charge> charges;                   // by rank, then id
  std::vector<std::pair<size_t, size_t>> ties;   // pairs of writes, a < b: filed apart in one class, and nothing has ordered them
  std::vector<std::pair<size_t, size_t>> twice;  // one id filed apart as two charges
  std::vector<std::pair<size_t, size_t>> cycles;  // moves made apart that cannot all hold
};

// writes: standing, in canonical order. classes: in their order. saw(a, b): the author of write a had seen write b.
// O(n²) in the charges of one record.
Ranking Rank(const std::vector<RankActs>& writes, const std::vector<std::string>& classes,
             const std::function<bool(size_t, size_t)>& saw);

// The moves that stand in the way of a new one that brings `id` behind `other`: those that put something behind `id` which
// `other` is, or follows.
std::vector<size_t> InTheWay(const std::vector<RankActs>& writes, std::string_view id, std::string_view other);

}  // namespace chancery

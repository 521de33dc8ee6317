#include "tests/model/sums.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace chancery::model {
namespace {

constexpr uint64_t kLanes = 64;  // blocks are dealt to so many in turn, the last for all that are far

struct Grant {
  int64_t amount = 0;
  LaneId to = 0;
};

Grant GrantIn(const Value& value) {
  Grant grant;
  for (const auto& [name, member] : value.AsGroup()) {
    if (name == "amount") grant.amount = member.AsInteger();
    if (name != "lane") continue;
    for (const char byte : member.payload()) grant.to = grant.to << 8 | static_cast<uint8_t>(byte);
  }
  return grant;
}

}  // namespace

Sum::Sum(const Row* row, uint32_t field, const FieldSpec& spec) {
  if (row == nullptr) return;
  for (const Act& bump : row->Standing(field)) {
    const LaneId lane = bump.by->entry.lane;
    if (bump.value().kind == chancery::Kind::kInteger) {
      used[lane] += bump.value().AsInteger();
    } else {
      const Grant grant = GrantIn(bump.value());
      granted_by[lane] += grant.amount;
      granted_to[grant.to] += grant.amount;
    }
  }
  if (spec.type != Type::kEscrow || row->begun.empty()) return;
  founder = row->begun.front().by->entry.lane;
  max = spec.max;
}

int64_t Sum::total() const {
  uint64_t total = 0;
  for (const auto& [lane, sum] : used) total += static_cast<uint64_t>(sum);
  return static_cast<int64_t>(total);
}

namespace {

Wide In(const std::map<LaneId, Wide>& sums, LaneId lane) { return sums.contains(lane) ? sums.at(lane) : 0; }

}  // namespace

Wide Sum::Used(LaneId lane) const { return In(used, lane); }

Wide Sum::Rights(LaneId lane) const {
  return (founder == lane ? max : 0) - In(used, lane) + In(granted_to, lane) - In(granted_by, lane);
}

size_t HeightOf(const FieldSpec& spec, const std::string& step) {
  return static_cast<size_t>(std::find(spec.steps.begin(), spec.steps.end(), step) - spec.steps.begin());
}

std::string StepOf(const Row* row, uint32_t field, const FieldSpec& spec) {
  size_t highest = 0;
  for (const Act& write : row == nullptr ? std::vector<Act>() : row->Standing(field))
    highest = std::max(highest, HeightOf(spec, std::string(write.value().payload())));
  return spec.steps[highest];
}

std::optional<uint64_t> NumberOf(const Meaning& view, LaneId lane) {
  LaneId founder = 0;
  uint64_t admitted = 0;                 // by the founder
  for (const Item* item : view.order) {  // a lane stands in its own order
    if (item->entry.genesis) founder = item->entry.lane;
    if (lane == founder) return 0;
    if (!item->entry.admit || item->entry.lane != founder) continue;
    ++admitted;
    if (LaneOf(item->entry.admit->key) == lane) return admitted;
  }
  return std::nullopt;
}

LaneId NewestLaneOf(const Meaning& view, const std::string& site) {
  LaneId newest = 0;
  uint64_t incarnation = 0;
  for (const Item* item : view.order) {
    if (item->entry.genesis && item->entry.genesis->site == site && incarnation < 1) {
      newest = item->entry.lane;
      incarnation = 1;
    }
    if (!item->entry.admit || item->entry.admit->site != site || item->entry.admit->incarnation <= incarnation) continue;
    newest = LaneOf(item->entry.admit->key);
    incarnation = item->entry.admit->incarnation;
  }
  return newest;
}

std::optional<int64_t> NextNumber(const Meaning& view, LaneId lane, const RegisterSpec& reg, uint32_t field, uint64_t before) {
  uint64_t issued = before;
  for (const auto& [address, row] : view.rows) {
    for (const Act& act : row.filed)
      issued += row.reg == &reg && act.field() == field && act.change->verb == Verb::kSet && !act.value().unset() &&
                act.by->entry.lane == lane;
  }
  const FieldSpec& spec = reg.fields[field];
  const auto size = static_cast<uint64_t>(spec.block);
  const std::optional<uint64_t> number = NumberOf(view, lane);
  if (!number || *number >= kLanes - 1) return std::nullopt;
  const uint64_t block = *number + kLanes * (issued / size);
  return spec.first_number + static_cast<int64_t>(size * block + issued % size);
}

}  // namespace chancery::model

#include "engine/crdt/tally.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/base/bytes.h"

namespace chancery {
namespace {

int64_t Wrapped(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }

int64_t Less(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b)); }

}  // namespace

std::string EncodeTally(const Tally& tally) {
  ByteWriter w;
  w.Varint(tally.first);
  w.Zigzag(tally.sum);
  w.Varint(tally.minted);
  if (tally.minted > 0) w.U64(tally.minted_at);
  for (const auto& [lane, amount] : tally.granted) {
    w.U64(lane);
    w.Varint(amount);
  }
  return std::move(w.out);
}

std::optional<Tally> DecodeTally(std::string_view payload) {
  ByteReader r(payload);
  Tally tally;
  tally.first = r.Varint();
  tally.sum = r.Zigzag();
  tally.minted = r.Varint();
  if (tally.minted > 0) tally.minted_at = r.U64();
  while (r.ok() && !r.AtEnd()) {
    const LaneId lane = r.U64();
    tally.granted.emplace_back(lane, r.Varint());
  }
  return r.ok() ? std::optional(std::move(tally)) : std::nullopt;
}

void Add(const TallyStep& step, uint64_t seq, Hlc hlc, Tally& tally) {
  if (tally.first == 0) tally.first = seq;
  tally.minted += step.minted;
  if (step.minted > 0) tally.minted_at = hlc;
  if (!step.grants_to) {
    tally.sum = Wrapped(tally.sum, step.amount);
    return;
  }
  const auto at = std::lower_bound(tally.granted.begin(), tally.granted.end(), *step.grants_to,
                                   [](const auto& grant, LaneId lane) { return grant.first < lane; });
  if (at != tally.granted.end() && at->first == *step.grants_to) {
    at->second += static_cast<uint64_t>(step.amount);
  } else {
    tally.granted.emplace(at, *step.grants_to, static_cast<uint64_t>(step.amount));
  }
}

int64_t LeftOf(const Quota& quota) { return Less(static_cast<int64_t>(quota.max), quota.used); }

Quota QuotaOf(const std::vector<std::pair<LaneId, Tally>>& tallies) {
  Quota quota;
  const std::pair<LaneId, Tally>* founder = nullptr;
  for (const auto& tally : tallies) {
    if (tally.second.minted == 0) continue;
    if (founder == nullptr || std::tie(tally.second.minted_at, tally.first) < std::tie(founder->second.minted_at, founder->first))
      founder = &tally;
  }
  std::map<LaneId, int64_t> rights;
  for (const auto& [lane, tally] : tallies) {
    quota.used = Wrapped(quota.used, tally.sum);
    rights[lane] = Less(rights[lane], tally.sum);
    for (const auto& [to, amount] : tally.granted) {
      rights[lane] = Less(rights[lane], static_cast<int64_t>(amount));
      rights[to] = Wrapped(rights[to], static_cast<int64_t>(amount));
    }
  }
  if (founder != nullptr) {
    quota.max = founder->second.minted;
    rights[founder->first] = Wrapped(rights[founder->first], static_cast<int64_t>(quota.max));
  }
  for (const auto& [lane, left] : rights)
    if (left != 0) quota.rights.emplace_back(lane, left);
  return quota;
}

}  // namespace chancery

#include "net/sync/differ.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "net/sync/state.h"

namespace chancery::sync {
namespace {

constexpr size_t kSumBytes = 16;
constexpr size_t kLookedInto = 2;          // buckets of records
constexpr size_t kBucketMost = 1'000'000;  // parts

absl::StatusOr<uint64_t> HeldAt(const Snapshot& now) {
  const absl::StatusOr<State> state = ReadState(now);
  return state.ok() ? absl::StatusOr<uint64_t>(NameOf(state->lanes)) : state.status();
}

}  // namespace

absl::StatusOr<Sums> ReadSums(const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<uint64_t> at = HeldAt(*now);
  if (!at.ok()) return at.status();
  absl::StatusOr<std::string> sums = now->BucketSums();
  if (!sums.ok()) return sums.status();
  return Sums{*at, *std::move(sums)};
}

absl::StatusOr<Parts> ReadParts(const Database& db, size_t bucket, std::string_view after) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<uint64_t> at = HeldAt(*now);
  if (!at.ok()) return at.status();
  absl::StatusOr<std::vector<SumView>> parts = now->SumsIn(bucket, after, kPartsMost);
  if (!parts.ok()) return parts.status();
  return Parts{*at, *std::move(parts)};
}

absl::StatusOr<std::vector<size_t>> Differ::Begin(const Database& db, const Sums& theirs) {
  absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  now_ = *std::move(now);
  const absl::StatusOr<uint64_t> at = HeldAt(*now_);
  if (!at.ok()) return at.status();
  const absl::StatusOr<std::string> ours = now_->BucketSums();
  if (!ours.ok()) return ours.status();
  at_ = *at;
  if (theirs.at != at_) return absl::AbortedError("other entries are held there");
  if (theirs.sums.size() != ours->size()) return absl::InvalidArgumentError("malformed sums");
  std::vector<size_t> buckets;
  for (size_t i = 0; i <= kDocketBucket; ++i) {
    if (theirs.sums.substr(i * kSumBytes, kSumBytes) == ours->substr(i * kSumBytes, kSumBytes)) continue;
    const bool looked_into = i == kDocketBucket || buckets.size() < kLookedInto;
    if (looked_into) buckets.push_back(i);
    more_ = more_ || !looked_into;
  }
  return buckets;
}

absl::Status Differ::Add(size_t bucket, const Parts& theirs) {
  if (theirs.at != at_) return absl::AbortedError("other entries are held there");
  if (theirs.parts.size() > kPartsMost || theirs_.size() > kBucketMost)
    return absl::InvalidArgumentError("malformed parts: too many");
  theirs_.insert(theirs_.end(), theirs.parts.begin(), theirs.parts.end());
  const auto descends = [](const SumView& a, const SumView& b) { return a.key >= b.key; };
  if (std::adjacent_find(theirs_.begin(), theirs_.end(), descends) != theirs_.end())
    return absl::InvalidArgumentError("malformed parts: their keys do not ascend");
  return theirs.parts.size() < kPartsMost ? Compare(bucket) : absl::OkStatus();
}

// Those that only one has, and those of which the sums differ.
absl::Status Differ::Compare(size_t bucket) {
  const absl::StatusOr<std::vector<SumView>> ours = now_->SumsIn(bucket, "", SIZE_MAX);
  if (!ours.ok()) return ours.status();
  const auto less = [](const SumView& a, const SumView& b) { return std::tie(a.key, a.sum) < std::tie(b.key, b.sum); };
  std::vector<SumView> differing;
  std::set_symmetric_difference(ours->begin(), ours->end(), theirs_.begin(), theirs_.end(), std::back_inserter(differing), less);
  theirs_.clear();
  const auto same = [](const SumView& a, const SumView& b) { return a.key == b.key; };
  differing.erase(std::unique(differing.begin(), differing.end(), same), differing.end());
  for (const SumView& one : differing) {
    more_ = more_ || names_.size() == kNamesMost;
    if (names_.size() == kNamesMost) break;
    absl::StatusOr<std::string> name = now_->NameOfSum(bucket, one.key);
    if (!name.ok()) return name.status();
    names_.push_back(*std::move(name));
  }
  return absl::OkStatus();
}

}  // namespace chancery::sync

// Where two sites differ that hold the same entries and yet show other digests: bucket by bucket, then record by record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"

namespace chancery::sync {

inline constexpr size_t kDocketBucket = 64;   // behind those of records
inline constexpr size_t kPartsMost = 10'000;  // of one answer
inline constexpr size_t kNamesMost = 20;

struct Sums {
  uint64_t at = 0;   // names the entries that they are of
  std::string sums;  // as Snapshot::BucketSums
};
struct Parts {
  uint64_t at = 0;
  std::vector<SumView> parts;  // ascending by key
};

// What a peer is told. Errors: those of Database.
absl::StatusOr<Sums> ReadSums(const Database& db);
absl::StatusOr<Parts> ReadParts(const Database& db, size_t bucket, std::string_view after);

// What this site makes of it, all of one snapshot. On one thread.
class Differ {
 public:
  // The first two buckets that differ, and the docket. Errors: those of Database; Aborted: the two do not hold the same entries.
  absl::StatusOr<std::vector<size_t>> Begin(const Database& db, const Sums& theirs);
  // The next parts that the peer has in a bucket; fewer than kPartsMost: that was all. Buckets one after the other. Errors:
  // likewise; InvalidArgument: the keys do not ascend, or do not end.
  absl::Status Add(size_t bucket, const Parts& theirs);

  const std::vector<std::string>& names() const { return names_; }  // of what differs: kNamesMost at the most
  bool more() const { return more_; }                               // perhaps

 private:
  absl::Status Compare(size_t bucket);

  std::optional<Snapshot> now_;
  uint64_t at_ = 0;
  std::vector<SumView> theirs_;  // of the bucket in hand
  std::vector<std::string> names_;
  bool more_ = false;
};

}  // namespace chancery::sync

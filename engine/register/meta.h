// The rows of table meta: what the store is, its packs, what it knows to be missing, and the one hot row of sums that every
// commit rewrites.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/digest.h"
#include "engine/codec/entry.h"
#include "engine/store/env.h"

namespace chancery {

inline constexpr uint32_t kStoreFormat = 8;

struct StoreRow {  // key 0
  RegistryId registry;
  std::string site;
  PublicKey key;  // of the lane that this store writes
  Role role = Role::kFull;
};
absl::StatusOr<StoreRow> ReadStoreRow(const Txn& txn);  // Errors: Unavailable (another format), DataLoss
void PutStoreRow(WriteTxn& txn, const StoreRow& row);

struct Sums {                                    // key 1. Functions of the set of entries; kept so that status costs nothing
  std::array<Sum128, kDigestBuckets> buckets{};  // of record digests
  unsigned __int128 docket = 0;                  // of case and clash rows
  uint64_t records = 0;                          // that exist
  uint64_t open_cases = 0, notices = 0, ruled_cases = 0;
  uint64_t disputed = 0;             // entries that a case about them puts in question
  std::string RecordDigest() const;  // 32 hexadecimal digits
  std::string DocketDigest() const;
};
absl::StatusOr<Sums> ReadSums(const Txn& txn);
void PutSums(WriteTxn& txn, const Sums& sums);

// key 2: the pack entries, in the order in which this store merged them.
absl::StatusOr<std::vector<Dot>> ReadPackDots(const Txn& txn);
void PutPackDots(WriteTxn& txn, const std::vector<Dot>& dots);

// key 3, local: not there in a store that was never renewed and knows of nothing missing.
struct Renewal {
  std::string reason;  // why the store's key is a new one; "" = it is the first
  Frontier filed;      // entries known to have been filed, up to a number of each lane
};
absl::StatusOr<Renewal> ReadRenewal(const Txn& txn);
void PutRenewal(WriteTxn& txn, const Renewal& renewal);

}  // namespace chancery

// The state digest: two sites that have merged the same entries have the same one. It finds bugs and bit rot; it is no evidence.
// Byte by byte: docs/reference/digest.md.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/codec/entry.h"
#include "engine/codec/record.h"

namespace chancery {

inline constexpr size_t kDigestBuckets = 64;

// A field of a register, as the digest names it.
struct DigestField {
  DigestField(std::string_view name, uint16_t field_handle, bool field_remove_wins = false);
  uint64_t cell = 0, set = 0;  // hashes of the name: of a value, of an element
  uint16_t handle = 0;
  bool remove_wins = false;  // sets only
};

// What every site would say of a record that exists is a sum of terms: that it does, and one for each thing that stands. No
// handle and no stamp enters it; the caller leaves out the writes that are not visible (losers of merge = last).
// seed: DigestSeed of the record. lanes: by handle; every handle of the record is below its size.
Sum128 ExistsTerm(uint64_t seed);
Sum128 SetTerms(const DigestField& field, const Record& record, std::span<const LaneId> lanes, uint64_t seed);

// Of one mark of life, and of one write, by the seed of its place.
uint64_t PlaceSeed(Dot dot, uint16_t op, std::span<const LaneId> lanes, uint64_t seed);
Sum128 LifeTerm(bool live, uint64_t place_seed);
Sum128 WriteTerm(const DigestField& field, const Value& value, uint64_t place_seed);

// Names a record: register_hash is Name64 of the register's name.
inline uint64_t DigestSeed(const RegistryId& registry, uint64_t register_hash, std::string_view key) {
  return Xxh64(key, ByteReader(registry.view()).U64() ^ register_hash);
}
inline size_t DigestBucket(uint64_t seed) { return seed % kDigestBuckets; }

// The digest that is shown and compared: the first 16 bytes of SHA-256 over the buckets' sums.
Hash128 DigestOf(const std::array<Sum128, kDigestBuckets>& sums);

}  // namespace chancery

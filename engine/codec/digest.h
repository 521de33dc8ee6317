// The state digest: two sites that have merged the same entries have the same one. It finds bugs and bit rot; it is no evidence.
// Byte by byte: docs/reference/digest.md.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/codec/entry.h"
#include "engine/codec/record.h"

namespace chancery {

inline constexpr size_t kDigestBuckets = 64;

// A field of a register, as the digest names it.
struct DigestField {
  DigestField(std::string_view field_name, uint16_t field_handle, bool field_remove_wins = false);
  std::string_view name;
  uint16_t handle = 0;
  bool remove_wins = false;  // sets only
  std::string alone;         // how a cell with one write begins: its name, what it is, 1
};

// What every site would say of a record that exists: a part on its life, one on each field. No handle and no stamp
// enters it; the caller has dropped the writes that are not visible (losers of merge = last). lanes: by handle; every handle of
// the record is below its size. Each is put behind what is there; nothing where the field says nothing.
void PutLifePart(const Few<Life>& life, std::span<const LaneId> lanes, ByteBuffer& w);
void PutCellPart(const DigestField& field, const Cell& cell, std::span<const LaneId> lanes, ByteBuffer& w);
void PutLonePart(const DigestField& field, const Place& place, uint16_t op, const Value& value, ByteBuffer& w);  // of one write
void PutSetPart(const DigestField& field, const Record& record, std::span<const LaneId> lanes, ByteBuffer& w);

// Names a record: register_hash is Name64 of the register's name.
inline uint64_t DigestSeed(const RegistryId& registry, uint64_t register_hash, std::string_view key) {
  return Xxh64(key, ByteReader(registry.view()).U64() ^ register_hash);
}
inline size_t DigestBucket(uint64_t seed) { return seed % kDigestBuckets; }

// What a part adds to the bucket of its record, whose seed it is; 0 for "".
Sum128 PartSum(std::string_view part, uint64_t seed);

// The digest that is shown and compared: the first 16 bytes of SHA-256 over the buckets' sums.
Hash128 DigestOf(const std::array<Sum128, kDigestBuckets>& sums);

}  // namespace chancery

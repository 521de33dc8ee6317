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

// A field of a register, as the tuple names it.
struct TupleField {
  TupleField(std::string_view field_name, uint16_t field_handle, bool field_remove_wins = false);
  std::string_view name;
  uint16_t handle = 0;
  bool remove_wins = false;  // sets only
  std::string alone;         // how a cell with one write begins: its name, what it is, 1
};

// What turns a stored record into what every site would say of it.
struct TupleNames {
  std::string_view reg;
  std::span<const TupleField> fields;  // of the register, ascending by name
  std::span<const LaneId> lanes;       // by lane handle; every handle of the record is below its size
};

// The canonical logical tuple of a record; "" where it does not exist. The caller has dropped the writes that are not visible
// (losers of merge = last). No handle, stamp or anything prunable enters it. ~200 ns for a small record.
std::string RecordTuple(const Record& record, std::string_view key, const TupleNames& names);
void PutRecordTuple(const Record& record, std::string_view key, const TupleNames& names, ByteBuffer& w);  // behind what is there

// What a tuple adds to its bucket: XXH3-128 seeded with the first 8 bytes of the registry id; 0 for "".
Sum128 TupleSum(const RegistryId& registry, std::string_view tuple);

// register_hash: Name64 of the register's name.
inline size_t DigestBucket(uint64_t register_hash, std::string_view key) { return (register_hash ^ Xxh64(key)) % kDigestBuckets; }

// The digest that is shown and compared: the first 16 bytes of SHA-256 over the buckets' sums.
Hash128 DigestOf(const std::array<Sum128, kDigestBuckets>& sums);

}  // namespace chancery

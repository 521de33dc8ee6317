// Private to codec/: what the writer and the reader of entry bytes share. Byte by byte: docs/reference/entry.md.
#pragma once

#include <cstdint>

#include "engine/crdt/frontier.h"

namespace chancery::body {

inline constexpr uint8_t kFormat = 1;

// Presence mask. Members stand in the order of their bits; the part that belongs to the entry's kind comes last.
enum Member : uint32_t {
  kContext = 1 << 0,
  kOfficer = 1 << 1,
  kBasis = 1 << 2,
  kIdempotency = 1 << 3,
  kFiled = 1 << 4,
  kOneOp = 1 << 5,
  kSeveralOps = 1 << 6,  // a count of two or more stands before them
  kNote = 1 << 7,
  kReliedOn = 1 << 8,
  kCorrects = 1 << 9,
  kReadmits = 1 << 10,
};

// Bits of `filed`.
inline constexpr uint8_t kFiledAt = 1, kFiledOffice = 2, kFiledNumber = 4;

// In the byte of a ruling's outcome.
inline constexpr uint8_t kApproves = 0x80;

// First byte of an operation: kind | pack index is not 0 | number of changes, or kManyChanges and the rest as a varint.
inline constexpr uint8_t kOpKindMask = 3, kOtherPack = 4;
inline constexpr int kChangesShift = 3;
inline constexpr uint32_t kManyChanges = 31;

// Second byte of a change: verb | kind of the value | it names what it replaces.
inline constexpr uint8_t kVerbMask = 7, kNames = 0x80;
inline constexpr int kKindShift = 3;
inline constexpr uint8_t kKindMask = 15;

inline constexpr uint64_t kSeqMax = (uint64_t{1} << 48) - 1;
inline constexpr uint32_t kRegisterMax = 0xffff;

}  // namespace chancery::body

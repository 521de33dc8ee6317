// Private to codec/: what the writer and the reader of records at rest share. Byte by byte: docs/reference/record.md.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/codec/record.h"

namespace chancery::layout {

// What a record's `edits` are as a rule and then not written: its last touch was an edit, unless a mark of its life is from it.
inline Few<Dot> UsualEdits(const Record& record) {
  const bool life =
      std::any_of(record.life.begin(), record.life.end(), [&](const Life& mark) { return mark.dot == record.last_touch; });
  return life ? Few<Dot>() : Few<Dot>{record.last_touch};
}

inline constexpr size_t kCheckBytes = 8;  // XXH3-64, big-endian, of all after it

// The message of schemas/record.capnp, word by word: why is in docs/decisions/0011-records-word-by-word.md.
// The root, the first writer, one pointer for each of slots and rare, those (https://capnproto.org/encoding.html).
inline constexpr size_t kWordBytes = 8, kBlobsMax = 2;  // without `rare` there is one

inline constexpr size_t FrontWords(size_t blobs) { return 2 + blobs; }
inline constexpr size_t WordsFor(size_t bytes) { return (bytes + kWordBytes - 1) / kWordBytes; }
// A struct right behind, of one word of data; a list of bytes.
inline constexpr uint64_t RootWord(size_t blobs) { return uint64_t{1} << 32 | uint64_t{blobs} << 48; }
inline constexpr uint64_t BlobWord(size_t words_away, uint64_t bytes) {
  return 1 | uint64_t{words_away} << 2 | uint64_t{2} << 32 | bytes << 35;
}

// First byte of `slots`: life | the edits stand in `rare` | ops of the writers follow | other writers than the first follow |
// index of the last touch among the writers.
enum LifeForm : uint8_t {
  kNoLife = 0,
  kBorn = 1,      // one creation: that of writer 0
  kRareLive = 2,  // the marks stand in `rare`; the record exists
  kRareDead = 3,  // the marks stand in `rare`; it does not
};
inline constexpr uint8_t kLifeMask = 3, kRareEdits = 4, kOps = 8, kOthers = 16;
inline constexpr int kTouchShift = 5;
inline constexpr uint32_t kFarTouch = 7;  // and the rest as a varint

// Second byte of a field: kind, or kSeveral where its writes stand in `rare` | merge = last | index of the writer.
inline constexpr uint8_t kKindMask = 15, kSeveral = 15, kLast = 16;
static_assert(static_cast<uint8_t>(Kind::kTally) + 1 == kSeveral);  // whatever is not several is a kind that there is
inline constexpr int kWriterShift = 5;
inline constexpr uint32_t kFarWriter = 7;  // and the rest as a varint

}  // namespace chancery::layout

// A run: a stretch of one lane under one header and one context. The same bytes are journal row, bundle body and wire frame.
// Byte by byte: docs/reference/run.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"

namespace chancery {

// One entry of a run, not yet decoded.
struct Leaf {
  Hlc hlc = 0;
  std::string body;  // EncodeBody
};

// Only the first entry of a run may have a context delta, so what a run needs is what its first entry needs.
struct Run {
  std::string header;        // EncodeHeader
  LaneId lane = 0;           // read from the header
  uint64_t first = 0;        // sequence number of the first leaf
  std::vector<Leaf> leaves;  // at least one, hlc strictly ascending
  Signature seal;            // over SealMessage(registry, lane, last(), root of the lane's tree at size last())
  uint64_t last() const { return first + leaves.size() - 1; }
  std::string EntryBytes(size_t i) const { return JoinEntry(header, first + i, leaves[i].hlc, leaves[i].body); }
};

// header ‖ first ‖ count ‖ hlc base ‖ seal in the clear, leaves compressed with zstd level 3 where they are 1 KiB or more.
// Deterministic for one library version; what is hashed is never the compressed form.
std::string EncodeRun(const Run& run);

// Errors: InvalidArgument (malformed, over a limit, or larger than it says when decompressed). Does not check hashes or the seal.
absl::StatusOr<Run> DecodeRun(std::string_view bytes);

// What a seal signs: "chancery/seal/1\n" ‖ registry ‖ u64 lane ‖ u64 size ‖ root.
std::string SealMessage(const RegistryId& registry, LaneId lane, uint64_t size, const Hash256& root);

// The registry id and the lane as they stand in header bytes; false where they are malformed.
bool ReadHeader(std::string_view header, RegistryId* registry, LaneId* lane);

// Runs by file (USB stick, pouch): magic "CHBUNDL1", version, registry id, from and to frontier, run count, sized runs, SHA-256
// of all before it. Byte by byte: docs/reference/bundle.md.
struct Bundle {
  RegistryId registry;
  Frontier from, to;
  std::vector<std::string> runs;  // encoded; ordered by (first hlc, lane), a linear extension of causality
};
std::string EncodeBundle(const Bundle& bundle);
// Errors: DataLoss (cut short or its SHA-256 differs), InvalidArgument (no bundle, unknown version).
absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes);

}  // namespace chancery

// A run: a stretch of one lane under one header and one context. The same bytes are journal row, bundle body and wire frame.
// Byte by byte: docs/reference/run.md.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"

namespace chancery {

// One entry of a run, not yet decoded.
struct Leaf {
  Hlc hlc = 0;
  std::string_view body;  // EncodeBody; lies in Run::bytes

  Leaf() = default;
  Leaf(Hlc stamp, std::string_view b) : hlc(stamp), body(b) {}
  template <std::same_as<std::string> S>
  Leaf(Hlc, S&&) = delete;  // see Run::Append
};

// Only the first entry of a run may have a context delta, so what a run needs is what its first entry needs.
struct Run {
  std::string header;        // EncodeHeader
  LaneId lane = 0;           // read from the header
  uint64_t first = 0;        // sequence number of the first leaf
  std::vector<Leaf> leaves;  // at least one, hlc strictly ascending
  Signature seal;            // over SealMessage(registry, lane, last(), root of the lane's tree at size last())
  std::shared_ptr<Arena> bytes = std::make_shared<Arena>();  // of the bodies; what is decoded of them may share it
  void Append(Hlc hlc, std::string_view body) { leaves.push_back({hlc, bytes->Keep(body)}); }
  uint64_t last() const { return first + leaves.size() - 1; }
  std::string EntryBytes(size_t i) const { return JoinEntry(header, first + i, leaves[i].hlc, leaves[i].body); }
  EntryId Id(size_t i) const { return IdOf(header, first + i, leaves[i].hlc, leaves[i].body); }
  void DropUpTo(uint64_t seq);   // entries up to this one are cut off; all: no leaf is left
  void DropAfter(uint64_t seq);  // those behind it; `seal` is still that of all
};

// header ‖ first ‖ count ‖ hlc base ‖ seal in the clear, leaves compressed with zstd if they are 2 KiB or more. Deterministic for
// one library version; what is hashed is never the compressed form.
std::string EncodeRun(const Run& run);
void PutRun(const Run& run, ByteBuffer& w);  // the same, behind what is there

// Errors: InvalidArgument (malformed, over a limit, or larger than it says when decompressed). Does not check hashes or the seal.
absl::StatusOr<Run> DecodeRun(std::string_view bytes);

// The names of the logs, in checkpoints: 64 digits of the registry, "/lane/" and 16 digits of the lane, or "/settled". A lane is
// named by its id, which is its key's: what admissions call it may change when another one turns up.
std::string LaneOrigin(const RegistryId& registry, LaneId lane);
std::string OrderOrigin(const RegistryId& registry);

// What a seal signs: the C2SP checkpoint of the lane's tree, so that the seal is a signature of a signed note.
std::string SealMessage(const RegistryId& registry, LaneId lane, uint64_t size, const Hash256& root);

// The registry id and the lane as they stand in header bytes; false where they are malformed.
bool ReadHeader(std::string_view header, RegistryId* registry, LaneId* lane);

// What encoded run bytes say of themselves, without decompressing them; zeros where they are malformed.
struct RunHead {
  uint64_t first = 0, entries = 0, raw_bytes = 0;
  Hlc first_hlc = 0;
  uint64_t last() const { return first + entries - 1; }
};
RunHead HeadOfRun(std::string_view bytes);

// A lane's tree at some size: its perfect subtrees from left to right, largest first, and the lane's seal over it.
struct LaneHead {
  LaneId lane = 0;
  uint64_t size = 0;  // at least 1
  std::vector<Hash256> peaks;
  Signature seal;  // zeros where none is carried
  bool operator==(const LaneHead&) const = default;
};

// What goes along with runs, so that two versions of a lane are found where the runs alone do not show them.
struct LaneHeads {
  std::vector<LaneHead> from, to;  // ascending by lane: what the receiver is taken to hold, what the sender holds, sealed
};
std::string EncodeHeads(const LaneHeads& heads);
std::optional<LaneHeads> DecodeHeads(std::string_view bytes);  // nullopt: they are malformed

// Runs by file (USB stick, pouch): a head that says what the file holds, with the sum of each run, and the runs. So a file that
// is damaged further back still yields every run that is whole. Byte by byte: docs/reference/bundle.md.
struct Bundle {
  RegistryId registry;
  std::vector<LaneHead> from, to;      // ascending by lane: what the receiver is taken to hold, what the writer held, sealed
  std::vector<std::string_view> runs;  // encoded, ordered by (first hlc, lane): causes before effects; not owned
  std::string cosignatures;            // as they travel (engine/order/cosign.h), or ""
  uint64_t damaged = 0;                // decoded: runs that the head names and that are not whole: left out of `runs`
  bool documents = false;              // a section of documents follows the runs
  uint64_t bytes = 0;                  // decoded: up to the end of the runs, as the head has it
};
std::string EncodeBundle(const Bundle& bundle);
// The runs point into `bytes`; what follows the last one is not looked at. Errors: DataLoss (its head is cut short or its SHA-256
// differs), InvalidArgument (no bundle, unknown version).
absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes);

// How long the head is with what stands around it: as many bytes of a bundle have to be read before DecodeBundle says how many
// runs take. 0: its first 16 bytes are not those of a bundle that documents follow.
uint64_t BundleHeadBytes(std::string_view opening);

// Behind the runs of a bundle: the list of its documents with a sum of its own, the documents in that order, and the SHA-256 of
// the whole file.
struct BundleDocument {
  Hash256 hash;
  uint64_t size = 0;
  bool operator==(const BundleDocument&) const = default;
};
std::string EncodeDocumentList(const std::vector<BundleDocument>& documents);
inline constexpr size_t kDocumentCountBytes = 8;                                       // the list begins with how many there are
uint64_t DocumentListBytes(std::string_view count_bytes);                              // of the whole list
std::optional<std::vector<BundleDocument>> DecodeDocumentList(std::string_view list);  // nullopt: its sum differs

}  // namespace chancery

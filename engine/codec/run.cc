#include "engine/codec/run.h"

#define ZSTD_STATIC_LINKING_ONLY  // for one parameter, see Compressor
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/body.h"
#include "engine/proof/checkpoint.h"

namespace chancery {
namespace {

// How zstd looks for what repeats. kNear: that is near in a run, and not shorter than five bytes; against its level 1, 144 bytes
// a parcel are 144, and 16.4 an edit are 16.2, in four fifths of the time. kSparse takes longer steps, which halves the time
// again: the parcels, of random characters, take 152 bytes then. The words of a register would take up to twice as much as with
// kNear, so it is only for runs in which hardly anything repeats: the beginning of a long run tells.
struct Search {
  int hash_log, min_match, step;  // step 0: as the library does
};
constexpr Search kNear = {12, 5, 0}, kSparse = {10, 6, 16};
constexpr size_t kSampledFrom = 64 << 10, kSample = 4 << 10, kRepeats = kSample / 9 * 5;  // compressed, of words 2/5 of it
constexpr size_t kCompressFrom = 2048;    // smaller ones grow, and are written again and again
constexpr size_t kCompressedFrom = 1024;  // read
constexpr size_t kRawBytes = limits::kRunBytes + limits::kEntryBytes;
enum Form : uint8_t { kPlain = 0, kZstd = 1 };

absl::Status Malformed(std::string_view what) { return Error(absl::StatusCode::kInvalidArgument, Cat("malformed run: ", what)); }

// Rows of stamp, size, body; three columns instead were larger after zstd. The first stamp is the base itself.
void PutLeaves(const std::vector<Leaf>& leaves, ByteBuffer& w) {
  Hlc before = leaves.front().hlc;
  for (const Leaf& leaf : leaves) {
    w.Varint(leaf.hlc - before);
    w.Sized(leaf.body);
    before = leaf.hlc;
  }
}

ZSTD_CCtx* Compressor(const Search& search) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  CHECK(context != nullptr);
  const auto set = [&](ZSTD_cParameter parameter, int value) {
    return !ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value));
  };
  CHECK(set(ZSTD_c_compressionLevel, 1) && set(ZSTD_c_hashLog, search.hash_log) && set(ZSTD_c_minMatch, search.min_match));
  // With a step zstd leaves characters as they are, unless told. A library that does not know how goes without the step.
  if (search.step > 0 && set(ZSTD_c_literalCompressionMode, ZSTD_ps_enable)) CHECK(set(ZSTD_c_targetLength, search.step));
  return context;
}

using Context = std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)>;

size_t CompressWith(const Context& context, std::string_view raw, ByteBuffer& out) {
  const size_t bound = ZSTD_compressBound(raw.size());
  const size_t n = ZSTD_compress2(context.get(), out.Room(bound), bound, raw.data(), raw.size());
  CHECK(!ZSTD_isError(n));
  return n;
}

// Appends the compressed form to `out`, or leaves it as it is where that is no shorter.
bool Compress(std::string_view raw, ByteBuffer& out) {
  thread_local const Context near(Compressor(kNear), &ZSTD_freeCCtx), sparse(Compressor(kSparse), &ZSTD_freeCCtx);
  const bool repeats = raw.size() < kSampledFrom || CompressWith(near, raw.substr(0, kSample), out) < kRepeats;
  const size_t n = CompressWith(repeats ? near : sparse, raw, out);
  if (n < raw.size()) out.Took(n);
  return n < raw.size();
}

// False where the bytes do not become exactly `size` bytes. The output is bounded before anything is read.
bool Decompress(std::string_view bytes, size_t size, char* raw) {
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  return ZSTD_decompressDCtx(context.get(), raw, size, bytes.data(), bytes.size()) == size;
}

bool CarriesContext(std::string_view body) {
  ByteReader in(body);
  in.U8();
  return in.Varint() & body::kContext;
}

absl::Status ReadLeaves(std::string_view raw, size_t count, Hlc base, std::vector<Leaf>* leaves) {
  if (count > raw.size() / 4) return Malformed("count");
  leaves->resize(count);
  ByteReader in(raw);
  Hlc before = base;
  for (size_t i = 0; i < count; ++i) {
    Leaf& leaf = (*leaves)[i];
    leaf.hlc = before + in.Varint();
    leaf.body = in.Sized();
    if (!in.ok() || leaf.body.size() > limits::kEntryBytes) return Malformed("entry");
    if (i == 0 ? leaf.hlc != base : leaf.hlc <= before) return Malformed("stamps do not rise");
    if (i > 0 && CarriesContext(leaf.body)) return Malformed("a context inside the run");
    before = leaf.hlc;
  }
  return in.AtEnd() ? absl::OkStatus() : Malformed("length");
}

}  // namespace

void Run::DropUpTo(uint64_t seq) {
  if (first > seq) return;
  const uint64_t dropped = std::min<uint64_t>(seq + 1 - first, leaves.size());
  leaves.erase(leaves.begin(), leaves.begin() + static_cast<ptrdiff_t>(dropped));
  first += dropped;
}

void Run::DropAfter(uint64_t seq) {
  const uint64_t kept = seq < first ? 0 : seq + 1 - first;
  leaves.resize(std::min<uint64_t>(kept, leaves.size()));
}

std::string EncodeRun(const Run& run) {
  ByteBuffer w;
  PutRun(run, w);
  return std::string(w.view());
}

void PutRun(const Run& run, ByteBuffer& w) {
  CHECK(!run.leaves.empty() && run.leaves.size() <= limits::kRunEntries);
  thread_local ByteBuffer leaves;  // kept: it is large
  leaves.Clear();
  PutLeaves(run.leaves, leaves);
  const std::string_view raw = leaves.view();
  CHECK(raw.size() <= kRawBytes);
  w.Sized(run.header);
  w.Varint(run.first);
  w.Varint(run.leaves.size());
  w.U64(run.leaves.front().hlc);
  w.Raw(run.seal.view());
  const size_t form = w.size();
  w.U8(kZstd);
  w.Varint(raw.size());
  if (raw.size() >= kCompressFrom && Compress(raw, w)) return;
  w.data()[form] = kPlain;
  w.Raw(raw);
}

absl::StatusOr<Run> DecodeRun(std::string_view bytes) {
  Run run;
  RegistryId registry;
  ByteReader in(bytes);
  run.header = in.Sized();
  if (!ReadHeader(run.header, &registry, &run.lane)) return Malformed("header");
  run.first = in.Varint();
  const uint64_t count = in.Varint();
  if (count < 1 || count > limits::kRunEntries) return Malformed("count");
  if (run.first < 1 || run.first > body::kSeqMax - (count - 1)) return Malformed("sequence number");
  const Hlc base = in.U64();
  const std::string_view seal = in.Raw(64);
  const uint8_t form = in.U8();
  const uint64_t size = in.Varint();
  if (!in.ok()) return Malformed("cut short");
  run.seal = Signature::From(seal);
  if (base == 0 || size > kRawBytes) return Malformed(base == 0 ? "stamp" : "larger than a run may be");
  if (form == kPlain ? in.left() != size : form != kZstd || size < kCompressedFrom) return Malformed("length");
  char* const raw = run.bytes->Take(size);
  if (form == kPlain) {
    std::copy_n(in.rest().data(), size, raw);
  } else if (!Decompress(in.rest(), size, raw)) {
    return Malformed("compressed part");
  }
  RETURN_IF_ERROR(ReadLeaves({raw, size}, count, base, &run.leaves));
  return run;
}

RunHead HeadOfRun(std::string_view bytes) {
  ByteReader in(bytes);
  in.Sized();
  RunHead head;
  head.first = in.Varint();
  head.entries = in.Varint();
  head.first_hlc = in.U64();
  in.Raw(64 + 1);  // seal, form
  head.raw_bytes = in.Varint();
  return in.ok() ? head : RunHead{};
}

std::string LaneOrigin(const RegistryId& registry, LaneId lane) {
  std::string big(8, '\0');
  StoreBig64(lane, big.data());
  return Cat(Hex(registry.view()), "/lane/", Hex(big));
}

std::string OrderOrigin(const RegistryId& registry) { return Cat(Hex(registry.view()), "/settled"); }

std::string SealMessage(const RegistryId& registry, LaneId lane, uint64_t size, const Hash256& root) {
  return CheckpointText({LaneOrigin(registry, lane), {size, root}});
}

}  // namespace chancery

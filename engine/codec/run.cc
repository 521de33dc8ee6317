#include "engine/codec/run.h"

#include <zstd.h>

#include <memory>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/body.h"

namespace chancery {
namespace {

constexpr int kLevel = 3;
constexpr size_t kCompressFrom = 1024;
constexpr size_t kRawBytes = limits::kRunBytes + limits::kEntryBytes;
enum Form : uint8_t { kPlain = 0, kZstd = 1 };

absl::Status Malformed(std::string_view what) { return Error(absl::StatusCode::kInvalidArgument, Cat("malformed run: ", what)); }

// Rows of stamp, size, body; three columns instead were larger after zstd. The first stamp is the base itself.
std::string PutLeaves(const std::vector<Leaf>& leaves) {
  ByteWriter w;
  size_t bytes = 0;
  for (const Leaf& leaf : leaves) bytes += leaf.body.size() + 8;
  w.out.reserve(bytes);
  Hlc before = leaves.front().hlc;
  for (const Leaf& leaf : leaves) {
    w.Varint(leaf.hlc - before);
    w.Sized(leaf.body);
    before = leaf.hlc;
  }
  return std::move(w.out);
}

std::string Compress(std::string_view raw) {
  thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  std::string out(ZSTD_compressBound(raw.size()), '\0');
  const size_t n = ZSTD_compressCCtx(context.get(), out.data(), out.size(), raw.data(), raw.size(), kLevel);
  CHECK(!ZSTD_isError(n));
  out.resize(n);
  return out;
}

// False where the bytes do not become exactly `size` bytes. The output is bounded before anything is read.
bool Decompress(std::string_view bytes, size_t size, std::string* raw) {
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  raw->resize(size);
  return ZSTD_decompressDCtx(context.get(), raw->data(), size, bytes.data(), bytes.size()) == size;
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

std::string EncodeRun(const Run& run) {
  CHECK(!run.leaves.empty() && run.leaves.size() <= limits::kRunEntries);
  const std::string raw = PutLeaves(run.leaves);
  CHECK(raw.size() <= kRawBytes);
  std::string packed = raw.size() >= kCompressFrom ? Compress(raw) : std::string();
  const bool plain = packed.empty() || packed.size() >= raw.size();
  ByteWriter w;
  w.Sized(run.header);
  w.Varint(run.first);
  w.Varint(run.leaves.size());
  w.U64(run.leaves.front().hlc);
  w.Raw(run.seal.view());
  w.U8(plain ? kPlain : kZstd);
  w.Varint(raw.size());
  w.Raw(plain ? raw : packed);
  return std::move(w.out);
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
  std::string raw;
  if (form == kPlain) {
    raw = in.rest();
  } else if (form != kZstd || size < kCompressFrom || !Decompress(in.rest(), size, &raw)) {
    return Malformed("compressed part");
  }
  if (raw.size() != size) return Malformed("length");
  RETURN_IF_ERROR(ReadLeaves(raw, count, base, &run.leaves));
  return run;
}

RunSize SizeOfRun(std::string_view bytes) {
  ByteReader in(bytes);
  in.Sized();
  in.Varint();
  RunSize size;
  size.entries = in.Varint();
  in.Raw(8 + 64 + 1);  // base, seal, form
  size.raw_bytes = in.Varint();
  return in.ok() ? size : RunSize{};
}

std::string SealMessage(const RegistryId& registry, LaneId lane, uint64_t size, const Hash256& root) {
  ByteWriter w;
  w.Raw("chancery/seal/1\n");
  w.Raw(registry.view());
  w.U64(lane);
  w.U64(size);
  w.Raw(root.view());
  return std::move(w.out);
}

}  // namespace chancery

#include "engine/base/status.h"
#include "engine/codec/body.h"
#include "engine/codec/run.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHBUNDL1";
constexpr uint8_t kVersion = 1;
constexpr size_t kTrailer = 32;

void Put(ByteWriter& w, const Frontier& frontier) {
  w.Varint(frontier.lanes.size());
  for (const Place& p : frontier.lanes) {
    w.U64(p.lane);
    w.Varint(p.seq);
  }
}

bool Read(ByteReader& in, Frontier* frontier) {
  const uint64_t count = in.Varint();
  if (count > in.left() / 9) return false;
  for (uint64_t i = 0; i < count; ++i) {
    Place p;
    p.lane = in.U64();
    p.seq = in.Varint();
    if (p.seq < 1 || p.seq > body::kSeqMax) return false;
    if (!frontier->lanes.empty() && frontier->lanes.back().lane >= p.lane) return false;
    frontier->lanes.push_back(p);
  }
  return in.ok();
}

absl::Status Malformed(std::string_view what) { return Error(absl::StatusCode::kInvalidArgument, what); }
absl::Status Damaged() {
  return Error(absl::StatusCode::kDataLoss, "the bundle is damaged: it is cut short or its SHA-256 differs", "export it again");
}

}  // namespace

std::string EncodeBundle(const Bundle& bundle) {
  ByteWriter w;
  w.Raw(kMagic);
  w.U8(kVersion);
  w.Raw(bundle.registry.view());
  Put(w, bundle.from);
  Put(w, bundle.to);
  w.Varint(bundle.runs.size());
  for (const std::string& run : bundle.runs) w.Sized(run);
  w.Raw(Sha256({w.out}).view());
  return std::move(w.out);
}

absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return Malformed("not a bundle: it does not begin with CHBUNDL1");
  if (bytes.size() < kMagic.size() + 1 + kTrailer) return Damaged();
  const std::string_view content = bytes.substr(0, bytes.size() - kTrailer);
  if (content[kMagic.size()] != static_cast<char>(kVersion))
    return Malformed("a bundle of a version that this program does not know");
  if (Sha256({content}).view() != bytes.substr(content.size())) return Damaged();
  ByteReader in(content.substr(kMagic.size() + 1));
  Bundle bundle;
  const std::string_view registry = in.Raw(32);
  if (registry.size() != 32) return Malformed("malformed bundle: registry");
  bundle.registry = RegistryId::From(registry);
  if (!Read(in, &bundle.from) || !Read(in, &bundle.to)) return Malformed("malformed bundle: frontier");
  const uint64_t count = in.Varint();
  for (uint64_t i = 0; i < count && in.ok(); ++i) bundle.runs.emplace_back(in.Sized());
  if (!in.ok() || !in.AtEnd()) return Malformed("malformed bundle: runs");
  return bundle;
}

}  // namespace chancery

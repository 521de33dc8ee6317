#include <bit>

#include "engine/base/status.h"
#include "engine/codec/body.h"
#include "engine/codec/run.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHBUNDL2";
constexpr size_t kSum = 32;
constexpr size_t kOpening = 8 + 8;  // magic, size of the head

void Put(ByteWriter& w, const std::vector<LaneHead>& heads, bool sealed) {
  w.Varint(heads.size());
  for (const LaneHead& head : heads) {
    w.U64(head.lane);
    w.Varint(head.size);
    for (const Hash256& peak : head.peaks) w.Raw(peak.view());
    if (sealed) w.Raw(head.seal.view());
  }
}

bool Read(ByteReader& in, bool sealed, std::vector<LaneHead>* heads) {
  const uint64_t count = in.Varint();
  if (count > in.left() / (9 + kSum)) return false;
  for (uint64_t i = 0; i < count; ++i) {
    LaneHead head;
    head.lane = in.U64();
    head.size = in.Varint();
    if (head.size < 1 || head.size > body::kSeqMax) return false;
    if (!heads->empty() && heads->back().lane >= head.lane) return false;
    for (int peaks = std::popcount(head.size); peaks > 0; --peaks) {
      const std::string_view peak = in.Raw(kSum);
      if (!in.ok()) return false;
      head.peaks.push_back(Hash256::From(peak));
    }
    const std::string_view seal = sealed ? in.Raw(64) : std::string_view();
    if (!in.ok()) return false;
    if (sealed) head.seal = Signature::From(seal);
    heads->push_back(std::move(head));
  }
  return in.ok();
}

absl::Status Malformed(std::string_view what) { return Error(absl::StatusCode::kInvalidArgument, what); }
absl::Status Damaged() {
  return Error(absl::StatusCode::kDataLoss, "the bundle's head is damaged: it is cut short or its SHA-256 differs",
               "carry it again, or export it again");
}

}  // namespace

std::string EncodeBundle(const Bundle& bundle) {
  ByteWriter head;
  head.Raw(bundle.registry.view());
  Put(head, bundle.from, false);
  Put(head, bundle.to, true);
  head.Varint(bundle.runs.size());
  for (const std::string_view run : bundle.runs) {
    head.Varint(run.size());
    head.Raw(Sha256({run}).view());
  }
  ByteWriter w;
  w.Raw(kMagic);
  w.U64(head.out.size());
  w.Raw(head.out);
  w.Raw(Sha256({w.out}).view());
  for (const std::string_view run : bundle.runs) w.Raw(run);
  return std::move(w.out);
}

absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return Malformed("not a bundle of this version: it does not begin with CHBUNDL2");
  ByteReader opening(bytes.substr(kMagic.size()));
  const uint64_t head = opening.U64();
  if (!opening.ok() || opening.left() < kSum || head > opening.left() - kSum) return Damaged();
  const std::string_view summed = bytes.substr(0, kOpening + head);
  if (Sha256({summed}).view() != bytes.substr(summed.size(), kSum)) return Damaged();
  ByteReader in(summed.substr(kOpening));
  Bundle bundle;
  const std::string_view registry = in.Raw(kSum);
  if (!in.ok()) return Malformed("malformed bundle: registry");
  bundle.registry = RegistryId::From(registry);
  if (!Read(in, false, &bundle.from) || !Read(in, true, &bundle.to)) return Malformed("malformed bundle: frontier");
  std::string_view runs = bytes.substr(summed.size() + kSum);
  const uint64_t count = in.Varint();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    const uint64_t size = in.Varint();
    const std::string_view sum = in.Raw(kSum), run = runs.substr(0, size);
    runs.remove_prefix(run.size());
    if (run.size() == size && Sha256({run}).view() == sum) {
      bundle.runs.push_back(run);
    } else {
      ++bundle.damaged;
    }
  }
  if (!in.ok() || !in.AtEnd()) return Malformed("malformed bundle: runs");
  return bundle;
}

}  // namespace chancery

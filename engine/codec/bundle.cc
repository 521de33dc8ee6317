#include <algorithm>
#include <bit>

#include "engine/base/status.h"
#include "engine/codec/body.h"
#include "engine/codec/run.h"

namespace chancery {
namespace {

constexpr std::string_view kMagic = "CHBUNDL4", kWithDocuments = "CHBUNDL5";
constexpr size_t kSum = 32;
constexpr size_t kListed = kSum + 8;  // a document in the list: its hash, its size
constexpr size_t kOpening = 8 + 8;    // magic, size of the head

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

std::string EncodeHeads(const LaneHeads& heads) {
  ByteWriter w;
  Put(w, heads.from, false);
  Put(w, heads.to, true);
  return std::move(w.out);
}

std::optional<LaneHeads> DecodeHeads(std::string_view bytes) {
  ByteReader in(bytes);
  LaneHeads heads;
  if (!Read(in, false, &heads.from) || !Read(in, true, &heads.to) || !in.AtEnd()) return std::nullopt;
  return heads;
}

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
  head.Sized(bundle.cosignatures);
  ByteWriter w;
  w.Raw(bundle.documents ? kWithDocuments : kMagic);
  w.U64(head.out.size());
  w.Raw(head.out);
  w.Raw(Sha256({w.out}).view());
  for (const std::string_view run : bundle.runs) w.Raw(run);
  return std::move(w.out);
}

absl::StatusOr<Bundle> DecodeBundle(std::string_view bytes) {
  const std::string_view magic = bytes.substr(0, kMagic.size());
  if (magic != kMagic && magic != kWithDocuments)
    return Malformed("not a bundle of this version: it does not begin with CHBUNDL4 or CHBUNDL5");
  ByteReader opening(bytes.substr(kMagic.size()));
  const uint64_t head = opening.U64();
  if (!opening.ok() || opening.left() < kSum || head > opening.left() - kSum) return Damaged();
  const std::string_view summed = bytes.substr(0, kOpening + head);
  if (Sha256({summed}).view() != bytes.substr(summed.size(), kSum)) return Damaged();
  ByteReader in(summed.substr(kOpening));
  Bundle bundle;
  bundle.documents = magic == kWithDocuments;
  bundle.bytes = summed.size() + kSum;
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
    bundle.bytes = size > body::kSeqMax ? ~uint64_t{0} : std::max(bundle.bytes, bundle.bytes + size);
    if (run.size() == size && Sha256({run}).view() == sum) {
      bundle.runs.push_back(run);
    } else {
      ++bundle.damaged;
    }
  }
  bundle.cosignatures = in.Sized();
  if (!in.ok() || !in.AtEnd()) return Malformed("malformed bundle: runs");
  return bundle;
}

uint64_t BundleHeadBytes(std::string_view opening) {
  if (!opening.starts_with(kWithDocuments) || opening.size() < kOpening) return 0;
  const uint64_t head = LoadBig64(opening.data() + kWithDocuments.size());
  return std::max(head, head + kOpening + kSum);  // one that is too long to be true is read to the end of the file
}

std::string EncodeDocumentList(const std::vector<BundleDocument>& documents) {
  ByteWriter w;
  w.U64(documents.size());
  for (const BundleDocument& document : documents) {
    w.Raw(document.hash.view());
    w.U64(document.size);
  }
  w.Raw(Sha256({w.out}).view());
  return std::move(w.out);
}

uint64_t DocumentListBytes(std::string_view count_bytes) {
  const uint64_t count = LoadBig64(count_bytes.data());
  return count > body::kSeqMax ? ~uint64_t{0} : kDocumentCountBytes + count * kListed + kSum;
}

std::optional<std::vector<BundleDocument>> DecodeDocumentList(std::string_view list) {
  if (list.size() < kDocumentCountBytes || DocumentListBytes(list) != list.size()) return std::nullopt;
  const std::string_view summed = list.substr(0, list.size() - kSum);
  if (Sha256({summed}).view() != list.substr(summed.size())) return std::nullopt;
  std::vector<BundleDocument> documents;
  for (ByteReader r(summed.substr(kDocumentCountBytes)); !r.AtEnd();) {
    const std::string_view hash = r.Raw(kSum);
    documents.push_back({Hash256::From(hash), r.U64()});
  }
  return documents;
}

}  // namespace chancery

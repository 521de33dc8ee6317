// What the digests are sums of (docs/reference/digest.md): to find where two sites differ that hold the same entries.
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/digest.h"
#include "engine/register/digest.h"
#include "engine/register/keys.h"
#include "engine/register/stored.h"
#include "engine/snapshot.h"

namespace chancery {
namespace {

std::string BytesOf(unsigned __int128 sum) {
  ByteWriter w;
  w.U64(static_cast<uint64_t>(sum >> 64));
  w.U64(static_cast<uint64_t>(sum));
  return std::move(w.out);
}

// nullopt: it adds nothing to the bucket.
std::optional<std::string> SumOfRecord(const Workspace& work, size_t bucket, std::string_view key, std::string_view row) {
  const RegisterInfo* reg = work.catalog().FindHash(RegisterOf(key));
  if (reg == nullptr) return std::nullopt;
  const uint64_t seed = DigestSeed(work.registry(), reg->hash, KeyOf(key));
  if (DigestBucket(seed) != bucket) return std::nullopt;
  Record record;
  if (!ReadStored(row, work.lanes, &record).ok()) return BytesOf(0);  // damaged: no sum that another site has
  if (!record.exists()) return std::nullopt;
  return BytesOf(RecordDigest(*reg, record, work.lanes, seed).value);
}

}  // namespace

absl::StatusOr<std::string> Snapshot::BucketSums() const {
  ASSIGN_OR_RETURN(const Impl::View* view, impl_->Open());
  std::string sums;
  for (const Sum128& bucket : view->work->sums.buckets) sums += BytesOf(bucket.value);
  return sums + BytesOf(view->work->sums.docket);
}

absl::StatusOr<std::vector<SumView>> Snapshot::SumsIn(size_t bucket, std::string_view after, size_t most) const {
  if (bucket > kDigestBuckets || after.size() > kRecordKeyMost)
    return Error(absl::StatusCode::kInvalidArgument, "no bucket, or no key of one");
  ASSIGN_OR_RETURN(const Impl::View* view, impl_->Open());
  std::vector<SumView> sums;
  if (bucket == kDigestBuckets) {
    Docket::EachSum(impl_->txn, after, [&](const Hash128& id, unsigned __int128 sum) {
      sums.push_back({std::string(id.view()), BytesOf(sum)});
      return sums.size() < most;
    });
    return sums;
  }
  Cursor rows(impl_->txn, Table::kRecord);
  for (bool more = rows.Seek(after); more && sums.size() < most; more = rows.Next()) {
    if (rows.key() == after) continue;
    std::optional<std::string> sum = SumOfRecord(*view->work, bucket, rows.key(), rows.value());
    if (sum) sums.push_back({std::string(rows.key()), *std::move(sum)});
  }
  RETURN_IF_ERROR(impl_->txn.status());
  return sums;
}

absl::StatusOr<std::string> Snapshot::NameOfSum(size_t bucket, std::string_view key) const {
  ASSIGN_OR_RETURN(const Impl::View* view, impl_->Open());
  if (bucket == kDigestBuckets) {
    const std::optional<CaseRow> row =
        key.size() == sizeof(Hash128) ? Docket::HeadOf(impl_->txn, Hash128::From(key)) : std::nullopt;
    return row ? Cat(row->rule, " ", row->subject) : Cat("case ", Hex(key));
  }
  const RegisterInfo* reg = view->work->catalog().FindHash(RegisterOf(key));
  return reg == nullptr ? Cat("record ", Hex(key)) : Address{reg->name, std::string(KeyOf(key)), {}, {}}.Shown();
}

}  // namespace chancery

#include "engine/register/meta.h"

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

const std::string kStoreKey = Key64(0), kSumsKey = Key64(1), kPacksKey = Key64(2), kRenewalKey = Key64(3);

absl::Status Damaged(std::string_view row) {
  return Error(absl::StatusCode::kDataLoss, Cat("the store's ", row, " row is damaged"),
               "restore a backup, or join again from a peer");
}

void Put128(ByteWriter& w, unsigned __int128 v) {
  w.U64(static_cast<uint64_t>(v >> 64));
  w.U64(static_cast<uint64_t>(v));
}
unsigned __int128 Get128(ByteReader& r) {
  const unsigned __int128 high = r.U64();
  return high << 64 | r.U64();
}

}  // namespace

absl::StatusOr<StoreRow> ReadStoreRow(const Txn& txn) {
  const auto row = txn.Get(Table::kMeta, kStoreKey);
  RETURN_IF_ERROR(txn.status());
  if (!row) return Damaged("head");
  ByteReader r(UnsizedRow(*row));
  const uint32_t format = r.U32();
  if (r.ok() && format != kStoreFormat)
    return Error(absl::StatusCode::kUnavailable,
                 Cat("the store is of format ", format, ", this program reads format ", kStoreFormat),
                 "use the program that wrote it, or a newer one");
  StoreRow out;
  const std::string_view registry = r.Raw(32), key = r.Raw(32), site = r.Sized();
  const uint8_t role = r.U8();
  if (!r.ok() || !r.AtEnd() || role > static_cast<uint8_t>(Role::kWitness)) return Damaged("head");
  out.registry = RegistryId::From(registry);
  out.key = PublicKey::From(key);
  out.site = site;
  out.role = static_cast<Role>(role);
  return out;
}

void PutStoreRow(WriteTxn& txn, const StoreRow& row) {
  ByteWriter w;
  w.U32(kStoreFormat);
  w.Raw(row.registry.view());
  w.Raw(row.key.view());
  w.Sized(row.site);
  w.U8(static_cast<uint8_t>(row.role));
  txn.Put(Table::kMeta, kStoreKey, SizedRow(w.out));
}

std::string Sums::RecordDigest() const { return Hex(DigestOf(buckets).view()); }

std::string Sums::DocketDigest() const {
  ByteWriter w;
  Put128(w, docket);
  return Hex(Cut(Sha256({w.out})).view());
}

absl::StatusOr<Sums> ReadSums(const Txn& txn) {
  const auto row = txn.Get(Table::kMeta, kSumsKey);
  RETURN_IF_ERROR(txn.status());
  if (!row) return Sums{};
  ByteReader r(*row);
  Sums sums;
  for (Sum128& bucket : sums.buckets) bucket.value = Get128(r);
  sums.docket = Get128(r);
  sums.records = r.U64();
  sums.open_cases = r.U64();
  sums.notices = r.U64();
  sums.ruled_cases = r.U64();
  sums.disputed = r.U64();
  if (!r.ok()) return Damaged("sums");
  return sums;
}

void PutSums(WriteTxn& txn, const Sums& sums) {
  ByteWriter w;
  for (const Sum128 bucket : sums.buckets) Put128(w, bucket.value);
  Put128(w, sums.docket);
  for (const uint64_t n : {sums.records, sums.open_cases, sums.notices, sums.ruled_cases, sums.disputed}) w.U64(n);
  txn.Put(Table::kMeta, kSumsKey, w.out);
}

absl::StatusOr<std::vector<Dot>> ReadPackDots(const Txn& txn) {
  std::vector<Dot> dots;
  const auto row = txn.Get(Table::kMeta, kPacksKey);
  RETURN_IF_ERROR(txn.status());
  if (!row) return dots;
  for (ByteReader r(*row); !r.AtEnd();) dots.push_back(r.U64());
  return dots;
}

void PutPackDots(WriteTxn& txn, const std::vector<Dot>& dots) {
  ByteWriter w;
  for (const Dot d : dots) w.U64(d);
  txn.Put(Table::kMeta, kPacksKey, w.out);
}

absl::StatusOr<Renewal> ReadRenewal(const Txn& txn) {
  Renewal renewal;
  const auto row = txn.Get(Table::kMeta, kRenewalKey);
  RETURN_IF_ERROR(txn.status());
  if (!row) return renewal;
  ByteReader r(UnsizedRow(*row));
  if (const uint64_t check = r.U64(); check != Xxh64(r.rest())) return Damaged("renewal");
  renewal.reason = r.Sized();
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) {
    const LaneId lane = r.U64();
    renewal.filed.Raise({lane, r.Varint()});
  }
  if (!r.ok() || !r.AtEnd()) return Damaged("renewal");
  return renewal;
}

void PutRenewal(WriteTxn& txn, const Renewal& renewal) {
  ByteWriter w;
  w.Sized(renewal.reason);
  w.Varint(renewal.filed.lanes.size());
  for (const Place& place : renewal.filed.lanes) {
    w.U64(place.lane);
    w.Varint(place.seq);
  }
  txn.Put(Table::kMeta, kRenewalKey, SizedRow(Key64(Xxh64(w.out)) + w.out));
}

}  // namespace chancery

#include "engine/order/cosign.h"

#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/rows.h"

namespace chancery {
namespace {

std::string KeyOf(const Cosignature& c) { return Key64(c.by, c.log) + Key64(c.tree.size); }

absl::StatusOr<std::vector<Cosignature>> Under(const Txn& txn, std::string_view prefix,
                                               const std::function<bool(const Cosignature&)>& wanted) {
  std::vector<Cosignature> all;
  Cursor rows(txn, Table::kCosign);
  for (bool more = rows.Seek(prefix); more && rows.key().starts_with(prefix); more = rows.Next()) {
    const std::string_view row = rows.value();
    if (row.size() != 8 + kCosignatureBytes || LoadBig64(row.data()) != Xxh64(row.substr(8)))
      return Error(absl::StatusCode::kDataLoss, "a row of a cosignature is damaged",
                   "restore a backup, or join again from a peer");
    const Cosignature c = DecodeCosignature(row.substr(8));
    if (wanted(c)) all.push_back(c);
  }
  RETURN_IF_ERROR(txn.status());
  return all;
}

}  // namespace

absl::StatusOr<std::vector<Cosignature>> AllCosignatures(const Txn& txn) {
  return Under(txn, {}, [](const Cosignature&) { return true; });
}

absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log) {
  return Under(txn, {}, [&](const Cosignature& c) { return c.log == log; });
}

absl::StatusOr<std::vector<Cosignature>> CosignaturesOn(const Txn& txn, LaneId log, LaneId by) {
  return Under(txn, Key64(by, log), [](const Cosignature&) { return true; });
}

void PutCosignature(WriteTxn& txn, const Cosignature& c) {
  const std::string bytes = EncodeCosignature(c);
  txn.Put(Table::kCosign, KeyOf(c), Key64(Xxh64(bytes)) + bytes);
  absl::StatusOr<std::vector<Cosignature>> all = CosignaturesOn(txn, c.log, c.by);
  if (!all.ok() || all->size() <= limits::kCosignaturesKept) return;
  const auto oldest = std::min_element(all->begin(), all->end(), [](const Cosignature& a, const Cosignature& b) {
    return std::tie(a.at_s, a.tree.size) < std::tie(b.at_s, b.tree.size);
  });
  txn.Delete(Table::kCosign, KeyOf(*oldest));
}

void ForgetLastSigned(WriteTxn& txn, LaneId by) {
  const absl::StatusOr<std::vector<Cosignature>> mine = CosignaturesOn(txn, kSettledLog, by);
  if (!mine.ok()) return;
  uint64_t last_s = 0;
  for (const Cosignature& c : *mine) last_s = std::max(last_s, c.at_s);
  for (const Cosignature& c : *mine)
    if (c.at_s == last_s) txn.Delete(Table::kCosign, KeyOf(c));
}

}  // namespace chancery

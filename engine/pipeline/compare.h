// What differs between two readings of one registry.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/pipeline/read.h"

namespace chancery {

// A workspace over a transaction, and what reads it.
struct ReadView {
  static absl::StatusOr<std::unique_ptr<ReadView>> Open(const Txn& txn, const std::shared_ptr<const Catalog>& catalog);
  explicit ReadView(std::unique_ptr<Workspace> w) : work(std::move(w)), docket(*work), reader(*work, docket) {}
  std::unique_ptr<Workspace> work;
  Docket docket;
  Reader reader;
};

// Appends what is shown differently of a record, in its fields' order. record: its address, shown form. field: "" = all.
absl::Status CompareRecord(const std::string& record, Reader& before, Reader& after, std::vector<ValueChange>* changes,
                           const std::string& field = "");

// The same of a record that no changed case is about, where `after` is rehearsed over `before` with the same catalog: a field
// with the same writes is shown alike, and is not looked at. key: of a register of the catalog.
absl::Status CompareWritten(std::string_view key, ReadView& before, ReadView& after, std::vector<ValueChange>* changes);

// The records that entries of `work` behind `from` have operations on, up to its tips; shown form. Errors: DataLoss.
absl::StatusOr<std::set<std::string>> RecordsSince(const Workspace& work, const Vector& from);
absl::StatusOr<std::set<std::string>> RecordsOf(const Workspace& work, Dot dot);  // of one entry

// A case of which `after`, rehearsed over `before`, may have other rows. nullopt: it is not there.
struct ChangedCase {
  Hash128 id;
  std::optional<CaseRow> was, is;
  bool Told() const;  // its state differs
  const CaseRow& row() const { return is ? *is : *was; }
};
std::vector<ChangedCase> ChangedCases(const Txn& before, const Txn& after);  // ascending by id

// Those of them that are told, ascending by rule, subject. Errors: DataLoss.
absl::StatusOr<std::vector<CaseChange>> CompareCases(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after);

// Records that may be shown otherwise: those that were written, and those that the cases are about, or were. Errors: DataLoss.
struct WrittenRecords {
  std::vector<std::string_view> keys;  // ascending; good as long as both transactions are, and this
  std::vector<RecordKey> about;        // that the cases are about; ascending
};
absl::StatusOr<WrittenRecords> ChangedRecords(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after);

// Ascending by their shown form. keys: ascending. Left out are those of registers that the catalog does not have.
std::vector<std::string_view> AsShown(const std::vector<std::string_view>& keys, const Catalog& catalog);

// Who filed what those that are told are about, as `after` has them, or, where they are gone, `before`. Ascending.
absl::StatusOr<std::vector<std::string>> OfficersIn(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after);

// Up to what both have.
Vector Meet(const Vector& a, const Vector& b);

// a, b, base: readings of both sides and of what they grew from.
absl::StatusOr<DiffView> CompareSides(ReadView& base, ReadView& a, ReadView& b, const std::set<std::string>& records);

}  // namespace chancery

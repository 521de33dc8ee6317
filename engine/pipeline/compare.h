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

// Appends what is shown differently of a record, in its fields' order. record: its address, shown form.
absl::Status CompareRecord(const std::string& record, Reader& before, Reader& after, std::vector<ValueChange>* changes);

// The records that entries of `work` behind `from` have operations on, up to its tips; shown form. Errors: DataLoss.
absl::StatusOr<std::set<std::string>> RecordsSince(const Workspace& work, const Vector& from);
absl::StatusOr<std::set<std::string>> RecordsOf(const Workspace& work, Dot dot);  // of one entry

// A case of which `after`, rehearsed over `before`, may have other rows. nullopt: it is not there.
struct ChangedCase {
  Hash128 id;
  std::optional<CaseRow> was, is;
  bool Told() const;  // its state differs
};
std::vector<ChangedCase> ChangedCases(const Txn& before, const Txn& after);  // ascending by id

// Those of them that are told, ascending by rule, subject. Errors: DataLoss.
absl::StatusOr<std::vector<CaseChange>> CompareCases(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after);

// Records that may be shown otherwise: those that were written, and those that the cases are about, or were; shown form,
// ascending. Errors: DataLoss.
absl::StatusOr<std::vector<std::string>> ChangedRecords(const std::vector<ChangedCase>& changed, ReadView& before,
                                                        ReadView& after);

// Who filed what those that are told are about, as `after` has them, or, where they are gone, `before`. Ascending.
absl::StatusOr<std::vector<std::string>> OfficersIn(const std::vector<ChangedCase>& changed, ReadView& before, ReadView& after);

// Up to what both have.
Vector Meet(const Vector& a, const Vector& b);

// a, b, base: readings of both sides and of what they grew from.
absl::StatusOr<DiffView> CompareSides(ReadView& base, ReadView& a, ReadView& b, const std::set<std::string>& records);

}  // namespace chancery

// Look: what a snapshot shows, in the plain data of the public surface. Everything is the same at every site that holds the
// same entries, but for the short order of `Log` with a limit.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/types.h"
#include "engine/pipeline/batch.h"

namespace chancery {

std::vector<std::string> PremiseTexts(const std::vector<Premise>& premises);  // as people read them

class Reader {
 public:
  Reader(Workspace& work, Docket& docket) : work_(work), docket_(docket) {}

  // What an address leads to; field: nullptr where it names none. Errors: InvalidArgument, with the names that exist.
  struct Found {
    const RegisterInfo* reg = nullptr;
    const FieldInfo* field = nullptr;
    RecordKey key;
    Address address;
  };
  absl::StatusOr<Found> Locate(std::string_view address);
  absl::StatusOr<const RegisterInfo*> Register(std::string_view name) const;  // Errors: as Locate
  absl::StatusOr<const FieldInfo*> FieldOf(const RegisterInfo& reg, std::string_view name) const;

  absl::StatusOr<RecordView> Record(std::string_view address);
  absl::StatusOr<CaseView> CaseOf(const Case& c);         // whole
  absl::StatusOr<CaseView> CaseHead(const CaseRow& row);  // without facts, rulings, dependants
  absl::StatusOr<EntryView> Entry(Dot dot);
  absl::StatusOr<std::vector<EntryView>> Log(std::string_view address, size_t limit);
  // What entries may be asked to be about: a register, a record, a field, or anything ("").
  struct About {
    const RegisterInfo* reg = nullptr;
    const FieldInfo* field = nullptr;
    RecordKey key;
  };
  absl::StatusOr<About> LookUp(std::string_view address);  // Errors: as Locate
  absl::StatusOr<bool> IsAbout(Dot dot, const About& about);
  bool IsAbout(const chancery::Entry& entry, const About& about) const;
  using Visit = std::function<bool(std::string_view key, std::string_view stored)>;     // a row of table record; false: enough
  absl::Status Scan(std::string_view reg, std::string_view after, const Visit& visit);  // after: a row's key, "" = all
  absl::StatusOr<std::vector<RecordKey>> Concerned(const CaseRow& row);                 // the records
  absl::StatusOr<std::vector<RecordKey>> Concerned(const Scope& scope);
  absl::Status SortCanonically(std::vector<Dot>& dots);

 private:
  absl::StatusOr<FieldView> Field(const RecordKey& key, const RecordEdit& edit, const FieldInfo& field);
  void ShowStanding(const RecordEdit& edit, const FieldInfo& field, FieldView& view) const;
  absl::Status ShowKept(const RecordEdit& edit, const FieldInfo& field, FieldView& view) const;
  absl::StatusOr<FactView> FactOf(const Case& c, const CaseFact& fact, const std::vector<CaseFact>& facts);
  absl::StatusOr<RulingView> RulingOf(const Case& c, const RulingRow& ruling);
  absl::StatusOr<std::vector<std::string>> Dependants(const Case& c, const std::vector<CaseFact>& facts);
  absl::StatusOr<std::vector<RecordKey>> RecordsOf(const Case& c, const std::vector<CaseFact>& facts);
  absl::Status ShowDecision(Dot dot, const Ruling& ruling, DecisionView& view);
  template <class Row>
  absl::StatusOr<std::vector<const Row*>> InCanonicalOrder(const std::vector<Row>& rows);  // by the entries they are of
  absl::StatusOr<ProposalView> ProposalOf(const Case& c, const ProposalRow& row);
  absl::StatusOr<std::set<RecordKey>> RecordsOf(Dot dot);  // that the entry has operations on
  absl::Status ShowWhole(const chancery::Entry& entry, Dot dot, const Vector& past, FactView& view);
  std::vector<const FieldInfo*> FieldsOf(const Scope& scope) const;  // that the case is about; none for existence
  std::vector<std::pair<std::string, std::string>> KnewOf(const CaseFact& fact, const std::vector<CaseFact>& facts,
                                                          const Vector& past) const;
  absl::StatusOr<FactView> PackFact(const Case& c, const CaseFact& fact, const chancery::Entry& entry, FactView view);
  std::string KindOf(const Scope& scope) const;
  std::string TitleOf(const Scope& scope) const;
  Literal OpsOf(const chancery::Entry& entry);

  Workspace& work_;
  Docket& docket_;
};

}  // namespace chancery

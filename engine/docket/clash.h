// Clashes and cases as pure functions of rows: which facts cannot both stand, and what rulings make of them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "engine/register/workspace.h"

namespace chancery {

struct CaseFact {  // an operation of an entry, as this store names it
  Dot dot = 0;
  uint32_t op = 0;
  auto operator<=>(const CaseFact&) const = default;
};

struct Clash {
  CaseFact a, b;
};

struct RulingRow {
  Dot dot = 0;
  Hash128 outcome;              // equal for rulings that say the same
  std::vector<CaseFact> facts;  // ascending
  std::vector<Dot> seen;        // rulings of the case that its author knew
};

// A ruling that waits for another officer to approve it; or the word that sends one back.
struct ProposalRow {
  Dot dot = 0;
  Dot returns = 0;              // the proposal that it sends back; 0 = it is one itself
  std::vector<CaseFact> facts;  // ascending
  bool standing = false;        // not sent back, and no ruling and no other proposal has taken its place
};

enum class ClashStatus : uint8_t { kOpen = 0, kRuled = 1, kSplit = 2 };
enum class CaseState : uint8_t { kNone = 0, kOpen = 1, kProposed = 2, kRuled = 3, kSplit = 4, kReopened = 5 };
const char* StateName(CaseState state);

// One file a kind of rule. Errors: DataLoss.
std::vector<Clash> FieldClashes(const Cell& cell, const FieldDef& field, const Lanes& lanes);
std::vector<Clash> UniqueClashes(const std::vector<ClaimRow>& claimants);
absl::StatusOr<std::vector<Clash>> ExistenceClashes(const RecordKey& key, const Record& record, const Workspace& work);
absl::StatusOr<std::vector<Clash>> ReferenceClashes(const Cell& cell, const FieldDef& field, Workspace& work);  // what dangles

struct KeptClashes {
  std::vector<Clash> clashes;
  bool only_ties = true;  // of a priority list: charges of one rank, and nothing worse
};
absl::StatusOr<KeptClashes> ClashesOfKept(const Cell& cell, const FieldDef& field, const Workspace& work);
absl::StatusOr<std::vector<Clash>> OverlapClashes(const RuleInfo& rule, const std::vector<ClaimRow>& rows, Workspace& work);
absl::StatusOr<std::vector<Clash>> AtMostClashes(const RuleInfo& rule, std::string_view subject, Workspace& work);
// least: the record with the least address of the cycle; of any other record there are none.
absl::StatusOr<std::vector<Clash>> CycleClashes(const RuleInfo& rule, const RecordKey& least, Workspace& work);
std::vector<Clash> PackClashes(std::string_view name, const Catalog& catalog);
// Whether that reference of the record lies on a cycle.
absl::StatusOr<bool> OnCycle(const RuleInfo& rule, const CaseFact& edge, const RecordKey& from, Workspace& work);
// The records that cases about cycles near `from` are about, now or (known) until now. O(what references lead to from there).
absl::StatusOr<std::set<RecordKey>> CycleSubjects(const RuleInfo& rule, const RecordKey& from,
                                                  const std::function<bool(const RecordKey&)>& known, Workspace& work);

// The operation of an entry whose edit stands as a mark of the record's life. Errors: DataLoss.
absl::StatusOr<CaseFact> EditFact(const RecordKey& key, Dot edit, const Workspace& work);

// Whether the fact is a mark of the record's life that stands.
absl::StatusOr<bool> StandsInLife(const RecordKey& key, const Record& record, const CaseFact& fact, const Workspace& work);

// A ruling decides the clashes among the facts that it names, and no others.
ClashStatus StatusOf(const Clash& clash, const std::vector<RulingRow>& rulings);
// alone: a fact may clash with itself, as a reference to what never was does.
CaseState StateOf(const std::vector<Clash>& live, const std::vector<RulingRow>& rulings, bool alone = false);

}  // namespace chancery

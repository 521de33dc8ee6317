// Clashes and cases as pure functions of rows: which facts cannot both stand, and what rulings make of them.
#pragma once

#include <compare>
#include <cstdint>
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

enum class ClashStatus : uint8_t { kOpen = 0, kRuled = 1, kSplit = 2 };
enum class CaseState : uint8_t { kNone = 0, kOpen = 1, kProposed = 2, kRuled = 3, kSplit = 4, kReopened = 5 };
const char* StateName(CaseState state);

// One file a kind of rule. Errors: DataLoss.
std::vector<Clash> FieldClashes(const Cell& cell, const FieldDef& field, const Lanes& lanes);
std::vector<Clash> UniqueClashes(const std::vector<ClaimRow>& claimants);
absl::StatusOr<std::vector<Clash>> ExistenceClashes(const RecordKey& key, const Record& record, const Workspace& work);
absl::StatusOr<std::vector<Clash>> ReferenceClashes(const Cell& cell, Workspace& work);  // what dangles

// The operation of an entry whose edit stands as a mark of the record's life. Errors: DataLoss.
absl::StatusOr<CaseFact> EditFact(const RecordKey& key, Dot edit, const Workspace& work);

// Whether the fact is a mark of the record's life that stands.
absl::StatusOr<bool> StandsInLife(const RecordKey& key, const Record& record, const CaseFact& fact, const Workspace& work);

// A ruling decides the clashes among the facts that it names, and no others.
ClashStatus StatusOf(const Clash& clash, const std::vector<RulingRow>& rulings);
// alone: a fact may clash with itself, as a reference to what never was does.
CaseState StateOf(const std::vector<Clash>& live, const std::vector<RulingRow>& rulings, bool alone = false);

}  // namespace chancery

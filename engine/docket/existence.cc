#include <algorithm>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/docket/clash.h"

namespace chancery {
namespace {

bool SameSource(const Entry& a, const Entry& b) {
  return (!a.basis.empty() && a.basis == b.basis) || (!a.idempotency.empty() && a.idempotency == b.idempotency);
}

bool IsCreation(const Life& mark) { return mark.live && !mark.ruled; }

}  // namespace

absl::StatusOr<CaseFact> EditFact(const RecordKey& key, Dot edit, const Workspace& work) {
  ASSIGN_OR_RETURN(const Entry entry, work.journal.EntryAt(edit));
  std::optional<uint32_t> op;
  for (uint32_t i = 0; i < entry.ops.size(); ++i) {
    if (!work.OnRecord(entry, entry.ops[i], key)) continue;
    if (entry.ops[i].kind == OpKind::kCreate || entry.ops[i].kind == OpKind::kDelete) op.reset();
    if (entry.ops[i].kind == OpKind::kEdit && !op) op = i;
  }
  if (!op) return Error(absl::StatusCode::kDataLoss, Cat("entry ", work.lanes.Short(edit), " does not edit the record"));
  return CaseFact{edit, *op};
}

absl::StatusOr<bool> StandsInLife(const RecordKey& key, const Record& record, const CaseFact& fact, const Workspace& work) {
  for (const Life& mark : record.life)
    if (mark.dot == fact.dot && mark.op == fact.op) return true;
  if (!std::binary_search(record.edits.begin(), record.edits.end(), fact.dot)) return false;
  ASSIGN_OR_RETURN(const CaseFact edit, EditFact(key, fact.dot, work));
  return edit == fact;
}

// Two creations of one address apart, unless one source document stands behind both; a deletion and whatever says that the record
// exists and does not know of it. What two rulings said of it is no clash but a case that is split.
absl::StatusOr<std::vector<Clash>> ExistenceClashes(const RecordKey& key, const Record& record, const Workspace& work) {
  std::vector<Clash> clashes;
  for (size_t i = 0; i < record.life.size(); ++i)
    for (size_t j = i + 1; j < record.life.size(); ++j) {
      const Life &a = record.life[i], &b = record.life[j];
      if (a.live != b.live) {
        if (!(a.ruled && b.ruled)) clashes.push_back({{a.dot, a.op}, {b.dot, b.op}});
      } else if (IsCreation(a) && IsCreation(b)) {
        ASSIGN_OR_RETURN(const Entry first, work.journal.EntryAt(a.dot));
        ASSIGN_OR_RETURN(const Entry second, work.journal.EntryAt(b.dot));
        if (!SameSource(first, second)) clashes.push_back({{a.dot, a.op}, {b.dot, b.op}});
      }
    }
  if (Planted(Bug::kDeadClashOnlyWithCreations)) return clashes;
  for (const Life& mark : record.life)
    for (const Dot edit : record.edits) {
      if (mark.live) continue;
      ASSIGN_OR_RETURN(const CaseFact fact, EditFact(key, edit, work));
      clashes.push_back({{mark.dot, mark.op}, fact});
    }
  return clashes;
}

}  // namespace chancery

#include "engine/base/status.h"
#include "engine/docket/clash.h"
#include "engine/register/view.h"

namespace chancery {

// A reference whose record does not exist, and what ended that record; where nothing did, the reference stands against itself.
absl::StatusOr<std::vector<Clash>> ReferenceClashes(const Cell& cell, const FieldDef& field, Workspace& work) {
  std::vector<Clash> clashes;
  for (const Write* write : Visible(cell, field, work.lanes)) {
    if (write->value.unset()) continue;
    ASSIGN_OR_RETURN(const RecordEdit* target, work.Target(write->value));
    if (target != nullptr && target->record.exists()) continue;
    const CaseFact reference{write->dot, write->op};
    const size_t before = clashes.size();
    if (target != nullptr)
      for (const Life& mark : target->record.life) clashes.push_back({reference, {mark.dot, mark.op}});
    if (clashes.size() == before) clashes.push_back({reference, reference});
  }
  return clashes;
}

}  // namespace chancery

#include "engine/base/status.h"
#include "engine/docket/clash.h"

namespace chancery {
namespace {

bool SameSource(const Entry& a, const Entry& b) {
  return (!a.basis.empty() && a.basis == b.basis) || (!a.idempotency.empty() && a.idempotency == b.idempotency);
}

}  // namespace

// Two creations of one address apart, unless one source document stands behind both.
absl::StatusOr<std::vector<Clash>> ExistenceClashes(const Record& record, const Journal& journal) {
  std::vector<Clash> clashes;
  for (size_t i = 0; i < record.life.size(); ++i)
    for (size_t j = i + 1; j < record.life.size(); ++j) {
      const Life &a = record.life[i], &b = record.life[j];
      if (!a.live || !b.live) continue;
      ASSIGN_OR_RETURN(const Entry first, journal.EntryAt(a.dot));
      ASSIGN_OR_RETURN(const Entry second, journal.EntryAt(b.dot));
      if (!SameSource(first, second)) clashes.push_back({{a.dot, a.op}, {b.dot, b.op}});
    }
  return clashes;
}

}  // namespace chancery

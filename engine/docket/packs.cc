// Two versions of a pack that were loaded apart, and what rulings make of them.
#include <algorithm>

#include "engine/base/status.h"
#include "engine/docket/docket.h"

namespace chancery {

std::vector<Clash> PackClashes(std::string_view name, const Catalog& catalog) {
  std::vector<const PackSource*> standing;
  for (const PackSource& source : catalog.packs())
    if (source.def.name == name && source.stands()) standing.push_back(&source);
  std::vector<Clash> clashes;
  for (size_t i = 0; i < standing.size(); ++i)
    for (size_t j = i + 1; j < standing.size(); ++j)
      if (standing[i]->def.id != standing[j]->def.id) clashes.push_back({{standing[i]->dot, 0}, {standing[j]->dot, 0}});
  return clashes;
}

// A ruling that keeps a version withdraws the others that it names. Rulings that differ and did not know each other do nothing
// until another one decides.
absl::Status Docket::JudgePacks(std::string_view name) {
  if (work_.replaying()) return absl::OkStatus();  // it was judged before
  ASSIGN_OR_RETURN(const std::vector<RulingRow> rulings, RulingsOf(CaseId("pack", name)));
  std::set<Hash128> outcomes;
  std::set<Dot> withdrawn;
  for (const RulingRow& ruling : rulings) {
    const bool taken_up = std::any_of(rulings.begin(), rulings.end(), [&](const RulingRow& other) {
      return std::find(other.seen.begin(), other.seen.end(), ruling.dot) != other.seen.end();
    });
    if (taken_up) continue;
    outcomes.insert(ruling.outcome);
    const absl::StatusOr<Entry> entry = EntryOf(ruling.dot);
    RETURN_IF_ERROR(entry.status());
    if (entry->ruling->outcome != Outcome::kKeep) continue;
    const std::optional<Dot> kept = work_.lanes.DotOf(entry->ruling->keep);
    for (const CaseFact& fact : ruling.facts)
      if (fact.dot != kept) withdrawn.insert(fact.dot);
  }
  if (outcomes.size() > 1) withdrawn.clear();
  return work_.WithdrawPacks(name, withdrawn);
}

// Also one that is folded and not in the journal yet.
absl::StatusOr<Entry> Docket::EntryOf(Dot dot) const {
  if (in_hand_ && in_hand_->first == dot) return in_hand_->second;
  return work_.journal.EntryAt(dot);
}

}  // namespace chancery

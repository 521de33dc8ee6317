#include <algorithm>
#include <iterator>

#include "engine/base/planted.h"
#include "engine/docket/clash.h"

namespace chancery {
namespace {

bool Decides(const RulingRow& ruling, const Clash& clash) {
  if (Planted(Bug::kRulingDecidesUnseen)) return true;
  return std::binary_search(ruling.facts.begin(), ruling.facts.end(), clash.a) &&
         std::binary_search(ruling.facts.begin(), ruling.facts.end(), clash.b);
}

bool Knew(const RulingRow& later, const RulingRow& earlier) {
  return std::find(later.seen.begin(), later.seen.end(), earlier.dot) != later.seen.end();
}

// What the rulings say of the clash, those left out whose place another one took.
std::set<Hash128> Outcomes(const Clash& clash, const std::vector<RulingRow>& rulings) {
  std::set<Hash128> outcomes;
  for (const RulingRow& ruling : rulings) {
    const bool replaced = std::any_of(rulings.begin(), rulings.end(),
                                      [&](const RulingRow& other) { return Decides(other, clash) && Knew(other, ruling); });
    if (Decides(ruling, clash) && !replaced) outcomes.insert(ruling.outcome);
  }
  return outcomes;
}

bool AnySplit(const std::vector<RulingRow>& rulings, bool alone) {
  std::set<CaseFact> facts;
  for (const RulingRow& ruling : rulings) facts.insert(ruling.facts.begin(), ruling.facts.end());
  for (auto a = facts.begin(); a != facts.end(); ++a)
    for (auto b = alone ? a : std::next(a); b != facts.end(); ++b)
      if (Outcomes({*a, *b}, rulings).size() > 1) return true;
  return false;
}

}  // namespace

const char* StateName(CaseState state) {
  switch (state) {
    case CaseState::kNone:
      return "none";
    case CaseState::kOpen:
      return "open";
    case CaseState::kProposed:
      return "proposed";
    case CaseState::kRuled:
      return "ruled";
    case CaseState::kSplit:
      return "split";
    case CaseState::kReopened:
      return "reopened";
  }
  return "none";
}

ClashStatus StatusOf(const Clash& clash, const std::vector<RulingRow>& rulings) {
  const size_t outcomes = Outcomes(clash, rulings).size();
  if (outcomes == 0) return ClashStatus::kOpen;
  return outcomes == 1 ? ClashStatus::kRuled : ClashStatus::kSplit;
}

CaseState StateOf(const std::vector<Clash>& live, const std::vector<RulingRow>& rulings, bool alone) {
  if (rulings.size() > 1 && AnySplit(rulings, alone)) return CaseState::kSplit;
  const bool undecided =
      std::any_of(live.begin(), live.end(), [&](const Clash& c) { return StatusOf(c, rulings) == ClashStatus::kOpen; });
  if (undecided) return rulings.empty() ? CaseState::kOpen : CaseState::kReopened;
  return rulings.empty() ? CaseState::kNone : CaseState::kRuled;
}

}  // namespace chancery

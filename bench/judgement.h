// The budgets of speed and bytes: which figures each is made of, and whether it holds.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace chancery::bench {

// What one round measured: "W1/lmdb items_per_second" -> 1386000.
using Round = std::map<std::string, double>;

struct Budget {
  std::string id, what, unit;
  bool at_least = true;  // else at most
  std::optional<double> budget, stretch;
  // The product of the figures above the line by the product of those below it.
  std::vector<std::string> above, below;
  double scale = 1;         // of that, for people
  bool absolute = false;    // says as much of the machine as of the engine: never far
  bool when_asked = false;  // measured only on request: no gap where it is missing
};

const std::vector<Budget>& Budgets();

struct Verdict {
  Budget budget;
  std::vector<double> ratios;  // one a round that measured it, ascending
  bool measured() const { return !ratios.empty(); }
  double median() const;
  double lowest() const { return ratios.front(); }
  double highest() const { return ratios.back(); }
  bool holds() const;          // the median; without a budget of its own: the stretch
  bool holds_stretch() const;  // false where there is none
  bool far() const;            // twice as bad as the budget, or worse
};

Verdict Judge(const Budget& budget, const std::vector<Round>& rounds);
// In the order of the budgets.
std::vector<Verdict> JudgeAll(const std::vector<Round>& rounds);

}  // namespace chancery::bench

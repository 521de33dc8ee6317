// What officers file and how they rule, drawn in the view of a site so that most of it is accepted there, and dense enough to
// clash: few records, few values.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "net/sim/plan.h"

namespace chancery::sim {

class Work {
 public:
  // now, plan, sites: outlive it. sites: names, for what is granted to them.
  Work(const Snapshot& now, uint64_t seed, const Plan& plan, const std::vector<std::string>& sites)
      : now_(now), random_(seed), plan_(plan), fields_(plan.fields), sites_(sites) {}

  Literal Filing();  // an entry's JSON

  struct OnCase {
    enum class Act { kRule, kPropose, kApprove } act = Act::kRule;
    std::string rule, subject;
    Literal json;  // of a ruling or an approval
  };
  std::optional<OnCase> Ruling();  // nullopt: there is no case to rule on

 private:
  template <class T>
  const T& Of(const std::vector<T>& list) {
    return list[random_.Below(list.size())];
  }
  bool Chance(uint64_t percent) { return random_.Below(100) < percent; }
  std::string Unit() { return "unit/" + std::to_string(1 + random_.Below(4)); }

  Literal Operation(const std::string& address);
  void Change(const std::string& field, const RecordView* record, Literal& op);
  void ChangeShares(const Literal& shown, Literal& op);
  void ChangeCharges(const Literal& shown, Literal& op);
  void ChangeStatus(const Literal& shown, Literal& op);
  Literal Value(const std::string& field);
  Literal Outcome(const CaseView& on);

  const Snapshot& now_;
  SeededRandom random_;
  const Plan& plan_;
  const std::vector<std::string>& fields_;
  const std::vector<std::string>& sites_;
};

inline const std::vector<std::string> kOfficers = {"anu", "jaan", "kaja", "mari"};  // who file
inline constexpr char kJudge[] = "olev", kSecondJudge[] = "piret", kChief[] = "tiiu", kRegistrar[] = "viive";

}  // namespace chancery::sim

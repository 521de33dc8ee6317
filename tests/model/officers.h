// Officers as records: who may do what, in the view of a site and on a day.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "tests/model/model.h"

namespace chancery::model {

inline constexpr char kOfficers[] = "officer";  // the register

std::string OfficerAddress(const std::string& name);
bool AnyOfficer(const Meaning& view);

// For whom an officer stands by his record; "" = for nobody.
std::string PrincipalIn(const Meaning& meaning, const Row& record);

struct Rights {
  std::set<std::string> words;  // of `may`: his own, or of him for whom he stands
  std::string holder;           // whose they are
  bool expired = false;         // somebody's term on the way to them is over

  bool Has(const std::string& right, const std::string& reg) const {
    return words.contains(right) || (!reg.empty() && words.contains(right + ":" + reg));
  }
};
Rights RightsOf(const Meaning& view, int64_t today, const std::string& name);  // today: days since 1970

// Whether he may, in every one of the registers. As long as there are no officers everybody may.
bool May(const Meaning& view, int64_t today, const std::string& name, const std::string& right,
         const std::set<std::string>& registers);

bool IsRight(const std::string& word);  // a right, or one in some register

// What the right must cover that an entry, or whoever weighs a case, needs.
std::set<std::string> RegistersOf(const Entry& entry);
std::set<std::string> RegistersOf(const Meaning& view, const Case& c);
bool FiledOneOf(const Meaning& view, const Case& c, const std::string& name);  // a fact of the case is his own act
int OfficersFor(const Case& c);                                                // that a ruling takes

}  // namespace chancery::model

// The operations of the exhaustive test: each does one kind of thing to the records of a number, which no other number's touch.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "chancery/types.h"

namespace chancery::model {

size_t MenuSize();
const char* MenuName(size_t kind);

// name: of the records' common part. site: 0, 1 or 2; the same operation differs from site to site where it can.
Draft MenuDraft(size_t kind, const std::string& name, size_t site);

// What there is before: two records with values of every kind.
std::vector<Draft> BaseDrafts(const std::string& name);

// A fourth act of the first site, when it knows what the second did; unless it rules on a case.
Draft FourthDraft(size_t kind, const std::string& name);
inline constexpr size_t kFourths = 4;

}  // namespace chancery::model

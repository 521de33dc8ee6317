// What an expectation finds at one site.
#pragma once

#include <string>

#include "chancery/chancery.h"
#include "net/drill/statement.h"

namespace chancery::drill {

struct Finding {
  bool holds = false;
  std::string shown;       // what the site holds, in one line
  bool contested = false;  // a value that is shown for the time being
};

// Any check but kEqual, which is about several sites. Names in `expect` stand for entries already.
Finding Look(const Snapshot& snapshot, const Expect& expect);

// What kEqual compares: two sites are equal where this is.
std::string Holdings(const Snapshot& snapshot);

}  // namespace chancery::drill

// How a simulated run ended, in words and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "chancery/types.h"
#include "net/sim/sim.h"

namespace chancery::cli {

struct SimEnd {
  const sim::Plan& plan;
  const sim::Report& report;
  std::string only;     // of which events: "3,17,40"; "" = all
  std::string picture;  // file that was written; "" = none
  struct Drill {
    std::string file;
    bool fails = false;        // as the run did
    std::vector<size_t> only;  // events that it takes
  };
  std::optional<Drill> drill;
};

std::string SimScreen(const SimEnd& end);
Literal SimJson(const SimEnd& end);

}  // namespace chancery::cli

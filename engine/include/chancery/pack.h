// PUBLIC. What a pack says, as plain data: for screens, imports and tools that must know a field's type before they write it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace chancery {

struct FieldShape {
  std::string name, type;                                    // type as in the pack's TOML: text integer … group set
  std::string of;                                            // sets: the element's type; else ""
  std::vector<std::pair<std::string, std::string>> members;  // groups: name and type, ascending by name
};

struct RegisterShape {
  std::string name, title;
  std::vector<FieldShape> fields;  // ascending by name
};

struct PackNote {
  std::string rule;   // "" in the silent list
  std::string where;  // "parcel.owner"
  std::string what;   // one sentence
};

struct PackView {
  std::string name;
  uint64_t version = 1;
  std::string ack = "local";              // what a filing waits for: "local", "witnessed K", "settled"
  std::vector<RegisterShape> registers;   // ascending by name
  std::vector<PackNote> clashes, silent;  // what can clash; what merges in silence. Both ascending by `where`
};

// Parses and checks a pack that stands alone, or on top of others: `earlier` are (origin, TOML) in the order they would be
// loaded. Errors: refusal `pack`, with "ORIGIN:LINE:COLUMN: what is wrong".
absl::StatusOr<PackView> CheckPack(std::string_view toml, std::string_view origin,
                                   const std::vector<std::pair<std::string, std::string>>& earlier = {});

}  // namespace chancery

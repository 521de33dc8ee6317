// How drills put things in words. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "chancery/types.h"
#include "net/drill/statement.h"

namespace chancery::drill {

std::string List(const std::vector<std::string>& names);  // "a, b and c"
std::string Duration(int64_t ms);                         // "2h 5m", the largest units first
std::string Time(int64_t ms);                             // "2026-01-01 00:10:00.003"
std::string Shorten(std::string text);                    // one line of bounded length, cut between characters
std::string Describe(const Draft& draft);                 // "new parcel/1: owner Mari; parcel/2: remark unset"
std::string Describe(const RulingDraft& ruling);          // "keep tallinn-4 (judge: filed first)"
std::string Describe(const absl::Status& status);         // "refused, unique (parcel-number): …"
std::string Describe(const Expect& expect);               // "value parcel/1/owner \"Jaan\""

}  // namespace chancery::drill

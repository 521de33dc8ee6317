// Records as their rows have them.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "engine/codec/record.h"
#include "engine/journal/lanes.h"

namespace chancery {

// As DecodeRecord, of a store with these lanes: a dot of another one would lead astray whoever follows it. Errors: DataLoss.
absl::Status ReadStored(std::string_view row, const Lanes& lanes, Record* record);

}  // namespace chancery

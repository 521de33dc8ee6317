// An entry in words: what it did, a line an operation.
#pragma once

#include <string>
#include <vector>

#include "chancery/types.h"

namespace chancery::cli {

// Plain text, not wrapped: "parcel/1: new, owner Mari", "ruled parcel.owner parcel/1: keep tallinn-4". At least one line.
std::vector<std::string> Describe(const EntryView& entry);

}  // namespace chancery::cli

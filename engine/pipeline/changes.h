// The change feed: every entry once, causes before effects, each with the position to go on from.
#pragma once

#include <functional>
#include <string_view>

#include "chancery/types.h"
#include "engine/pipeline/read.h"

namespace chancery {

// As Snapshot::Changes. A position is a frontier, so it says which entries were told and not how far a counter had come: what
// arrives late from another site is told late, and not left out. Within one call the order is the canonical one.
absl::Status EachChange(const Workspace& work, Reader& reader, std::string_view since, std::string_view address,
                        const std::function<bool(const ChangeView&)>& visit);

}  // namespace chancery

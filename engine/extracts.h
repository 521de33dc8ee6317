// What was handed out, compared with what is known now.
#pragma once

#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "engine/evidence/extract.h"
#include "engine/handed_out.h"
#include "engine/register/workspace.h"

namespace chancery {

ExtractView ViewOf(const ExtractWords& words, std::string_view text);

// With what a merge or a ruling has made otherwise since. Errors: as Snapshot::AsOf.
absl::StatusOr<ExtractView> ExtractSince(const std::string& text, const Snapshot& now);
// With the rulings that since took from its entry, or from one that this was built on, what stood then. Errors: likewise.
absl::StatusOr<ExtractView> ReceiptSince(const HandedOut& receipt, const Snapshot& now, Workspace& work);

}  // namespace chancery

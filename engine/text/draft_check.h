// What must hold for any draft, whether read from JSON or built in code, before a site types it against its packs.
#pragma once

#include "absl/status/status.h"
#include "chancery/types.h"

namespace chancery {

// One to 4096 operations, each on a record's address; a field in at most one verb of an entry, but `add` and `remove` of
// different elements in one operation; `over` only beside a set or unset; texts valid and within limits; a correction with its
// reason. Errors: a refusal `type` or `limit`. O(changes · log changes).
absl::Status CheckDraft(const Draft& draft);

// The same of a draft whose only operation writes the same fields by the same verbs as that of one that was checked, and is
// `over` nothing: what they say of fields is not looked at again.
absl::Status CheckDraftLike(const Draft& draft);

}  // namespace chancery

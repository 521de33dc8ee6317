// What stands in a field, one value after the other: what records are found by.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "engine/register/workspace.h"

namespace chancery {

// Every value that stands, unset ones too; of a set its elements; the state and the step a record begins with; of what adds up
// the sum; of shares the owners, of a priority list the ids on it, as texts. In no promised order. Errors: DataLoss.
absl::Status EachStanding(const Record& record, const FieldInfo& field, const Workspace& work,
                          const std::function<void(const Value&)>& visit);

}  // namespace chancery

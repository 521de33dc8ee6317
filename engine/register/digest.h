// A record's share of the state digest (docs/reference/digest.md).
#pragma once

#include <string_view>

#include "engine/register/view.h"

namespace chancery {

// Of the canonical tuple; zero for a record in which nothing stands. ~0.3 us a record.
Sum128 RecordDigest(const RegisterInfo& reg, std::string_view key, const Record& record, const Lanes& lanes,
                    const RegistryId& registry);

}  // namespace chancery

// A record's share of the state digest (docs/reference/digest.md).
#pragma once

#include "engine/register/view.h"

namespace chancery {

// Zero for a record that does not exist. seed: DigestSeed of it. ~20 ns a field.
Sum128 RecordDigest(const RegisterInfo& reg, const Record& record, const Lanes& lanes, uint64_t seed);

// The same of a record that one operation begins and wrote each of these fields.
Sum128 BegunDigest(const RegisterInfo& reg, Dot dot, uint16_t op, absl::Span<const LoneWrite> writes, const Lanes& lanes,
                   uint64_t seed);

// Of that what one field adds to a record that exists.
Sum128 FieldDigest(const RegisterInfo& reg, uint16_t field, const Record& record, const Lanes& lanes, uint64_t seed);

}  // namespace chancery

// What an entry says, without where it stands and what was found there: by it one act is known that was filed twice.
#pragma once

#include <string>

#include "engine/codec/entry.h"
#include "engine/journal/lanes.h"
#include "engine/register/catalog.h"

namespace chancery {

// Equal for two entries iff an officer wrote the same into them. Numbers issued, writes replaced, lots given and references that
// a deletion unset are not compared. The catalog has the entry's packs.
std::string ContentOf(Entry entry, const Catalog& catalog, const Lanes& lanes);

}  // namespace chancery

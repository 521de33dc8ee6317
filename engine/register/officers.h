// The register of officers: how the record of one is found, and for whom he stands.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/codec/record.h"
#include "engine/journal/lanes.h"
#include "engine/register/catalog.h"
#include "engine/register/keys.h"

namespace chancery {

inline constexpr size_t kDeputies = 8;  // who stands for whom who stands for whom …

// nullopt: no record can have that name, so nobody has it.
std::optional<RecordKey> OfficerKey(std::string_view name);

// For whom the officer of that record stands; "" = for nobody.
std::string PrincipalIn(const Record& record, const RegisterInfo& officers, const Lanes& lanes);

}  // namespace chancery

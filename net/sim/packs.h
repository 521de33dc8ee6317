// The packs of simulated registries.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace chancery::sim {

// A register with every kind of field that clashes or adds up, rules of every kind. version 2: one field more, one limit lower.
std::string UnitPack(int version);
extern const char kMarkPack[];  // pairs of records for the client's history; documents

inline constexpr const char* kUnitFile = "sim-unit.toml";
inline constexpr const char* kUnitHigherFile = "sim-unit-2.toml";
inline constexpr const char* kMarkFile = "sim-mark.toml";
inline constexpr const char* kPackFiles[] = {kUnitFile, kUnitHigherFile, kMarkFile};

// The TOML of one of these files. Errors: NotFound.
absl::StatusOr<std::string> PackText(const std::string& file);

}  // namespace chancery::sim

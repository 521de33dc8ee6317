// The packs of simulated registries.
#pragma once

namespace chancery::sim {

extern const char kUnitPack[];        // a register with every kind of field that clashes or adds up, rules of every kind
extern const char kUnitPackHigher[];  // its next version: one field more, one limit lower
extern const char kMarkPack[];        // pairs of records for the client's history

inline constexpr const char* kUnitFile = "sim-unit.toml";
inline constexpr const char* kUnitHigherFile = "sim-unit-2.toml";
inline constexpr const char* kMarkFile = "sim-mark.toml";

}  // namespace chancery::sim

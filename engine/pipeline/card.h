// The card that a joining site hands to a member: its name, role, key and registry, signed by that key.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"

namespace chancery {

std::string WriteCard(std::string_view site, Role role, const RegistryId& registry, const KeyPair& key);

// Errors: refusal `admission` (no card, another registry, its signature does not hold).
absl::StatusOr<Admit> ReadCard(std::string_view card, const RegistryId& registry);

// A key as people compare it over the telephone: eight groups of four hexadecimal digits of SHA-256.
std::string FingerprintOf(const PublicKey& key);

}  // namespace chancery

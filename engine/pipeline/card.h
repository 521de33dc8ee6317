// The card that a joining site hands to a member: its name, role, key and registry, signed by that key. A site that had to make a
// new key says which one it replaces.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"

namespace chancery {

struct Card {
  std::string site;
  Role role = Role::kFull;
  PublicKey key;
  std::optional<PublicKey> replaces;  // the key of a lane of the same site, which this site can or must not use any more
};

std::string WriteCard(std::string_view site, Role role, const RegistryId& registry, const KeyPair& key,
                      const std::optional<PublicKey>& replaces);

// Errors: refusal `admission` (no card, another registry, its signature does not hold).
absl::StatusOr<Card> ReadCard(std::string_view card, const RegistryId& registry);

std::string_view RoleName(Role role);  // full, blind, witness
std::optional<Role> RoleOf(std::string_view name);

// A key as people compare it over the telephone: eight groups of four hexadecimal digits of SHA-256.
std::string FingerprintOf(const PublicKey& key);

// What a site signs of words that are no entry.
std::string VouchMessage(const RegistryId& registry, std::string_view words);

}  // namespace chancery

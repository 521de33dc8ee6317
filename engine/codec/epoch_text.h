// What a member signs that accepts an epoch. With the signatures behind it a signed note (engine/proof/note.h): whoever has the
// keys of the members before can tell who the members are from then on, and by which keys. docs/reference/epoch.md
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/codec/entry.h"
#include "engine/proof/note.h"

namespace chancery {

struct EpochWords {
  RegistryId registry;
  Epoch epoch;
  Ballot ballot;
  std::vector<PublicKey> keys;  // of the members, in their order
  bool operator==(const EpochWords&) const = default;
};

// CHECKs that there is a key for each member.
std::string EpochText(const RegistryId& registry, const Epoch& epoch, const Ballot& ballot, const std::vector<PublicKey>& keys);
// Accepts what EpochText makes of an epoch that an entry may have, with keys that are those of the lanes. Errors:
// InvalidArgument.
absl::StatusOr<EpochWords> ParseEpochText(std::string_view text);

// The key by which a member signs, as the lines of a note name it.
VerifierKey EpochKey(const RegistryId& registry, const PublicKey& key);

}  // namespace chancery

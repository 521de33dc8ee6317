// Ed25519 (libsodium). One signature a seal, never one an entry.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/hash.h"

namespace chancery {

using PublicKey = Digest<32>;
using Signature = Digest<64>;

class KeyPair {
 public:
  static KeyPair FromSeed(const Hash256& seed);  // deterministic: drills derive keys from site names
  const PublicKey& public_key() const { return public_key_; }
  Signature Sign(std::string_view message) const;  // ~15 us
  std::string Secret() const;                      // 64 bytes, for the key file
  static bool FromSecret(std::string_view secret, KeyPair* out);

 private:
  PublicKey public_key_;
  Digest<64> secret_;
};

bool Verify(const PublicKey& key, std::string_view message, const Signature& signature);  // ~40 us

}  // namespace chancery

#include "engine/base/sign.h"

#include <sodium.h>

#include "engine/base/status.h"

namespace chancery {
namespace {

static_assert(sizeof(PublicKey) == crypto_sign_PUBLICKEYBYTES && sizeof(Signature) == crypto_sign_BYTES);
static_assert(sizeof(Digest<64>) == crypto_sign_SECRETKEYBYTES && sizeof(Hash256) == crypto_sign_SEEDBYTES);

void StartSodium() {
  static const int started = sodium_init();  // 1 = another library of this process has started it
  CHECK(started >= 0);
}

const uint8_t* Bytes(std::string_view s) { return reinterpret_cast<const uint8_t*>(s.data()); }

}  // namespace

KeyPair KeyPair::FromSeed(const Hash256& seed) {
  StartSodium();
  KeyPair pair;
  CHECK(crypto_sign_seed_keypair(pair.public_key_.bytes.data(), pair.secret_.bytes.data(), seed.bytes.data()) == 0);
  return pair;
}

Signature KeyPair::Sign(std::string_view message) const {
  Signature out;
  CHECK(crypto_sign_detached(out.bytes.data(), nullptr, Bytes(message), message.size(), secret_.bytes.data()) == 0);
  return out;
}

std::string KeyPair::Secret() const { return std::string(secret_.view()); }

bool KeyPair::FromSecret(std::string_view secret, KeyPair* out) {
  if (secret.size() != crypto_sign_SECRETKEYBYTES) return false;
  // The secret is the seed and the public key; a pair that does not belong together would sign what nobody can verify.
  const KeyPair pair = FromSeed(Hash256::From(secret.substr(0, crypto_sign_SEEDBYTES)));
  if (pair.secret_.view() != secret) return false;
  *out = pair;
  return true;
}

bool Verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  StartSodium();
  return crypto_sign_verify_detached(signature.bytes.data(), Bytes(message), message.size(), key.bytes.data()) == 0;
}

}  // namespace chancery

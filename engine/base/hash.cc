#include "engine/base/hash.h"

#define OPENSSL_SUPPRESS_DEPRECATED  // see Sha256
#include <openssl/sha.h>
#define XXH_INLINE_ALL  // most of what it hashes takes no longer than the call would
#include <xxhash.h>

#include <algorithm>

#include "engine/base/bytes.h"
#include "engine/base/status.h"

namespace chancery {
template <size_t N>
Digest<N> Digest<N>::From(std::string_view s) {
  CHECK(s.size() == N);
  Digest out;
  std::copy(s.begin(), s.end(), out.bytes.begin());
  return out;
}
template struct Digest<16>;
template struct Digest<32>;
template struct Digest<64>;

// OpenSSL's own functions of the algorithm, the same code as behind EVP: its ways to it cost as much as two blocks, and most of
// what is hashed has two to five.
Hash256 Sha256(std::initializer_list<std::string_view> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const std::string_view part : parts) SHA256_Update(&context, part.data(), part.size());
  Hash256 out;
  SHA256_Final(out.bytes.data(), &context);
  return out;
}

Hash128 Cut(const Hash256& h) { return Hash128::From(h.view().substr(0, 16)); }

Hash128 HashParts(std::initializer_list<std::string_view> parts) {
  thread_local ByteBuffer bytes;  // joined: a call of the hash for each part costs more than the copy
  bytes.Clear();
  for (const std::string_view part : parts) bytes.Sized(part);
  return Cut(Sha256({bytes.view()}));
}

uint64_t Name64(std::string_view name) {
  const Hash256 h = Sha256({name});
  return ByteReader(h.view()).U64();
}

uint64_t Xxh64(std::string_view bytes, uint64_t seed) { return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed); }

Sum128 Xxh128(std::string_view bytes, uint64_t seed) {
  const XXH128_hash_t h = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {static_cast<unsigned __int128>(h.high64) << 64 | h.low64};
}

}  // namespace chancery

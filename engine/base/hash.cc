#include "engine/base/hash.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include <algorithm>
#include <memory>

#include "engine/base/bytes.h"
#include "engine/base/status.h"

namespace chancery {
namespace {

// A running SHA-256. The algorithm is fetched once in the process and the context is kept by each thread: a fetch a digest would
// triple the cost of a short one.
class Sha256Stream {
 public:
  Sha256Stream() {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    context_ = context.get();
    CHECK(algorithm != nullptr && context_ != nullptr);
    CHECK(EVP_DigestInit_ex2(context_, algorithm, nullptr) == 1);
  }
  void Add(std::string_view bytes) { CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  Hash256 Finish() {
    Hash256 out;
    CHECK(EVP_DigestFinal_ex(context_, out.bytes.data(), nullptr) == 1);
    return out;
  }

 private:
  EVP_MD_CTX* context_;
};

}  // namespace

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

Hash256 Sha256(std::initializer_list<std::string_view> parts) {
  Sha256Stream stream;
  for (const std::string_view part : parts) stream.Add(part);
  return stream.Finish();
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

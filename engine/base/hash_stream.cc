#include "engine/base/hash_stream.h"

#include <openssl/evp.h>

#include "engine/base/status.h"

namespace chancery {

HashStream::HashStream() : context_(EVP_MD_CTX_new()) {
  CHECK(context_ != nullptr && EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1);
}

HashStream::~HashStream() { EVP_MD_CTX_free(context_); }

void HashStream::Add(std::string_view bytes) { CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }

Hash256 HashStream::Finish() {
  Hash256 hash;
  CHECK(EVP_DigestFinal_ex(context_, hash.bytes.data(), nullptr) == 1);
  return hash;
}

}  // namespace chancery

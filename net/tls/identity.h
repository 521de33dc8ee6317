// The key that a site shows on the network: Ed25519, with a certificate that it signs itself. Not the key that its entries are
// signed with: that one never leaves the engine.
#pragma once

#include <string>

#include "absl/status/statusor.h"

typedef struct evp_pkey_st EVP_PKEY;

namespace chancery::tls {

struct Identity {
  std::string key_pem, certificate_pem;
  std::string fingerprint;  // "c6d1 09ab …"
};

// From `dir`/link.key, which is made where there is none (0600). Errors: NotFound (no store is in `dir`), FailedPrecondition
// (others may read it), DataLoss (it holds no such key), Unknown (it cannot be written).
absl::StatusOr<Identity> OwnIdentity(const std::string& dir);

// From `dir`/link.next. Errors: NotFound (there is none), as OwnIdentity.
absl::StatusOr<Identity> NextIdentity(const std::string& dir);

absl::StatusOr<Identity> MakeNextIdentity(const std::string& dir);  // the same; it is made where there is none

// The same of a directory in which there is no store yet. It is made.
absl::StatusOr<Identity> FutureIdentity(const std::string& dir);

// The first 16 bytes of the SHA-256 of an Ed25519 key, in groups of four digits, as of a site's key. "" for any other kind.
std::string FingerprintOf(const EVP_PKEY* key);

}  // namespace chancery::tls

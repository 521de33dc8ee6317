// Keys and certificates in every dress in which somebody might come to a door.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <functional>
#include <memory>
#include <string>

namespace chancery::hostile {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Key KeyOf(const std::string& pem);
Key NewKey(int kind);  // EVP_PKEY_ED25519, EVP_PKEY_EC or EVP_PKEY_RSA

struct Claims {
  const char* name = "chancery";  // the subject's
  const char* issuer = nullptr;   // nullptr: it is its own
  bool authority = false;
  int from_day = -1, to_day = 1;  // of its validity, from today on
};

// shown: whose key the certificate has; signer: who signs it.
Certificate Certify(EVP_PKEY* shown, EVP_PKEY* signer, const Claims& claims);

// What somebody comes with who is not to be let in.
struct Dress {
  const char* family;
  X509* certificate;  // nullptr: none
  EVP_PKEY* key;
  int newest = TLS1_3_VERSION;  // of TLS, at most
};

// `rounds` times each family, with changing kinds of keys and claims. known: a key that is let in where it is shown as it should
// be.
void ForEachDress(int rounds, EVP_PKEY* known, const std::function<void(const Dress&)>& wear);

}  // namespace chancery::hostile

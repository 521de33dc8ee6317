#include "tests/hostile/certificates.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <map>

namespace chancery::hostile {
namespace {

constexpr long kDay = 86'400;
constexpr int kKinds[] = {EVP_PKEY_ED25519, EVP_PKEY_EC, EVP_PKEY_RSA};
constexpr const char* kNames[] = {"tallinn", "luxembourg", "riga", "chancery"};

// It shows the public half of `shown`, an Ed25519 key, and has the private half of another.
Key PretendedKey(EVP_PKEY* shown) {
  const Key own = NewKey(EVP_PKEY_ED25519);
  unsigned char halves[2][32];
  size_t size = sizeof halves[0];
  EVP_PKEY_get_raw_public_key(shown, halves[0], &size);
  EVP_PKEY_get_raw_private_key(own.get(), halves[1], &size);
  OSSL_PARAM parts[] = {OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, halves[0], sizeof halves[0]),
                        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, halves[1], sizeof halves[1]),
                        OSSL_PARAM_construct_end()};
  EVP_PKEY* made = nullptr;
  EVP_PKEY_CTX* making = EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr);
  EVP_PKEY_fromdata_init(making);
  EVP_PKEY_fromdata(making, &made, EVP_PKEY_KEYPAIR, parts);
  EVP_PKEY_CTX_free(making);
  return {made, EVP_PKEY_free};
}

void SetName(X509_NAME* name, const char* text) {
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
}

}  // namespace

Key KeyOf(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  Key key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr), EVP_PKEY_free);
  BIO_free(bio);
  return key;
}

Key NewKey(int kind) {
  if (kind == EVP_PKEY_RSA) return {EVP_RSA_gen(2048), EVP_PKEY_free};
  if (kind == EVP_PKEY_EC) return {EVP_EC_gen("P-256"), EVP_PKEY_free};
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
}

Certificate Certify(EVP_PKEY* shown, EVP_PKEY* signer, const Claims& claims) {
  Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), claims.from_day * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), claims.to_day * kDay);
  SetName(X509_get_subject_name(made.get()), claims.name);
  SetName(X509_get_issuer_name(made.get()), claims.issuer == nullptr ? claims.name : claims.issuer);
  X509_set_pubkey(made.get(), shown);
  if (claims.authority) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(made.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(made.get(), signer, EVP_PKEY_id(signer) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256());
  return made;
}

void ForEachDress(int rounds, EVP_PKEY* known, const std::function<void(const Dress&)>& wear) {
  std::map<int, Key> keys;
  for (const int kind : kKinds) keys.emplace(kind, NewKey(kind));
  const Key pretended = PretendedKey(known), authority = NewKey(EVP_PKEY_ED25519);
  for (int i = 0; i < rounds; ++i) {
    EVP_PKEY* own = keys.at(kKinds[i % 3]).get();
    const char* name = kNames[i / 3 % 4];
    const bool claims_authority = i / 12 % 2 == 1;
    const Certificate self = Certify(own, own, {.name = name, .authority = claims_authority});
    const Certificate expired = Certify(own, own, {.name = name, .from_day = -30, .to_day = -1});
    const Certificate issued = Certify(own, authority.get(), {.name = name, .issuer = kNames[(i + 1) % 4]});
    const Certificate copied = Certify(known, own, {.name = name, .authority = claims_authority});
    const Certificate right = Certify(known, known, {.name = name});
    wear({"an unknown key, whatever name or authority it claims", self.get(), own});
    wear({"an unknown key, expired", expired.get(), own});
    wear({"an unknown key with another's signature", issued.get(), own});
    wear({"the known key in a certificate whose private half is another's", copied.get(), pretended.get()});
    wear({"the known key by TLS 1.2", right.get(), known, TLS1_2_VERSION});
    wear({"no certificate", nullptr, nullptr});
  }
}

}  // namespace chancery::hostile

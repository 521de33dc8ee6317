#include "net/tls/identity.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "absl/strings/escaping.h"
#include "chancery/net.h"
#include "engine/base/file.h"

namespace chancery {
namespace tls {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

std::string Pem(const auto& write) {
  const Bio memory(BIO_new(BIO_s_mem()));
  char* bytes = nullptr;
  if (!memory || write(memory.get()) != 1) return "";
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  return std::string(bytes, static_cast<size_t>(size));
}

bool AddExtension(X509* certificate, int nid, const char* value) {
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Nothing in it is relied on but the key. It never ends: a key ends when it is taken off the list of those that are known.
Certificate SelfSigned(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509* x = certificate.get();
  const auto* name = reinterpret_cast<const unsigned char*>("chancery");
  const bool made = x != nullptr && X509_set_version(x, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
                    ASN1_TIME_set_string(X509_getm_notBefore(x), "20200101000000Z") == 1 &&
                    ASN1_TIME_set_string(X509_getm_notAfter(x), "99991231235959Z") == 1 && X509_set_pubkey(x, key) == 1 &&
                    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
                    X509_set_issuer_name(x, X509_get_subject_name(x)) == 1 &&
                    AddExtension(x, NID_basic_constraints, "critical,CA:FALSE") &&
                    AddExtension(x, NID_key_usage, "critical,digitalSignature") && X509_sign(x, key, nullptr) != 0;
  return made ? std::move(certificate) : nullptr;
}

std::string MakePem() {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const Certificate certificate = key ? SelfSigned(key.get()) : nullptr;
  if (!certificate) return "";
  return Pem([&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); }) +
         Pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
}

// Under its name only once it is whole, and never over another one: who comes second takes the first one's.
absl::Status Keep(const std::string& path, const std::string& bytes) {
  const std::string part = path + "." + std::to_string(getpid());
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return absl::UnknownError(part + " cannot be written");
  const bool written = write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && fsync(fd) == 0;
  close(fd);
  const bool there = written && (link(part.c_str(), path.c_str()) == 0 || errno == EEXIST);
  unlink(part.c_str());
  return there ? absl::OkStatus() : absl::UnknownError(path + " cannot be written");
}

absl::StatusOr<Identity> Read(const std::string& path) {
  struct stat at;
  if (stat(path.c_str(), &at) == 0 && (at.st_mode & 077) != 0)
    return absl::FailedPreconditionError(path + " can be read by others: chmod 600 " + path);
  const absl::StatusOr<std::string> read = ReadFile(path);
  if (!read.ok()) return read.status();
  const std::string& pem = *read;
  const Bio in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  const size_t second = pem.find("-----BEGIN CERTIFICATE");
  Identity own{.key_pem = pem.substr(0, second), .certificate_pem = {}, .fingerprint = FingerprintOf(key.get())};
  if (own.fingerprint.empty() || second == std::string::npos)
    return absl::DataLossError(path + " holds no Ed25519 key with its certificate; without the file a new key is made");
  own.certificate_pem = pem.substr(second);
  return own;
}

absl::StatusOr<Identity> ReadOrMake(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) {
    const std::string pem = MakePem();
    if (pem.empty()) return absl::UnknownError("no key could be made");
    if (absl::Status kept = Keep(path, pem); !kept.ok()) return kept;
  }
  return Read(path);
}

}  // namespace

std::string FingerprintOf(const EVP_PKEY* key) {
  unsigned char raw[32], hash[SHA256_DIGEST_LENGTH];
  size_t size = sizeof raw;
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 || EVP_PKEY_get_raw_public_key(key, raw, &size) != 1) return "";
  SHA256(raw, size, hash);
  const std::string hex = absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(hash), 16));
  std::string shown;
  for (size_t i = 0; i < hex.size(); i += 4) shown += (i > 0 ? " " : "") + hex.substr(i, 4);
  return shown;
}

absl::StatusOr<Identity> OwnIdentity(const std::string& dir) {
  if (access((dir + "/data.mdb").c_str(), F_OK) != 0) return absl::NotFoundError("there is no store in " + dir);
  return FutureIdentity(dir);
}

absl::StatusOr<Identity> FutureIdentity(const std::string& dir) {
  if (mkdir(dir.c_str(), 0700) != 0 && errno != EEXIST) return absl::UnknownError(dir + " cannot be made");
  return ReadOrMake(dir + "/link.key");
}

absl::StatusOr<Identity> NextIdentity(const std::string& dir) {
  const std::string path = dir + "/link.next";
  return access(path.c_str(), F_OK) == 0 ? Read(path) : absl::NotFoundError("there is no " + path);
}

absl::StatusOr<Identity> MakeNextIdentity(const std::string& dir) {
  const absl::StatusOr<Identity> own = OwnIdentity(dir);  // the store is there, and has a key to renew
  return own.ok() ? ReadOrMake(dir + "/link.next") : own;
}

}  // namespace tls

absl::StatusOr<std::string> FutureFingerprint(const std::string& dir) {
  const absl::StatusOr<tls::Identity> own = tls::FutureIdentity(dir);
  return own.ok() ? absl::StatusOr<std::string>(own->fingerprint) : own.status();
}

absl::StatusOr<std::string> LinkFingerprint(const std::string& dir) {
  const absl::StatusOr<tls::Identity> own = tls::OwnIdentity(dir);
  return own.ok() ? absl::StatusOr<std::string>(own->fingerprint) : own.status();
}

absl::StatusOr<std::string> MakeNextLinkKey(const std::string& dir) {
  const absl::StatusOr<tls::Identity> next = tls::MakeNextIdentity(dir);
  return next.ok() ? absl::StatusOr<std::string>(next->fingerprint) : next.status();
}

absl::StatusOr<std::string> NextFingerprint(const std::string& dir) {
  const absl::StatusOr<tls::Identity> next = tls::NextIdentity(dir);
  if (absl::IsNotFound(next.status())) return std::string();
  return next.ok() ? absl::StatusOr<std::string>(next->fingerprint) : next.status();
}

absl::Status SwitchLinkKey(const std::string& dir) {
  if (const absl::Status good = tls::NextIdentity(dir).status(); !good.ok()) return good;
  const bool renamed = rename((dir + "/link.next").c_str(), (dir + "/link.key").c_str()) == 0;
  return renamed ? absl::OkStatus() : absl::UnknownError(dir + "/link.key cannot be replaced");
}

}  // namespace chancery

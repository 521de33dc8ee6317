#include "net/tls/pinned.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <utility>

namespace chancery::tls {
namespace {

constexpr kj::Duration kHandshake = 10 * kj::SECONDS;
constexpr kj::byte kWelcome = 1;

// KJ's TLS can trust authorities only, and keeps what OpenSSL made to itself. An explicit instantiation may name private members
// ([temp.spec]/6): this reads two pointers, `TlsContext::ctx` and `TlsPeerIdentity::cert`, of libkj-tls 0.9.2.
template <class Tag, auto kMember>
struct Opened {
  friend auto MemberOf(Tag) { return kMember; }
};
struct ContextTag {
  friend auto MemberOf(ContextTag);
};
struct CertificateTag {
  friend auto MemberOf(CertificateTag);
};
template struct Opened<ContextTag, &kj::TlsContext::ctx>;
template struct Opened<CertificateTag, &kj::TlsPeerIdentity::cert>;

SSL_CTX* ContextOf(kj::TlsContext& context) { return static_cast<SSL_CTX*>(context.*MemberOf(ContextTag())); }
X509* CertificateOf(kj::TlsPeerIdentity& identity) { return static_cast<X509*>(identity.*MemberOf(CertificateTag())); }

// In place of the walk up a chain. That the other side has the key is what the handshake itself proves.
int Judge(X509_STORE_CTX* store, void* known) {
  const X509* shown = X509_STORE_CTX_get0_cert(store);
  const std::string fingerprint = shown == nullptr ? "" : FingerprintOf(X509_get0_pubkey(shown));
  const bool good = !fingerprint.empty() && (*static_cast<const std::function<bool(const std::string&)>*>(known))(fingerprint);
  X509_STORE_CTX_set_error(store, good ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return good ? 1 : 0;
}

kj::TlsContext::Options OptionsOf(const kj::TlsKeypair& own, kj::Timer& timer) {
  kj::TlsContext::Options options;
  options.useSystemTrustStore = false;
  options.verifyClients = true;
  options.defaultKeypair = own;
  options.minVersion = static_cast<kj::TlsVersion>(static_cast<int>(kj::TlsVersion::TLS_1_2) + 1);  // has no name there: TLS 1.3
  options.timer = timer;
  options.acceptTimeout = kHandshake;
  return options;
}

kj::TlsKeypair KeypairOf(const Identity& own) {
  return {kj::TlsPrivateKey(kj::StringPtr(own.key_pem.c_str())), kj::TlsCertificate(kj::StringPtr(own.certificate_pem.c_str()))};
}

Link LinkOf(kj::AuthenticatedStream stream) {
  X509* shown = CertificateOf(kj::downcast<kj::TlsPeerIdentity>(*stream.peerIdentity));
  return {kj::mv(stream.stream), shown == nullptr ? "" : FingerprintOf(X509_get0_pubkey(shown))};
}

kj::AuthenticatedStream Plain(kj::Own<kj::AsyncIoStream> stream) {
  return {kj::mv(stream), kj::UnknownPeerIdentity::newInstance()};
}

}  // namespace

Pinned::Pinned(const Identity& own, kj::Timer& timer, std::function<bool(const std::string&)> known)
    : timer_(timer), known_(std::move(known)) {
  Show(own);
}

void Pinned::Show(const Identity& own) {
  contexts_.push_back(kj::heap<kj::TlsContext>(OptionsOf(KeypairOf(own), timer_)));
  SSL_CTX* context = ContextOf(*contexts_.back());
  SSL_CTX_set_cert_verify_callback(context, Judge, &known_);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0);
}

// To the caller a handshake of TLS 1.3 has succeeded before its key was judged, so it is told with one byte that it may come in.
kj::Promise<Link> Pinned::Accept(kj::Own<kj::AsyncIoStream> stream) {
  return contexts_.back()->wrapServer(Plain(kj::mv(stream))).then([](kj::AuthenticatedStream done) {
    Link link = LinkOf(kj::mv(done));
    auto told = link.stream->write(&kWelcome, sizeof kWelcome);
    return told.then([link = kj::mv(link)]() mutable { return kj::mv(link); });
  });
}

kj::Promise<Link> Pinned::Connect(kj::Own<kj::AsyncIoStream> stream) {
  constexpr const char* kNobodyLooks = "chancery";
  auto link = contexts_.back()->wrapClient(Plain(kj::mv(stream)), kNobodyLooks).then([](kj::AuthenticatedStream done) {
    Link link = LinkOf(kj::mv(done));
    auto welcome = kj::heap<kj::byte>();
    auto told = link.stream->read(welcome.get(), sizeof kWelcome);
    return told.then([link = kj::mv(link), welcome = kj::mv(welcome)]() mutable { return kj::mv(link); });
  });
  return timer_.timeoutAfter(kHandshake, kj::mv(link));
}

}  // namespace chancery::tls

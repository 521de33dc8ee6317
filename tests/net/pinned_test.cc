// Who gets in by TLS: only who shows a key that is known, in TLS 1.3.
#include "net/tls/pinned.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "net/rpc/failure.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery {
namespace {

struct Store {
  TempDir dir;
  tls::Identity identity;
  Store() {
    std::ofstream(dir / "data.mdb") << "";
    identity = Ok(tls::OwnIdentity(dir.path()));
  }
};

// A listener on loopback that lets the keys of `known` in, and what its last visitor came to.
struct Door {
  kj::AsyncIoContext io = kj::setupAsyncIo();
  Store host, guest;
  std::set<std::string> known{guest.identity.fingerprint}, known_there{host.identity.fingerprint};
  tls::Pinned inside{host.identity, io.provider->getTimer(), [this](const std::string& key) { return known.contains(key); }};
  kj::Own<kj::ConnectionReceiver> port = io.provider->getNetwork().parseAddress("127.0.0.1").wait(io.waitScope)->listen();
  std::string visitor;  // the fingerprint, or why it was not let in
  kj::Promise<void> admitting = Admit().eagerlyEvaluate(nullptr);

  kj::Promise<void> Admit() {
    return port->accept()
        .then([this](kj::Own<kj::AsyncIoStream> raw) { return inside.Accept(kj::mv(raw)); })
        .then([this](tls::Link link) { visitor = link.fingerprint; },
              [this](kj::Exception&& why) { visitor = why.getDescription().cStr(); })
        .then([this] { return Admit(); });
  }
  kj::Own<kj::AsyncIoStream> Raw() {
    auto address = io.provider->getNetwork().parseAddress("127.0.0.1", port->getPort()).wait(io.waitScope);
    return address->connect().wait(io.waitScope);
  }
  // What the caller learns: "in" or the error.
  std::string Call(const tls::Identity& as) {
    tls::Pinned outside(as, io.provider->getTimer(), [this](const std::string& key) { return known_there.contains(key); });
    std::string outcome = "in";
    const auto failed = kj::runCatchingExceptions([&] { outside.Connect(Raw()).wait(io.waitScope); });
    KJ_IF_MAYBE (why, failed) {
      outcome = std::string(rpc::Caught(*why).message());
    }
    return outcome;
  }
};

TEST(Pinned, KnownKeysMeet) {
  Door door;
  EXPECT_EQ(door.Call(door.guest.identity), "in");
  EXPECT_EQ(door.visitor, door.guest.identity.fingerprint);
}

TEST(Pinned, AnUnknownKeyIsToldSoAndGetsNothing) {
  Door door;
  const Store stranger;
  EXPECT_EQ(door.Call(stranger.identity), "the peer does not know our key");
  EXPECT_EQ(door.Call(door.guest.identity), "in") << "and the door still works";
  door.known.clear();
  EXPECT_EQ(door.Call(door.guest.identity), "the peer does not know our key") << "a key that was taken off the list";
}

TEST(Pinned, AnUnknownHostIsNotTalkedTo) {
  Door door;
  door.known_there.clear();
  EXPECT_EQ(door.Call(door.guest.identity), "the peer shows a key that is not known here");
}

TEST(Pinned, WithoutAKeyOrWithAnOlderTlsNobodyGetsIn) {
  Door door;
  kj::TlsContext::Options options;  // as a browser comes: it trusts nobody in particular and shows nothing
  options.useSystemTrustStore = false;
  kj::TlsContext bare(options);
  const auto bare_failed = kj::runCatchingExceptions([&] { bare.wrapClient(door.Raw(), "x").wait(door.io.waitScope); });
  EXPECT_TRUE(bare_failed != nullptr);

  SSL_CTX* old = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(old, TLS1_2_VERSION);
  SSL* ssl = SSL_new(old);
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, in, out);
  SSL_connect(ssl);
  char hello[4096];
  const int size = BIO_read(out, hello, sizeof hello);
  ASSERT_GT(size, 0);
  auto raw = door.Raw();
  raw->write(hello, static_cast<size_t>(size)).wait(door.io.waitScope);
  kj::byte alert[7] = {};
  EXPECT_GE(raw->tryRead(alert, 7, 7).wait(door.io.waitScope), 7u);
  EXPECT_EQ(alert[0], 21) << "an alert";
  EXPECT_EQ(alert[6], 70) << "protocol_version";
  SSL_free(ssl);
  SSL_CTX_free(old);
  EXPECT_EQ(door.Call(door.guest.identity), "in");
}

TEST(Pinned, RubbishInsteadOfAHandshakeHurtsNobodyElse) {
  Door door;
  for (int i = 0; i < 50; ++i) {
    auto raw = door.Raw();
    const std::string rubbish(static_cast<size_t>(1 + i * 37), static_cast<char>(i));
    raw->write(rubbish.data(), rubbish.size()).wait(door.io.waitScope);
  }
  EXPECT_EQ(door.Call(door.guest.identity), "in");
}

TEST(Identity, IsMadeOnceAndReadByItsOwnerAlone) {
  const Store store;
  struct stat at = {};
  const std::string path = store.dir / "link.key";
  ASSERT_EQ(stat(path.c_str(), &at), 0);
  EXPECT_EQ(at.st_mode & 0777, 0600u);
  EXPECT_EQ(Ok(tls::OwnIdentity(store.dir.path())).fingerprint, store.identity.fingerprint);
  EXPECT_NE(Store().identity.fingerprint, store.identity.fingerprint);
  chmod(path.c_str(), 0640);
  EXPECT_EQ(tls::OwnIdentity(store.dir.path()).status().code(), absl::StatusCode::kFailedPrecondition);
  chmod(path.c_str(), 0600);
  std::ofstream(path, std::ios::trunc) << "rubbish";
  EXPECT_EQ(tls::OwnIdentity(store.dir.path()).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Identity, NeedsAStore) {
  const TempDir empty;
  EXPECT_EQ(tls::OwnIdentity(empty.path()).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace chancery

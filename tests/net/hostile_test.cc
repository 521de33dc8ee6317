// Who means harm, over real TLS: 2,000 inputs by families with names. Each is refused or changes nothing, the peer beside is
// served, nothing leaks.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "capnp/serialize.h"
#include "net/rpc/failure.h"
#include "net/rpc/wire.h"
#include "tests/net/wired.h"
#include "tests/support/figure.h"

namespace chancery {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

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

// shown: whose key the certificate has; signer: who signs it.
Certificate Certify(EVP_PKEY* shown, EVP_PKEY* signer, const char* name, bool authority) {
  Certificate made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -86'400);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 86'400);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name),
                             -1, -1, 0);
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  X509_set_pubkey(made.get(), shown);
  if (authority) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(made.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(made.get(), signer, EVP_PKEY_id(signer) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256());
  return made;
}

// A client that is none of ours: OpenSSL on a blocking socket.
class Client {
 public:
  explicit Client(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(static_cast<uint16_t>(port));
    const timeval patience = {5, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) throw std::runtime_error("nobody listens");
  }
  ~Client() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    close(fd_);
  }
  Client(const Client&) = delete;

  // Whether it was let in: the byte of welcome has come. newest: of TLS, at most.
  bool Shake(X509* certificate, EVP_PKEY* key, int newest = TLS1_3_VERSION) {
    context_ = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context_, newest);
    if (certificate != nullptr) {
      EXPECT_EQ(SSL_CTX_use_certificate(context_, certificate), 1);
      EXPECT_EQ(SSL_CTX_use_PrivateKey(context_, key), 1) << "it would show no certificate";
    }
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, fd_);
    char welcome = 0;
    return SSL_connect(ssl_) == 1 && SSL_read(ssl_, &welcome, 1) == 1 && welcome == 1;
  }
  void Write(const std::string& bytes) const {
    if (!bytes.empty()) SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  }
  void WriteRaw(const std::string& bytes) const { send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // Until the other end closes, or says nothing for so long.
  void Drain(int ms) const {
    char bytes[16 << 10];
    for (pollfd ready = {fd_, POLLIN, 0}; poll(&ready, 1, ms) > 0;)
      if ((ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes) : recv(fd_, bytes, sizeof bytes, 0)) <= 0) break;
  }

 private:
  int fd_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

int OpenFiles() {
  return static_cast<int>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
}

// riga's key is known and its site is a member; whoever sits there means harm. tallinn is an honest peer beside it.
struct Hostile : testing::Test {
  Hostile() {
    sites.LetBothFile();
    sites.peers[identity.fingerprint] = "riga";
    honest = sites.Dial();
    sites.Exchange(*honest);
    before = sites.luxembourg.digests();
    files = OpenFiles();
  }
  ~Hostile() noexcept override {}

  // On a thread of its own: the door is on this one. Returns once it is done.
  void Attack(const std::function<void()>& with) {
    std::atomic<bool> done{false};
    std::thread attacker([&] {
      with();
      done = true;
    });
    while (!done) sites.Turn(1);
    attacker.join();
    ++inputs;
    if (inputs % 25 == 0) ServeTheHonest();
  }
  void ServeTheHonest() {
    const auto start = std::chrono::steady_clock::now();
    const absl::Status status = Try([&] { honest->Exchange().wait(sites.io.waitScope); });
    EXPECT_EQ(status, absl::OkStatus()) << "after input " << inputs;
    slowest = std::max<int64_t>(slowest, (std::chrono::steady_clock::now() - start) / std::chrono::milliseconds(1));
  }
  static absl::Status Try(const std::function<void()>& run) {
    absl::Status status;
    const auto failed = kj::runCatchingExceptions([&] { run(); });
    KJ_IF_MAYBE (why, failed) {
      status = rpc::Caught(*why);
    }
    return status;
  }
  void SendInTls(const std::string& bytes) {
    Attack([&] {
      Client client(sites.door());
      ASSERT_TRUE(client.Shake(certificate.get(), key.get())) << "a known key is let in";
      client.Write(bytes);
      client.Drain(2);
    });
  }
  // What must hold after all of it.
  void Unharmed(int least) {
    ServeTheHonest();
    EXPECT_GE(inputs, least);
    EXPECT_EQ(sites.luxembourg.digests(), before);
    EXPECT_LT(slowest, 1000) << "ms for an exchange of the honest peer";
    sites.visits.erase("riga");
    sites.Turn(50);
    EXPECT_LE(OpenFiles(), files + 2) << "descriptors";
    Figure("hostile.inputs", static_cast<uint64_t>(inputs));
  }

  Wired sites;
  Site riga = Joined("riga", sites.tallinn);
  tls::Identity identity = Ok(tls::OwnIdentity(riga->dir()));
  Key key = KeyOf(identity.key_pem);
  Certificate certificate = Certify(key.get(), key.get(), "riga", false);
  kj::Own<rpc::Call> honest;
  std::string before;
  int files = 0, inputs = 0;
  int64_t slowest = 0;
  std::mt19937 random{20261127};
};

// Keys that are not known, in every dress; and a known key with a certificate that claims to be an authority, which says nothing.
TEST_F(Hostile, Certificates) {
  struct Dress {
    int kind;
    const char* name;
    bool authority;
  };
  std::vector<Dress> dresses;
  for (const int kind : {EVP_PKEY_ED25519, EVP_PKEY_EC, EVP_PKEY_RSA})
    for (const char* name : {"tallinn", "luxembourg", "riga", "chancery"})
      for (const bool authority : {false, true}) dresses.push_back({kind, name, authority});
  const Key pretended = PretendedKey(key.get());
  std::map<int, std::unique_ptr<Key>> keys;
  for (const int kind : {EVP_PKEY_ED25519, EVP_PKEY_EC, EVP_PKEY_RSA}) keys[kind] = std::make_unique<Key>(NewKey(kind));
  for (int i = 0; i < 96; ++i) {
    const Dress& dress = dresses[static_cast<size_t>(i) % dresses.size()];
    const Key& fresh = *keys.at(dress.kind);
    const Certificate self = Certify(fresh.get(), fresh.get(), dress.name, dress.authority);
    const Certificate stolen =
        Certify(key.get(), fresh.get(), dress.name, dress.authority);  // riga's key in it, which it has not
    const int newest = i % 5 == 4 ? TLS1_2_VERSION : TLS1_3_VERSION;
    Attack([&] { EXPECT_FALSE(Client(sites.door()).Shake(self.get(), fresh.get(), newest)); });
    Attack([&] { EXPECT_FALSE(Client(sites.door()).Shake(stolen.get(), pretended.get())); });
    if (i % 4 == 0) Attack([&] { EXPECT_FALSE(Client(sites.door()).Shake(nullptr, nullptr)); });
    if (i % 4 == 1) Attack([&] { EXPECT_FALSE(Client(sites.door()).Shake(certificate.get(), key.get(), TLS1_2_VERSION)); });
  }
  Unharmed(240);
}

TEST_F(Hostile, RubbishInsteadOfAHandshake) {
  const char* const kSpeeches[] = {"GET / HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\x16\x03\x01\xff\xff\x01",
                                   "\x15\x03\x03"};
  for (int i = 0; i < 160; ++i) {
    std::string bytes(random() % 3000, 0);
    for (char& c : bytes) c = static_cast<char>(random());
    if (i % 2 == 0) bytes = kSpeeches[i / 2 % 4] + bytes;
    Attack([&] {
      const Client client(sites.door());
      client.WriteRaw(bytes);
      client.Drain(1);
    });
  }
  Unharmed(160);
}

std::string Words(std::initializer_list<uint32_t> halves) {
  std::string bytes;
  for (const uint32_t half : halves) bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
  return bytes;
}

// Counts that cannot be: segments, words, all at once and byte by byte.
TEST_F(Hostile, MessagesWithCountsThatCannotBe) {
  const uint32_t kCounts[] = {0, 1, 2, 511, 512, 513, 0x7fffffff, 0xfffffffe, 0xffffffff};
  const uint32_t kSizes[] = {0, 1, (8 << 20) / 8, (8 << 20) / 8 + 1, 0x1fffffff, 0x7fffffff, 0xffffffff};
  for (const uint32_t count : kCounts)
    for (const uint32_t size : kSizes)
      for (const bool followed : {false, true}) {
        std::string bytes = Words({count, size});
        if (followed) bytes += std::string(4096, static_cast<char>(random()));
        SendInTls(bytes);
      }
  for (int i = 0; i < 174; ++i) {
    std::string bytes(8 + random() % 4096, 0);
    for (char& c : bytes) c = static_cast<char>(random());
    std::memset(bytes.data(), 0, 4);  // one segment, of as many words as there are, or more
    const auto words = static_cast<uint32_t>(bytes.size() / 8 - 1 + random() % 2);
    std::memcpy(bytes.data() + 4, &words, sizeof words);
    SendInTls(bytes);
  }
  Unharmed(300);
}

// What an honest caller says, as bytes.
std::string HonestSpeech(const Site& site, kj::AsyncIoContext& io) {
  kj::TwoWayPipe pipe = kj::newTwoWayPipe();
  rpc::Connection caller(kj::mv(pipe.ends[0]));
  auto meet = caller.Door().meetRequest();
  rpc::Write(Ok(sync::OwnHello(*site.db)), meet.initHello());
  auto met = meet.send();
  auto exchange = met.getSession().exchangeRequest();
  rpc::Write(sync::Offer{.state = Ok(sync::ReadState(site.now())), .runs = Ok(site.now().RunsSince("0")), .cosignatures = {}},
             exchange.initOffer());
  auto answered = exchange.send();
  std::string bytes(1 << 20, 0);
  size_t size = 0;
  for (int i = 0; i < 20; ++i) {
    auto read = pipe.ends[1]->tryRead(bytes.data() + size, 1, bytes.size() - size);
    auto late = io.provider->getTimer().afterDelay(20 * kj::MILLISECONDS).then([]() -> size_t { return 0; });
    size += read.exclusiveJoin(kj::mv(late)).wait(io.waitScope);
  }
  bytes.resize(size);
  return bytes;
}

TEST_F(Hostile, SpeechesWithFlippedBits) {
  const std::string speech = HonestSpeech(riga, sites.io);
  ASSERT_GT(speech.size(), 1000u);
  for (int i = 0; i < 600; ++i) {
    std::string bytes = speech;
    for (uint32_t flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    SendInTls(bytes);
  }
  Unharmed(600);
}

TEST_F(Hostile, SpeechesCutRepeatedAndOutOfOrder) {
  const std::string speech = HonestSpeech(riga, sites.io);
  for (int i = 0; i < 200; ++i) {
    const size_t cut = random() % speech.size() / 8 * 8;
    SendInTls(i % 4 == 0   ? speech.substr(0, cut)
              : i % 4 == 1 ? speech.substr(cut) + speech.substr(0, cut)
              : i % 4 == 2 ? speech + speech
                           : speech + speech.substr(0, cut));
  }
  Unharmed(200);
}

// An open session whose offers are signed by whoever has the key, and mean nothing here.
struct HostileSession : Hostile {
  ~HostileSession() noexcept override {}
  schema::Session::Client Open() {
    auto address = sites.io.provider->getNetwork().parseAddress("127.0.0.1", sites.port->getPort()).wait(sites.io.waitScope);
    auto raw = address->connect().wait(sites.io.waitScope);
    tls::Link link = tls.Connect(kj::mv(raw)).wait(sites.io.waitScope);
    connection = kj::heap<rpc::Connection>(kj::mv(link.stream));
    auto meet = connection->Door().meetRequest();
    rpc::Write(Ok(sync::OwnHello(*riga.db)), meet.initHello());
    return meet.send().wait(sites.io.waitScope).getSession();
  }
  absl::Status Send(schema::Session::Client session, const sync::Offer& offer) {
    auto request = session.exchangeRequest();
    rpc::Write(offer, request.initOffer());
    const absl::Status status = Try([&] { request.send().wait(sites.io.waitScope); });
    if (++inputs % 25 == 0) ServeTheHonest();
    return status;
  }
  sync::Offer Plain() { return {.state = Ok(sync::ReadState(riga.now())), .runs = {}, .cosignatures = {}}; }
  tls::Pinned tls{identity, sites.io.provider->getTimer(), [this](const std::string& k) { return k == sites.other.fingerprint; }};
  kj::Own<rpc::Connection> connection;
};

TEST_F(HostileSession, RunsAndCosignaturesThatDoNotHold) {
  Ok(riga->Ingest(Ok(sites.tallinn.now().RunsSince(riga.now().Frontier()))));
  for (int i = 0; i < 5; ++i) Ok(riga->File(Parcel("r" + std::to_string(i), "Andris")));
  const std::vector<std::string> runs = Ok(riga.now().RunsSince(sites.luxembourg.now().Frontier()));
  ASSERT_FALSE(runs.empty());
  auto session = Open();
  files = OpenFiles();
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    sync::Offer offer = Plain();
    std::string run = runs[random() % runs.size()];
    run[random() % run.size()] ^= static_cast<char>(1 << random() % 8);
    offer.runs = {run};
    if (i % 3 == 0) offer.runs.push_back(std::string(random() % 2000, static_cast<char>(i)));
    if (i % 5 == 0) offer.cosignatures = "CHCOSIG1" + std::string(128 * (1 + random() % 4), static_cast<char>(random()));
    refused += !Send(session, offer).ok();
  }
  EXPECT_GT(refused, 200) << "else nothing of it was spoilt";
  Unharmed(300);
}

// Signatures that hold, over what is of another registry; and claims to hold what nobody has.
TEST_F(HostileSession, SignedNonsense) {
  const Site elsewhere = Founded("riga", "another");
  Ok(elsewhere->File(Parcel("x", "Nobody")));
  const std::vector<std::string> foreign = Ok(elsewhere.now().RunsSince("0"));
  auto session = Open();
  files = OpenFiles();
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    sync::Offer offer = Plain();
    offer.runs = {foreign[static_cast<size_t>(i) % foreign.size()]};
    if (i % 2 == 1) offer.cosignatures = Ok(elsewhere.now().Cosignatures());
    for (sync::LaneTip& lane : offer.state.lanes) lane.size += random() % 3 == 0 ? random() : 0;
    offer.documents.wanted.assign(random() % 5, {std::string(64, "0123456789abcdef"[random() % 16]), random()});
    refused += absl::IsFailedPrecondition(Send(session, offer));
  }
  EXPECT_GT(refused, 100) << "of another genesis it cannot be told";
  Unharmed(200);
}

}  // namespace
}  // namespace chancery

#include "tests/hostile/stranger.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace chancery::hostile {
namespace {

long NoteSent(BIO* bio, int operation, const char* bytes, size_t, int, long, int result, size_t* done) {
  if (operation == (BIO_CB_WRITE | BIO_CB_RETURN) && result == 1)
    reinterpret_cast<std::string*>(BIO_get_callback_arg(bio))->append(bytes, *done);
  return result;
}

sockaddr_in At(const char* address, int port) {
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  inet_pton(AF_INET, address, &at.sin_addr);
  at.sin_port = htons(static_cast<uint16_t>(port));
  return at;
}

}  // namespace

Stranger::Stranger(int port, const char* from) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience = {5, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in own = At(from, 0), there = At("127.0.0.1", port);
  if (bind(fd_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0 ||
      connect(fd_, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0)
    throw std::runtime_error("nobody listens");
}

Stranger::~Stranger() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  close(fd_);
}

bool Stranger::Shake(X509* certificate, EVP_PKEY* key, int newest) {
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context_, newest);
  if (certificate != nullptr) {
    EXPECT_EQ(SSL_CTX_use_certificate(context_, certificate), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context_, key), 1) << "it would show no certificate";
  }
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, fd_);
  BIO_set_callback_ex(SSL_get_wbio(ssl_), NoteSent);
  BIO_set_callback_arg(SSL_get_wbio(ssl_), reinterpret_cast<char*>(&sent_));
  char welcome = 0;
  return SSL_connect(ssl_) == 1 && SSL_read(ssl_, &welcome, 1) == 1 && welcome == 1;
}

void Stranger::Write(const std::string& bytes) const {
  if (!bytes.empty()) SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
}

void Stranger::WriteRaw(const std::string& bytes) const { send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

void Stranger::Drain(int ms) const {
  char bytes[16 << 10];
  for (pollfd ready = {fd_, POLLIN, 0}; poll(&ready, 1, ms) > 0;)
    if ((ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes) : recv(fd_, bytes, sizeof bytes, 0)) <= 0) break;
}

bool Stranger::Closed() const {
  char byte;
  pollfd ready = {fd_, POLLIN, 0};
  return poll(&ready, 1, 0) > 0 && recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

}  // namespace chancery::hostile

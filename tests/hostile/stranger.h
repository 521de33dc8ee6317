// A client that is none of ours: OpenSSL on a blocking socket of loopback.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace chancery::hostile {

class Stranger {
 public:
  // From any address of 127.0.0.0/8. Throws where nobody listens.
  explicit Stranger(int port, const char* from = "127.0.0.1");
  ~Stranger();
  Stranger(const Stranger&) = delete;

  // Whether it was let in: the byte of welcome has come. certificate: nullptr = none. newest: of TLS, at most.
  bool Shake(X509* certificate, EVP_PKEY* key, int newest = TLS1_3_VERSION);
  void Write(const std::string& bytes) const;     // in TLS
  void WriteRaw(const std::string& bytes) const;  // beside it
  // Until the other end closes, or says nothing for so long.
  void Drain(int ms) const;
  bool Closed() const;  // by the other end
  // All bytes that TLS has sent so far, as they went over the wire.
  const std::string& sent() const { return sent_; }

 private:
  int fd_;
  std::string sent_;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
};

}  // namespace chancery::hostile

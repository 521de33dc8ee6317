// What the machine itself can do: no store is faster than the syncs, hashes, signatures and copies that it needs.
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cstring>

#include "bench/bench.h"
#include "bench/scratch.h"

namespace chancery::bench {
namespace {

// A page of 4 KiB in a file that is there already, as an LMDB commit does.
void Sync(benchmark::State& state) {
  constexpr int kPages = 1024, kPage = 4096;
  const Scratch scratch;
  const int file = open((scratch / "pages").c_str(), O_RDWR | O_CREAT, 0600);
  const std::string page(kPage, '\1'), all(kPages * kPage, '\0');
  if (write(file, all.data(), all.size()) != static_cast<ssize_t>(all.size()) || fsync(file) != 0) Fail("no room for the bench");
  int at = 0;
  for (auto _ : state)
    if (pwrite(file, page.data(), page.size(), (at++ % kPages) * kPage) < 0 || fdatasync(file) != 0)
      Fail("no room for the bench");
  close(file);
  state.SetItemsProcessed(state.iterations());
}

void Hash(benchmark::State& state) {
  const std::string record(200, '\3');
  unsigned char hash[32];
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  for (auto _ : state) {
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    EVP_DigestUpdate(context, record.data(), record.size());
    EVP_DigestFinal_ex(context, hash, nullptr);
    benchmark::DoNotOptimize(hash);
  }
  EVP_MD_CTX_free(context);
  state.SetItemsProcessed(state.iterations());
}

struct Signer {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  std::string text = std::string(200, '\1');
  unsigned char signature[64];
  ~Signer() { EVP_PKEY_free(key); }

  bool Sign() {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    size_t size = sizeof signature;
    const bool done =
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key) == 1 &&
        EVP_DigestSign(context, signature, &size, reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
    EVP_MD_CTX_free(context);
    return done;
  }
  bool Verify() {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const bool holds = EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
                       EVP_DigestVerify(context, signature, sizeof signature, reinterpret_cast<const unsigned char*>(text.data()),
                                        text.size()) == 1;
    EVP_MD_CTX_free(context);
    return holds;
  }
};

void Sign(benchmark::State& state) {
  Signer signer;
  for (auto _ : state)
    if (!signer.Sign()) Fail("OpenSSL signs nothing");
  state.SetItemsProcessed(state.iterations());
}

void VerifySignature(benchmark::State& state) {
  Signer signer;
  if (!signer.Sign()) Fail("OpenSSL signs nothing");
  for (auto _ : state)
    if (!signer.Verify()) Fail("OpenSSL refuses its own signature");
  state.SetItemsProcessed(state.iterations());
}

void Copy(benchmark::State& state) {
  const std::string from(size_t{64} << 20, '\1');
  std::string to(from.size(), '\0');
  for (auto _ : state) {
    std::memcpy(to.data(), from.data(), from.size());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(from.size()));
}

}  // namespace

void RegisterPhysical() {
  benchmark::RegisterBenchmark("physical/fdatasync_4k", Sync)->UseRealTime()->Iterations(2000);
  benchmark::RegisterBenchmark("physical/sha256_200B", Hash);
  benchmark::RegisterBenchmark("physical/ed25519_sign", Sign);
  benchmark::RegisterBenchmark("physical/ed25519_verify", VerifySignature);
  benchmark::RegisterBenchmark("physical/memcpy", Copy);
}

}  // namespace chancery::bench

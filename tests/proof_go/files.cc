// Writes proofs for verify.go into a folder: proof_files DIR. A policy, and NAME.tlog-proof with NAME.tlog-proof.leaf for each.
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/policy.h"
#include "engine/proof/proof_file.h"

namespace chancery {
namespace {

constexpr std::string_view kOrigin = "register.example/settled";
const std::vector<std::string> kWitnesses = {"tartu", "luxembourg"};

KeyPair KeyOf(std::string_view name) { return KeyPair::FromSeed(Sha256({name})); }

std::string Leaf(uint64_t index) { return Cat("entry ", index); }

// Hashed from its leaves each time: the trees here are small.
absl::StatusOr<Hash256> Node(int level, uint64_t index) {
  if (level == 0) return LeafHash(Leaf(index));
  ASSIGN_OR_RETURN(const Hash256 left, Node(level - 1, 2 * index));
  ASSIGN_OR_RETURN(const Hash256 right, Node(level - 1, 2 * index + 1));
  return ParentHash(left, right);
}

Policy TheirPolicy() {
  Policy policy;
  policy.logs.push_back({.key = MakeVerifierKey(kOrigin, kEd25519, KeyOf("log").public_key()), .url = ""});
  for (const std::string& name : kWitnesses)
    policy.witnesses.push_back({name, MakeVerifierKey(Cat(name, ".example"), kCosignatureV1, KeyOf(name).public_key()), ""});
  policy.groups.push_back({.name = "sites", .threshold = kWitnesses.size(), .members = kWitnesses});
  policy.quorum = "sites";
  return policy;
}

absl::StatusOr<ProofFile> Proof(LeafAt at) {
  ProofFile proof{.extra = "", .index = at.index, .hashes = {}, .checkpoint = {}};
  ASSIGN_OR_RETURN(proof.hashes, InclusionProof(at, Node));
  Checkpoint& head = proof.checkpoint.checkpoint;
  ASSIGN_OR_RETURN(const Hash256 root, RootOf(at.size, Node));
  head = {.origin = std::string(kOrigin), .tree = {.size = at.size, .root = root}};
  const std::string text = CheckpointText(head);
  proof.checkpoint.signatures.push_back(SignText(kOrigin, KeyOf("log"), text));
  for (const std::string& name : kWitnesses)
    proof.checkpoint.signatures.push_back(Cosign(Cat(name, ".example"), KeyOf(name), text, 1767225600 + at.index));
  return proof;
}

bool Write(const std::string& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary);
  return static_cast<bool>(out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush());
}

bool WriteProof(const std::string& path, LeafAt at) {
  const auto proof = Proof(at);
  return proof.ok() && Write(path, PrintProofFile(*proof)) && Write(path + ".leaf", Leaf(at.index));
}

bool WriteAll(const std::string& dir) {
  bool good = Write(dir + "/policy", PrintPolicy(TheirPolicy()));
  for (uint64_t size = 1; size <= 20; ++size) {
    for (uint64_t index = 0; index < size; ++index)
      good &= WriteProof(Cat(dir, "/", index, "-", size, ".tlog-proof"), {index, size});
  }
  return good && WriteProof(dir + "/large.tlog-proof", {12'345, 20'000});
}

}  // namespace
}  // namespace chancery

int main(int argc, char** argv) {
  if (argc == 2 && chancery::WriteAll(argv[1])) return 0;
  std::fputs("usage: proof_files DIR, which has to exist\n", stderr);
  return 1;
}

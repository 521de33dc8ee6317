// C2SP proofs (c2sp.org/tlog-proof): a file, by custom NAME.tlog-proof, that shows offline that a leaf is in a log.
//
//     c2sp.org/tlog-proof@v1
//     extra base64(...)          where there is any
//     index 73894
//     base64(hash)               from the leaf's sibling upwards
//
//     the checkpoint, with its signatures
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/proof/checkpoint.h"

namespace chancery {

struct ProofFile {
  std::string extra;   // "" = none. Nothing vouches for it: a hint at most
  uint64_t index = 0;  // of the leaf, from 0
  std::vector<Hash256> hashes;
  SignedCheckpoint checkpoint;
  bool operator==(const ProofFile&) const = default;
};

// Accepts exactly what PrintProofFile prints. Only the form is looked at; see verdict.h. Errors: InvalidArgument.
absl::StatusOr<ProofFile> ParseProofFile(std::string_view bytes);
std::string PrintProofFile(const ProofFile& proof);

}  // namespace chancery

// That a log has only grown: the body of a C2SP add-checkpoint request (c2sp.org/tlog-witness), as a file.
//
//     old 20852014
//     base64(hash)               of the consistency proof
//
//     the newer checkpoint, with its signatures
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/proof/checkpoint.h"

namespace chancery {

struct Growth {
  uint64_t old = 0;  // leaves of the older tree
  std::vector<Hash256> hashes;
  SignedCheckpoint checkpoint;
  bool operator==(const Growth&) const = default;
};

// Accepts exactly what PrintGrowth prints. Only the form is looked at. Errors: InvalidArgument.
absl::StatusOr<Growth> ParseGrowth(std::string_view bytes);
std::string PrintGrowth(const Growth& growth);

}  // namespace chancery

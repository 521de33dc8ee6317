// The chain of epochs, as a file: what leads from a registry's id, and nothing else, to the keys that sign for it; and what shows
// in which epoch the order of a settled receipt was signed. docs/reference/receipt.md
//
//     chancery/chain@v1
//     genesis base64(entry)
//
//     what the members signed of epoch 1, with their signatures; and so on of each
//
//     round base64(record)       of a settled receipt: the last leaf of its log,
//     base64(hash)               and the proof that it is
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/proof/note.h"

namespace chancery {

struct Chain {
  std::string genesis;       // bytes of the entry
  std::vector<Note> epochs;  // from 1 on; of EpochText
  std::string round;         // "" = it is of no settled receipt
  std::vector<Hash256> hashes;
  bool operator==(const Chain&) const = default;
};

// Accepts exactly what PrintChain prints of notes without empty lines. Only the form is looked at. Errors: InvalidArgument.
absl::StatusOr<Chain> ParseChain(std::string_view text);
std::string PrintChain(const Chain& chain);

}  // namespace chancery

// C2SP checkpoints (c2sp.org/tlog-checkpoint): the signed size and root of a log's tree, three lines of a note.
//
//     origin
//     size, decimal
//     base64(root)
//
// The format lets a log put further lines behind these. Nobody can audit them, no checkpoint of ours has any, and one that has is
// refused here: a reader of other logs' checkpoints would have to carry them, since signatures cover them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/proof/merkle.h"
#include "engine/proof/note.h"

namespace chancery {

struct Checkpoint {
  std::string origin;  // which log; as a key's name but that it may have spaces and '+'
  TreeRoot tree;
  bool operator==(const Checkpoint&) const = default;
};

struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::vector<NoteSignature> signatures;  // over CheckpointText(checkpoint)
  bool operator==(const SignedCheckpoint&) const = default;
};

// The three lines: what a log signs with SignText and a witness with Cosign. CHECKs that the origin is one line.
std::string CheckpointText(const Checkpoint& checkpoint);
// Accepts exactly what CheckpointText makes. Errors: InvalidArgument.
absl::StatusOr<Checkpoint> ParseCheckpointText(std::string_view text);

// As a note. Print(Parse(bytes)) == bytes. Errors: InvalidArgument.
absl::StatusOr<SignedCheckpoint> ParseCheckpoint(std::string_view note);
std::string PrintCheckpoint(const SignedCheckpoint& checkpoint);

}  // namespace chancery

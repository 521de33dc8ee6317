#include "engine/proof/checkpoint.h"

#include <algorithm>
#include <utility>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

absl::Status Bad(std::string_view why) { return Error(absl::StatusCode::kInvalidArgument, Cat("this is no checkpoint: ", why)); }

bool IsOrigin(std::string_view line) {
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) < 0x20; };
  return !line.empty() && line.size() <= limits::kKeyNameBytes && IsText(line) &&
         std::none_of(line.begin(), line.end(), is_control);
}

}  // namespace

std::string CheckpointText(const Checkpoint& checkpoint) {
  CHECK(IsOrigin(checkpoint.origin));
  return Cat(checkpoint.origin, "\n", checkpoint.tree.size, "\n", PrintHash(checkpoint.tree.root), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpointText(std::string_view text) {
  LineReader lines(text);
  std::string_view origin, size, root;
  if (!lines.Next(&origin) || !lines.Next(&size) || !lines.Next(&root)) return Bad("it has less than three lines");
  if (!lines.rest().empty()) return Bad("it has more than three lines");
  Checkpoint checkpoint{.origin = std::string(origin), .tree = {}};
  if (!IsOrigin(origin)) return Bad("its first line does not name a log");
  if (!ParseDecimal(size, &checkpoint.tree.size)) return Bad("its second line is not the size of a tree");
  if (!ParseHash(root, &checkpoint.tree.root)) return Bad("its third line is not the root of a tree");
  return checkpoint;
}

absl::StatusOr<SignedCheckpoint> ParseCheckpoint(std::string_view note) {
  ASSIGN_OR_RETURN(Note parsed, ParseNote(note));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpointText(parsed.text));
  return SignedCheckpoint{.checkpoint = std::move(checkpoint), .signatures = std::move(parsed.signatures)};
}

std::string PrintCheckpoint(const SignedCheckpoint& checkpoint) {
  return PrintNote({.text = CheckpointText(checkpoint.checkpoint), .signatures = checkpoint.signatures});
}

}  // namespace chancery

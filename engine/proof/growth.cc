#include "engine/proof/growth.h"

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

constexpr std::string_view kOld = "old ";

absl::Status Bad(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, Cat("this is no proof of growth: ", why));
}

}  // namespace

absl::StatusOr<Growth> ParseGrowth(std::string_view bytes) {
  Growth growth;
  LineReader lines(bytes);
  std::string_view line;
  if (!lines.Next(&line) || !line.starts_with(kOld) || !ParseDecimal(line.substr(kOld.size()), &growth.old))
    return Bad("it does not begin with the size of the older tree");
  while (lines.Next(&line) && !line.empty()) {
    if (growth.hashes.size() == limits::kProofHashes) return Bad("it has more hashes than a tree can be high");
    if (!ParseHash(line, &growth.hashes.emplace_back())) return Bad("a line before the empty one is not a hash");
  }
  ASSIGN_OR_RETURN(growth.checkpoint, ParseCheckpoint(lines.rest()));
  return growth;
}

std::string PrintGrowth(const Growth& growth) {
  std::string out = Cat(kOld, growth.old, "\n");
  for (const Hash256& hash : growth.hashes) out += PrintHash(hash) + "\n";
  return Cat(out, "\n", PrintCheckpoint(growth.checkpoint));
}

}  // namespace chancery

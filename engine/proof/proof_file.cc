#include "engine/proof/proof_file.h"

#include <utility>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

constexpr std::string_view kHeader = "c2sp.org/tlog-proof@v1", kExtra = "extra ", kIndex = "index ";

absl::Status Bad(std::string_view why) { return Error(absl::StatusCode::kInvalidArgument, Cat("this is no proof: ", why)); }

bool ParseExtra(std::string_view text, std::string* extra) {
  return text.size() / 4 * 3 <= limits::kProofExtraBytes + 2 && Unbase64(text, extra) && !extra->empty();
}

}  // namespace

absl::StatusOr<ProofFile> ParseProofFile(std::string_view bytes) {
  ProofFile proof;
  LineReader lines(bytes);
  std::string_view line;
  if (!lines.Next(&line) || line != kHeader) return Bad(Cat("it does not begin with the line ", kHeader));
  if (!lines.Next(&line)) return Bad("it breaks off");
  if (line.starts_with(kExtra)) {
    if (!ParseExtra(line.substr(kExtra.size()), &proof.extra)) return Bad("its extra line is too long, or not in base64");
    if (!lines.Next(&line)) return Bad("it breaks off");
  }
  if (!line.starts_with(kIndex) || !ParseDecimal(line.substr(kIndex.size()), &proof.index)) return Bad("it has no index line");
  while (lines.Next(&line) && !line.empty()) {
    if (proof.hashes.size() == limits::kProofHashes) return Bad("it has more hashes than a tree can be high");
    if (!ParseHash(line, &proof.hashes.emplace_back())) return Bad("a line between index and empty line is not a hash");
  }
  ASSIGN_OR_RETURN(proof.checkpoint, ParseCheckpoint(lines.rest()));
  return proof;
}

std::string PrintProofFile(const ProofFile& proof) {
  std::string out = Cat(kHeader, "\n");
  if (!proof.extra.empty()) out += Cat(kExtra, Base64(proof.extra), "\n");
  out += Cat(kIndex, proof.index, "\n");
  for (const Hash256& hash : proof.hashes) out += PrintHash(hash) + "\n";
  return Cat(out, "\n", PrintCheckpoint(proof.checkpoint));
}

}  // namespace chancery

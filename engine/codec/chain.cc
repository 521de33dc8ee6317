#include "engine/codec/chain.h"

#include <algorithm>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

constexpr std::string_view kHeader = "chancery/chain@v1\ngenesis ", kRound = "round ";

absl::Status Bad(std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, Cat("this is no chain of epochs: ", why));
}

// What stands between empty lines, each with its last newline.
std::string_view NextBlock(std::string_view* text) {
  const size_t end = text->find("\n\n");
  const std::string_view block = end == std::string_view::npos ? *text : text->substr(0, end + 1);
  text->remove_prefix(std::min(text->size(), block.size() + 1));
  return block;
}

// A line of base64: a leaf of a log.
bool ParseLeaf(std::string_view line, std::string* leaf) {
  return Unbase64(line, leaf) && !leaf->empty() && leaf->size() <= limits::kEntryBytes;
}

absl::Status ReadGenesis(std::string_view block, Chain* chain) {
  if (!block.starts_with(kHeader) || !ParseLeaf(block.substr(kHeader.size(), block.size() - kHeader.size() - 1), &chain->genesis))
    return Bad("it does not begin with the line chancery/chain@v1 and one of the genesis");
  return absl::OkStatus();
}

absl::Status ReadRound(std::string_view block, Chain* chain) {
  LineReader lines(block);
  std::string_view line;
  if (!lines.Next(&line) || !ParseLeaf(line.substr(kRound.size()), &chain->round)) return Bad("its round line is not in base64");
  while (lines.Next(&line)) {
    if (chain->hashes.size() == limits::kProofHashes) return Bad("it has more hashes than a tree can be high");
    if (!ParseHash(line, &chain->hashes.emplace_back())) return Bad("a line behind the round line is not a hash");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Chain> ParseChain(std::string_view text) {
  const std::string_view whole = text;
  if (!text.ends_with('\n')) return Bad("its last line does not end: something may be missing");
  Chain chain;
  RETURN_IF_ERROR(ReadGenesis(NextBlock(&text), &chain));
  while (!text.empty() && !text.starts_with(kRound)) {
    const std::string_view words = NextBlock(&text), signatures = NextBlock(&text);
    absl::StatusOr<Note> note = ParseNote(Cat(words, "\n", signatures));
    if (!note.ok()) return Bad(Cat("epoch ", chain.epochs.size() + 1, ": ", S(note.status().message())));
    chain.epochs.push_back(*std::move(note));
  }
  if (!text.empty()) RETURN_IF_ERROR(ReadRound(NextBlock(&text), &chain));
  if (PrintChain(chain) != whole) return Bad("something in it is written in another way, or stands behind its end");
  return chain;
}

std::string PrintChain(const Chain& chain) {
  std::string out = Cat(kHeader, Base64(chain.genesis), "\n");
  for (const Note& note : chain.epochs) out += Cat("\n", PrintNote(note));
  if (!chain.round.empty()) out += Cat("\n", kRound, Base64(chain.round), "\n");
  for (const Hash256& hash : chain.hashes) out += Cat(PrintHash(hash), "\n");
  return out;
}

}  // namespace chancery

#include "engine/evidence/extract.h"

#include <algorithm>
#include <vector>

#include "chancery/receipt.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/evidence/chain.h"
#include "engine/proof/note.h"
#include "engine/proof/policy.h"
#include "engine/proof/verdict.h"

namespace chancery {
namespace {

constexpr std::string_view kOrigin = "/extract\n";

std::string TextOf(const ExtractWords& words) {
  return Cat(Hex(words.registry.view()), kOrigin, words.address, "\n", words.site, " ", LaneOrigin(words.registry, words.lane),
             "\n", words.at, "\n", words.frontier, "\n", words.record, "\n");
}

absl::Status NoExtract(std::string_view why) {
  return Error(absl::StatusCode::kDataLoss, Cat("this is no extract: ", why), "chancery extract ADDR -o FILE makes one");
}

std::string Line(std::string_view* text) {
  const size_t end = std::min(text->find('\n'), text->size());
  const std::string line(text->substr(0, end));
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

// By which of the keys it is signed. A line by a known key that is not good refutes it.
Judgement CheckSignatures(const Note& note, const std::string& origin, const Policy& policy) {
  Judgement judgement{Verdict::kInconclusive, {"No key that is trusted has signed it."}, {}};
  for (const PolicyLog& log : policy.logs)
    for (const NoteSignature& signature : note.signatures) {
      if (log.key.name != origin) continue;
      const SignatureCheck check = CheckSignature(log.key, signature, note.text);
      if (check == SignatureCheck::kBad) return {Verdict::kDisproven, {"The signature does not fit these words."}, {}};
      if (check == SignatureCheck::kGood)
        judgement = {Verdict::kProven, {"The key of the site's journal has signed these words."}, {}};
    }
  return judgement;
}

ReceiptView ViewOf(const ExtractWords& words, Judgement judgement) {
  ReceiptView view;
  view.verdict = VerdictName(judgement.verdict);
  view.strength = "extract";
  view.origin = LaneOrigin(words.registry, words.lane);
  view.reasons = std::move(judgement.reasons);
  if (judgement.verdict != Verdict::kProven) return view;
  view.says = {
      Cat("Site ", words.site, " has signed that it showed ", words.address, " so, by the entries up to ", words.frontier, "."),
      Cat("What it showed: ", words.record)};
  view.does_not_say = {"That it is so now, or was so at other sites: they may have held acts that this one could not see.",
                       Cat("When it was handed out: ", words.at, " is what the site's own clock showed.")};
  return view;
}

absl::StatusOr<Note> NoteOf(std::string_view file) {
  absl::StatusOr<Note> note = ParseNote(file);
  return note.ok() ? std::move(note) : NoExtract(S(note.status().message()));
}

}  // namespace

std::string SignExtract(const ExtractWords& words, const KeyPair& key) {
  Note note;
  note.text = TextOf(words);
  note.signatures.push_back(SignText(LaneOrigin(words.registry, words.lane), key, note.text));
  return PrintNote(note);
}

absl::StatusOr<ExtractWords> ReadExtract(std::string_view file) {
  ASSIGN_OR_RETURN(const Note note, NoteOf(file));
  std::string_view text = note.text;
  ExtractWords words;
  const std::string origin = Line(&text);
  std::string registry;
  if (!origin.ends_with("/extract") || !Unhex(origin.substr(0, origin.size() - 8), &registry) || registry.size() != 32)
    return NoExtract("its first line names none");
  words.registry = RegistryId::From(registry);
  words.address = Line(&text);
  const std::string signer = Line(&text);
  const size_t space = signer.find(' '), lane = signer.rfind('/');
  std::string id;
  if (space == signer.npos || lane == signer.npos || !Unhex(signer.substr(lane + 1), &id) || id.size() != 8)
    return NoExtract("its third line names no site");
  words.site = signer.substr(0, space);
  words.lane = LoadBig64(id.data());
  words.at = Line(&text);
  words.frontier = Line(&text);
  words.record = Line(&text);
  if (TextOf(words) != note.text) return NoExtract("it has other lines than one has");
  return words;
}

bool IsExtract(std::string_view file) { return file.find(kOrigin) == 64; }

absl::StatusOr<ReceiptView> VerifyExtract(std::string_view file, std::string_view policy_text) {
  ASSIGN_OR_RETURN(const ExtractWords words, ReadExtract(file));
  ASSIGN_OR_RETURN(const Note note, NoteOf(file));
  absl::StatusOr<Policy> policy = ParsePolicy(policy_text);
  if (!policy.ok()) return Error(absl::StatusCode::kInvalidArgument, Cat("the policy: ", S(policy.status().message())));
  return ViewOf(words, CheckSignatures(note, LaneOrigin(words.registry, words.lane), *policy));
}

absl::StatusOr<ReceiptView> VerifyExtract(std::string_view file, const ByRegistry& by) {
  ASSIGN_OR_RETURN(const ExtractWords words, ReadExtract(file));
  ASSIGN_OR_RETURN(const Note note, NoteOf(file));
  std::string id;
  if (!Unhex(by.id, &id) || id.size() != 32)
    return Error(absl::StatusCode::kInvalidArgument, Cat("\"", by.id, "\" is no id of a registry"), "64 hexadecimal digits");
  const absl::StatusOr<Chain> chain = ParseChain(by.chain);
  if (!chain.ok()) return Error(absl::StatusCode::kDataLoss, Cat("this is no chain: ", S(chain.status().message())));
  const RegistryId registry = RegistryId::From(id);
  const Lineage lineage = CheckChain(*chain, registry);
  if (lineage.judgement.verdict != Verdict::kProven) return ViewOf(words, lineage.judgement);
  if (words.registry != registry) return ViewOf(words, {Verdict::kDisproven, {"It is of another registry."}, {}});
  SignedCheckpoint nothing;  // an extract stands under no tree
  nothing.checkpoint.origin = LaneOrigin(registry, words.lane);
  const Trusted trusted = TrustedForLane(lineage, words.lane, nothing);
  if (trusted.judgement.verdict != Verdict::kProven) return ViewOf(words, trusted.judgement);
  return ViewOf(words, CheckSignatures(note, LaneOrigin(registry, words.lane), trusted.policy));
}

}  // namespace chancery

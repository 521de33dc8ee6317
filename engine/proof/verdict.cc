#include "engine/proof/verdict.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

Judgement Say(Verdict verdict, std::string reason) {
  return {.verdict = verdict, .reasons = {std::move(reason)}, .cosignatures = {}};
}

// All of it: as good as its worst part.
Judgement Both(Judgement a, Judgement b) {
  a.verdict = std::max(a.verdict, b.verdict);
  std::move(b.reasons.begin(), b.reasons.end(), std::back_inserter(a.reasons));
  std::move(b.cosignatures.begin(), b.cosignatures.end(), std::back_inserter(a.cosignatures));
  return a;
}

std::string Time(uint64_t at_s) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(static_cast<int64_t>(at_s)), absl::UTCTimeZone());
}

// What the lines of a checkpoint are, by the keys of a policy.
struct Signers {
  bool log = false;  // one of the policy's logs of this origin
  std::vector<Cosigner> witnesses;
  std::vector<std::string> bad;  // names in the lines
  std::vector<std::string> unchecked;
  size_t unknown = 0;
};

// One line, against one key; true where it is this key's.
bool Read(const VerifierKey& key, const NoteSignature& line, std::string_view text, Signers* signers, bool* good) {
  const SignatureCheck check = CheckSignature(key, line, text);
  if (check == SignatureCheck::kBad) signers->bad.push_back(line.name);
  if (check == SignatureCheck::kUnchecked) signers->unchecked.push_back(line.name);
  *good = check == SignatureCheck::kGood;
  return check != SignatureCheck::kOtherKey;
}

Signers ReadSigners(const SignedCheckpoint& checkpoint, const Policy& policy) {
  Signers signers;
  const std::string text = CheckpointText(checkpoint.checkpoint);
  for (const NoteSignature& line : checkpoint.signatures) {
    bool known = false, good = false;
    for (const PolicyLog& log : policy.logs) {
      known |= Read(log.key, line, text, &signers, &good);
      signers.log |= good && log.key.name == checkpoint.checkpoint.origin;
    }
    for (const PolicyWitness& witness : policy.witnesses) {
      known |= Read(witness.key, line, text, &signers, &good);
      if (good) signers.witnesses.push_back({.witness = witness.name, .at_s = CosignedAt(line).value_or(0)});
    }
    signers.unknown += known ? 0 : 1;
  }
  return signers;
}

std::string List(const std::vector<std::string>& names) { return absl::StrJoin(names, ", "); }

Judgement JudgeLog(const Checkpoint& checkpoint, const Policy& policy, const Signers& signers) {
  if (signers.log) return Say(Verdict::kProven, Cat("The checkpoint is signed by the log ", checkpoint.origin, "."));
  const auto is_it = [&](const PolicyLog& log) { return log.key.name == checkpoint.origin; };
  if (std::none_of(policy.logs.begin(), policy.logs.end(), is_it))
    return Say(Verdict::kInconclusive, Cat("The policy knows no log ", checkpoint.origin, "."));
  return Say(Verdict::kInconclusive,
             Cat("No key that the policy knows of the log ", checkpoint.origin, " has signed the checkpoint."));
}

std::string Cosigners(const Signers& signers) {
  std::vector<std::string> names;
  for (const Cosigner& it : signers.witnesses) names.push_back(Cat(it.witness, " (", Time(it.at_s), ")"));
  return names.empty() ? "nobody" : List(names);
}

Judgement JudgeQuorum(const Policy& policy, const Signers& signers) {
  if (policy.quorum == kNoQuorum) return Say(Verdict::kProven, "The policy asks for no cosignatures.");
  std::set<std::string> cosigned;
  for (const Cosigner& it : signers.witnesses) cosigned.insert(it.witness);
  if (QuorumMet(policy, cosigned))
    return Say(Verdict::kProven, Cat("The quorum ", policy.quorum, " has cosigned it: ", Cosigners(signers), "."));
  std::vector<std::string> missing;
  for (const PolicyWitness& witness : policy.witnesses) {
    if (!cosigned.contains(witness.name)) missing.push_back(witness.name);
  }
  return Say(Verdict::kInconclusive, Cat("The quorum ", policy.quorum, " has not cosigned it. Cosigned: ", Cosigners(signers),
                                         "; not: ", List(missing), "."));
}

// What the other lines mean: false ones refute, others are told.
Judgement JudgeOthers(const Signers& signers) {
  Judgement all{.verdict = Verdict::kProven, .reasons = {}, .cosignatures = signers.witnesses};
  if (!signers.bad.empty())
    all = Both(std::move(all), Say(Verdict::kDisproven, Cat("These signatures are false: ", List(signers.bad), ".")));
  if (!signers.unchecked.empty())
    all.reasons.push_back(Cat("Not counted, of a type that cannot be checked here: ", List(signers.unchecked), "."));
  if (signers.unknown > 0)
    all.reasons.push_back(Cat("Not counted, by keys that the policy does not know: ", signers.unknown, "."));
  return all;
}

Judgement JudgeHashes(const ProofFile& proof, const Hash256& leaf_hash) {
  const TreeRoot& tree = proof.checkpoint.checkpoint.tree;
  if (!VerifyInclusion(proof.index, leaf_hash, proof.hashes, tree))
    return Say(Verdict::kDisproven, "The hashes do not lead from this leaf at this index to the root in the checkpoint.");
  return Say(Verdict::kProven, Cat("The leaf is at index ", proof.index, " of ", tree.size, " leaves."));
}

Judgement JudgeContained(const Checkpoint& smaller, const Checkpoint& larger, absl::Span<const Hash256> consistency) {
  if (smaller.tree == larger.tree) return Say(Verdict::kProven, "Both stand under one root.");
  if (smaller.tree.size == larger.tree.size)
    return Say(Verdict::kDisproven,
               Cat("The two checkpoints contradict each other: two roots for ", smaller.tree.size, " leaves."));
  const std::string from_to = Cat("from ", smaller.tree.size, " leaves to ", larger.tree.size);
  if (consistency.empty()) return Say(Verdict::kInconclusive, Cat("A consistency proof ", from_to, " is missing."));
  if (!VerifyConsistency(smaller.tree, larger.tree, consistency))
    return Say(Verdict::kDisproven, Cat("The consistency proof ", from_to, " is false."));
  return Say(Verdict::kProven, "The larger tree contains the smaller one.");
}

Judgement JudgeOneLog(const Checkpoint& a, const Checkpoint& b, absl::Span<const Hash256> consistency) {
  if (a.origin != b.origin)
    return Say(Verdict::kInconclusive, Cat("Two logs, ", a.origin, " and ", b.origin, ", have no common order."));
  return a.tree.size <= b.tree.size ? JudgeContained(a, b, consistency) : JudgeContained(b, a, consistency);
}

// Of two in one log.
Judgement JudgeIndices(uint64_t a, uint64_t b) {
  if (a < b) return Say(Verdict::kProven, Cat("Index ", a, " is before index ", b, "."));
  return Say(Verdict::kDisproven, Cat("Index ", a, " is not before index ", b, "."));
}

}  // namespace

std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kProven:
      return "PROVEN";
    case Verdict::kDisproven:
      return "DISPROVEN";
    case Verdict::kInconclusive:
      break;
  }
  return "INCONCLUSIVE";
}

Judgement CheckCheckpoint(const SignedCheckpoint& checkpoint, const Policy& policy) {
  const Signers signers = ReadSigners(checkpoint, policy);
  Judgement all = Both(JudgeLog(checkpoint.checkpoint, policy, signers), JudgeQuorum(policy, signers));
  return Both(std::move(all), JudgeOthers(signers));
}

Judgement CheckInclusion(const ProofFile& proof, const Hash256& leaf_hash, const Policy& policy) {
  return Both(JudgeHashes(proof, leaf_hash), CheckCheckpoint(proof.checkpoint, policy));
}

Judgement CheckInclusion(const ProofFile& proof, std::string_view leaf, const Policy& policy) {
  return CheckInclusion(proof, LeafHash(leaf), policy);
}

Judgement CheckBefore(const Evidence& a, const Evidence& b, const Policy& policy, absl::Span<const Hash256> consistency) {
  Judgement all = Both(CheckInclusion(a.proof, a.leaf, policy), CheckInclusion(b.proof, b.leaf, policy));
  all = Both(std::move(all), JudgeOneLog(a.proof.checkpoint.checkpoint, b.proof.checkpoint.checkpoint, consistency));
  if (all.verdict == Verdict::kProven) all = Both(std::move(all), JudgeIndices(a.proof.index, b.proof.index));
  return all;
}

Judgement CheckOrder(const ProofFile& a, const ProofFile& b, absl::Span<const Hash256> consistency) {
  Judgement all = JudgeOneLog(a.checkpoint.checkpoint, b.checkpoint.checkpoint, consistency);
  if (all.verdict == Verdict::kProven) all = Both(std::move(all), JudgeIndices(a.index, b.index));
  return all;
}

}  // namespace chancery

// What a proof shows, judged by a policy and nothing else: no clock, no store, no network. It is never guessed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/proof/policy.h"
#include "engine/proof/proof_file.h"

namespace chancery {

enum class Verdict {
  kProven,        // everything asked for was shown
  kInconclusive,  // nothing shown is false, but something is missing: a key that the policy knows, a cosignature, a proof
  kDisproven,     // something shown is false: a hash, a signature of a known key, an order. What else may be true is not said
};
std::string_view VerdictName(Verdict verdict);  // "PROVEN", "INCONCLUSIVE", "DISPROVEN"

// A witness of the policy that has cosigned, and when by its own clock: the leaf was in the log by then.
struct Cosigner {
  std::string witness;
  uint64_t at_s = 0;  // since 1970
  bool operator==(const Cosigner&) const = default;
};

struct Judgement {
  Verdict verdict = Verdict::kInconclusive;
  std::vector<std::string> reasons;    // sentences, for people; what was shown and what was not
  std::vector<Cosigner> cosignatures;  // the good ones, as the checkpoint lists them
};

// That one of the policy's logs has signed it and the quorum has cosigned it. A line by a known key that is not good refutes the
// whole, also where the quorum could do without; lines by other keys count for nothing.
Judgement CheckCheckpoint(const SignedCheckpoint& checkpoint, const Policy& policy);

// That the leaf is in the log at the proof's index, under a checkpoint for which CheckCheckpoint holds.
// leaf: its bytes, or its hash where whoever asks has hashed them.
Judgement CheckInclusion(const ProofFile& proof, std::string_view leaf, const Policy& policy);
Judgement CheckInclusion(const ProofFile& proof, const Hash256& leaf_hash, const Policy& policy);

struct Evidence {
  ProofFile proof;
  std::string leaf;
};

// That `a` stands before `b` in one log: both are in it, and one of the two trees contains the other.
// consistency: the proof from the smaller tree to the larger; empty = there is none. Not needed where both sizes are equal.
Judgement CheckBefore(const Evidence& a, const Evidence& b, const Policy& policy, absl::Span<const Hash256> consistency);
// The same of two that are proven, whatever they were proven by.
Judgement CheckOrder(const ProofFile& a, const ProofFile& b, absl::Span<const Hash256> consistency);

}  // namespace chancery

// How much of a proof is read that comes from outside. The formats say what has to be taken at least: 16 signatures of up to
// 5 kB in a note, 32 logs, witnesses and groups in a policy.
#pragma once

#include <cstddef>

namespace chancery::limits {

inline constexpr size_t kNoteBytes = 1 << 20;
inline constexpr size_t kNoteSignatures = 100;       // golang.org/x/mod/sumdb/note takes as many
inline constexpr size_t kKeyNameBytes = 255;         // of a note's key, and of a log's origin
inline constexpr size_t kVerifierKeyBytes = 8192;    // its text; one of ML-DSA-87 has about 3500
inline constexpr size_t kProofHashes = 64;           // as high as a tree can be
inline constexpr size_t kProofExtraBytes = 1 << 20;  // what a proof file carries beside, decoded
inline constexpr size_t kPolicyBytes = 1 << 20;
inline constexpr size_t kPolicyLines = 4096;

}  // namespace chancery::limits

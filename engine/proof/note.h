// C2SP signed notes (c2sp.org/signed-note) and cosignatures (c2sp.org/tlog-cosignature): a text, and lines by which named keys
// have signed it.
//
//     the text, which ends in a newline
//
//     — key-name base64(key id, 4 bytes big-endian || signature)
//
// A line names its key by name and id alone: of what type it is, only the key tells. Lines of keys and types that are not known
// here are carried along and count for nothing. The text of a note means nothing before a signature on it is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/sign.h"

namespace chancery {

// What kind of signature a key makes. Open: ML-DSA has 0x06 and others may come.
using SignatureType = uint8_t;
inline constexpr SignatureType kEd25519 = 0x01;        // over the text; 64 bytes
inline constexpr SignatureType kCosignatureV1 = 0x04;  // over time and text; 8 bytes of seconds since 1970, big-endian, then 64

// A public key as others are told of it, the `vkey`: name+hex(id)+base64(type || key).
struct VerifierKey {
  std::string name;
  uint32_t id = 0;
  SignatureType type = 0;
  std::string key;  // as its type encodes it; Ed25519: 32 bytes
  bool operator==(const VerifierKey&) const = default;
};

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  std::string bytes;  // at least one; what they are depends on the key's type
  bool operator==(const NoteSignature&) const = default;
};

struct Note {
  std::string text;  // with its last newline
  std::vector<NoteSignature> signatures;
  bool operator==(const Note&) const = default;
};

// Not empty, valid UTF-8 without control characters, Unicode spaces and '+'; at most limits::kKeyNameBytes.
bool IsKeyName(std::string_view name);

// First four bytes of SHA-256(name || 0x0A || type || key), big-endian.
uint32_t KeyId(std::string_view name, SignatureType type, std::string_view key);
VerifierKey MakeVerifierKey(std::string_view name, SignatureType type, const PublicKey& key);  // CHECKs IsKeyName(name)

// Errors: InvalidArgument. The id has to be that of name and key for the two types above; others have rules of their own for it.
absl::StatusOr<VerifierKey> ParseVerifierKey(std::string_view text);
std::string PrintVerifierKey(const VerifierKey& key);

// Accepts exactly what PrintNote prints: Print(Parse(bytes)) == bytes. Errors: InvalidArgument.
absl::StatusOr<Note> ParseNote(std::string_view bytes);
std::string PrintNote(const Note& note);

// CHECK IsKeyName(name).
NoteSignature SignText(std::string_view name, const KeyPair& key, std::string_view text);
NoteSignature Cosign(std::string_view name, const KeyPair& key, std::string_view text, uint64_t at_s);  // CHECKs at_s < 2^63

enum class SignatureCheck {
  kOtherKey,   // name or id are not the key's
  kUnchecked,  // the key's, of a type that is not known here
  kGood,
  kBad,
};
SignatureCheck CheckSignature(const VerifierKey& key, const NoteSignature& signature, std::string_view text);

// When a signature by a key of type kCosignatureV1 was made, in seconds since 1970, by the cosigner's clock. nullopt: not of that
// form.
std::optional<uint64_t> CosignedAt(const NoteSignature& signature);

}  // namespace chancery

#include "engine/proof/note.h"

#include <algorithm>
#include <array>

#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/proof/limits.h"
#include "engine/proof/lines.h"

namespace chancery {
namespace {

constexpr std::string_view kSignatureStart = "\u2014 ";  // an em dash and a space
constexpr size_t kTimeBytes = 8;

// Unicode's White_Space, but for the control characters below U+0020.
constexpr std::array<std::string_view, 20> kSpaces = {" ",      "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002",
                                                      "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009",
                                                      "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

absl::Status Malformed(std::string_view what, std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, Cat(what, " ", why));
}
absl::Status BadNote(std::string_view why) { return Malformed("this is no signed note: it", why); }
absl::Status BadKey(std::string_view why) { return Malformed("this is no verifier key: it", why); }

bool IsControl(char c) { return static_cast<uint8_t>(c) < 0x20; }

std::string BigEndian(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  PutBig(out.data(), value, bytes);
  return out;
}

// The front up to `by`, which is taken off too; nullopt where there is none.
std::optional<std::string_view> TakeUpTo(char by, std::string_view* text) {
  const size_t at = text->find(by);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view front = text->substr(0, at);
  text->remove_prefix(at + 1);
  return front;
}

// What a cosigner signs: it says that at this time it knew no longer tree of that log.
std::string CosignedText(uint64_t at_s, std::string_view text) { return Cat("cosignature/v1\ntime ", at_s, "\n", text); }

bool VerifyEd25519(const VerifierKey& key, std::string_view text, std::string_view signature) {
  return key.key.size() == sizeof(PublicKey) && signature.size() == sizeof(Signature) &&
         Verify(PublicKey::From(key.key), text, Signature::From(signature));
}

bool VerifyCosignature(const VerifierKey& key, std::string_view text, const NoteSignature& signature) {
  const std::optional<uint64_t> at_s = CosignedAt(signature);
  return at_s && VerifyEd25519(key, CosignedText(*at_s, text), std::string_view(signature.bytes).substr(kTimeBytes));
}

absl::StatusOr<NoteSignature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kSignatureStart)) return BadNote("has a signature line that does not begin with a dash");
  line.remove_prefix(kSignatureStart.size());
  const std::optional<std::string_view> name = TakeUpTo(' ', &line);
  std::string bytes;
  if (!name || !IsKeyName(*name)) return BadNote("has a signature line without a name");
  if (!Unbase64(line, &bytes) || bytes.size() <= sizeof(uint32_t)) return BadNote("has a signature that is not in base64");
  ByteReader reader(bytes);
  const uint32_t id = reader.U32();
  return NoteSignature{.name = std::string(*name), .key_id = id, .bytes = std::string(reader.rest())};
}

std::string PrintSignature(const NoteSignature& signature) {
  const std::string bytes = BigEndian(signature.key_id, sizeof(uint32_t)) + signature.bytes;
  return Cat(kSignatureStart, signature.name, " ", Base64(bytes), "\n");
}

}  // namespace

bool IsKeyName(std::string_view name) {
  if (name.empty() || name.size() > limits::kKeyNameBytes || !IsText(name)) return false;
  if (std::any_of(name.begin(), name.end(), [](char c) { return IsControl(c) || c == '+'; })) return false;
  const auto has = [&](std::string_view space) { return name.find(space) != std::string_view::npos; };
  return std::none_of(kSpaces.begin(), kSpaces.end(), has);
}

uint32_t KeyId(std::string_view name, SignatureType type, std::string_view key) {
  const Hash256 hash = Sha256({name, "\n", BigEndian(type, 1), key});
  return ByteReader(hash.view()).U32();
}

VerifierKey MakeVerifierKey(std::string_view name, SignatureType type, const PublicKey& key) {
  CHECK(IsKeyName(name));
  return {.name = std::string(name), .id = KeyId(name, type, key.view()), .type = type, .key = std::string(key.view())};
}

absl::StatusOr<VerifierKey> ParseVerifierKey(std::string_view text) {
  if (text.size() > limits::kVerifierKeyBytes) return BadKey("is too long");
  const std::optional<std::string_view> name = TakeUpTo('+', &text), hex = TakeUpTo('+', &text);
  if (!name || !hex) return BadKey("is not NAME+ID+KEY");
  std::string id, bytes;
  if (!IsKeyName(*name)) return BadKey("has a name that is empty, too long, or has spaces in it");
  if (hex->size() != 2 * sizeof(uint32_t) || !Unhex(*hex, &id)) return BadKey("has an id that is not eight hexadecimal digits");
  if (!Unbase64(text, &bytes) || bytes.size() < 2) return BadKey("has a key that is not in base64");
  VerifierKey key{.name = std::string(*name),
                  .id = ByteReader(id).U32(),
                  .type = static_cast<SignatureType>(bytes[0]),
                  .key = bytes.substr(1)};
  if (key.type != kEd25519 && key.type != kCosignatureV1) return key;
  if (key.key.size() != sizeof(PublicKey)) return BadKey("has a key that is not 32 bytes long");
  if (key.id != KeyId(key.name, key.type, key.key)) return BadKey("has an id that does not belong to its name and key");
  return key;
}

std::string PrintVerifierKey(const VerifierKey& key) {
  return Cat(key.name, "+", Hex(BigEndian(key.id, sizeof key.id)), "+", Base64(BigEndian(key.type, 1) + key.key));
}

absl::StatusOr<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > limits::kNoteBytes) return BadNote("is too long");
  const auto bad = [](char c) { return IsControl(c) && c != '\n'; };
  if (!IsText(bytes) || std::any_of(bytes.begin(), bytes.end(), bad)) return BadNote("is not plain UTF-8 text");
  const size_t last_empty = bytes.rfind("\n\n");
  if (last_empty == std::string_view::npos) return BadNote("has no empty line before its signatures");
  Note note{.text = std::string(bytes.substr(0, last_empty + 1)), .signatures = {}};
  LineReader lines(bytes.substr(last_empty + 2));
  for (std::string_view line; lines.Next(&line);) {
    if (note.signatures.size() == limits::kNoteSignatures) return BadNote("has too many signatures");
    ASSIGN_OR_RETURN(NoteSignature signature, ParseSignature(line));
    note.signatures.push_back(std::move(signature));
  }
  if (!lines.rest().empty()) return BadNote("breaks off within a line");
  if (note.signatures.empty()) return BadNote("has no signatures");
  return note;
}

std::string PrintNote(const Note& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) out += PrintSignature(signature);
  return out;
}

NoteSignature SignText(std::string_view name, const KeyPair& key, std::string_view text) {
  const VerifierKey known = MakeVerifierKey(name, kEd25519, key.public_key());
  return {.name = known.name, .key_id = known.id, .bytes = std::string(key.Sign(text).view())};
}

NoteSignature Cosign(std::string_view name, const KeyPair& key, std::string_view text, uint64_t at_s) {
  CHECK(at_s >> 63 == 0);
  const VerifierKey known = MakeVerifierKey(name, kCosignatureV1, key.public_key());
  const Signature signature = key.Sign(CosignedText(at_s, text));
  return {.name = known.name, .key_id = known.id, .bytes = Cat(BigEndian(at_s, kTimeBytes), signature.view())};
}

SignatureCheck CheckSignature(const VerifierKey& key, const NoteSignature& signature, std::string_view text) {
  if (signature.name != key.name || signature.key_id != key.id) return SignatureCheck::kOtherKey;
  const auto result = [](bool good) { return good ? SignatureCheck::kGood : SignatureCheck::kBad; };
  if (key.type == kEd25519) return result(VerifyEd25519(key, text, signature.bytes));
  if (key.type == kCosignatureV1) return result(VerifyCosignature(key, text, signature));
  return SignatureCheck::kUnchecked;
}

std::optional<uint64_t> CosignedAt(const NoteSignature& signature) {
  if (signature.bytes.size() != kTimeBytes + sizeof(Signature)) return std::nullopt;
  const uint64_t at_s = LoadBig64(signature.bytes.data());
  if (at_s >> 63 != 0) return std::nullopt;  // "MUST NOT exceed 2^63 - 1"
  return at_s;
}

}  // namespace chancery

// Cosignatures from a hostile peer: what is taken comes back to the byte, and a line of it is a line of a note.
#include "engine/base/status.h"
#include "engine/codec/cosignature.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto cosignatures = DecodeCosignatures(bytes);
  if (!cosignatures.ok()) return 0;
  CHECK(EncodeCosignatures(*cosignatures) == bytes);
  const RegistryId registry = Sha256({"registry"});
  const PublicKey key = KeyPair::FromSeed(registry).public_key();
  for (const Cosignature& c : *cosignatures) {
    CHECK(!Holds(c, registry, key));  // a signature that nobody made
    const SignedCheckpoint line{CheckpointOf(c, registry), {LineOf(c, registry, key)}};
    CHECK(ParseCheckpoint(PrintCheckpoint(line)).value() == line && CosignedAt(line.signatures[0]) == c.at_s);
  }
  return 0;
}

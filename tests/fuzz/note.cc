// Signed notes, checkpoints, proofs and growth from anybody: each text is read by every reader, and what one takes it prints
// again to the byte.
#include "engine/base/status.h"
#include "engine/proof/growth.h"
#include "engine/proof/proof_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto note = ParseNote(text); note.ok()) CHECK(PrintNote(*note) == text);
  if (const auto key = ParseVerifierKey(text); key.ok()) CHECK(ParseVerifierKey(PrintVerifierKey(*key)).value() == *key);
  if (const auto growth = ParseGrowth(text); growth.ok()) CHECK(PrintGrowth(*growth) == text);
  if (const auto proof = ParseProofFile(text); proof.ok()) CHECK(PrintProofFile(*proof) == text);
  const auto checkpoint = ParseCheckpoint(text);
  if (!checkpoint.ok()) return 0;
  CHECK(PrintCheckpoint(*checkpoint) == text && ParseNote(text).ok());
  CHECK(ParseCheckpointText(CheckpointText(checkpoint->checkpoint)).value() == checkpoint->checkpoint);
  return 0;
}

// Chains of epochs from anybody: what is accepted prints the same, and so does every epoch in it.
#include "engine/codec/chain.h"

#include "engine/base/status.h"
#include "engine/codec/epoch_text.h"
#include "engine/codec/round_record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto chain = ParseChain(text);
  if (!chain.ok()) return 0;
  CHECK(PrintChain(*chain) == text);
  for (const Note& note : chain->epochs) {
    const auto words = ParseEpochText(note.text);
    if (words.ok()) CHECK(EpochText(words->registry, words->epoch, words->ballot, words->keys) == note.text);
  }
  const auto record = DecodeRoundRecord(chain->round);
  if (record.ok()) CHECK(EncodeRoundRecord(*record) == chain->round);
  return 0;
}

// Runs from a hostile peer or a damaged store: what is accepted comes back the same, entry for entry.
#include "engine/codec/run.h"

#include "engine/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto run = chancery::DecodeRun({reinterpret_cast<const char*>(data), size});
  if (!run.ok()) return 0;
  const auto again = chancery::DecodeRun(chancery::EncodeRun(*run));
  CHECK(again.ok() && again->header == run->header && again->first == run->first && again->leaves.size() == run->leaves.size());
  for (size_t i = 0; i < run->leaves.size(); ++i) CHECK(again->EntryBytes(i) == run->EntryBytes(i));
  return 0;
}

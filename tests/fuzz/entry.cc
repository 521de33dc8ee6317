// Entry bytes from a hostile peer: whatever is accepted is canonical.
#include "engine/codec/entry.h"

#include "engine/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto entry = chancery::DecodeEntry(bytes);
  if (!entry.ok()) return 0;
  CHECK(chancery::EncodeEntry(*entry) == bytes);
  const std::string body = chancery::EncodeBody(*entry);
  const auto parts = chancery::DecodeParts(chancery::EncodeHeader(*entry), entry->seq, entry->hlc, body);
  CHECK(parts.ok() && *parts == *entry);
  return 0;
}

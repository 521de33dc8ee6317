// Stored records. The input is what stands behind the check sum, which is put right first: it would stop every mutation.
#include "engine/codec/record.h"

#include "engine/base/hash.h"
#include "engine/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view words(reinterpret_cast<const char*>(data), size - size % 8);
  chancery::ByteWriter stored;
  stored.U64(chancery::Xxh64(words));
  stored.Raw(words);
  if (stored.out.size() < 16) stored.out.reserve(16);  // on the heap, and so aligned
  for (const uint16_t field : {0, 13, 200, 65535}) chancery::PeekField(stored.out, field);
  const auto record = chancery::DecodeRecord(stored.out);
  if (record.ok()) CHECK(chancery::EncodeRecord(*record) == stored.out);
  return 0;
}

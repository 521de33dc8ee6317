// Bundle files. The sum of the head is put right first, where there is one.
#include "engine/base/bytes.h"
#include "engine/base/status.h"
#include "engine/codec/run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string bytes(reinterpret_cast<const char*>(data), size);
  chancery::ByteReader opening(std::string_view(bytes).substr(std::min<size_t>(size, 8)));
  const uint64_t head = opening.U64();
  if (opening.left() >= 32 && head <= opening.left() - 32)
    bytes.replace(16 + head, 32, chancery::Sha256({std::string_view(bytes).substr(0, 16 + head)}).view());
  const auto bundle = chancery::DecodeBundle(bytes);
  if (bundle.ok() && bundle->damaged == 0) CHECK(bytes.starts_with(chancery::EncodeBundle(*bundle)));
  return 0;
}

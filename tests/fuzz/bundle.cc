// Bundle files. The input is all but the SHA-256 at the end, which is put right first.
#include "engine/base/status.h"
#include "engine/codec/run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  const std::string bytes = std::string(content) + std::string(chancery::Sha256({content}).view());
  const auto bundle = chancery::DecodeBundle(bytes);
  if (bundle.ok()) CHECK(chancery::EncodeBundle(*bundle) == bytes);
  return 0;
}

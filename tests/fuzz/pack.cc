// Packs from anybody: what is taken is what was written, is taken again, and is no higher version of itself.
#include "engine/pack/pack.h"

#include "engine/base/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const std::string_view toml(reinterpret_cast<const char*>(data), size);
  const auto pack = ParsePack(toml, "fuzz.toml", {});
  if (!pack.ok()) {
    CHECK(!pack.status().message().empty());
    return 0;
  }
  CHECK(pack->toml == toml && pack->id == PackIdOf(toml));
  const auto again = ParsePack(toml, "another.toml", {*pack});
  CHECK(again.ok() && again->name == pack->name && again->version == pack->version);
  CHECK(again->registers.size() == pack->registers.size() && again->rules.size() == pack->rules.size());
  CHECK(!CheckUpgrade(*pack, *again).ok());
  return 0;
}

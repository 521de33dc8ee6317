// Drills from anybody: a fault is told with its place; what is read is read again from its statements alone.
#include "engine/base/status.h"
#include "net/drill/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace chancery;
  const auto drill = drill::ParseDrill({reinterpret_cast<const char*>(data), size}, "fuzz.drill");
  if (!drill.ok()) {
    CHECK(std::string_view(drill.status().message().data(), drill.status().message().size()).starts_with("fuzz.drill:"));
    return 0;
  }
  std::string text;
  for (const drill::Statement& statement : drill->statements) text += statement.text + "\n";
  const auto again = drill::ParseDrill(text, "fuzz.drill");
  CHECK(again.ok() && again->statements.size() == drill->statements.size());
  for (size_t i = 0; i < again->statements.size(); ++i) {
    CHECK(again->statements[i].text == drill->statements[i].text);
    CHECK(again->statements[i].act.index() == drill->statements[i].act.index());
  }
  return 0;
}

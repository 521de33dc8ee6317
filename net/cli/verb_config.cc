// config: what chancery.toml says, and where.
#include "chancery/net.h"
#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct CheckOptions {};

std::string Origin(const ConfigValue& value) { return value.line == 0 ? "default" : "line " + std::to_string(value.line); }

Literal Json(const ConfigValue& value) {
  Literal body = Literal::Object({{"key", value.key}, {"value", value.value.empty() ? Literal() : Literal(value.value)}});
  body.Add("origin", value.line == 0 ? "default" : "chancery.toml")
      .Add("line", value.line == 0 ? Literal() : Literal(value.line));
  return Literal::Object({{"config", std::move(body)}});
}

int Check(const Command& command, const CheckOptions&) {
  const absl::StatusOr<std::string> own = LinkFingerprint(command.globals.store);  // a store, and its key can be used
  if (!own.ok()) return command.FailOpen(own.status());
  const absl::StatusOr<std::vector<ConfigValue>> values = ReadConfigValues(command.globals.store);
  if (!values.ok()) return command.Fail(values.status());
  if (command.json()) {
    for (const ConfigValue& value : *values) command.Line(Json(value));
    return kDone;
  }
  std::string screen = Bold("GOOD") + "  " + Plain(command.globals.store) + "/chancery.toml\n\n";
  for (const ConfigValue& value : *values)
    screen += "  " + Pad(value.key, 28) + "  " + Pad(value.value.empty() ? "none" : Plain(value.value), 40) + "  " +
              Origin(value) + "\n";
  command.Print(command.quiet() ? "" : screen);
  return kDone;
}

}  // namespace

void AddConfig(Verb app, Command& command) {
  const Verb config = app.Sub("config", "What chancery.toml says: check");
  Bind(config.Sub("check", "Every setting in force, and where it is set"), command, Check);
}

}  // namespace chancery::cli

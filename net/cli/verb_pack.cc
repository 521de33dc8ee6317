// pack: what a registry's rules are, what can clash under them and what merges in silence.
#include "chancery/pack.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct CheckOptions {
  std::string path;
  std::vector<std::string> after;
};

Literal Notes(const std::vector<PackNote>& notes) {
  Literal list = Literal::List();
  for (const PackNote& note : notes) {
    Literal one = Literal::Object();
    one.Add("rule", note.rule).Add("where", note.where).Add("what", note.what);
    list.list.push_back(std::move(one));
  }
  return list;
}

Literal Json(const PackView& pack) {
  Literal registers = Literal::List();
  for (const RegisterShape& reg : pack.registers) registers.list.emplace_back(reg.name);
  Literal body = Literal::Object();
  body.Add("name", pack.name).Add("version", static_cast<int64_t>(pack.version)).Add("registers", std::move(registers));
  body.Add("clashes", Notes(pack.clashes)).Add("silent", Notes(pack.silent));
  return Literal::Object({{"pack", std::move(body)}});
}

std::string NoteLines(const std::vector<PackNote>& notes) {
  std::string out;
  for (const PackNote& note : notes) {
    out += "  " + note.where + (note.rule.empty() || note.rule == note.where ? "" : "   rule " + note.rule) + "\n";
    for (const std::string& line : Wrap(Plain(note.what), kColumns - 6)) out += "      " + line + "\n";
  }
  return notes.empty() ? "  nothing\n" : out;
}

std::string Screen(const PackView& pack, const std::string& path) {
  std::string out = Bold("SOUND") + "  pack " + Plain(pack.name) + ", version " + Count(pack.version) + ", " +
                    Count(pack.registers.size(), "register") + "\n\n";
  out += "Can clash: a case for a person\n" + NoteLines(pack.clashes) + "\n";
  out += "Merges in silence: the registry answers for each of these\n" + NoteLines(pack.silent) + "\n";
  return out + NextBlock({"chancery init --site NAME --pack " + ShellWord(path), "chancery pack apply " + ShellWord(path)});
}

int Check(const Command& command, const CheckOptions& options) {
  std::vector<std::pair<std::string, std::string>> earlier;
  for (const std::string& path : options.after) {
    absl::StatusOr<std::string> toml = ReadFile(path);
    if (!toml.ok()) return command.Fail(toml.status());
    earlier.emplace_back(path, *std::move(toml));
  }
  const absl::StatusOr<std::string> toml = ReadFile(options.path);
  if (!toml.ok()) return command.Fail(toml.status());
  const absl::StatusOr<PackView> pack = CheckPack(*toml, options.path, earlier);
  if (!pack.ok()) return command.Fail(pack.status());
  if (command.json()) return command.Line(Json(*pack)), kDone;
  command.Print(command.quiet() ? "" : Screen(*pack, options.path));
  return kDone;
}

struct ApplyOptions {
  std::string path;
};

int Apply(const Command& command, const ApplyOptions& options) {
  const absl::StatusOr<std::string> toml = ReadFile(options.path);
  if (!toml.ok()) return command.Fail(toml.status());
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<Receipt> receipt = db.ApplyPack(*toml, options.path);
    if (!receipt.ok()) return command.Fail(receipt.status());
    if (command.json()) return command.Line(ToJson(*receipt)), kDone;
    command.Print(Bold("applied") + "  " + receipt->short_name() +
                  "   in force here; other sites learn it with the next bundle\n");
    return kDone;
  });
}

}  // namespace

void AddPack(Verb app, Command& command) {
  const Verb pack = app.Sub("pack", "Registers and rules: check, apply");
  const Verb check = pack.Sub("check", "What can clash and what merges in silence; needs no store");
  CheckOptions& options = Bind(check, command, Check);
  check.Option("FILE", options.path, "The pack (TOML)").Required();
  check.Option("--after", options.after, "A pack loaded before it; may be repeated", "FILE").OneEach();
  const Verb apply = pack.Sub("apply", "Load a pack, or a higher version of one");
  apply.Option("FILE", Bind(apply, command, Apply).path, "The pack (TOML)").Required();
}

}  // namespace chancery::cli

// bundle: sites exchange entries by file, when there is no link.
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct ExportOptions {
  std::string since, out;
};

// "@FILE": the frontier is the file's text.
absl::StatusOr<std::string> Since(const std::string& since) {
  if (!since.starts_with("@")) return since;
  absl::StatusOr<std::string> text = ReadFile(since.substr(1));
  if (text.ok()) text->erase(text->find_last_not_of(" \t\r\n") + 1);
  return text;
}

int Exported(const Command& command, const ExportOptions& options, const std::string& frontier, size_t bytes) {
  if (command.json()) {
    Literal body = Literal::Object();
    body.Add("file", options.out).Add("bytes", static_cast<int64_t>(bytes)).Add("frontier", frontier);
    return command.Line(Literal::Object({{"bundle", std::move(body)}})), kDone;
  }
  std::string screen = Bold("WRITTEN") + "  " + Plain(options.out) + ", " + Count((bytes + 1023) / 1024) + " KB\n";
  screen += "         All that a holder of " + Plain(options.since) + " lacks, up to " + frontier + ".\n\n";
  command.Print(
      command.quiet() ? "" : screen + NextBlock({"chancery bundle apply " + ShellWord(options.out) + "   # at the other site"}));
  return kDone;
}

int Export(const Command& command, const ExportOptions& options) {
  if (options.since.starts_with("peer:"))
    return command.NotYet("a frontier taken from a peer", "--since 0, or the frontier that `chancery status` shows there");
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<std::string> since = Since(options.since);
    if (!since.ok()) return command.Fail(since.status());
    const absl::StatusOr<std::string> bundle = now.ExportBundle(*since);
    if (!bundle.ok()) return command.Fail(bundle.status());
    if (absl::Status written = WriteFile(options.out, *bundle); !written.ok()) return command.Fail(written);
    return Exported(command, options, now.Frontier(), bundle->size());
  });
}

struct ApplyOptions {
  std::string path;
};

Literal Json(const Intake& intake) {
  Literal missing = Literal::List();
  for (const std::string& entry : intake.missing) missing.list.emplace_back(entry);
  Literal body = Literal::Object();
  body.Add("runs", static_cast<int64_t>(intake.runs)).Add("entries", static_cast<int64_t>(intake.entries));
  body.Add("opened", static_cast<int64_t>(intake.opened)).Add("waiting", static_cast<int64_t>(intake.waiting));
  body.Add("missing", std::move(missing));
  return Literal::Object({{"applied", std::move(body)}});
}

std::string Screen(const Command& command, const Intake& intake) {
  std::string out = Bold("APPLIED") + "  " +
                    (intake.entries == 0 ? std::string("nothing new") : Count(intake.entries, "new entry", "new entries")) +
                    "; " + (intake.opened == 0 ? std::string("no new case") : Count(intake.opened, "new case")) + "\n";
  if (intake.waiting > 0) {
    out += "         " + Count(intake.waiting, "entry was", "entries were") + " left out: what they build on is not here.\n";
    for (const std::string& entry : intake.missing) out += "         missing: " + Plain(entry) + "\n";
  }
  std::vector<std::string> next;
  if (intake.opened > 0) next.push_back(command.Self() + " case ls");
  if (intake.waiting > 0) next.push_back("chancery bundle export --since 0 -o whole.cbn   # at the site that sent it");
  return next.empty() ? out : out + "\n" + NextBlock(next);
}

int Apply(const Command& command, const ApplyOptions& options) {
  const absl::StatusOr<std::string> bundle = ReadFile(options.path);
  if (!bundle.ok()) return command.Fail(bundle.status());
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<Intake> intake = db.ApplyBundle(*bundle);
    if (!intake.ok()) {
      ErrorView error = Explain(intake.status());
      if (error.exit_code == kUsage) error.exit_code = kIntegrity;  // bytes that are no bundle are a damaged bundle
      return command.Fail(error);
    }
    if (command.json()) {
      command.Line(Json(*intake));
    } else if (!command.quiet()) {
      command.Print(Screen(command, *intake));
    }
    return intake->opened > 0 || intake->waiting > 0 ? kFindings : kDone;
  });
}

}  // namespace

void AddBundle(CLI::App& app, Command& command) {
  CLI::App* bundle = app.add_subcommand("bundle", "Exchange entries by file: export, apply")->require_subcommand(1);
  CLI::App* out = bundle->add_subcommand("export", "What a holder of FRONTIER lacks, as a file");
  ExportOptions& options = Bind(out, command, Export);
  out->add_option("--since", options.since, "tallinn-17,tartu-4; 0 = all; @FILE (peer: not yet)")
      ->required()
      ->type_name("FRONTIER");
  out->add_option("-o,--out", options.out, "The file to write")->required()->type_name("FILE");
  CLI::App* apply = bundle->add_subcommand("apply", "Take in what a bundle holds");
  apply->add_option("FILE", Bind(apply, command, Apply).path, "The bundle")->required()->type_name("");
}

}  // namespace chancery::cli

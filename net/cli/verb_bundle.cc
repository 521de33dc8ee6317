// bundle: sites exchange entries by file, when there is no link.
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/peers.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr std::string_view kPeer = "peer:";

struct ExportOptions {
  std::string since, out;
};

// "@FILE": the frontier is the file's text. "peer:NAME": what the peer is known to hold.
absl::StatusOr<std::string> Since(const Command& command, const Database& db, const std::string& since) {
  if (since.starts_with(kPeer)) return FrontierOfPeer(command, db, since.substr(kPeer.size()));
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
  const std::string holder = options.since.starts_with(kPeer) ? options.since.substr(kPeer.size()) + ", as it was heard last,"
                                                              : "a holder of " + options.since;
  screen += "         All that " + Plain(holder) + " lacks, up to " + frontier + ".\n\n";
  command.Print(
      command.quiet() ? "" : screen + NextBlock({"chancery bundle apply " + ShellWord(options.out) + "   # at the other site"}));
  return kDone;
}

int Export(const Command& command, const ExportOptions& options) {
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<std::string> since = Since(command, db, options.since);
    if (absl::IsNotFound(since.status()) && options.since.starts_with(kPeer))
      return command.Fail(kNotFound, std::string(since.status().message()), command.Self() + " peer ls; or --since 0: all");
    if (!since.ok()) return command.Fail(since.status());
    if (const absl::Status settled = db.Settle(kPatienceMs).status(); !settled.ok()) return command.Fail(settled);
    const absl::StatusOr<Snapshot> now = db.Read();
    if (!now.ok()) return command.Fail(now.status());
    size_t bytes = 0;
    const absl::Status written = WriteFile(options.out, [&](const ByteSink& write) {
      return now->ExportBundle(*since, [&](std::string_view piece) { return bytes += piece.size(), write(piece); });
    });
    if (!written.ok()) return command.Fail(written);
    return Exported(command, options, now->Frontier(), bytes);
  });
}

struct ApplyOptions {
  std::string path;
};

Literal Texts(const std::vector<std::string>& texts) {
  Literal list = Literal::List();
  for (const std::string& text : texts) list.list.emplace_back(text);
  return list;
}

Literal Json(const Intake& intake) {
  Literal body = Literal::Object();
  const auto add = [&body](const char* name, uint64_t n) { body.Add(name, static_cast<int64_t>(n)); };
  add("runs", intake.runs);
  add("entries", intake.entries);
  add("opened", intake.opened);
  add("waiting", intake.waiting);
  body.Add("missing", Texts(intake.missing));
  add("held", intake.held);
  add("offered", intake.offered);
  add("damaged", intake.damaged);
  add("left_out", intake.left_out);
  body.Add("halted", Texts(intake.halted));
  add("documents", intake.documents);
  add("documents_damaged", intake.documents_damaged);
  return Literal::Object({{"applied", std::move(body)}});
}

constexpr const char* kIndent = "         ";

std::string Entries(uint64_t n) { return Count(n, "entry", "entries"); }

std::string Waiting(const Intake& intake) {
  std::string out;
  if (intake.waiting > 0)
    out += kIndent + Entries(intake.waiting) + (intake.waiting == 1 ? " waits" : " wait") +
           " here: what they build on is missing.\n";
  for (const std::string& entry : intake.missing) out += kIndent + ("missing: " + Plain(entry)) + "\n";
  if (intake.held > 0)
    out += kIndent + Entries(intake.held) + (intake.held == 1 ? " is" : " are") +
           " held here: stamped too far ahead of this clock. They come in\n" + kIndent + "by themselves, with a later bundle.\n";
  if (intake.left_out > 0)
    out += kIndent + Entries(intake.left_out) + " could not be kept: too much waits here already. Bring them again.\n";
  return out;
}

std::string Screen(const Command& command, const Intake& intake) {
  const std::string taken = intake.entries == 0 ? "nothing new" : Count(intake.entries, "new entry", "new entries");
  const bool damaged = intake.damaged + intake.documents_damaged > 0;
  std::string out = Bold(damaged ? "DAMAGED" : "APPLIED") + "  ";
  if (intake.damaged > 0)
    out += Count(intake.offered - intake.damaged) + " of " + Count(intake.offered, "run") +
           " could be used, the rest is not whole.\n" + kIndent;
  out += taken + "; " + (intake.opened == 0 ? std::string("no new case") : Count(intake.opened, "new case")) + "\n";
  if (intake.documents > 0) out += kIndent + Count(intake.documents, "new document") + ".\n";
  if (intake.documents_damaged > 0)
    out += kIndent + Count(intake.documents_damaged, "document") + " could not be used: not whole.\n";
  out += Waiting(intake);
  for (const std::string& lane : intake.halted)
    out += kIndent + ("Two versions exist from " + Plain(lane) + " on: nothing more is taken of that journal.\n");
  std::vector<std::string> next;
  if (intake.opened > 0) next.push_back(command.Self() + " case ls");
  if (intake.waiting > 0 || damaged) next.push_back("chancery bundle export --since 0 -o whole.cbn   # at a site that has them");
  if (!intake.halted.empty()) next.push_back(command.Self() + " site ls");
  return next.empty() ? out : out + "\n" + NextBlock(next);
}

int ExitOf(const Intake& intake) {
  if (intake.damaged + intake.documents_damaged > 0) return kIntegrity;
  const bool findings = intake.opened + intake.waiting + intake.held + intake.left_out > 0 || !intake.halted.empty();
  return findings ? kFindings : kDone;
}

int Apply(const Command& command, const ApplyOptions& options) {
  const absl::StatusOr<ByteSource> bundle = OpenBundle(options.path);
  if (!bundle.ok()) return command.Fail(bundle.status());
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<Intake> intake = db.ApplyBundle(*bundle);
    if (!intake.ok()) {
      ErrorView error = Explain(intake.status());
      if (error.exit_code == kUsage) error.exit_code = kIntegrity;  // bytes that are no bundle are a damaged bundle
      return command.Fail(error);
    }
    if (const absl::Status settled = db.Settle(kPatienceMs).status(); !settled.ok()) return command.Fail(settled);
    if (command.json()) {
      command.Line(Json(*intake));
    } else if (!command.quiet()) {
      command.Print(Screen(command, *intake));
    }
    return ExitOf(*intake);
  });
}

}  // namespace

void AddBundle(Verb app, Command& command) {
  const Verb bundle = app.Sub("bundle", "Exchange entries by file: export, apply");
  const Verb out = bundle.Sub("export", "What a holder of FRONTIER lacks, as a file");
  ExportOptions& options = Bind(out, command, Export);
  out.Option("--since", options.since, "tallinn-17,tartu-4; 0 = all; @FILE; peer:NAME: as it was heard last", "FRONTIER")
      .Required();
  out.Option("-o,--out", options.out, "The file to write", "FILE").Required();
  const Verb apply = bundle.Sub("apply", "Take in what a bundle holds");
  apply.Option("FILE", Bind(apply, command, Apply).path, "The bundle").Required();
}

}  // namespace chancery::cli

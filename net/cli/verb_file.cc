// file: entries as JSON, one a line; a receipt each.
#include <cstdio>
#include <fstream>
#include <iostream>

#include "net/cli/command.h"
#include "net/cli/interrupt.h"
#include "net/cli/screen.h"
#include "net/drill/documents.h"

namespace chancery::cli {
namespace {

struct FileOptions {
  std::string path = "-", ack = "local";
  bool keep_going = false;
};

void Accepted(const Command& command, const Receipt& receipt) {
  if (command.json()) return command.Line(ToJson(receipt));
  if (command.quiet()) return command.Print(receipt.short_name + "\n");
  const std::string where =
      receipt.repeated ? "filed before; this is its receipt" : "on this machine's disk; not yet held elsewhere";
  command.Print(Bold("accepted") + "  " + Pad(receipt.short_name, 16) + "  " + where + "\n");
  if (command.verbose()) command.Print("          " + receipt.entry + "\n");
  std::fflush(command.out);  // the officer may wait for it at the other end of a pipe
}

struct Tally {
  uint64_t accepted = 0, refused = 0;
  int line = 0;
};

std::string Words(const Tally& tally) { return Count(tally.accepted) + " accepted, " + Count(tally.refused) + " refused\n"; }

int FileLine(const Command& command, Database& db, std::string_view text, Tally& tally) {
  absl::StatusOr<Draft> draft = ParseDraft(text);
  if (draft.ok()) {
    if (const std::optional<ErrorView> error = drill::PutDocuments(db, "", &*draft))
      return ++tally.refused, command.Fail(*error, tally.line);
  }
  const absl::StatusOr<Receipt> receipt = draft.ok() ? db.File(*draft) : draft.status();
  if (receipt.ok()) {
    Accepted(command, *receipt);
    ++tally.accepted;
    return kDone;
  }
  ++tally.refused;
  return command.Fail(Explain(receipt.status()), tally.line);
}

// A failure that is no refusal (a full disk, a failed commit) ends the run also with --keep-going.
bool Ends(int code, const FileOptions& options) { return code != kDone && !(options.keep_going && code == kRefused); }

int FileLines(const Command& command, Database& db, std::istream& in, const FileOptions& options) {
  const FinishCommit finish;
  Tally tally;
  int code = kDone;
  for (std::string text; !finish.interrupted() && std::getline(in, text);) {
    ++tally.line;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const int one = FileLine(command, db, text, tally);
    if (one != kDone) code = one;
    if (Ends(one, options)) break;
  }
  if (finish.interrupted()) {
    command.Note("interrupted after line " + std::to_string(tally.line) + ": " + Words(tally));
    return kInterrupted;
  }
  if (tally.accepted + tally.refused > 1) command.Note(Words(tally));
  return code;
}

int File(const Command& command, const FileOptions& options) {
  if (options.ack != "local") {
    const bool known = options.ack == "settled" || options.ack.starts_with("witnessed=");
    return known ? command.NotYet("--ack " + options.ack, "--ack local, the default")
                 : command.Fail(kUsage, "--ack takes local, witnessed=K or settled, not " + options.ack, "chancery file --help");
  }
  std::ifstream file;
  if (options.path != "-") file.open(options.path);
  if (!file) {
    return command.Fail(kNotFound, options.path + ": no such file, or it cannot be read",
                        "chancery file FILE, or - for standard input");
  }
  return command.WithStore(
      [&](Database& db) { return FileLines(command, db, options.path == "-" ? *command.in : file, options); });
}

}  // namespace

void AddFile(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("file", "File entries (JSON, one a line); a receipt each");
  FileOptions& options = Bind(verb, command, File);
  verb->add_option("FILE", options.path, "Entries; - is standard input")->type_name("");
  verb->add_flag("--keep-going", options.keep_going, "Go on after a refusal");
  verb->add_option("--ack", options.ack, "Wait for: local (witnessed=K, settled: not yet)")->type_name("STRENGTH");
}

}  // namespace chancery::cli

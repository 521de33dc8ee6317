// extract: what is handed out of a record, signed; and which of those that were handed out tell something else by now.
#include "chancery/receipt.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct ExtractOptions {
  std::string what, out;  // an address, or "ls", which none is
  bool touched = false;
};

int List(const Command& command, const Database& db, const ExtractOptions& options) {
  const absl::StatusOr<std::vector<ExtractView>> all = db.Extracts();
  if (!all.ok()) return command.Fail(all.status());
  uint64_t touched = 0;
  std::string lines;
  for (const ExtractView& extract : *all) {
    touched += extract.changed.empty() ? 0 : 1;
    if (options.touched && extract.changed.empty()) continue;
    if (command.json()) command.Line(ToJson(extract));
    lines += "  " + Pad((extract.kind == "receipt" ? "receipt of " : "") + Plain(extract.address), 30) + " " + Day(extract.at) +
             (command.verbose() ? "   " + extract.id : "") + "\n";
    for (const std::string& change : extract.changed)
      for (const std::string& line : Wrap(change, kColumns - 4)) lines += "    " + line + "\n";
  }
  if (!command.json()) {
    command.Print(Bold(touched == 0 ? "Nothing handed out here tells something else by now"
                                    : Count(touched, "extract or receipt handed out here tells",
                                            "extracts or receipts handed out here tell") +
                                          " something else by now") +
                  "\n" + (lines.empty() ? "" : "\n" + lines));
  }
  return touched == 0 ? kDone : kFindings;
}

// The keys beside it, as beside a receipt: those by which the entries of that lane are checked.
absl::Status WriteKeys(const Database& db, const std::string& lane, const std::string& out) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return status.status();
  for (const auto& [label, entries] : status->frontier) {
    if (label != lane) continue;
    const absl::StatusOr<ReceiptFile> receipt = db.Prove(lane + "-" + std::to_string(entries), "accepted");
    if (!receipt.ok()) return receipt.status();
    const absl::Status policy = WriteFile(out + ".policy", receipt->policy);
    return policy.ok() ? WriteFile(out + ".chain", receipt->chain) : policy;
  }
  return absl::OkStatus();  // it has filed nothing: who checks it asks for its key
}

int Make(const Command& command, Database& db, const ExtractOptions& options) {
  const absl::StatusOr<Database::ExtractFile> made = db.Extract(options.what);
  if (!made.ok()) return command.Fail(made.status());
  absl::Status written = WriteFile(options.out, made->text);
  if (written.ok()) written = WriteKeys(db, made->view.site, options.out);
  if (!written.ok()) return command.Fail(written);
  if (command.json()) {
    command.Line(ToJson(made->view));
  } else if (!command.quiet()) {
    command.Print(Bold("WRITTEN") + "  " + Plain(options.out) + ": " + Plain(made->view.address) +
                  " as it is shown here, signed by " + Plain(made->view.site) + "\n\n" +
                  NextBlock({"chancery verify " + ShellWord(options.out) + "   # anywhere, without a store",
                             command.Self() + " extract ls --touched   # what has changed of what was handed out"}));
  }
  return kDone;
}

int Extract(const Command& command, const ExtractOptions& options) {
  const bool lists = options.what == "ls";
  if (!lists && options.out.empty())
    return command.Fail(kUsage, "where to is not said", command.Self() + " extract " + ShellWord(options.what) + " -o FILE");
  return command.WithStore([&](Database& db) { return lists ? List(command, db, options) : Make(command, db, options); });
}

}  // namespace

void AddExtract(Verb app, Command& command) {
  const Verb verb = app.Sub("extract", "A record as it is shown here, signed; ls: what was handed out");
  ExtractOptions& options = Bind(verb, command, Extract);
  verb.Option("ADDR|ls", options.what, "register/key; or ls, what was handed out here").Required();
  verb.Option("-o,--output", options.out, "The file to write; FILE.policy and FILE.chain beside it", "FILE");
  verb.Flag("--touched", options.touched, "ls: only what a merge or a ruling has made otherwise since");
}

}  // namespace chancery::cli

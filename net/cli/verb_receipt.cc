// receipt, prove, checkpoint: what this store can show of an entry, and of the one order, to whoever has no store.
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/receipt_screen.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct ReceiptOptions {
  std::string entry, out, strength;
};

std::string Beside(const std::string& out, const char* suffix) { return out.empty() ? "" : out + suffix; }
std::string PolicyFile(const std::string& out) { return Beside(out, ".policy"); }
std::string ChainFile(const std::string& out) { return Beside(out, ".chain"); }

// A receipt, and what the verifier makes of it: nothing is said here that it does not say.
struct Shown {
  const ReceiptOptions& options;
  const EntryView& entry;
  const ReceiptFile& file;
  const ReceiptView& view;
};

Literal Json(const Shown& shown) {
  const ReceiptFile& file = shown.file;
  Literal body = Literal::Object();
  body.Add("entry", file.entry).Add("short", file.short_name).Add("hlc", shown.entry.hlc);
  body.Add("ticks", static_cast<int64_t>(shown.entry.ticks)).Add("strength", file.strength);
  body.Add("place", file.place == 0 ? Literal() : Literal(static_cast<int64_t>(file.place)));
  body.Add("entries", file.place == 0 ? Literal() : Literal(static_cast<int64_t>(file.entries)));
  body.Add("not_before", TextOrNull(file.not_before)).Add("not_before_by", TextOrNull(file.not_before_by));
  body.Add("not_after", TextOrNull(shown.view.not_after)).Add("not_after_by", TextOrNull(shown.view.not_after_by));
  if (!file.halted.empty()) body.Add("halted", file.halted);
  body.Add("says", TextList(shown.view.says)).Add("does_not_say", TextList(shown.view.does_not_say));
  body.Add("proof", file.proof).Add("policy", file.policy).Add("chain", file.chain);
  body.Add("file", TextOrNull(shown.options.out)).Add("policy_file", TextOrNull(PolicyFile(shown.options.out)));
  body.Add("chain_file", TextOrNull(ChainFile(shown.options.out)));
  return Literal::Object({{"receipt", std::move(body)}});
}

std::string Time(const Shown& shown) {
  const ReceiptFile& file = shown.file;
  std::string out = file.not_before.empty() ? "No earliest time: it names no entry of another site as known."
                                            : "Not before " + file.not_before + ", when " + file.not_before_by +
                                                  ", which it knew, was stamped there.";
  return out + (shown.view.not_after.empty()
                    ? " No latest time: no other site has signed."
                    : " Not after " + shown.view.not_after + " by the clock of " + shown.view.not_after_by + ".");
}

std::string Screen(const Command& command, const Shown& shown) {
  const ReceiptFile& file = shown.file;
  const std::string& out = shown.options.out;
  std::string screen = Bold(Upper(file.strength)) + "  " + file.short_name;
  if (file.place > 0) screen += ", place " + Count(file.place) + " of " + Count(file.entries) + " in the one order";
  screen += "\n" + Labelled("", WhoAndWhat(shown.view.entry)) + "\n";
  screen += SaysAndNot(shown.view.says, shown.view.does_not_say) + Labelled("Time", Time(shown));
  if (!file.halted.empty()) screen += Labelled("Beware", "Two versions of its journal exist from " + Plain(file.halted) + " on.");
  if (out.empty()) {
    const std::string name = file.short_name + ".tlog-proof";
    return screen + "\n" + NextBlock({command.Self() + " receipt " + file.short_name + " -o " + name + "   # as a file"});
  }
  screen += Labelled("Written", Plain(out) + ", which has the entry itself in it; " + Plain(PolicyFile(out)) +
                                    ": the keys of the sites as known here; " + Plain(ChainFile(out)) +
                                    ": how they follow from the registry's id.");
  return screen + "\n" +
         NextBlock({"chancery verify " + ShellWord(out) + "   # anywhere, without a store",
                    "chancery verify " + ShellWord(out) + " --registry ID   # by the registry's id alone"});
}

absl::Status WriteFiles(const std::string& out, const ReceiptFile& file) {
  if (out.empty()) return absl::OkStatus();
  for (const auto& [name, text] : {std::pair{PolicyFile(out), file.policy}, {ChainFile(out), file.chain}, {out, file.proof}})
    if (const absl::Status status = WriteFile(name, text); !status.ok()) return status;
  return absl::OkStatus();
}

// Who has to be heard before something, or this entry, is settled. entry: nullptr for the whole order.
int Unsettled(const Command& command, const Snapshot& now, const EntryView* entry, const absl::Status& why) {
  const absl::StatusOr<StatusView> status = now.Status();
  if (!status.ok()) return command.Fail(status.status());
  const ErrorView words = Explain(why);
  if (command.json()) {
    Literal body = Literal::Object();
    body.Add("entry", entry == nullptr ? Literal() : Literal(entry->entry));
    body.Add("short", entry == nullptr ? Literal() : Literal(entry->short_name));
    body.Add("message", words.message).Add("next", words.next).Add("waiting_for", TextList(status->order.waiting_for));
    return command.Line(Literal::Object({{"unsettled", std::move(body)}})), kFindings;
  }
  std::string screen = Bold("NOT YET") + "  ";
  for (const std::string& line : Wrap(Plain(words.message) + ".", kColumns - 9))
    screen += (screen.ends_with("\n") ? std::string(9, ' ') : "") + line + "\n";
  for (const std::string& line : Wrap("To do: " + Plain(words.next) + ".", kColumns - 9))
    screen += std::string(9, ' ') + line + "\n";
  const std::string weaker = entry == nullptr ? " status" : " receipt " + entry->short_name + "   # what can be shown today";
  command.Print(command.quiet() ? "" : screen + "\n" + NextBlock({command.Self() + weaker}));
  return kFindings;
}

int Issue(const Command& command, const ReceiptOptions& options, Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<EntryView> entry = now->Entry(options.entry);
  if (!entry.ok()) return command.Fail(entry.status());
  const absl::StatusOr<ReceiptFile> file = db.Prove(entry->short_name, options.strength);
  if (absl::IsNotFound(file.status()) && options.strength == "settled") return Unsettled(command, *now, &*entry, file.status());
  if (!file.ok()) return command.Fail(file.status());
  const absl::StatusOr<ReceiptView> view = VerifyReceipt(file->proof, file->policy);
  if (!view.ok()) return command.Fail(view.status());
  const absl::Status noted = options.out.empty() ? absl::OkStatus() : db.NoteReceipt(*file);
  if (!noted.ok()) return command.Fail(noted);
  if (absl::Status written = WriteFiles(options.out, *file); !written.ok()) return command.Fail(written);
  const Shown shown{options, *entry, *file, *view};
  if (command.json()) return command.Line(Json(shown)), kDone;
  command.Print(command.quiet() ? file->strength + " " + file->short_name + "\n" : Screen(command, shown));
  return kDone;
}

// A site by itself owes the order what it would do at an exchange.
int Receipt(const Command& command, const ReceiptOptions& options) {
  return command.WithStore([&](Database& db) {
    const absl::StatusOr<bool> settled = db.Settle();
    return settled.ok() ? Issue(command, options, db) : command.Fail(settled.status());
  });
}

int Prove(const Command& command, const ReceiptOptions& options) {
  ReceiptOptions settled = options;
  settled.strength = "settled";
  return Receipt(command, settled);
}

struct CheckpointOptions {
  std::string from, to, out;
};

int ShowCheckpoint(const Command& command, const std::string& note) {
  if (!command.json()) return command.Print(note), kDone;
  std::vector<std::string> lines;
  for (size_t at = 0; lines.size() < 3; at = note.find('\n', at) + 1) lines.push_back(note.substr(at, note.find('\n', at) - at));
  Literal body = Literal::Object();
  body.Add("origin", lines[0]).Add("size", static_cast<int64_t>(std::stoll(lines[1]))).Add("root", lines[2]).Add("note", note);
  return command.Line(Literal::Object({{"checkpoint", std::move(body)}})), kDone;
}

// That the order of one receipt begins with that of another.
int Growth(const Command& command, const CheckpointOptions& options) {
  const absl::StatusOr<std::string> from = ReadFile(options.from), to = ReadFile(options.to);
  if (!from.ok()) return command.Fail(from.status());
  if (!to.ok()) return command.Fail(to.status());
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<std::string> growth = db.ProveGrowth(*from, *to);
    if (!growth.ok()) return command.Fail(growth.status());
    if (!options.out.empty()) {
      if (const absl::Status written = WriteFile(options.out, *growth); !written.ok()) return command.Fail(written);
    }
    if (command.json()) {
      Literal body = Literal::Object({{"from", options.from}, {"to", options.to}, {"proof", *growth}});
      return command.Line(Literal::Object({{"growth", std::move(body)}})), kDone;
    }
    command.Print(!options.out.empty() ? "" : *growth);
    return kDone;
  });
}

int Checkpoint(const Command& command, const CheckpointOptions& options) {
  if (options.from.empty() != options.to.empty())
    return command.Fail(kUsage, "--from and --to go together",
                        "chancery checkpoint --from A.tlog-proof --to B.tlog-proof -o FILE");
  if (!options.from.empty()) return Growth(command, options);

  return command.WithStore([&](Database& db) -> int {
    if (const absl::StatusOr<bool> settled = db.Settle(); !settled.ok()) return command.Fail(settled.status());
    const absl::StatusOr<std::string> note = db.Checkpoint();
    if (note.ok()) return ShowCheckpoint(command, *note);
    const absl::StatusOr<Snapshot> now = db.Read();
    if (!absl::IsNotFound(note.status()) || !now.ok()) return command.Fail(note.status());
    return Unsettled(command, *now, nullptr, note.status());
  });
}

}  // namespace

void AddReceipt(Verb app, Command& command) {
  const Verb receipt = app.Sub("receipt", "The strongest receipt of an entry, and what it does not say");
  ReceiptOptions& options = Bind(receipt, command, Receipt, Manner::kReads);
  receipt.Option("ENTRY", options.entry, "tallinn-17, or its id").Required();
  receipt.Option("-o,--out", options.out, "Write it, and what to check it with to FILE.policy and FILE.chain", "FILE");
  receipt.Option("--as", options.strength,
                 "accepted, witnessed or settled, and no weaker one; other: of the other version of its journal", "STRENGTH");
  const Verb prove = app.Sub("prove", "That an entry has its final place in the one order");
  ReceiptOptions& proof = Bind(prove, command, Prove);
  prove.Option("ENTRY", proof.entry, "tallinn-17, or its id").Required();
  prove.Option("-o,--out", proof.out, "Write it, and what to check it with to FILE.policy and FILE.chain", "FILE");
  const Verb checkpoint = app.Sub("checkpoint", "The size and root of the settled order, as a signed note");
  CheckpointOptions& note = Bind(checkpoint, command, Checkpoint);
  checkpoint.Option("--from", note.from, "With --to: that the order of two receipts is one, and has only grown", "FILE");
  checkpoint.Option("--to", note.to, "The other receipt", "FILE");
  checkpoint.Option("-o,--out", note.out, "Write that proof, for verify A B --growth FILE", "FILE");
}

}  // namespace chancery::cli

// file: entries as JSON, one a line; a receipt each.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "absl/strings/escaping.h"
#include "net/cli/ack.h"
#include "net/cli/client.h"
#include "net/cli/command.h"
#include "net/cli/interrupt.h"
#include "net/cli/screen.h"
#include "net/drill/documents.h"

namespace chancery::cli {
namespace {

struct FileOptions {
  std::string path = "-", ack;  // "" = as the packs say
  bool keep_going = false;
  int64_t seconds = -1;  // 30, or 120 for settled
  Ack wanted;
};

std::string RandomId() {
  std::string bytes(16, 0);
  if (getentropy(bytes.data(), bytes.size()) != 0) std::abort();
  return absl::BytesToHexString(bytes);
}

std::string Joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

Literal Json(const Receipt& receipt, const std::string& id) {
  Literal json = ToJson(receipt);
  if (!id.empty()) json.members.at(0).second.Add("id", id);
  return json;
}

void Accepted(const Command& command, const Receipt& receipt, const std::string& id, const std::vector<std::string>& holders) {
  if (command.json()) return command.Line(Json(receipt, id));
  if (command.quiet()) return command.Print(receipt.short_name() + "\n");
  const std::string where = receipt.strength == "settled" ? "its place in the order is final"
                            : !holders.empty()            ? "on this machine's disk, and held by " + Joined(holders)
                            : receipt.repeated            ? "filed before; this is its receipt"
                                                          : "on this machine's disk; not yet held elsewhere";
  command.Print(Bold("accepted") + "  " + Pad(receipt.short_name(), 16) + "  " + where + "\n");
  if (command.verbose()) command.Print("          " + receipt.entry() + "\n");
  std::fflush(command.out);  // the officer may wait for it at the other end of a pipe
}

struct Tally {
  uint64_t accepted = 0, refused = 0;
  int line = 0;
};

std::string Words(const Tally& tally) { return Count(tally.accepted) + " accepted, " + Count(tally.refused) + " refused\n"; }

// Its receipt, once as many peers hold it as are asked for; or with what it has.
int Acknowledge(const Command& command, Database& db, const Ack& ack, Receipt receipt, const std::string& id, int line) {
  std::vector<std::string> holders;
  const absl::StatusOr<bool> held = ack.local() ? true : AwaitAck(command, db, ack, &receipt, &holders);
  Accepted(command, receipt, id, holders);
  if (held.ok() && *held) return kDone;
  if (!held.ok()) return command.Fail(Explain(held.status()), line);
  ErrorView error;
  error.exit_code = kUnreachable;
  error.message = Missing(db, ack, receipt, holders.size());
  error.next = command.Self() + " status";
  return command.Fail(error, line);
}

int FileLine(const Command& command, Database& db, std::string_view text, const Ack& ack, Tally& tally) {
  absl::StatusOr<Draft> draft = ParseDraft(text);
  if (draft.ok()) {
    if (const std::optional<ErrorView> error = drill::PutDocuments(db, "", &*draft))
      return ++tally.refused, command.Fail(*error, tally.line);
  }
  const absl::StatusOr<Receipt> receipt = draft.ok() ? db.File(*draft) : draft.status();
  if (receipt.ok()) {
    ++tally.accepted;
    return Acknowledge(command, db, ack, *receipt, draft->id, tally.line);
  }
  ++tally.refused;
  return command.Fail(Explain(receipt.status()), tally.line);
}

// A failure that is no refusal (a full disk, a failed commit) ends the run also with --keep-going.
bool Ends(int code, const FileOptions& options) { return code != kDone && !(options.keep_going && code == kRefused); }

// Each line of `in` in its turn, by `file`: its exit code.
int FileLines(const Command& command, std::istream& in, const FileOptions& options,
              const std::function<int(const std::string&, Tally&)>& file) {
  const FinishCommit finish;
  Tally tally;
  int code = kDone;
  for (std::string text; !finish.interrupted() && std::getline(in, text);) {
    ++tally.line;
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const int one = file(text, tally);
    if (one != kDone) code = one;
    if (Ends(one, options)) break;
  }
  if (finish.interrupted()) {
    command.Note("interrupted after line " + std::to_string(tally.line) + ": " + Words(tally));
    return kInterrupted;
  }
  if (tally.accepted + tally.refused > 1) command.Note(Words(tally));
  if (in.bad() || (&in == &std::cin && std::ferror(stdin) != 0)) {
    return command.Fail(kFailed, "what is to be filed cannot be read on after line " + std::to_string(tally.line),
                        "chancery file FILE, a file of entries");
  }
  return code;
}

// `text` with an id, so that it counts once wherever it is filed; text that is no entry stays as it is. The id is put last: what
// is said of lines and columns is said of what was written.
std::string WithId(const std::string& text, std::string* id) {
  const absl::StatusOr<Literal> entry = ParseJson(text);
  if (!entry.ok() || entry->type != Literal::Type::kObject || entry->members.empty()) return text;
  if (const Literal* given = entry->Find("id"); given != nullptr) return *id = given->text, text;
  *id = RandomId();
  return std::string(text).insert(text.rfind('}'), ",\"id\":\"" + *id + "\"");
}

std::vector<std::string> WordsOf(const Command& command, const FileOptions& options) {
  std::vector<std::string> words = {"file", "-"};
  if (!options.ack.empty()) words.insert(words.end(), {"--ack", options.ack});
  if (options.seconds >= 0) words.insert(words.end(), {"--wait", std::to_string(options.seconds)});
  if (command.json()) words.push_back("--json");
  if (command.quiet()) words.push_back("--quiet");
  if (command.verbose()) words.push_back("--verbose");
  return words;
}

// Each line by itself, at whichever store answers; empty lines before it, so that it is counted as here.
int FileThroughClient(const Command& command, std::istream& in, const FileOptions& options) {
  const std::vector<std::string> words = WordsOf(command, options);
  return FileLines(command, in, options, [&](const std::string& text, Tally& tally) {
    std::string id;
    const std::string input = std::string(static_cast<size_t>(tally.line - 1), '\n') + WithId(text, &id);
    const int code = command.client->Do(words, input, Manner::kFiles, id);
    ++(code == kDone ? tally.accepted : tally.refused);
    return code;
  });
}

int File(const Command& command, const FileOptions& given) {
  FileOptions options = given;
  const absl::StatusOr<Ack> named = options.ack.empty() ? Ack() : ParseAck(options.ack);
  if (!named.ok()) return command.Fail(kUsage, std::string(named.status().message()), "chancery file --help");
  std::ifstream file;
  if (options.path != "-") file.open(options.path);
  if (!file) {
    return command.Fail(kNotFound, options.path + ": no such file, or it cannot be read",
                        "chancery file FILE, or - for standard input");
  }
  std::istream& in = options.path == "-" ? *command.in : file;
  if (command.client != nullptr) return FileThroughClient(command, in, options);
  return command.WithStore([&](Database& db) {
    const absl::StatusOr<Ack> wanted = options.ack.empty() ? PackAck(db) : named;
    if (!wanted.ok()) return command.Fail(wanted.status());
    options.wanted = *wanted;
    if (options.seconds >= 0) options.wanted.wait_ms = options.seconds * 1000;
    const int checked = CheckAck(command, db, options.wanted);
    return checked != kDone ? checked : FileLines(command, in, options, [&](const std::string& text, Tally& tally) {
      return FileLine(command, db, text, options.wanted, tally);
    });
  });
}

}  // namespace

void AddFile(Verb app, Command& command) {
  const Verb verb = app.Sub("file", "File entries (JSON, one a line); a receipt each");
  FileOptions& options = Bind(verb, command, File, Manner::kFiles);
  verb.Option("FILE", options.path, "Entries; - is standard input");
  verb.Flag("--keep-going", options.keep_going, "Go on after a refusal");
  verb.Option("--ack", options.ack, "Wait for: local, witnessed=K, settled (else as the pack says)", "STRENGTH");
  verb.Option("--wait", options.seconds, "For so long (30; settled: 120)", "SECONDS").Between(0, 86'400);
}

}  // namespace chancery::cli

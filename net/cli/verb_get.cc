// get: one record with every standing value.
#include <algorithm>

#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct GetOptions {
  std::string address, at, seen_by, document;
};

// The name in the first column of the line that a value begins, blanks before the lines that go on.
std::string Under(std::string_view name, std::string_view text) {
  std::string out;
  for (const std::string& line : Wrap(text, kColumns - 20)) {
    out += "  " + Pad(out.empty() ? name : "", 16) + "  " + line + "\n";
  }
  return out;
}

std::string FieldLines(const FieldView& field) {
  if (!field.contested) return Under(field.name, Words(field.value));
  std::string out = Under(field.name, Bold("CONTESTED") + (field.interim.null() ? ": no value stands meanwhile"
                                                                                : "; meanwhile shown: " + Words(field.interim)));
  for (const StandingView& standing : field.values)
    out += Under("", "- " + Words(standing.value) + "   (" + standing.entry + ")");
  return out;
}

std::vector<std::string> CasesOf(const RecordView& record) {
  std::vector<std::string> ids = record.cases;
  for (const FieldView& field : record.fields) {
    for (const std::string& id : field.cases) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
  }
  return ids;
}

// The commands that show the cases, by rule and subject: ids are for programs.
std::vector<std::string> Commands(const Command& command, const Snapshot& now, const RecordView& record) {
  std::vector<std::string> commands;
  for (const std::string& id : CasesOf(record)) {
    const absl::StatusOr<CaseView> found = now.Case(id, "");
    if (found.ok()) commands.push_back(command.Self() + " case show " + found->rule + " " + ShellWord(found->subject));
    if (commands.size() == 4) break;
  }
  commands.push_back(command.Self() + " log " + ShellWord(Typed(record.address)));
  return commands;
}

// Of a moment before now: which one, and that it is what is known today.
std::string Moment(const GetOptions& options, const Snapshot& then, bool contested_now) {
  std::string out;
  if (!options.seen_by.empty())
    out += "What " + Plain(options.seen_by) + " could see" + (options.at.empty() ? "" : " by " + Plain(options.at)) + ": ";
  if (options.seen_by.empty() && !options.at.empty()) out += "What is now known of " + Plain(options.at) + ": ";
  if (out.empty()) return out;
  out += "entries up to " + then.Frontier() + ".";
  if (contested_now) out += " It is contested now.";
  std::string lines;
  for (const std::string& line : Wrap(out, kColumns)) lines += line + "\n";
  return lines;
}

std::string Screen(const Command& command, const GetOptions& options, const Snapshot& shown, const RecordView& record,
                   bool contested_now) {
  const std::string state = record.contested ? "contested" : record.exists ? "nothing contested" : "does not exist (any more)";
  const std::string moment = Moment(options, shown, contested_now);
  std::string out = Sides(Bold(Plain(record.address)), state) + "\n" + moment + "\n";
  for (const FieldView& field : record.fields) out += FieldLines(field);
  if (moment.empty()) return out + "\n" + NextBlock(Commands(command, shown, record));
  const std::string address = ShellWord(Typed(record.address));
  return out + "\n" + NextBlock({command.Self() + " get " + address + "   # as it is now", command.Self() + " log " + address});
}

// `now`, or what is asked for of an earlier moment.
absl::Status Turn(const GetOptions& options, Snapshot& now) {
  if (!options.at.empty()) {
    absl::StatusOr<Snapshot> then = now.AsOf(options.at);
    if (!then.ok()) return then.status();
    now = *std::move(then);
  }
  if (options.seen_by.empty()) return absl::OkStatus();
  absl::StatusOr<Snapshot> seen = now.SeenBy(options.seen_by);
  if (!seen.ok()) return seen.status();
  now = *std::move(seen);
  return absl::OkStatus();
}

// The document that the field names, as a file. A disputed value is not written out.
int WriteDocument(const Command& command, const GetOptions& options, const Snapshot& now) {
  const absl::StatusOr<Literal> value = now.Value(options.address);
  if (!value.ok()) return command.Fail(value.status());
  if (value->null())
    return command.Fail(kNotFound, options.address + " has no value", command.Self() + " log " + options.address);
  const Literal* hash = value->type == Literal::Type::kObject ? value->Find("sha256") : nullptr;
  if (hash == nullptr || value->Find("bytes") == nullptr)
    return command.Fail(kUsage, options.address + " is no document", command.Self() + " get " + options.address);
  const absl::Status written =
      WriteFile(options.document, [&](const ByteSink& write) { return now.ReadBlob(hash->text, write); });
  if (!written.ok()) return command.Fail(written);
  if (command.json()) {
    Literal body = Literal::Object({{"file", options.document}});
    body.Add("sha256", *hash).Add("bytes", *value->Find("bytes"));
    return command.Line(Literal::Object({{"document", std::move(body)}})), kDone;
  }
  const auto bytes = static_cast<uint64_t>(value->Find("bytes")->integer);
  if (!command.quiet())
    command.Print(Bold("WRITTEN") + "  " + Plain(options.document) + ", " + Count(bytes, "byte") + ", SHA-256 as registered.\n");
  return kDone;
}

bool OfNow(const GetOptions& options) { return options.at.empty() && options.seen_by.empty(); }

Literal Json(const GetOptions& options, const Snapshot& shown, const RecordView& record, bool contested_now) {
  Literal out = ToJson(record);
  if (!OfNow(options)) out.Add("as_of", shown.Frontier()).Add("contested_now", contested_now);
  return out;
}

int Show(const Command& command, const GetOptions& options, const Snapshot& shown, bool contested_now) {
  if (!options.document.empty()) return WriteDocument(command, options, shown);
  const absl::StatusOr<RecordView> record = shown.Record(options.address);
  if (!record.ok()) return command.Fail(record.status());
  if (command.json()) {
    command.Line(Json(options, shown, *record, contested_now));
  } else {
    command.Print(Screen(command, options, shown, *record, contested_now));
  }
  if (!record->exists) return kNotFound;
  return record->contested ? kFindings : kDone;
}

int Get(const Command& command, const GetOptions& options) {
  return command.WithStore([&](Database& db) -> int {
    absl::StatusOr<Snapshot> shown = db.Read();
    if (!shown.ok()) return command.Fail(shown.status());
    const absl::StatusOr<RecordView> now = OfNow(options) ? absl::NotFoundError("") : shown->Record(options.address);
    const absl::Status turned = Turn(options, *shown);
    return turned.ok() ? Show(command, options, *shown, now.ok() && now->contested) : command.Fail(turned);
  });
}

}  // namespace

void AddGet(Verb app, Command& command) {
  const Verb verb = app.Sub("get", "A record with every standing value and its cases");
  GetOptions& options = Bind(verb, command, Get, Manner::kReads);
  verb.Option("ADDR", options.address, "register/key or register/key/field").Required();
  verb.Option("--document,-o", options.document, "Write the document that the field names to a file", "FILE");
  verb.Option("--at", options.at, "What is now known of then", "TIME|FRONTIER");
  verb.Option("--seen-by", options.seen_by, "What that site could see when it filed last", "SITE");
}

}  // namespace chancery::cli

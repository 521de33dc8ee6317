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

std::string Screen(const Command& command, const Snapshot& now, const RecordView& record) {
  const std::string state = record.contested ? "contested" : record.exists ? "nothing contested" : "does not exist (any more)";
  std::string out = Sides(Bold(Plain(record.address)), state) + "\n\n";
  for (const FieldView& field : record.fields) out += FieldLines(field);
  return out + "\n" + NextBlock(Commands(command, now, record));
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

int Get(const Command& command, const GetOptions& options) {
  if (!options.at.empty()) return command.NotYet("get --at", "chancery log " + options.address);
  if (!options.seen_by.empty()) return command.NotYet("get --seen-by", "chancery log " + options.address);
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    if (!options.document.empty()) return WriteDocument(command, options, now);
    const absl::StatusOr<RecordView> record = now.Record(options.address);
    if (!record.ok()) return command.Fail(record.status());
    if (command.json()) {
      command.Line(ToJson(*record));
    } else {
      command.Print(Screen(command, now, *record));
    }
    if (!record->exists) return kNotFound;
    return record->contested ? kFindings : kDone;
  });
}

}  // namespace

void AddGet(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("get", "A record with every standing value and its cases");
  GetOptions& options = Bind(verb, command, Get);
  verb->add_option("ADDR", options.address, "register/key or register/key/field")->required()->type_name("");
  verb->add_option("--document,-o", options.document, "Write the document that the field names to a file")->type_name("FILE");
  verb->add_option("--at", options.at, "What is now known of then: not yet")->type_name("TIME|FRONTIER");
  verb->add_option("--seen-by", options.seen_by, "What that site could see: not yet")->type_name("SITE");
}

}  // namespace chancery::cli

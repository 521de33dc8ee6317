// find: the records of a register by what stands in their fields, by an interval that holds, by reference.
#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr size_t kShown = 20;  // records of a screen, unless --limit or -v say otherwise

struct FindOptions {
  std::vector<std::string> conditions;  // FIELD=VALUE
  FindQuery query;
};

// A record as it was found, with all that is shown of it.
struct Hit {
  std::string address;
  RecordView record;
};

// Errors: InvalidArgument.
absl::StatusOr<FindQuery> QueryOf(const FindOptions& options) {
  FindQuery query = options.query;
  for (const std::string& condition : options.conditions) {
    const size_t sign = condition.find('=');
    if (sign == std::string::npos || sign == 0)
      return absl::InvalidArgumentError("\"" + condition + "\" is no condition: write FIELD=VALUE");
    const std::string value = condition.substr(sign + 1);
    query.fields.push_back({.field = condition.substr(0, sign), .written = value.empty() ? "\"\"" : value});
  }
  return query;
}

std::string Asked(const FindOptions& options) {
  std::string out;
  const auto add = [&](const std::string& part) { out += (out.empty() ? ": " : ", ") + Plain(part); };
  for (const std::string& condition : options.conditions) add(condition);
  if (!options.query.on.empty()) add("on " + options.query.on);
  if (!options.query.refers_to.empty()) add("refers to " + options.query.refers_to);
  return out;
}

std::string Disputed(const RecordView& record) {
  std::string names;
  for (const FieldView& field : record.fields)
    if (field.contested) names += (names.empty() ? "" : ", ") + field.name;
  if (!record.cases.empty()) names += names.empty() ? "whether it exists" : ", whether it exists";
  return names;
}

std::string HitLine(const Hit& hit) {
  const std::string record = "  " + Pad(Shorten(Plain(hit.record.address), 40), 40);
  if (!hit.record.contested) return Plain("  " + hit.record.address) + "\n";
  return record + "  " + Shorten("CONTESTED: " + Disputed(hit.record), kColumns - 44) + "\n";
}

// The same command, to go on with.
std::string Again(const Command& command, const FindOptions& options, const std::string& after) {
  std::string out = command.Self() + " find " + options.query.reg;
  for (const std::string& condition : options.conditions) out += " " + ShellWord(condition);
  if (!options.query.on.empty()) out += " --on " + options.query.on;
  if (!options.query.refers_to.empty()) out += " --refers-to " + ShellWord(options.query.refers_to);
  return out + " --after " + ShellWord(after);
}

std::string Screen(const Command& command, const FindOptions& options, const std::vector<Hit>& hits, bool more) {
  size_t contested = 0;
  for (const Hit& hit : hits) contested += hit.record.contested;
  std::string count = hits.empty() ? "No record" : Count(hits.size(), "record");
  if (more) count = "The first " + count;
  const std::string what = Plain(options.query.reg) + Asked(options);
  std::string out = Sides(Bold(count) + " of " + Shorten(what, kColumns - 24 - Width(count)),
                          contested == 0 ? "nothing contested" : Count(contested) + " contested") +
                    "\n";
  if (hits.empty()) return out + "\n" + NextBlock({command.Self() + " find " + options.query.reg + "   # all of them"});
  out += "\n";
  for (const Hit& hit : hits) out += HitLine(hit);
  std::vector<std::string> next = {command.Self() + " get " + ShellWord(hits.front().address)};
  if (more) next.push_back(Again(command, options, hits.back().address));
  return out + "\n" + NextBlock(next);
}

// One after the other, as they are found.
void Tell(const Command& command, const Hit& hit) {
  if (command.json()) return command.Line(ToJson(hit.record).Add("address", hit.address));
  command.Print(hit.address + (hit.record.contested ? "  contested\n" : "\n"));
}

int Find(const Command& command, const FindOptions& options) {
  const absl::StatusOr<FindQuery> asked = QueryOf(options);
  if (!asked.ok()) return command.Fail(asked.status());
  const bool screen = !command.json() && !command.quiet();
  const size_t shown = options.query.limit > 0 ? options.query.limit : screen && !command.verbose() ? kShown : 0;
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    FindQuery query = *asked;
    query.limit = shown == 0 ? 0 : shown + (screen ? 1 : 0);
    std::vector<Hit> hits;
    bool contested = false, more = false;
    absl::Status read;
    const absl::Status found = now.Find(query, [&](const FoundView& one) {
      if (screen && shown > 0 && hits.size() == shown) return !(more = true);
      absl::StatusOr<RecordView> record = now.Record(one.address);
      read = record.status();
      if (!record.ok()) return false;
      contested |= record->contested;
      const Hit hit{one.address, *std::move(record)};
      screen ? hits.push_back(hit) : Tell(command, hit);
      return true;
    });
    if (!found.ok()) return command.Fail(found);
    if (!read.ok()) return command.Fail(read);
    if (screen) command.Print(Screen(command, options, hits, more));
    return contested ? kFindings : kDone;
  });
}

}  // namespace

void AddFind(Verb app, Command& command) {
  const Verb verb = app.Sub("find", "Records by value, interval, reference");
  FindOptions& options = Bind(verb, command, Find, Manner::kReads);
  verb.Option("REGISTER", options.query.reg, "The register").Required();
  verb.Option("FIELD=VALUE", options.conditions, "What stands in a field; all of several");
  verb.Option("--on", options.query.on, "Some interval of the record holds on that date", "DATE");
  verb.Option("--refers-to", options.query.refers_to, "Some reference names that record", "ADDR");
  verb.Option("--after", options.query.after, "Go on behind that record", "ADDR");
  verb.Option("--limit", options.query.limit, "At most so many", "N");
}

}  // namespace chancery::cli

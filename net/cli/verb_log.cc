// log: what was filed, newest last.
#include <algorithm>

#include "net/cli/entry_words.h"
#include "net/cli/log.h"

namespace chancery::cli {
namespace {

constexpr size_t kLinesShown = 3;  // lines of an entry without -v

std::string Who(const EntryView& entry) {
  std::string who = entry.officer.empty() ? "" : "officer " + Plain(entry.officer);
  if (!entry.basis.empty()) who += (who.empty() ? "basis " : ", basis ") + Plain(entry.basis);
  return who;
}

std::string WholeLine(const std::string& text) {
  std::string out;
  for (const std::string& line : Wrap(text, kColumns - 6)) out += (out.empty() ? "    " : "      ") + line + "\n";
  return out;
}

// The other time: what the officer stated of the application, which orders nothing.
std::string Stated(const EntryView& entry) {
  std::string out;
  for (const char* name : {"at", "office", "number"}) {
    const Literal* part = entry.filed ? entry.filed->Find(name) : nullptr;
    if (part == nullptr) continue;
    const std::string text = Words(*part);
    out += (out.empty() ? "" : " ") + (name == std::string_view("at") ? Day(text) : Plain(text));
  }
  return out.empty() ? "" : "    " + Shorten("application stated " + out, kColumns - 4) + "\n";
}

}  // namespace

std::string EntryLines(const EntryView& entry, bool verbose) {
  std::string out = Sides(Pad(entry.short_name, 17) + " " + Shorten(Who(entry), 31), "stamped " + Day(entry.hlc)) + "\n";
  if (!entry.duplicate_of.empty())
    out += "    a duplicate of " + entry.duplicate_of + ": one act, filed apart; this has no effect\n";
  if (entry.outside) out += "    outside the order: it has no effect. chancery site readmit " + entry.short_name + "\n";
  out += Stated(entry);
  const std::vector<std::string> lines = Describe(entry);
  const size_t shown = verbose ? lines.size() : std::min(lines.size(), kLinesShown);
  for (size_t i = 0; i < shown; ++i) out += verbose ? WholeLine(lines[i]) : "    " + Shorten(lines[i], kColumns - 4) + "\n";
  if (shown < lines.size()) out += "    and " + Count(lines.size() - shown) + " more: -v\n";
  return verbose ? out + "    " + entry.entry + "\n" : out;
}

std::string LogScreen(const Command& command, const LogOptions& options, const std::vector<EntryView>& entries, bool more) {
  const std::string about = options.address.empty() ? "this registry" : Plain(options.address);
  const std::string count = Count(entries.size(), "entry", "entries");
  std::string out = Bold(more ? "The newest " + count : count) + " of " + about + ", newest last\n\n";
  for (const EntryView& entry : entries) out += EntryLines(entry, command.verbose());
  const std::string self = command.Self() + " log" + (options.address.empty() ? "" : " " + ShellWord(options.address));
  return more ? out + "\n" + NextBlock({self + " --last 0   # all of them"}) : out;
}

namespace {

int Log(const Command& command, const LogOptions& options) {
  if (options.follow || !options.since.empty()) return Follow(command, options);
  const size_t wanted = options.last.value_or(command.json() ? 0 : kLogShown);
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    absl::StatusOr<std::vector<EntryView>> entries = now.Log(options.address, wanted == 0 ? 0 : wanted + 1);
    if (!entries.ok()) return command.Fail(entries.status());
    if (entries->empty()) return command.Fail(kNotFound, "no entry about " + options.address, "chancery log");
    const bool more = wanted != 0 && entries->size() > wanted;
    if (more) entries->erase(entries->begin());
    if (command.json()) {
      for (const EntryView& entry : *entries) command.Line(ToJson(entry));
    } else {
      command.Print(LogScreen(command, options, *entries, more));
    }
    return kDone;
  });
}

}  // namespace

void AddLog(Verb app, Command& command) {
  const Verb verb = app.Sub("log", "The entries of a record or of all, newest last");
  LogOptions& options = Bind(verb, command, Log, Manner::kReads);
  verb.Option("ADDR", options.address, "register/key or register/key/field");
  verb.Option("-n,--last", options.last, "The newest N (else 20 on a screen, all in JSON)", "N");
  verb.Flag("--follow", options.follow, "Go on as entries come, until SIGINT");
  verb.Option("--since", options.since, "What came after that position, each entry with its own", "POSITION").LastCounts();
}

}  // namespace chancery::cli

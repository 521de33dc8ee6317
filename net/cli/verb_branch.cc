// branch, diff, preview: what sides did apart, and what bringing them together would do.
#include <algorithm>
#include <filesystem>

#include "net/cli/command.h"
#include "net/cli/entry_words.h"
#include "net/cli/files.h"
#include "net/cli/peers.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr size_t kShown = 20;           // lines of a list on a screen without -v; JSON has all
constexpr int64_t kShortestMs = 60000;  // of `branch ls` without --all: what a link loses in passing is no news

std::string ValueWords(const Literal& value, bool contested, bool existence) {
  const std::string words = existence ? (value.truth ? "exists" : "no such record") : value.null() ? "nothing" : Words(value);
  return words + (contested ? " (contested)" : "");
}

// At most kShown lines, and how many more there are.
template <class Item, class Line>
std::string List(const Command& command, const std::vector<Item>& items, const Line& line) {
  std::string out;
  const size_t shown = command.verbose() ? items.size() : std::min(items.size(), kShown);
  for (size_t i = 0; i < shown; ++i) out += line(items[i]);
  if (shown < items.size()) out += "  and " + Count(items.size() - shown) + " more: -v\n";
  return out;
}

std::string ChangeLine(const ValueChange& change) {
  const std::string to = ValueWords(change.before, change.contested_before, change.existence) + " -> " +
                         ValueWords(change.after, change.contested_after, change.existence);
  return "  " + Pad(Shorten(Plain(change.address), 30), 31) + " " + Shorten(to, kColumns - 34) + "\n";
}

std::string CaseLine(const CaseView& one, const std::string& what) {
  return "  " + Pad(Shorten(Plain(one.rule) + " " + Plain(one.subject), 50), 51) + " " + what + "\n";
}

// ---- preview

struct PreviewOptions {
  std::string from;  // a bundle; where there is no such file, a peer
  bool IsFile() const { return std::filesystem::exists(from) && !std::filesystem::is_directory(from); }
};

std::string Becomes(const CaseChange& change) {
  if (change.now.state.empty()) return "would be gone";
  if (change.before.empty()) return change.now.notice ? "a notice" : "would open";
  return change.before + " -> " + change.now.state;
}

bool Opens(const CaseChange& change) {
  const std::string& state = change.now.state;
  return !change.now.notice && !state.empty() && state != "ruled" && (change.before.empty() || change.before == "ruled");
}

std::string PreviewScreen(const Command& command, const PreviewOptions& options, const MergePreview& preview) {
  const auto opened = static_cast<uint64_t>(std::count_if(preview.cases.begin(), preview.cases.end(), Opens));
  std::string out = Bold("PREVIEW") + "  " + Plain(options.from) + ": " + Count(preview.intake.entries, "entry", "entries") +
                    " would come in, " + (opened == 0 ? "no case" : Count(opened, "case")) + " would open. Nothing is taken.\n\n";
  out += List(command, preview.cases, [](const CaseChange& change) { return CaseLine(change.now, Becomes(change)); });
  if (preview.cases.empty()) out += "  No case changes.\n";
  out += "\n";
  std::string officers;
  for (const std::string& officer : preview.officers) officers += (officers.empty() ? "" : ", ") + Plain(officer);
  if (!officers.empty()) out += Labelled("Concerns", "officers " + officers) + "\n";
  if (!preview.values.empty()) out += "Shown here, and would change:\n";
  out += List(command, preview.values, ChangeLine);
  if (preview.more_values) out += "  and others\n";
  if (preview.intake.waiting + preview.intake.held > 0)
    out +=
        Labelled("Waiting", Count(preview.intake.waiting + preview.intake.held, "entry", "entries") + " could not be merged yet");
  if (!out.ends_with("\n\n")) out += "\n";
  return out + NextBlock({command.Self() + (options.IsFile() ? " bundle apply " : " sync ") + ShellWord(options.from)});
}

absl::StatusOr<MergePreview> PreviewFile(const Database& db, const std::string& path) {
  const absl::StatusOr<std::string> bundle = ReadFile(path);
  return bundle.ok() ? db.PreviewBundle(*bundle) : bundle.status();
}

int FailPreview(const Command& command, const Database& db, const PreviewOptions& options, const absl::Status& status) {
  if (options.IsFile()) return command.Fail(status);
  if (!absl::IsNotFound(status)) return FailPeer(command, db, options.from, status);
  return command.Fail(kNotFound, "there is neither a file nor a peer " + options.from, command.Self() + " peer ls");
}

int Preview(const Command& command, const PreviewOptions& options) {
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
    if (!config.ok()) return command.Fail(config.status());
    const absl::StatusOr<MergePreview> preview =
        options.IsFile() ? PreviewFile(db, options.from) : PreviewPeer(db, *config, options.from);
    if (!preview.ok()) return FailPreview(command, db, options, preview.status());
    if (command.json()) {
      command.Line(ToJson(*preview));
    } else {
      command.Print(PreviewScreen(command, options, *preview));
    }
    return std::any_of(preview->cases.begin(), preview->cases.end(), Opens) ? kFindings : kDone;
  });
}

// ---- diff

struct DiffOptions {
  std::string a, b;
};

std::string RowLines(const DiffView::Row& row) {
  std::string out = "  " + Plain(row.address) + "\n";
  for (const auto& [label, text] : {std::pair<const char*, std::string>{"before", ValueWords(row.base, false, row.existence)},
                                    {"A", ValueWords(row.a, row.contested_a, row.existence)},
                                    {"B", ValueWords(row.b, row.contested_b, row.existence)}})
    out += "    " + Pad(label, 7) + Shorten(text, kColumns - 11) + "\n";
  return out;
}

std::string DiffScreen(const Command& command, const DiffOptions& options, const DiffView& diff) {
  std::string out = Labelled("A", Plain(options.a) + ": " + Count(diff.entries_a, "entry", "entries") + " that B lacks");
  out += Labelled("B", Plain(options.b) + ": " + Count(diff.entries_b, "entry", "entries") + " that A lacks");
  out += Labelled("Before", "both have what goes up to " + diff.base) + "\n";
  out += List(command, diff.rows, RowLines);
  if (diff.rows.empty()) return out + "  No value differs from what it was before.\n";
  return out + "\n" + NextBlock({command.Self() + " get ADDR   # what stands now, and whether it is contested"});
}

int Diff(const Command& command, const DiffOptions& options) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<DiffView> diff = now.Diff(options.a, options.b);
    if (!diff.ok()) return command.Fail(diff.status());
    if (command.json()) {
      command.Line(ToJson(*diff));
    } else {
      command.Print(DiffScreen(command, options, *diff));
    }
    return kDone;
  });
}

// ---- branch

struct ListOptions {
  bool all = false;
};
struct ShowOptions {
  std::string name;
};

std::string Period(const BranchView& branch) {
  return Day(branch.since) + (branch.until.empty() ? ", and goes on" : " to " + Day(branch.until));
}

std::string Sizes(const BranchView& branch) {
  return Count(branch.entries, "entry", "entries") + " of its own, " + Count(branch.others, "entry", "entries") +
         " of others meanwhile";
}

std::string BranchLines(const BranchView& branch) {
  return "  " + Bold(Plain(branch.name)) + "\n    " + Period(branch) + "\n    " + Sizes(branch) + "\n";
}

std::string ListScreen(const Command& command, const std::vector<BranchView>& branches) {
  if (branches.empty()) return "No site went on for a minute without knowing what others filed. (--all: shorter ones)\n";
  return Bold(Count(branches.size(), "branch", "branches")) + ", as their entries tell it; the latest first\n\n" +
         List(command, branches, BranchLines) + "\n" +
         NextBlock({command.Self() + " branch show " + ShellWord(branches[0].name)});
}

int Branches(const Command& command, const ListOptions& options) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<std::vector<BranchView>> branches = now.Branches(options.all ? 0 : kShortestMs);
    if (!branches.ok()) return command.Fail(branches.status());
    if (!command.json()) return command.Print(ListScreen(command, *branches)), kDone;
    for (const BranchView& branch : *branches) command.Line(ToJson(branch));
    return kDone;
  });
}

std::string EntryLines(const EntryView& entry) {
  std::string out;
  for (const std::string& line : Describe(entry))
    out += "  " + Pad(out.empty() ? entry.short_name : "", 18) + Shorten(line, kColumns - 20) + "\n";
  return out;
}

std::string BranchScreen(const Command& command, const BranchView& branch) {
  std::string out = Bold(Plain(branch.name)) + "\n" + Period(branch) + "\n\n";
  out += "Filed at " + Plain(branch.site) + ":\n" + List(command, branch.filed, EntryLines);
  out += "\nFiled meanwhile where " + Plain(branch.site) + " could not see it:\n" + List(command, branch.met, EntryLines);
  out += "\nCases between them:\n" +
         List(command, branch.cases, [](const CaseView& one) { return CaseLine(one, one.notice ? "notice" : one.state); });
  if (branch.cases.empty()) out += "  none\n";
  std::vector<std::string> next;
  if (!branch.cases.empty())
    next.push_back(command.Self() + " case show " + branch.cases[0].rule + " " + ShellWord(branch.cases[0].subject) +
                   "   # what is contested");
  if (branch.base != "0") next.push_back(command.Self() + " get ADDR --at " + branch.base + "   # as it was before");
  return out + "\n" + NextBlock(next);
}

int ShowBranch(const Command& command, const ShowOptions& options) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<BranchView> branch = now.Branch(options.name);
    if (!branch.ok()) return command.Fail(branch.status());
    if (command.json()) {
      command.Line(ToJson(*branch));
    } else {
      command.Print(BranchScreen(command, *branch));
    }
    return kDone;
  });
}

}  // namespace

void AddBranch(Verb app, Command& command) {
  const Verb branch = app.Sub("branch", "Where sites went on without knowing of one another");
  const Verb ls = branch.Sub("ls", "All of them, the latest first");
  ls.Flag("--all", Bind(ls, command, Branches, Manner::kReads).all, "Those shorter than a minute, too");
  const Verb show = branch.Sub("show", "What was filed on either side, and the cases between them");
  show.Option("BRANCH", Bind(show, command, ShowBranch, Manner::kReads).name,
              "SITE@TIME as branch ls has it, or a part of the time; SITE")
      .Required();

  const Verb diff = app.Sub("diff", "Two sides, and what each changed since what both have");
  DiffOptions& sides = Bind(diff, command, Diff, Manner::kReads);
  diff.Option("A", sides.a, "A site, an entry, a time or a frontier").Required();
  diff.Option("B", sides.b, "The other").Required();

  const Verb preview = app.Sub("preview", "What a bundle or a peer would bring: a merge rehearsed");
  preview.Option("BUNDLE|PEER", Bind(preview, command, Preview).from, "A file that bundle export wrote, or a peer's name")
      .Required();
}

}  // namespace chancery::cli

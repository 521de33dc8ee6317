// case: the docket. What needs a person, both acts side by side, a ruling with reasons.
#include <algorithm>

#include "net/cli/case_file.h"
#include "net/cli/case_screen.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct ListOptions {
  bool all = false;
  CaseFilter filter;
  std::string after;  // RULE SUBJECT, or an id
};

bool Waits(const CaseView& one) { return one.state != "ruled" && !one.notice; }

// Whole cases, for programs: a list without its facts would read as if there were none.
int ListJson(const Command& command, const Snapshot& now, const CaseFilter& filter) {
  bool waits = false;
  absl::Status read;
  const absl::Status listed = now.Cases(filter, [&](const CaseView& one) {
    const absl::StatusOr<CaseView> whole = now.Case(one.rule, one.subject);
    read = whole.status();
    if (!whole.ok()) return false;
    waits |= Waits(one);
    command.Line(ToJson(*whole));
    return true;
  });
  if (!listed.ok()) return command.Fail(listed);
  if (!read.ok()) return command.Fail(read);
  return waits ? kFindings : kDone;
}

// Errors: NotFound (no case has that id).
absl::StatusOr<CaseFilter> FilterOf(const ListOptions& options, const Snapshot& now) {
  CaseFilter filter = options.filter;
  filter.open_only = !options.all;
  const size_t space = options.after.find(' ');
  if (options.after.empty()) return filter;
  if (space != std::string::npos) {
    filter.after_rule = options.after.substr(0, space);
    filter.after_subject = options.after.substr(space + 1);
    return filter;
  }
  const absl::StatusOr<CaseView> after = now.Case(options.after, "");
  if (!after.ok()) return after.status();
  filter.after_rule = after->rule;
  filter.after_subject = after->subject;
  return filter;
}

int List(const Command& command, const ListOptions& options) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<CaseFilter> filter = FilterOf(options, now);
    if (!filter.ok()) return command.Fail(filter.status());
    if (command.json()) return ListJson(command, now, *filter);
    const absl::StatusOr<bool> waits = PrintDocket(command, now, *filter);
    if (!waits.ok()) return command.Fail(waits.status());
    return *waits ? kFindings : kDone;
  });
}

// RULE SUBJECT, or an id alone.
struct CaseName {
  std::string rule, subject;
  void AddTo(Verb verb) {
    verb.Option("CASE", rule, "RULE SUBJECT as `case ls` shows them, or the case's id").Required();
    verb.Option("SUBJECT", subject, "");
  }
};

int Show(const Command& command, const CaseName& name) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<CaseView> found = now.Case(name.rule, name.subject);
    if (!found.ok()) return command.Fail(found.status());
    if (command.json()) return command.Line(ToJson(*found)), kDone;
    command.Print(CaseScreen(command, now, *found));
    return kDone;
  });
}

struct ExportOptions {
  CaseName name;
  std::string out;
};

int Export(const Command& command, const ExportOptions& options) {
  return command.WithSnapshot([&](Database& db, const Snapshot& now) -> int {
    const absl::StatusOr<std::string> text = CaseFileOf(db, now, options.name.rule, options.name.subject);
    if (!text.ok()) return command.Fail(text.status());
    if (const absl::Status written = WriteFile(options.out, *text); !written.ok()) return command.Fail(written);
    if (command.json()) {
      const Literal body = Literal::Object({{"file", options.out}, {"bytes", static_cast<int64_t>(text->size())}});
      return command.Line(Literal::Object({{"exported", body}})), kDone;
    }
    command.Print(Bold("WRITTEN") + "  " + Plain(options.out) + ": the case, its entries, and a receipt of each.\n\n" +
                  NextBlock({"chancery verify " + ShellWord(options.out) + " --registry ID   # anywhere, without a store"}));
    return kDone;
  });
}

struct RuleOptions {
  CaseName name;
  RulingDraft ruling;
  std::string set;
  bool preview = false;
};

struct ApproveOptions {
  CaseName name;
  ApprovalDraft approval;
};

// What was done: RULED, PROPOSED, APPROVED, RETURNED.
int Done(const Command& command, const std::string& what, const Receipt& receipt, const CaseView& after) {
  if (command.json()) return command.Line(ToJson(receipt)), kDone;
  std::string screen = Bold(what) + "  " + Plain(after.rule) + " " + Plain(after.subject) + ", by " + receipt.short_name() + "\n";
  const std::string indent(what.size() + 2, ' ');
  screen += indent + "The case is " + after.state + " here. Other sites learn it with the next bundle.\n\n";
  screen +=
      NextBlock({command.Self() + " case show " + after.rule + " " + ShellWord(after.subject), command.Self() + " case ls"});
  command.Print(command.quiet() ? receipt.short_name() + "\n" : screen);
  return kDone;
}

absl::StatusOr<CaseView> Find(const Database& db, const std::string& rule, const std::string& subject) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  return now->Case(rule, subject);
}

// The case, which may be named by its id: the draft is about it then.
template <class Draft>
absl::StatusOr<CaseView> Named(const Database& db, const CaseName& name, Draft* draft) {
  absl::StatusOr<CaseView> found = Find(db, name.rule, name.subject);
  if (!found.ok()) return found;
  draft->rule = found->rule;
  draft->subject = found->subject;
  return found;
}

template <class Draft, class ActOn>
int On(const Command& command, Database& db, const CaseName& name, Draft draft, const std::string& what, const ActOn& act) {
  const absl::StatusOr<CaseView> before = Named(db, name, &draft);
  if (!before.ok()) return command.Fail(before.status());
  const absl::StatusOr<Receipt> receipt = act(draft);
  if (!receipt.ok()) return command.Fail(receipt.status());
  const absl::StatusOr<CaseView> after = Find(db, before->id, "");
  return after.ok() ? Done(command, what, *receipt, *after) : command.Fail(after.status());
}

int ShowPreview(const Command& command, Database& db, const CaseName& name, RulingDraft ruling) {
  const absl::StatusOr<CaseView> before = Named(db, name, &ruling);
  if (!before.ok()) return command.Fail(before.status());
  const absl::StatusOr<RulingPreview> preview = db.Preview(ruling);
  if (!preview.ok()) return command.Fail(preview.status());
  if (command.json()) return command.Line(ToJson(*preview)), kDone;
  command.Print(PreviewScreen(*before, *preview));
  return kDone;
}

int Decide(const Command& command, const RuleOptions& options, bool proposes) {
  RulingDraft ruling = options.ruling;
  if (!options.set.empty()) {
    absl::StatusOr<Literal> set = ParseJson(options.set);
    if (!set.ok())
      return command.Fail(kUsage, "--set: " + Explain(set.status()).message, "--set '{\"parcel/1/owner\": \"Liis\"}'");
    ruling.set = *std::move(set);
  }
  if (options.preview) return command.WithStore([&](Database& db) { return ShowPreview(command, db, options.name, ruling); });
  return command.WithStore([&](Database& db) {
    return On(command, db, options.name, ruling, proposes ? "PROPOSED" : "RULED",
              [&](const RulingDraft& draft) { return proposes ? db.Propose(draft) : db.Rule(draft); });
  });
}

int Rule(const Command& command, const RuleOptions& options) { return Decide(command, options, false); }
int Propose(const Command& command, const RuleOptions& options) { return Decide(command, options, true); }

int Approve(const Command& command, const ApproveOptions& options) {
  return command.WithStore([&](Database& db) {
    return On(command, db, options.name, options.approval, "APPROVED",
              [&](const ApprovalDraft& draft) { return db.Approve(draft); });
  });
}

int SendBack(const Command& command, const ApproveOptions& options) {
  return command.WithStore([&](Database& db) {
    return On(command, db, options.name, options.approval, "RETURNED",
              [&](const ApprovalDraft& draft) { return db.SendBack(draft); });
  });
}

void AddRuling(Verb verb, RuleOptions& options) {
  options.name.AddTo(verb);
  const Verb outcome = verb.OneOf("Outcome", "one of");
  outcome.Option("--keep", options.ruling.keep, "This entry's act stands", "ENTRY");
  outcome.Option("--set", options.set, "Other values stand: {ADDRESS: VALUE}", "JSON");
  outcome.Flag("--both", options.ruling.both, "All stand");
  outcome.Flag("--none", options.ruling.none, "None stands");
  verb.Option("--officer", options.ruling.officer, "Who rules", "NAME").Required();
  verb.Option("--reason", options.ruling.reason, "Why", "TEXT").Required();
  verb.Option("--principle", options.ruling.principle, "The rule of law it rests on", "TEXT");
  verb.Option("--effect", options.ruling.effect, "From when it has effect", "DATE");
  verb.Option("--tell", options.ruling.tell, "Who is to be told; may be repeated", "NAME").OneEach();
  verb.Flag("--preview", options.preview, "Only show what it would do");
}

void AddApproval(Verb verb, ApproveOptions& options, bool returns) {
  options.name.AddTo(verb);
  verb.Option("--officer", options.approval.officer, "Who weighed it", "NAME").Required();
  const Option reason = verb.Option("--reason", options.approval.reason, "In words", "TEXT");
  if (returns) reason.Required();
  verb.Option("--proposal", options.approval.proposal, "Which one, where several stand", "ENTRY");
}

}  // namespace

void AddCase(Verb app, Command& command) {
  const Verb docket = app.Sub("case", "The docket: ls, show, rule, propose, approve, return, export");
  const Verb ls = docket.Sub("ls", "What needs a person");
  ListOptions& list = Bind(ls, command, List, Manner::kReads);
  ls.Flag("--all", list.all, "Ruled ones too");
  ls.Option("--rule", list.filter.rule, "Only this rule", "RULE");
  ls.Option("--register", list.filter.reg, "Only cases about a record of this register", "REGISTER");
  ls.Option("--officer", list.filter.officer, "Only cases with an act of this officer", "NAME");
  ls.Option("--site", list.filter.site, "Only cases with an act that this site filed", "SITE");
  ls.Option("--since", list.filter.since, "Only cases with an act since then", "TIME|FRONTIER");
  ls.Option("--before", list.filter.before, "Only cases that were cases before then", "TIME");
  ls.Option("--after", list.after, "Go on behind that case: 'RULE SUBJECT', or its id", "CASE");
  ls.Option("--limit", list.filter.limit, "At most so many", "N");
  const Verb show = docket.Sub("show", "One case: both acts side by side");
  Bind(show, command, Show, Manner::kReads).AddTo(show);
  const Verb rule = docket.Sub("rule", "Decide a case, where one officer is enough");
  AddRuling(rule, Bind(rule, command, Rule, Manner::kActs));
  const Verb propose = docket.Sub("propose", "A ruling for another officer to approve");
  AddRuling(propose, Bind(propose, command, Propose, Manner::kActs));
  const Verb approve = docket.Sub("approve", "Approve a proposed ruling: then it has effect");
  AddApproval(approve, Bind(approve, command, Approve, Manner::kActs), false);
  const Verb back = docket.Sub("return", "Send a proposed ruling back, with a reason");
  AddApproval(back, Bind(back, command, SendBack, Manner::kActs), true);
  const Verb file = docket.Sub("export", "The case as one file, with the receipt of every entry in it");
  ExportOptions& exported = Bind(file, command, Export);
  exported.name.AddTo(file);
  file.Option("-o,--output", exported.out, "The file to write", "FILE").Required();
}

}  // namespace chancery::cli

// case: the docket. What needs a person, both acts side by side, a ruling with reasons.
#include <algorithm>

#include "net/cli/case_screen.h"
#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct ListOptions {
  bool all = false;
  std::string rule, reg;
};

bool Waits(const CaseView& one) { return one.state != "ruled" && !one.notice; }

// Whole cases, for programs: a list without its facts would read as if there were none.
int ListJson(const Command& command, const Snapshot& now, const std::vector<CaseView>& cases) {
  for (const CaseView& one : cases) {
    const absl::StatusOr<CaseView> whole = now.Case(one.id, "");
    if (!whole.ok()) return command.Fail(whole.status());
    command.Line(ToJson(*whole));
  }
  return kDone;
}

int List(const Command& command, const ListOptions& options) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const CaseFilter filter{.open_only = !options.all, .rule = options.rule, .reg = options.reg};
    const absl::StatusOr<std::vector<CaseView>> cases = now.Cases(filter);
    if (!cases.ok()) return command.Fail(cases.status());
    if (command.json()) {
      if (const int code = ListJson(command, now, *cases); code != kDone) return code;
    } else {
      command.Print(DocketScreen(command, *cases, options.all));
    }
    return std::any_of(cases->begin(), cases->end(), Waits) ? kFindings : kDone;
  });
}

// RULE SUBJECT, or an id alone.
struct CaseName {
  std::string rule, subject;
  void AddTo(CLI::App* verb) {
    verb->add_option("CASE", rule, "RULE SUBJECT as `case ls` shows them, or the case's id")->required()->type_name("");
    verb->add_option("SUBJECT", subject, "")->type_name("");
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
  std::string screen = Bold(what) + "  " + Plain(after.rule) + " " + Plain(after.subject) + ", by " + receipt.short_name + "\n";
  const std::string indent(what.size() + 2, ' ');
  screen += indent + "The case is " + after.state + " here. Other sites learn it with the next bundle.\n\n";
  screen +=
      NextBlock({command.Self() + " case show " + after.rule + " " + ShellWord(after.subject), command.Self() + " case ls"});
  command.Print(command.quiet() ? receipt.short_name + "\n" : screen);
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

void AddRuling(CLI::App* verb, RuleOptions& options) {
  options.name.AddTo(verb);
  CLI::Option_group* outcome = verb->add_option_group("Outcome", "one of");
  outcome->add_option("--keep", options.ruling.keep, "This entry's act stands")->type_name("ENTRY");
  outcome->add_option("--set", options.set, "Other values stand: {ADDRESS: VALUE}")->type_name("JSON");
  outcome->add_flag("--both", options.ruling.both, "All stand");
  outcome->add_flag("--none", options.ruling.none, "None stands");
  outcome->require_option(1);
  verb->add_option("--officer", options.ruling.officer, "Who rules")->required()->type_name("NAME");
  verb->add_option("--reason", options.ruling.reason, "Why")->required()->type_name("TEXT");
  verb->add_option("--principle", options.ruling.principle, "The rule of law it rests on")->type_name("TEXT");
  verb->add_option("--effect", options.ruling.effect, "From when it has effect")->type_name("DATE");
  verb->add_option("--tell", options.ruling.tell, "Who is to be told; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false);
  verb->add_flag("--preview", options.preview, "Only show what it would do");
}

void AddApproval(CLI::App* verb, ApproveOptions& options, bool returns) {
  options.name.AddTo(verb);
  verb->add_option("--officer", options.approval.officer, "Who weighed it")->required()->type_name("NAME");
  CLI::Option* reason = verb->add_option("--reason", options.approval.reason, "In words")->type_name("TEXT");
  if (returns) reason->required();
  verb->add_option("--proposal", options.approval.proposal, "Which one, where several stand")->type_name("ENTRY");
}

}  // namespace

void AddCase(CLI::App& app, Command& command) {
  CLI::App* docket = app.add_subcommand("case", "The docket: ls, show, rule, propose, approve, return")->require_subcommand(1);
  CLI::App* ls = docket->add_subcommand("ls", "What needs a person");
  ListOptions& list = Bind(ls, command, List);
  ls->add_flag("--all", list.all, "Ruled ones too");
  ls->add_option("--rule", list.rule, "Only this rule")->type_name("RULE");
  ls->add_option("--register", list.reg, "Only cases about a record of this register")->type_name("REGISTER");
  CLI::App* show = docket->add_subcommand("show", "One case: both acts side by side");
  Bind(show, command, Show).AddTo(show);
  CLI::App* rule = docket->add_subcommand("rule", "Decide a case, where one officer is enough");
  AddRuling(rule, Bind(rule, command, Rule));
  CLI::App* propose = docket->add_subcommand("propose", "A ruling for another officer to approve");
  AddRuling(propose, Bind(propose, command, Propose));
  CLI::App* approve = docket->add_subcommand("approve", "Approve a proposed ruling: then it has effect");
  AddApproval(approve, Bind(approve, command, Approve), false);
  CLI::App* back = docket->add_subcommand("return", "Send a proposed ruling back, with a reason");
  AddApproval(back, Bind(back, command, SendBack), true);
  AddNotYet(*docket, command, "export", "The case as a signed file");
}

}  // namespace chancery::cli

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
};

int Ruled(const Command& command, const Receipt& receipt, const CaseView& after) {
  if (command.json()) return command.Line(ToJson(receipt)), kDone;
  std::string screen =
      Bold("RULED") + "  " + Plain(after.rule) + " " + Plain(after.subject) + ", by " + receipt.short_name + "\n";
  screen += "       The case is " + after.state + " here. Other sites learn it with the next bundle.\n\n";
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

int Decide(const Command& command, Database& db, RulingDraft ruling) {
  const absl::StatusOr<CaseView> before = Find(db, ruling.rule, ruling.subject);
  if (!before.ok()) return command.Fail(before.status());
  ruling.rule = before->rule;
  ruling.subject = before->subject;
  const absl::StatusOr<Receipt> receipt = db.Rule(ruling);
  if (!receipt.ok()) return command.Fail(receipt.status());
  const absl::StatusOr<CaseView> after = Find(db, before->id, "");
  return after.ok() ? Ruled(command, *receipt, *after) : command.Fail(after.status());
}

int Rule(const Command& command, const RuleOptions& options) {
  RulingDraft ruling = options.ruling;
  ruling.rule = options.name.rule;
  ruling.subject = options.name.subject;
  if (!options.set.empty()) {
    absl::StatusOr<Literal> set = ParseJson(options.set);
    if (!set.ok())
      return command.Fail(kUsage, "--set: " + Explain(set.status()).message, "--set '{\"parcel/1/owner\": \"Liis\"}'");
    ruling.set = *std::move(set);
  }
  return command.WithStore([&](Database& db) { return Decide(command, db, ruling); });
}

void AddRule(CLI::App& docket, Command& command) {
  CLI::App* verb = docket.add_subcommand("rule", "Decide a case, where one officer is enough");
  RuleOptions& options = Bind(verb, command, Rule);
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
}

}  // namespace

void AddCase(CLI::App& app, Command& command) {
  CLI::App* docket = app.add_subcommand("case", "The docket: ls, show, rule")->require_subcommand(1);
  CLI::App* ls = docket->add_subcommand("ls", "What needs a person");
  ListOptions& list = Bind(ls, command, List);
  ls->add_flag("--all", list.all, "Ruled ones too");
  ls->add_option("--rule", list.rule, "Only this rule")->type_name("RULE");
  ls->add_option("--register", list.reg, "Only cases about a record of this register")->type_name("REGISTER");
  CLI::App* show = docket->add_subcommand("show", "One case: both acts side by side");
  Bind(show, command, Show).AddTo(show);
  AddRule(*docket, command);
  AddNotYet(*docket, command, "propose", "A ruling for another officer to approve");
  AddNotYet(*docket, command, "approve", "Approve a proposed ruling");
  AddNotYet(*docket, command, "return", "Send a proposed ruling back");
  AddNotYet(*docket, command, "export", "The case as a signed file");
}

}  // namespace chancery::cli

#include "net/cli/line.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "CLI/App.hpp"
#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "net/cli/client.h"

namespace chancery::cli {
namespace {

constexpr const char* kAbout =
    "chancery: a database engine for public registers that must keep working\n"
    "when their sites lose each other.";
constexpr const char* kFooter =
    "Exit codes: 0 done, 1 failed, 2 usage, 3 done with findings, 4 not found,\n"
    "5 integrity failure, 6 refused, 7 peer unreachable, 8 store locked or of\n"
    "another version, 130 interrupted.";

void AddGlobals(CLI::App& app, Command& command) {
  if (const char* named = std::getenv("CHANCERY_STORE"); named != nullptr && *named != 0) command.globals.store = named;
  app.add_option("--store", command.globals.store, "The store (else $CHANCERY_STORE, else ./store)")
      ->type_name("DIR")
      ->each([&command](const std::string&) { command.store_named = true; });
  app.add_flag("--json", command.globals.json, "One JSON object a line, errors too");
  auto* quiet = app.add_flag("-q,--quiet", command.globals.quiet, "Only what was asked for");
  app.add_flag("-v,--verbose", command.globals.verbose, "Everything, however long")->excludes(quiet);
  app.add_option("--session", command.globals.session, "What you have seen: a store that has less says so, and shows nothing")
      ->type_name("FILE");
  app.add_option("--or", command.globals.others, "A store to ask when that one does not answer; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--visit", command.globals.visit)->expected(2)->group("");
  app.set_version_flag("--version", "chancery 0.1.0");
}

// The verb, at the store that a client chose.
int RunVisit(Command& command) {
  absl::StatusOr<Session> seen = Session::Parse(command.globals.visit[1]);
  if (!seen.ok() || command.visit == nullptr) return command.Fail(kUsage, "--visit is for chancery itself", "chancery --help");
  command.visit->session = *std::move(seen);
  command.globals.store = command.globals.visit[0];
  command.store_named = true;
  return command.run();
}

int RunVerb(Command& command) {
  if (!command.run) return command.Fail(kUsage, "a verb is needed", "chancery --help");
  if (!command.globals.visit.empty()) return RunVisit(command);
  command.visit = nullptr;
  return command.globals.session.empty() && command.globals.others.empty() ? command.run() : RunThroughClient(command);
}

// The help of the verb that was being parsed, not of the whole command.
std::string HelpLine(const CLI::App& app) {
  const CLI::App* at = &app;
  std::string line = "chancery";
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    line += " " + at->get_name();
  }
  return line + " --help";
}

int Misused(const CLI::App& app, Command& command, const std::string& message) {
  const std::vector<std::string>& words = command.words;
  command.globals.json =
      std::find(words.begin(), words.end(), "--json") != words.end();  // a line that does not parse may not have come to it
  const bool unknown = app.get_subcommands().empty() && !app.remaining().empty();
  return command.Fail(kUsage, unknown ? "there is no verb " + app.remaining().front() : message, HelpLine(app));
}

int Parse(CLI::App& app, Command& command) {
  try {
    app.parse(std::vector<std::string>(command.words.rbegin(), command.words.rend()));  // it takes them from the back
  } catch (const CLI::Success& wanted) {                                                // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return Misused(app, command, error.what());
  }
  return RunVerb(command);
}

}  // namespace

int RunLine(Command& command, const std::vector<std::string>& words) {
  command.words = words;
  CLI::App app(kAbout, "chancery");
  app.footer(kFooter);
  app.get_formatter()->column_width(22);
  app.fallthrough();  // global options may follow the verb
  AddGlobals(app, command);
  for (auto add : {AddInit,  AddSite,    AddEpoch,   AddFile,   AddImport, AddGet,      AddFind, AddLog,
                   AddCase,  AddStatus,  AddPack,    AddBundle, AddBranch, AddPeer,     AddSync, AddConfig,
                   AddServe, AddExtract, AddReceipt, AddVerify, AddBackup, AddRehearse, AddSim}) {
    add(Verb(&app), command);
  }
  const int code = Parse(app, command);
  if (std::fflush(command.out) != 0 || std::ferror(command.out) != 0) {
    std::fputs("chancery: the output could not be written\n", command.err);
    return code == kDone ? kFailed : code;
  }
  return code;
}

}  // namespace chancery::cli

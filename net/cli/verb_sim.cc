// sim: sites, clients and faults drawn from one seed, in one process and in virtual time.
#include <filesystem>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"
#include "net/cli/sim_screen.h"
#include "net/sim/packs.h"
#include "net/sim/picture.h"
#include "net/sim/shrink.h"
#include "net/sim/sim.h"

namespace chancery::cli {
namespace {

struct SimOptions {
  uint64_t seed = 1;
  int sites = 3;
  size_t ops = 300;
  bool trace = false;
  std::string only, picture, drill;
};

// "3,17,40". nullopt: it is none.
std::optional<std::vector<size_t>> Numbers(const std::string& text) {
  std::vector<size_t> numbers;
  std::istringstream words(text);
  for (std::string word; std::getline(words, word, ',');) {
    if (word.empty() || word.size() > 9 || word.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    numbers.push_back(std::stoul(word));
  }
  return numbers;
}

// The drill, and beside it the packs that it names.
absl::Status WriteDrill(const std::string& path, const sim::Report& report, const sim::Shrunk& shrunk) {
  std::string text = "# " + report.failure.substr(0, report.failure.find('\n')) + "\n";
  for (const std::string& line : shrunk.drill) text += line + "\n";
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  absl::Status written = WriteFile(path, text);
  for (const char* file : sim::kPackFiles)
    if (written.ok()) written = WriteFile(folder / file, *sim::PackText(file));
  return written;
}

// What no event of the plan answers to; "" = all are events.
std::string Unknown(const std::vector<size_t>& only, size_t events) {
  for (const size_t one : only)
    if (one >= events) return absl::StrCat("--only names event ", one, ": there are ", events, ", from 0 to ", events - 1);
  return "";
}

// The picture and, where it failed, the drill, as far as they are asked for.
absl::Status Write(const SimOptions& options, const std::vector<size_t>& only, SimEnd& end) {
  if (!options.picture.empty())
    if (absl::Status written = WriteFile(options.picture, sim::PictureOf(end.plan, end.report)); !written.ok()) return written;
  if (options.drill.empty() || end.report.failure.empty()) return absl::OkStatus();
  const sim::Shrunk shrunk = sim::Shrink(end.plan, end.report);
  if (absl::Status written = WriteDrill(options.drill, end.report, shrunk); !written.ok()) return written;
  end.drill = SimEnd::Drill{options.drill, shrunk.drill_fails, shrunk.happenings};
  if (!only.empty())
    for (size_t& at : end.drill->only) at = only[at];
  return absl::OkStatus();
}

int RunSim(const Command& command, const SimOptions& options) {
  const sim::Plan whole = sim::DrawPlan(options.seed, options.sites, options.ops);
  const std::optional<std::vector<size_t>> only = Numbers(options.only);
  if (!only) return command.Fail(kUsage, "--only takes numbers of events: 3,17,40", "chancery sim --help");
  if (const std::string unknown = Unknown(*only, whole.happenings.size()); !unknown.empty())
    return command.Fail(kUsage, unknown, "chancery sim --help");
  const sim::Plan plan = only->empty() ? whole : sim::Only(whole, *only);
  const auto tell = [&command](const std::string& line) { command.Print(Plain(line) + "\n"); };
  const bool told = options.trace && !command.json();
  const sim::Report report = told ? sim::Simulate(plan, tell) : sim::Simulate(plan);
  SimEnd end{plan, report, options.only, options.picture, std::nullopt};
  if (const absl::Status written = Write(options, *only, end); !written.ok()) return command.Fail(written);
  if (command.json()) {
    command.Line(SimJson(end));
  } else if (!command.quiet() || !report.failure.empty()) {
    command.Print(SimScreen(end));
  }
  return report.failure.empty() ? kDone : kFailed;
}

}  // namespace

void AddSim(Verb app, Command& command) {
  const Verb verb = app.Sub("sim", "Random faults from one seed: sites, clients and a network in one process");
  SimOptions& options = Bind(verb, command, RunSim);
  verb.Option("--seed", options.seed, "What everything is drawn from", "N").Required();
  verb.Option("--sites", options.sites, "At the beginning, 3 to 7 (default 3)", "K").Between(3, 7);
  verb.Option("--ops", options.ops, "Acts of clients and officers (default 300)", "M").Between(20, 100000);
  verb.Flag("--trace", options.trace, "The story, a line for everything that happens");
  verb.Option("--only", options.only, "These events of the plan alone, as a shrunk failure names them", "I,J,…");
  verb.Option("--picture", options.picture, "One lane a site, as SVG", "FILE");
  verb.Option("--drill", options.drill, "Where it fails: as little of it as still does, as a drill", "FILE");
}

}  // namespace chancery::cli

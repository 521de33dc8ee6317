#include "net/cli/sim_screen.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

std::string ReplayOf(const sim::Plan& plan, const std::string& only) {
  return sim::CommandOf(plan) + (only.empty() ? "" : " --only " + only);
}

// "cut 7, crash 5": what was counted under names that begin so.
std::string Counted(const sim::Report& report, const std::string& prefix) {
  std::string text;
  for (const auto& [what, times] : report.counts)
    if (what.rfind(prefix, 0) == 0) absl::StrAppend(&text, text.empty() ? "" : ", ", what.substr(prefix.size()), " ", times);
  return text;
}

uint64_t CountOf(const sim::Report& report, const std::string& what) {
  const auto at = report.counts.find(what);
  return at == report.counts.end() ? 0 : at->second;
}

std::string HashOf(const sim::Report& report) { return absl::StrFormat("%016x", report.trace); }

// Faults that this seed might have had, and has not.
std::string NotSeen(const sim::Report& report) {
  std::string text;
  for (int i = static_cast<int>(sim::Deed::kUnheard); i < sim::kDeeds; ++i) {
    const char* name = sim::NameOf(static_cast<sim::Deed>(i));
    if (CountOf(report, std::string("did: ") + name) == 0) absl::StrAppend(&text, text.empty() ? "" : ", ", name);
  }
  return text;
}

std::string Filings(const sim::Report& report) {
  return absl::StrCat(Count(CountOf(report, "filed"), "entry", "entries"), ", ", Count(CountOf(report, "tokens filed"), "token"),
                      ", ", Count(CountOf(report, "ruled"), "ruling"), "; ", Count(CountOf(report, "refused")), " refused, ",
                      Count(CountOf(report, "answers lost")), " not answered; read ", Count(report.reads, "time"));
}

// How it is brought back: as it was, and as little of it as fails.
std::string Replays(const SimEnd& end) {
  std::vector<std::string> commands = {ReplayOf(end.plan, end.only) + " --trace"};
  if (!end.drill) {
    commands.push_back(ReplayOf(end.plan, end.only) + absl::StrCat(" --drill sim-", end.plan.seed, ".drill"));
    return NextBlock(commands);
  }
  commands.push_back(ReplayOf(end.plan, absl::StrJoin(end.drill->only, ",")) + " --trace");
  if (end.drill->fails) commands.push_back("chancery rehearse " + ShellWord(end.drill->file));
  const std::string says =
      end.drill->fails ? ": it fails there too" : ": what was done; it fails only with the simulated network";
  return Labelled("Drill", end.drill->file + says) + "\n" + NextBlock(commands);
}

}  // namespace

std::string SimScreen(const SimEnd& end) {
  const sim::Report& report = end.report;
  const bool held = report.failure.empty();
  std::string text = absl::StrCat("seed ", end.plan.seed, "   ", end.plan.sites, " sites, ", Count(end.plan.ops), " acts in ",
                                  sim::TimeText(report.chaos_ms), " of virtual time\n");
  const std::string words = held ? "Whatever was promised held, to the end." : Plain(report.failure);
  for (const std::string& line : Wrap((held ? "HELD.  " : "FAILED.  ") + words, kColumns)) text += line + "\n";
  text += "\n" + Labelled("Filed", Filings(report));
  text += Labelled("Happened", Counted(report, "did: "));
  text += Labelled("Network", absl::StrCat(Count(report.connections, "connection"), ", ", Count(report.breaks), " broken, ",
                                           Count(report.bytes / 1024), " KiB"));
  text += Labelled("Cases", absl::StrCat(Count(CountOf(report, "cases opened")), " opened, at one site or another"));
  if (held && CountOf(report, "cloned") == 0)  // else nobody asked for it
    text += Labelled("At rest", absl::StrCat(sim::TimeText(report.calm_ms), " after all links were back"));
  if (report.lost > 0)
    text += Labelled("Lost", absl::StrCat(Count(report.lost, "token"), " that only a lost disk had had; nothing else"));
  if (const std::string not_seen = NotSeen(report); !not_seen.empty()) text += Labelled("Not seen", not_seen);
  text += Labelled("Trace", absl::StrCat(HashOf(report), " of ", Count(report.lines), " lines; the same at every run"));
  if (!end.picture.empty()) text += Labelled("Written", end.picture);
  if (held) return text;
  return text + "\n" + Replays(end);
}

Literal SimJson(const SimEnd& end) {
  const sim::Report& report = end.report;
  Literal counts = Literal::Object();
  for (const auto& [what, times] : report.counts) counts.Add(what, static_cast<int64_t>(times));
  Literal json = Literal::Object(
      {{"seed", std::to_string(end.plan.seed)}, {"sites", end.plan.sites}, {"ops", static_cast<int64_t>(end.plan.ops)}});
  json.Add("held", report.failure.empty()).Add("failure", report.failure).Add("replay", ReplayOf(end.plan, end.only));
  json.Add("trace", HashOf(report)).Add("lines", static_cast<int64_t>(report.lines));
  json.Add("chaos_ms", report.chaos_ms).Add("calm_ms", report.calm_ms).Add("lost", static_cast<int64_t>(report.lost));
  json.Add("counts", std::move(counts));
  Literal drill;
  if (end.drill) drill = Literal::Object({{"file", end.drill->file}, {"fails", end.drill->fails}});
  json.Add("drill", std::move(drill));
  return Literal::Object({{"sim", std::move(json)}});
}

}  // namespace chancery::cli

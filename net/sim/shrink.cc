#include "net/sim/shrink.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "net/drill/rehearsal.h"
#include "net/sim/packs.h"

namespace chancery::sim {
namespace {

using Lines = std::vector<std::string>;

// What failed, without the names and numbers that differ from run to run.
std::string KindOf(const std::string& failure, const Lines& sites) {
  std::string kind = failure.substr(0, failure.find(':'));
  for (const std::string& site : sites)
    for (size_t at = kind.find(site); at != std::string::npos; at = kind.find(site)) kind.erase(at, site.size());
  std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0; });
  return kind;
}

// Everything is told to one site more, at the end and at once: it must make the same of it.
Lines Framed(const Lines& acts, const Lines& sites) {
  Lines lines = {absl::StrCat("pack ", kUnitFile), absl::StrCat("pack ", kMarkFile),
                 absl::StrCat("sites ", absl::StrJoin(sites, " "), " afresh"),
                 absl::StrCat("cut ", absl::StrJoin(sites, " "), " | afresh")};
  lines.insert(lines.end(), acts.begin(), acts.end());
  for (const std::string& site : sites) lines.push_back("restart " + site);
  lines.insert(lines.end(), {"heal", "tick 9d", "sync", "expect equal"});
  return lines;
}
constexpr size_t kHead = 4, kTail = 4;  // of the frame: what no drill can be without

// Runs as much of a drill as can be run: statements that do not hold are left out, but for those at its end. The lines that held,
// where the last one, which is expected of it, did not; else none.
Lines Failing(const Lines& lines) {
  const absl::StatusOr<drill::Drill> drill = drill::ParseDrill(absl::StrJoin(lines, "\n"), "sim.drill");
  if (!drill.ok()) return {};
  drill::Rehearsal rehearsal(PackText);
  Lines held;
  size_t left = drill->statements.size();
  for (const drill::Statement& statement : drill->statements) {
    const bool last = --left == 0, framed = left < kTail;
    const drill::Step step = rehearsal.Run(statement);
    if (step.end == drill::Step::End::kUnreadable) return {};
    const bool holds = step.end == drill::Step::End::kHeld;
    if (last) return holds ? Lines{} : (held.push_back(statement.text), held);
    if (holds) held.push_back(statement.text);
    if (framed && !holds) return {};
  }
  return {};
}

Lines ShrunkDrill(Lines lines) {
  const size_t inner = lines.size() - kHead - kTail;
  Lines best = lines;
  const auto with = [&lines](const std::vector<size_t>& kept) {
    Lines some(lines.begin(), lines.begin() + kHead);
    for (const size_t at : kept) some.push_back(lines[kHead + at]);
    some.insert(some.end(), lines.end() - kTail, lines.end());
    return some;
  };
  Fewest(inner, 600, [&](const std::vector<size_t>& kept) {
    const Lines failing = Failing(with(kept));
    if (!failing.empty() && failing.size() <= best.size()) best = failing;
    return !failing.empty();
  });
  return best;
}

}  // namespace

// Delta debugging: halves, quarters, … are left out as long as it fails without them.
std::vector<size_t> Fewest(size_t n, size_t most, const std::function<bool(const std::vector<size_t>&)>& fails) {
  std::vector<size_t> kept(n);
  std::iota(kept.begin(), kept.end(), size_t{0});
  for (size_t part = (n + 1) / 2; part > 0 && most > 0;) {
    bool less = false;
    for (size_t at = 0; at < kept.size() && most > 0;) {
      std::vector<size_t> without = kept;
      const size_t end = std::min(at + part, kept.size());
      without.erase(without.begin() + static_cast<ptrdiff_t>(at), without.begin() + static_cast<ptrdiff_t>(end));
      --most;
      if (fails(without)) {
        kept = std::move(without);
        less = true;
      } else {
        at = end;
      }
    }
    if (part == 1 && !less) break;
    part = std::max<size_t>(part / 2, 1);
  }
  return kept;
}

Plan Only(const Plan& plan, const std::vector<size_t>& happenings) {
  Plan only = plan;
  only.happenings.clear();
  for (const size_t at : happenings) only.happenings.push_back(plan.happenings[at]);
  return only;
}

Shrunk Shrink(const Plan& plan, const Report& failed, size_t runs_most) {
  const std::string kind = KindOf(failed.failure, failed.sites);
  Shrunk shrunk;
  shrunk.report = failed;
  const size_t n = std::min<size_t>(failed.happenings, plan.happenings.size());
  shrunk.happenings = Fewest(n, runs_most, [&](const std::vector<size_t>& kept) {
    Report report = Simulate(Only(plan, kept));
    const bool fails = KindOf(report.failure, report.sites) == kind;
    if (fails) shrunk.report = std::move(report);
    return fails;
  });
  const Lines framed = Framed(shrunk.report.acts, shrunk.report.sites), failing = Failing(framed);
  shrunk.drill_fails = !failing.empty();
  shrunk.drill = shrunk.drill_fails ? ShrunkDrill(failing) : framed;
  return shrunk;
}

}  // namespace chancery::sim

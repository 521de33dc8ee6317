#include "net/cli/case_screen.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr size_t kShown = 24;

struct Figures {
  size_t open = 0, ruled = 0, notices = 0;
};

Figures CountCases(const std::vector<CaseView>& cases) {
  Figures figures;
  for (const CaseView& one : cases) ++(one.notice ? figures.notices : one.state == "ruled" ? figures.ruled : figures.open);
  return figures;
}

std::string Heading(const Figures& figures, bool all) {
  std::string out =
      figures.open == 0 ? "Nothing waits for a person" : Count(figures.open, "case waits", "cases wait") + " for a person";
  if (all) out += "; " + Count(figures.ruled) + " ruled";
  if (figures.notices > 0) out += "; " + Count(figures.notices, "notice");
  return Bold(out) + ", as known here\n";
}

std::string CaseLines(const CaseView& one) {
  const std::string state = one.notice ? "notice" : one.state;
  std::string out =
      "  " + Pad(state, 9) + " " + Plain(one.rule) + " " + Shorten(Plain(one.subject), kColumns - 13 - Width(one.rule)) + "\n";
  return out + "            " + Shorten(Question(one), kColumns - 12) + "\n";
}

}  // namespace

std::string Question(const CaseView& one) {
  if (!one.title.empty()) return Plain(one.title);
  const std::string subject = Plain(one.subject);
  if (one.kind == "existence") return "Does " + subject + " exist, and by which act?";
  if (one.kind == "premise") return "Does " + subject + " stand, though what it relied on has changed?";
  if (one.kind == "authority") return "Does " + subject + " stand, though its officer's rights have changed?";
  if (one.kind == "orphan") return "Does " + subject + " stand without what it was built on?";
  if (one.kind == "unique") return "Who holds " + subject + "?";
  return "What is " + Plain(one.field) + " of " + subject + "?";
}

std::string DocketScreen(const Command& command, const std::vector<CaseView>& cases, bool all) {
  std::string out = Heading(CountCases(cases), all);
  size_t shown = 0;
  for (const CaseView& one : cases) {
    if (shown++ == 0) out += "\n";
    if (shown > kShown && !command.verbose()) break;
    out += CaseLines(one);
  }
  if (cases.size() > kShown && !command.verbose()) out += "  and " + Count(cases.size() - kShown) + " more: -v\n";
  std::vector<std::string> next;
  if (!cases.empty())
    next.push_back(command.Self() + " case show " + cases.front().rule + " " + ShellWord(cases.front().subject));
  if (!all) next.push_back(command.Self() + " case ls --all   # with ruled ones");
  return next.empty() ? out : out + "\n" + NextBlock(next);
}

}  // namespace chancery::cli

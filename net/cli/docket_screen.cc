#include "net/cli/case_screen.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr size_t kShown = 24;

struct Figures {
  size_t open = 0, ruled = 0, notices = 0;
};

// The words that narrow the list.
std::string Narrowed(const CaseFilter& filter) {
  std::string out;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) out += std::string(" ") + option + " " + ShellWord(value);
  };
  if (!filter.open_only) out += " --all";
  add("--rule", filter.rule);
  add("--register", filter.reg);
  add("--officer", filter.officer);
  add("--site", filter.site);
  add("--since", filter.since);
  add("--before", filter.before);
  return out;
}

std::string Heading(const Figures& figures, const CaseFilter& filter) {
  const bool whole = filter.after_rule.empty() && Narrowed(filter).size() == Narrowed({.open_only = filter.open_only}).size();
  std::string out = figures.open > 0 ? Count(figures.open, "case waits", "cases wait") + " for a person"
                                     : std::string(whole ? "Nothing waits for a person" : "None of these waits for a person");
  if (!filter.open_only) out += "; " + Count(figures.ruled) + " ruled";
  if (figures.notices > 0) out += "; " + Count(figures.notices, "notice");
  const bool more = filter.limit > 0 && figures.open + figures.ruled + figures.notices == filter.limit;
  return Bold(out) + (more ? ", and perhaps more" : "") + ", as known here\n";
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

absl::StatusOr<bool> PrintDocket(const Command& command, const Snapshot& now, const CaseFilter& filter) {
  Figures figures;
  std::vector<CaseView> first;
  const size_t shown = filter.limit > 0 ? filter.limit : kShown;
  const absl::Status counted = now.Cases(filter, [&](const CaseView& one) {
    ++(one.notice ? figures.notices : one.state == "ruled" ? figures.ruled : figures.open);
    if (first.size() < shown) first.push_back(one);
    return true;
  });
  if (!counted.ok()) return counted;
  const size_t count = figures.open + figures.ruled + figures.notices;
  command.Print(Heading(figures, filter) + (count > 0 ? "\n" : ""));
  if (command.verbose()) {
    const absl::Status printed = now.Cases(filter, [&](const CaseView& one) { return command.Print(CaseLines(one)), true; });
    if (!printed.ok()) return printed;
  } else {
    for (const CaseView& one : first) command.Print(CaseLines(one));
    if (count > first.size()) command.Print("  and " + Count(count - first.size()) + " more: -v, or --limit and --after\n");
  }
  std::vector<std::string> next;
  if (!first.empty()) next.push_back(command.Self() + " case show " + first[0].rule + " " + ShellWord(first[0].subject));
  if (filter.limit > 0 && count == filter.limit)
    next.push_back(command.Self() + " case ls" + Narrowed(filter) + " --limit " + std::to_string(filter.limit) + " --after " +
                   ShellWord(first.back().rule + " " + first.back().subject));
  if (filter.open_only) next.push_back(command.Self() + " case ls --all   # with ruled ones");
  if (!next.empty()) command.Print("\n" + NextBlock(next));
  return figures.open > 0;
}

}  // namespace chancery::cli

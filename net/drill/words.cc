#include "net/drill/words.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"

namespace chancery::drill {
namespace {

constexpr size_t kLineBytes = 120;

std::string Plain(const Literal& value) {
  const std::string json = value.Json();
  return value.type == Literal::Type::kText ? json.substr(1, json.size() - 2) : json;
}

std::string Describe(const DraftChange& change) {
  switch (change.verb) {
    case DraftChange::Verb::kUnset:
      return change.field + " unset";
    case DraftChange::Verb::kAdd:
      return absl::StrCat(change.field, " +", Plain(change.value));
    case DraftChange::Verb::kRemove:
      return absl::StrCat(change.field, " -", Plain(change.value));
    default:
      return absl::StrCat(change.field, " ", Plain(change.value));
  }
}

std::string Describe(const DraftOp& op) {
  const char* verb = op.verb == DraftOp::Verb::kCreate ? "new " : op.verb == DraftOp::Verb::kDelete ? "delete " : "";
  std::vector<std::string> changes;
  for (const DraftChange& change : op.changes) changes.push_back(Describe(change));
  return absl::StrCat(verb, op.record.Shown(), changes.empty() ? "" : ": ", absl::StrJoin(changes, ", "));
}

}  // namespace

std::string List(const std::vector<std::string>& names) {
  if (names.size() < 2) return absl::StrJoin(names, "");
  return absl::StrCat(absl::StrJoin(names.begin(), names.end() - 1, ", "), " and ", names.back());
}

std::string Duration(int64_t ms) {
  std::vector<std::string> parts;
  for (const auto& [unit, size] :
       {std::pair<const char*, int64_t>{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}}) {
    if (ms >= size) parts.push_back(absl::StrCat(ms / size, unit));
    ms %= size;
  }
  return parts.empty() ? "0s" : absl::StrJoin(parts, " ");
}

std::string Time(int64_t ms) { return absl::FormatTime("%Y-%m-%d %H:%M:%E3S", absl::FromUnixMillis(ms), absl::UTCTimeZone()); }

std::string Shorten(std::string text) {
  if (text.size() <= kLineBytes) return text;
  size_t end = kLineBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string Describe(const Draft& draft) {
  std::vector<std::string> ops;
  for (const DraftOp& op : draft.ops) ops.push_back(Describe(op));
  return Shorten(absl::StrJoin(ops, "; "));
}

std::string Describe(const RulingDraft& ruling) {
  const std::string outcome = !ruling.keep.empty()     ? "keep " + ruling.keep
                              : ruling.set.has_value() ? "set " + ruling.set->Json()
                              : ruling.both            ? "both"
                                                       : "none";
  return Shorten(absl::StrCat(outcome, " (", ruling.officer, ": ", ruling.reason, ")"));
}

std::string Describe(const absl::Status& status) {
  const ErrorView error = Explain(status);
  std::string words = error.message;
  if (error.refused) {
    const std::string rule = error.rule.empty() ? "" : absl::StrCat(" (", error.rule, ")");
    words = absl::StrCat("refused, ", error.kind, rule, ": ", error.message);
  }
  return error.next.empty() ? words : absl::StrCat(words, "; next: ", error.next);
}

std::string Describe(const Expect& expect) {
  const std::string subject = absl::StrCat(expect.subject.rule, " ", expect.subject.subject);
  switch (expect.check) {
    case Check::kEqual:
      return "equal";
    case Check::kCases:
      return absl::StrCat("cases ", expect.count);
    case Check::kNotices:
      return absl::StrCat("notices ", expect.count);
    case Check::kCase:
      return absl::StrCat("case ", subject, " ", expect.state);
    case Check::kValue:
      return absl::StrCat("value ", expect.address, " ", expect.value.Json());
    case Check::kValues:
      return absl::StrCat("values ", expect.address, " ", expect.value.Json());
    case Check::kContested:
      return "contested " + expect.address;
    case Check::kClear:
      return "clear " + expect.address;
    case Check::kMissing:
      return "missing " + expect.address;
    case Check::kExists:
      return "exists " + expect.address;
    case Check::kNotice:
      return "notice " + subject;
    case Check::kDependants:
      return absl::StrCat("dependants ", subject, " ", expect.value.Json());
    case Check::kHeld:
      return "held " + expect.address;
    case Check::kSettled:
      return "settled " + expect.address;
    case Check::kOrder:
      return absl::StrCat("order ", expect.address, " ", expect.then);
    case Check::kFind: {
      std::string asked = "find " + expect.find.reg;
      for (const FindQuery::Condition& condition : expect.find.fields)
        absl::StrAppend(&asked, " ", condition.field, "=", condition.written);
      return absl::StrCat(asked, expect.find.on.empty() ? "" : " on " + expect.find.on, " ", expect.value.Json());
    }
  }
  return {};
}

}  // namespace chancery::drill

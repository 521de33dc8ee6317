#include "engine/pipeline/resolve.h"

#include <charconv>

#include "chancery/types.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

bool IsHexPrefix(std::string_view text, size_t digits_max) {
  return text.size() >= 8 && text.size() <= digits_max && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<Dot> ByShortForm(const Lanes& lanes, std::string_view text) {
  const size_t dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  uint64_t seq = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data() + dash + 1, end, seq);
  const Lane* lane = lanes.FindLabel(text.substr(0, dash));
  if (error != std::errc() || at != end || lane == nullptr || seq == 0 || seq > lane->tip()) return std::nullopt;
  return MakeDot(lane->handle, seq);
}

absl::Status NoEntry(std::string_view text) {
  return Error(absl::StatusCode::kNotFound, Cat("no such entry: ", text), "chancery log shows the entries");
}

}  // namespace

absl::StatusOr<Dot> ResolveEntry(Workspace& work, std::string_view text) {
  if (const auto dot = ByShortForm(work.lanes, text)) return *dot;
  if (!IsHexPrefix(text, 64)) return NoEntry(text);
  std::optional<Dot> found;
  for (const Lane& lane : work.lanes.all()) {
    for (uint64_t seq = 1; seq <= lane.tip(); ++seq) {
      ASSIGN_OR_RETURN(const EntryId id, work.journal.IdAt(MakeDot(lane.handle, seq)));
      if (!Hex(id.view()).starts_with(text)) continue;
      if (found) return Error(absl::StatusCode::kInvalidArgument, Cat("several entries begin with ", text), "give more digits");
      found = MakeDot(lane.handle, seq);
    }
  }
  if (!found) return NoEntry(text);
  return *found;
}

namespace {

absl::Status NoCase(std::string_view rule, std::string_view subject) {
  return Error(absl::StatusCode::kNotFound, Cat("no such case: ", rule, subject.empty() ? "" : " ", subject), "chancery case ls");
}

// The spellings under which a subject may be meant: as given, as an address with its key escaped, as a JSON text.
std::vector<std::string> Spellings(std::string_view subject) {
  std::vector<std::string> out{std::string(subject)};
  if (const absl::StatusOr<Address> address = Address::Parse(subject); address.ok()) out.push_back(address->Text());
  if (const size_t slash = subject.find('/'); slash != std::string_view::npos)
    out.push_back(Address{std::string(subject.substr(0, slash)), std::string(subject.substr(slash + 1)), {}, {}}.Text());
  if (const absl::StatusOr<Literal> json = ParseJson(subject); json.ok()) out.push_back(json->Json());
  out.push_back(Literal(std::string(subject)).Json());
  return out;
}

}  // namespace

absl::StatusOr<Case> ResolveCase(Workspace& work, Docket& docket, std::string_view rule, std::string_view subject) {
  if (subject.empty() && IsHexPrefix(rule, 32)) {
    std::vector<CaseRow> found;
    Docket::Each(work.txn(), rule, [&](CaseRow row) { return found.push_back(std::move(row)), found.size() < 2; });
    if (found.size() > 1)
      return Error(absl::StatusCode::kInvalidArgument, Cat("several cases begin with ", rule), "give more digits");
    const std::optional<Scope> scope = found.empty() ? std::nullopt : docket.ScopeOf(found[0]);
    if (!scope) return NoCase(rule, subject);
    return docket.Look(*scope);
  }
  if (const auto type = Docket::EntryRule(rule)) {
    const absl::StatusOr<Dot> entry = ResolveEntry(work, subject);
    if (!entry.ok()) return absl::IsDataLoss(entry.status()) ? entry.status() : NoCase(rule, subject);
    ASSIGN_OR_RETURN(Case c, docket.Look({.type = *type, .entry = *entry}));
    return c.state == CaseState::kNone ? absl::StatusOr<Case>(NoCase(rule, subject)) : std::move(c);
  }
  std::vector<std::string> spellings = Spellings(subject);
  if (const RuleInfo* info = work.catalog().Rule(rule))  // the value as a person writes it, not yet as the rule compares it
    for (const std::string& spelling : Spellings(subject))
      if (const absl::StatusOr<Literal> json = ParseJson(spelling); json.ok()) spellings.push_back(SubjectMeant(*info, *json));
  for (const std::string& spelling : spellings) {
    const std::optional<Scope> scope = docket.ScopeOf(rule, spelling);
    if (!scope) continue;
    ASSIGN_OR_RETURN(Case c, docket.Look(*scope));
    if (c.state != CaseState::kNone) return c;
  }
  return NoCase(rule, subject);
}

}  // namespace chancery

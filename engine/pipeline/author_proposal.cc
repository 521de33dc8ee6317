// Two officers: one proposes a ruling, another approves it or sends it back. And what a ruling would do, tried and taken back.
#include <algorithm>

#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/pipeline/compare.h"
#include "engine/pipeline/read.h"
#include "engine/pipeline/resolve.h"

namespace chancery {
namespace {

absl::Status CheckWords(const ApprovalDraft& draft, bool returns) {
  if (draft.officer.empty())
    return Refuse({"ruling", draft.rule, draft.subject, "an approval names its officer", "--officer NAME"});
  if (returns && draft.reason.empty())
    return Refuse({"ruling", draft.rule, draft.subject, "who sends a proposal back says why", "--reason TEXT"});
  for (const std::string* word : {&draft.officer, &draft.reason})
    if (word->size() > limits::kWordBytes || (!word->empty() && !IsText(*word)))
      return Refuse({"limit", draft.rule, draft.subject, "officer and reason are text of at most 4096 bytes", "shorten it"});
  return absl::OkStatus();
}

Outcome OutcomeOf(const RulingDraft& draft) {
  return draft.both ? Outcome::kBoth : draft.none ? Outcome::kNone : draft.set ? Outcome::kSet : Outcome::kKeep;
}

}  // namespace

absl::StatusOr<Ruling> Author::RulingFrom(const RulingDraft& draft, const Case& c) {
  Ruling ruling;
  ruling.rule = c.rule;
  ruling.subject = c.subject;
  ruling.outcome = OutcomeOf(draft);
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    ruling.keep = work_.lanes.PlaceOf(kept.dot);
  }
  for (const CaseFact& f : c.Facts()) ruling.facts.push_back({work_.lanes.PlaceOf(f.dot), f.op});
  std::sort(ruling.facts.begin(), ruling.facts.end());
  ruling.reason = draft.reason;
  ruling.principle = draft.principle;
  ruling.effect = draft.effect;
  ruling.tell = draft.tell;
  return ruling;
}

absl::StatusOr<Case> Author::CaseOf(std::string_view rule, std::string_view subject) {
  absl::StatusOr<Case> found = ResolveCase(work_, batch_.docket(), rule, subject);
  if (!found.ok())
    return Refuse(
        {"ruling", std::string(rule), std::string(subject), std::string(S(found.status().message())), NextOf(found.status())});
  return found;
}

// A proposal that could not become a ruling is refused at once: the ruling is tried, and taken back.
absl::StatusOr<Receipt> Author::Propose(const RulingDraft& draft) {
  RETURN_IF_ERROR(Try(draft, [] { return absl::OkStatus(); }));
  ASSIGN_OR_RETURN(const Case c, CaseOf(draft.rule, draft.subject));
  Entry entry;
  entry.kind = EntryKind::kProposal;
  entry.officer = draft.officer;
  ASSIGN_OR_RETURN(entry.proposal.emplace(), RulingFrom(draft, c));
  if (draft.set) entry.proposal->set = draft.set->Json();
  if (entry.proposal->set.size() > limits::kValueBytes)
    return Refuse({"limit", c.rule, c.shown, "the values are larger than a value may be", "set less by hand"});
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

// The proposal that is meant: the one named, or the only one that stands.
absl::StatusOr<Dot> Author::ProposalOf(const ApprovalDraft& draft, const Case& c) {
  std::vector<Dot> standing;
  for (const ProposalRow& row : c.proposals)
    if (row.standing) standing.push_back(row.dot);
  if (!draft.proposal.empty()) {
    const absl::StatusOr<Dot> named = ResolveEntry(work_, draft.proposal);
    if (!named.ok()) return RefuseRuling(c, S(named.status().message()));
    if (std::find(standing.begin(), standing.end(), *named) == standing.end())
      return RefuseRuling(c, Cat(draft.proposal, " is no proposal of this case that stands"));
    return *named;
  }
  if (standing.size() == 1) return standing[0];
  return standing.empty()
             ? RefuseRuling(c, "no ruling on this case is proposed", Cat("chancery case propose ", c.rule, " ", c.shown))
             : RefuseRuling(c, "several rulings on this case are proposed", "--proposal ENTRY says which");
}

absl::StatusOr<Receipt> Author::Approve(const ApprovalDraft& draft) {
  RETURN_IF_ERROR(CheckWords(draft, false));
  ASSIGN_OR_RETURN(const Case c, CaseOf(draft.rule, draft.subject));
  ASSIGN_OR_RETURN(const Dot dot, ProposalOf(draft, c));
  ASSIGN_OR_RETURN(const Entry proposed, work_.journal.EntryAt(dot));
  if (proposed.officer == draft.officer)
    return Refuse({"officers", c.rule, c.shown,
                   Cat(draft.officer, " has proposed ", work_.lanes.Short(dot), ": another officer approves it"),
                   "--officer NAME"});
  const Ruling& ruling = *proposed.proposal;
  RulingDraft decided;
  decided.rule = c.rule;
  decided.subject = c.subject;
  if (ruling.outcome == Outcome::kKeep) {
    const std::optional<Dot> kept = work_.lanes.DotOf(ruling.keep);
    decided.keep = kept ? work_.lanes.Short(*kept) : "";
  }
  if (ruling.outcome == Outcome::kSet) {
    ASSIGN_OR_RETURN(decided.set, ParseJson(ruling.set));
  }
  decided.both = ruling.outcome == Outcome::kBoth;
  decided.none = ruling.outcome == Outcome::kNone;
  decided.officer = draft.officer;
  decided.reason = ruling.reason;
  decided.principle = ruling.principle;
  decided.effect = ruling.effect;
  decided.tell = ruling.tell;
  ASSIGN_OR_RETURN(const Ruling now, RulingFrom(decided, c));
  if (now.facts != ruling.facts && !Planted(Bug::kApprovesUnseen))
    return RefuseRuling(c, Cat("the case has changed since ", work_.lanes.Short(dot), " was proposed"),
                        Cat("chancery case show ", c.rule, " ", c.shown, "; then return it, or propose anew"));
  return Decide(decided, {.approves = work_.lanes.PlaceOf(dot), .note = draft.reason});
}

absl::StatusOr<Receipt> Author::SendBack(const ApprovalDraft& draft) {
  RETURN_IF_ERROR(CheckWords(draft, true));
  ASSIGN_OR_RETURN(const Case c, CaseOf(draft.rule, draft.subject));
  ASSIGN_OR_RETURN(const Dot dot, ProposalOf(draft, c));
  RETURN_IF_ERROR(CheckJudge(c, draft.officer, "approve"));
  Entry entry;
  entry.kind = EntryKind::kReturn;
  entry.officer = draft.officer;
  entry.returned = Return{c.rule, c.subject, work_.lanes.PlaceOf(dot), draft.reason};
  return Finish(Append(entry, [] { return absl::OkStatus(); }));
}

absl::Status Author::Try(const RulingDraft& draft, const Check& look) {
  const absl::StatusOr<Receipt> tried = Decide(draft, {.look = look});
  CHECK(!tried.ok());  // it was taken back in any case
  return absl::IsCancelled(tried.status()) ? absl::OkStatus() : tried.status();
}

absl::StatusOr<RulingPreview> Author::Preview(const RulingDraft& draft) {
  ASSIGN_OR_RETURN(const Case c, CaseOf(draft.rule, draft.subject));
  ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> now, Workspace::Open(work_.txn(), work_.shared_catalog()));
  Docket docket(*now);
  Reader before(*now, docket), after(work_, batch_.docket());
  RulingPreview preview;
  ASSIGN_OR_RETURN(const CaseView view, before.CaseOf(c));
  preview.dependants = view.dependants;
  preview.tell = draft.tell;
  const Check look = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Case ruled, batch_.docket().Look(c.scope));
    preview.state = StateName(ruled.state);
    std::set<std::string> records(view.records.begin(), view.records.end());
    for (const auto& [edit, was] : work_.ChangedSinceBegin())
      records.insert(Address{edit->reg->name, std::string(KeyOf(edit->key)), {}, {}}.Shown());
    for (const std::string& record : records) RETURN_IF_ERROR(CompareRecord(record, before, after, &preview.changes));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(Try(draft, look));
  return preview;
}

}  // namespace chancery

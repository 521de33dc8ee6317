// Who may: what is refused because of the officer. And a ruling of two officers: proposed, approved, sent back.
#include <algorithm>

#include "tests/model/clerk_parts.h"
#include "tests/model/officers.h"

namespace chancery::model {
namespace {

// The proposal that is meant: the one named, or the only one that is pending. Adds the refusal where there is none.
const Item* Meant(const Meaning& view, const Case& c, const ApprovalDraft& draft, Expected& out) {
  for (const Item* proposal : c.pending) {
    if (draft.proposal.empty() ? c.pending.size() == 1 : view.book.Short(proposal->place()) == draft.proposal) return proposal;
  }
  out.refusals.insert("ruling");
  return nullptr;
}

const Case* Find(const Meaning& view, const std::string& rule, const std::string& subject, Expected& out) {
  const auto found = view.cases.find({rule, subject});
  if (found != view.cases.end()) return &found->second;
  out.refusals.insert("ruling");
  return nullptr;
}

RulingDraft DraftOf(const Meaning& view, const Ruling& ruling, const std::string& officer) {
  RulingDraft draft;
  draft.rule = ruling.rule;
  draft.subject = ruling.subject;
  draft.officer = officer;
  if (ruling.outcome == Outcome::kKeep) draft.keep = view.book.Short(ruling.keep);
  if (ruling.outcome == Outcome::kSet) draft.set = *ParseJson(ruling.set);
  draft.both = ruling.outcome == Outcome::kBoth;
  draft.none = ruling.outcome == Outcome::kNone;
  return draft;
}

}  // namespace

void CheckFiler(const Meaning& view, const Office& office, const std::string& officer, Expected& out) {
  Entry entry;
  entry.packs = out.packs;
  entry.ops = out.ops;
  std::set<std::string> registers = RegistersOf(entry);
  const bool admits = registers.erase(kOfficers) > 0;
  const bool may =
      May(view, office.today, officer, "file", registers) && (!admits || May(view, office.today, officer, "admit", {""}));
  if (!may || (officer.empty() && AnyOfficer(view))) out.refusals.insert("authority");
}

void CheckJudge(const Meaning& view, const Office& office, const Case& c, const std::string& officer, const std::string& right,
                Expected& out) {
  if (!May(view, office.today, officer, right, RegistersOf(view, c)) || FiledOneOf(view, c, officer))
    out.refusals.insert("authority");
}

Expected Expect(const Meaning& view, const Office& office, const RulingDraft& draft) {
  Expected out = ExpectEffects(view, office, draft, "rule");
  const auto found = view.cases.find({draft.rule, draft.subject});
  if (found != view.cases.end() && OfficersFor(found->second) > 1) out.refusals.insert("officers");
  return out;
}

// It must be one that could be ruled, and does nothing.
Expected ExpectProposal(const Meaning& view, const Office& office, const RulingDraft& draft) {
  Expected out = ExpectEffects(view, office, draft, "rule");
  out.ops.clear();
  out.packs.clear();
  return out;
}

// Decided is what was proposed, on the case as it was, by another officer.
Expected ExpectApproval(const Meaning& view, const Office& office, const ApprovalDraft& draft) {
  Expected out;
  if (!view.book.labels.contains(office.lane)) out.refusals.insert("admission");
  const Case* c = Find(view, draft.rule, draft.subject, out);
  const Item* proposal = c == nullptr ? nullptr : Meant(view, *c, draft, out);
  if (proposal == nullptr) return out;
  out = ExpectEffects(view, office, DraftOf(view, *proposal->entry.proposal, draft.officer), "approve");
  if (proposal->entry.officer == draft.officer) out.refusals.insert("officers");
  if (proposal->entry.proposal->facts != out.facts) out.refusals.insert("ruling");
  return out;
}

Expected ExpectReturn(const Meaning& view, const Office& office, const ApprovalDraft& draft) {
  Expected out;
  if (!view.book.labels.contains(office.lane)) out.refusals.insert("admission");
  if (draft.reason.empty()) out.refusals.insert("ruling");
  const Case* c = Find(view, draft.rule, draft.subject, out);
  if (c == nullptr || Meant(view, *c, draft, out) == nullptr) return out;
  CheckJudge(view, office, *c, draft.officer, "approve", out);
  return out;
}

}  // namespace chancery::model

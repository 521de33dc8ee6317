// Histories that have officers, whose rights change, or in which rulings take two of them.
#include <iterator>

#include "tests/model/history_run.h"
#include "tests/model/officers.h"

namespace chancery::model {

// ---- officers

Error History::FoundOffices(Site& site, const std::string& when) {
  RETURN_IF_DIFFERENT(FileThis(site, draw_.FirstOfficers()));
  Count(when, AnyOfficer(*site.meaning));
  return "";
}

// Changes what an officer may. Elsewhere he acts meanwhile, or who stands for him.
Error History::ChangeOfficer(Site& one, Site& other) {
  if (!AnyOfficer(*one.meaning)) return draw_.Chance(80) ? FoundOffices(one, "officers founded midway") : File(one);
  const std::string name = draw_.Officer();
  RETURN_IF_DIFFERENT(FileThis(one, draw_.OfficerChange(*one.meaning, name)));
  if (&one == &other || draw_.Chance(30)) return "";
  Draft draft = draw_.Filing(*other.meaning);
  draft.officer = draw_.Chance(60) ? name : draw_.Officer();
  RETURN_IF_DIFFERENT(FileThis(other, draft));
  if (draw_.Chance(40)) return "";
  return draw_.Chance(50) ? Deliver(one, other) : Deliver(other, one);
}

// Mostly by somebody who may, in histories that have officers.
Draft History::ByOfficer(const Site& site, Draft draft) {
  std::set<std::string> registers;
  for (const DraftOp& op : draft.ops) registers.insert(op.record.reg);
  if (officers_ && draw_.Chance(50)) draft.officer = draw_.Officer();
  for (int i = 0; officers_ && i < 5 && draw_.Chance(90); ++i) {
    if (May(*site.meaning, OfficeOf(site).today, draft.officer, "file", registers)) break;
    draft.officer = draw_.Officer();
  }
  return draft;
}

RulingDraft History::ByOfficer(const Site& site, RulingDraft ruling) {
  if (officers_ || two_) ruling.officer = WhoJudges(site, ruling.rule, ruling.subject, "rule");
  return ruling;
}

std::string History::WhoJudges(const Site& site, const std::string& rule, const std::string& subject, const std::string& right) {
  const Case* c = CaseOf(site, rule, subject);
  std::string officer = draw_.Officer();
  for (int i = 0; c != nullptr && i < 6 && draw_.Chance(90); ++i) {
    if (May(*site.meaning, OfficeOf(site).today, officer, right, RegistersOf(*site.meaning, *c)) &&
        !FiledOneOf(*site.meaning, *c, officer))
      break;
    officer = draw_.Officer();
  }
  return officer;
}

const Case* History::CaseOf(const Site& site, const std::string& rule, const std::string& subject) {
  const auto found = site.meaning->cases.find({rule, subject});
  return found == site.meaning->cases.end() ? nullptr : &found->second;
}

void History::CountOfficer(const Site& site, const std::string& officer, bool filed) {
  const Rights rights = RightsOf(*site.meaning, OfficeOf(site).today, officer);
  Count("filed by a deputy", filed && !rights.words.empty() && rights.holder != officer);
  Count("refused, a term is over", !filed && rights.expired);
}

// ---- proposals

Error History::Propose(Site& site, const RulingDraft& ruling) {
  Note(Cat("at ", site.name, " propose ", ruling.rule, " ", ruling.subject, " ", JsonOf(ruling)));
  const Expected expected = ExpectProposal(*site.meaning, OfficeOf(site), ruling);
  const absl::StatusOr<Receipt> result = site.db->Propose(ruling);
  if (!result.ok()) return Refused(expected, result.status());
  RETURN_IF_DIFFERENT(Filed(site, expected, *result));
  const Entry& entry = book_.Find(result->short_name())->entry;
  if (!entry.proposal || entry.proposal->facts != expected.facts || entry.officer != ruling.officer)
    return "the proposal says other things than its draft";
  Count("proposals");
  return Check(site);
}

// A proposal is approved or sent back, sometimes at two sites apart, or new facts come first.
Error History::Weigh(Site& site) {
  std::vector<CaseKey> keys;
  for (const auto& [key, c] : site.meaning->cases) {
    if (!c.pending.empty()) keys.push_back(key);
  }
  if (keys.empty()) return Rule(site);
  const CaseKey key = draw_.Of(keys);
  const RuleSpec& rule = site.meaning->cases.at(key).rule;
  if (draw_.Chance(15) && !rule.reg.empty() && rule.reg != kOfficers)
    RETURN_IF_DIFFERENT(FileThis(site, ByOfficer(site, draw_.FilingUnder(rule, *site.meaning, {}))));
  Site& other = Another(site);
  const bool apart = &other != &site && draw_.Chance(50);
  RETURN_IF_DIFFERENT(Weigh(site, key));
  return apart ? Weigh(other, key) : "";
}

Error History::Weigh(Site& site, const CaseKey& key) {
  const Case* c = CaseOf(site, key.first, key.second);
  ApprovalDraft word{key.first, key.second, "", WhoJudges(site, key.first, key.second, "approve"), ""};
  if (c == nullptr || c->pending.empty()) return draw_.Chance(10) ? Approve(site, word) : "";
  const Item& proposal = **std::next(c->pending.begin(), static_cast<ptrdiff_t>(draw_.Below(c->pending.size())));
  for (int i = 0; i < 6 && word.officer == proposal.entry.officer && draw_.Chance(90); ++i)
    word.officer = WhoJudges(site, key.first, key.second, "approve");
  if (c->pending.size() > 1 || draw_.Chance(30)) word.proposal = book_.Short(proposal.place());
  if (!draw_.Chance(25)) return Approve(site, word);
  if (!draw_.Chance(3)) word.reason = "look at the map again";
  return SendBack(site, word);
}

Error History::Approve(Site& site, const ApprovalDraft& word) {
  Note(Cat("at ", site.name, " approve ", word.rule, " ", word.subject, " ", JsonOf(word)));
  const Expected expected = ExpectApproval(*site.meaning, OfficeOf(site), word);
  const absl::StatusOr<Receipt> result = site.db->Approve(word);
  if (!result.ok()) return Refused(expected, result.status());
  RETURN_IF_DIFFERENT(Filed(site, expected, *result));
  const Entry& entry = book_.Find(result->short_name())->entry;
  const auto proposed = entry.ruling ? book_.items.find(entry.ruling->approves) : book_.items.end();
  if (proposed == book_.items.end() || !proposed->second.entry.proposal) return "the ruling approves no proposal";
  if (entry.ruling->facts != expected.facts || entry.officer != word.officer || entry.note != word.reason ||
      entry.ruling->outcome != proposed->second.entry.proposal->outcome)
    return "the ruling says other things than what was proposed";
  Count("approvals");
  Count("approvals at another site", book_.labels.at(proposed->first.lane) != book_.labels.at(entry.lane));
  return Check(site);
}

Error History::SendBack(Site& site, const ApprovalDraft& word) {
  Note(Cat("at ", site.name, " return ", word.rule, " ", word.subject, " ", JsonOf(word)));
  const Expected expected = ExpectReturn(*site.meaning, OfficeOf(site), word);
  const absl::StatusOr<Receipt> result = site.db->SendBack(word);
  if (!result.ok()) return Refused(expected, result.status());
  RETURN_IF_DIFFERENT(Filed(site, expected, *result));
  const Entry& entry = book_.Find(result->short_name())->entry;
  if (!entry.returned || entry.returned->reason != word.reason || entry.officer != word.officer)
    return "the word that sends a proposal back says other things than its draft";
  Count("returns");
  return Check(site);
}

}  // namespace chancery::model

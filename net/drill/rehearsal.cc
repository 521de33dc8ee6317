#include "net/drill/rehearsal.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "net/drill/documents.h"
#include "net/drill/expect.h"
#include "net/drill/words.h"

namespace chancery::drill {
namespace {

constexpr int64_t kFilingMs = 1;  // what a `file`, `refuse` or `rule` takes of virtual time

Step Says(std::string words) {
  Step step;
  step.says = std::move(words);
  return step;
}

Step Failed(std::string expected, std::vector<std::pair<std::string, std::string>> found) {
  Step step;
  step.end = Step::End::kFailed;
  step.expected = std::move(expected);
  step.found = std::move(found);
  return step;
}

Step Failed(std::string expected, const std::string& site, const absl::Status& status) {
  return Failed(std::move(expected), {{site, Describe(status)}});
}

Step Unreadable(std::string why) {
  Step step;
  step.end = Step::End::kUnreadable;
  step.expected = std::move(why);
  return step;
}

Step Down(const Site& site) { return Failed("a site that is running", {{site.name, "is down"}}); }

std::vector<std::string> Names(const std::vector<Site*>& sites) {
  std::vector<std::string> names;
  for (const Site* site : sites) names.push_back(site->name);
  return names;
}

// What one site holds, or why it cannot say.
std::string HoldingsOf(const Site& site) {
  absl::StatusOr<Snapshot> snapshot = site.db->Read();
  return snapshot.ok() ? Holdings(*snapshot) : Describe(snapshot.status());
}

}  // namespace

Step Rehearsal::Run(const Statement& statement) {
  Step step = std::visit([this](const auto& act) { return Do(act); }, statement.act);
  return statement.founds && step.end == Step::End::kHeld ? Found(std::move(step)) : step;
}

Step Rehearsal::Found(Step opening) {
  if (absl::Status status = sites_.Found(names_, packs_, roles_); !status.ok()) return Unreadable(Describe(status));
  return opening;
}

const std::string& Rehearsal::Entry(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? name : found->second;
}

// The subject of a case about an entry is that entry.
CaseName Rehearsal::Named(CaseName name) const {
  if (name.rule == "premise" || name.rule == "authority" || name.rule == "orphan") name.subject = Entry(name.subject);
  return name;
}

absl::StatusOr<Draft> Rehearsal::ReadDraft(const WrittenObject& written) const {
  absl::StatusOr<Draft> draft = ParseDraft(written.text);
  if (!draft.ok()) return draft;
  draft->corrects = Entry(draft->corrects);
  for (DraftOp& op : draft->ops) {
    for (DraftChange& change : op.changes) change.over = Entry(change.over);
  }
  return draft;
}

Step Rehearsal::Do(const UsePack& act) {
  absl::StatusOr<std::string> toml = read_pack_(act.path);
  if (!toml.ok()) return Unreadable(Describe(toml.status()));
  packs_.emplace_back(act.path, *std::move(toml));
  return Says(absl::StrCat("with the pack ", act.path));
}

Step Rehearsal::Do(const NameSites& act) {
  names_.insert(names_.end(), act.sites.begin(), act.sites.end());
  return Says(absl::StrCat(List(act.sites), act.sites.size() > 1 ? " start equal" : " starts"));
}

Step Rehearsal::Do(const NameOthers& act) {
  names_.insert(names_.end(), act.sites.begin(), act.sites.end());
  for (const std::string& site : act.sites) roles_[site] = act.role;
  return Says(absl::StrCat(List(act.sites), act.sites.size() > 1 ? " are " : " is ", act.role));
}

Step Rehearsal::Do(const EndSite& act) {
  const char* what = act.fenced ? "the fence is decided" : "the retirement is decided";
  absl::StatusOr<EpochView> epoch = sites_.End(act.site, act.fenced);
  if (!epoch.ok()) return Failed(what, act.site, epoch.status());
  std::vector<std::string> ends;
  for (const auto& [lane, last] : epoch->ends) {
    if (lane == act.site || lane.starts_with(act.site + "."))
      ends.push_back(last == 0 ? absl::StrCat(lane, " before its first entry") : absl::StrCat(lane, " at ", lane, "-", last));
  }
  return Says(absl::StrCat("epoch ", epoch->number, " ends ", List(ends)));
}

Step Rehearsal::Do(const Readmit& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  absl::StatusOr<Receipt> receipt = site.db->Readmit(Entry(act.entry));
  if (!receipt.ok()) return Failed("the entry is readmitted", site.name, receipt.status());
  Step step = Says(absl::StrCat(site.name, receipt->repeated ? " has readmitted " : " readmits ", Entry(act.entry), " as ",
                                receipt->short_name()));
  step.entry = receipt->short_name();
  return step;
}

Step Rehearsal::Do(const LoadPack& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  absl::StatusOr<std::string> toml = read_pack_(act.path);
  if (!toml.ok()) return Unreadable(Describe(toml.status()));
  absl::StatusOr<Receipt> receipt = site.db->ApplyPack(*toml, act.path);
  if (!receipt.ok()) return Failed("the pack is loaded", site.name, receipt.status());
  Step step = Says(absl::StrCat(site.name, " loads ", act.path, ": ", receipt->short_name()));
  step.entry = receipt->short_name();
  return step;
}

Step Rehearsal::Do(const File& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  if (absl::Status status = sites_.Pass(kFilingMs); !status.ok()) return Failed("time goes on", site.name, status);
  absl::StatusOr<Draft> draft = ReadDraft(act.entry);
  if (!draft.ok()) return Failed("the entry is accepted", site.name, draft.status());
  if (const std::optional<ErrorView> error = PutDocuments(*site.db, folder_, &*draft))
    return Failed("the documents are stored", {{site.name, error->message}});
  absl::StatusOr<Receipt> receipt = site.db->File(*draft);
  if (!receipt.ok()) return Failed("the entry is accepted", site.name, receipt.status());
  if (!act.name.empty()) entries_[act.name] = receipt->short_name();
  Step step = Says(absl::StrCat(site.name, receipt->repeated ? " has filed already " : " files ", receipt->short_name(), "  ",
                                Describe(*draft)));
  step.entry = receipt->short_name();
  return step;
}

Step Rehearsal::Do(const Refuse& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  if (absl::Status status = sites_.Pass(kFilingMs); !status.ok()) return Failed("time goes on", site.name, status);
  const std::string expected = absl::StrCat("the entry is refused: ", act.kind);
  const std::string before = HoldingsOf(site);
  absl::StatusOr<Draft> draft = ReadDraft(act.entry);
  std::optional<ErrorView> unstored;
  if (draft.ok()) unstored = PutDocuments(*site.db, folder_, &*draft);
  absl::StatusOr<Receipt> receipt = absl::UnknownError("not filed");
  if (!unstored) receipt = draft.ok() ? site.db->File(*draft) : draft.status();
  if (receipt.ok()) return Failed(expected, {{site.name, absl::StrCat("filed ", receipt->short_name())}});
  const ErrorView error = unstored ? *unstored : Explain(receipt.status());
  if (!error.refused || (error.kind != act.kind && error.rule != act.kind))
    return Failed(expected, {{site.name, unstored ? unstored->message : Describe(receipt.status())}});
  const std::string after = HoldingsOf(site);
  if (after != before)
    return Failed("a refused entry stores nothing", {{site.name, absl::StrCat("before ", before, ", after ", after)}});
  const std::string rule = error.rule.empty() ? "" : absl::StrCat(" (", error.rule, ")");
  return Says(absl::StrCat(site.name, " refuses  ", error.kind, rule, ": ", Shorten(error.message)));
}

Step Rehearsal::Do(const Rule& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  if (absl::Status status = sites_.Pass(kFilingMs); !status.ok()) return Failed("time goes on", site.name, status);
  const CaseName named = Named(act.subject);
  absl::StatusOr<RulingDraft> ruling = ParseRuling(act.ruling.text);
  if (!ruling.ok()) return Failed("the ruling is accepted", site.name, ruling.status());
  std::tie(ruling->rule, ruling->subject) = std::tie(named.rule, named.subject);
  ruling->keep = Entry(ruling->keep);
  absl::StatusOr<Receipt> receipt = act.proposes ? site.db->Propose(*ruling) : site.db->Rule(*ruling);
  if (!receipt.ok())
    return Failed(act.proposes ? "the proposal is accepted" : "the ruling is accepted", site.name, receipt.status());
  Step step = Says(absl::StrCat(site.name, act.proposes ? " proposes " : " rules ", receipt->short_name(), "  ", ruling->rule,
                                " ", ruling->subject, ": ", Describe(*ruling)));
  step.entry = receipt->short_name();
  return step;
}

Step Rehearsal::Do(const Approve& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  if (absl::Status status = sites_.Pass(kFilingMs); !status.ok()) return Failed("time goes on", site.name, status);
  const CaseName named = Named(act.subject);
  absl::StatusOr<ApprovalDraft> approval = ParseApproval(act.approval.text);
  if (!approval.ok()) return Failed("the approval is accepted", site.name, approval.status());
  std::tie(approval->rule, approval->subject) = std::tie(named.rule, named.subject);
  approval->proposal = Entry(approval->proposal);
  absl::StatusOr<Receipt> receipt = site.db->Approve(*approval);
  if (!receipt.ok()) return Failed("the approval is accepted", site.name, receipt.status());
  Step step = Says(absl::StrCat(site.name, " approves ", receipt->short_name(), "  ", named.rule, " ", named.subject, " (",
                                approval->officer, ")"));
  step.entry = receipt->short_name();
  return step;
}

Step Rehearsal::Do(const SyncAll&) {
  absl::StatusOr<std::vector<uint64_t>> taken = sites_.Sync();
  if (!taken.ok()) return Failed("the sites exchange their entries", "sync", taken.status());
  std::vector<std::string> words;
  for (size_t i = 0; i < taken->size(); ++i) {
    const Site& site = *sites_.all()[i];
    if (!site.running()) words.push_back(site.name + " is down");
    if ((*taken)[i] > 0) words.push_back(absl::StrCat(site.name, " takes ", (*taken)[i]));
  }
  return Says(absl::StrCat("sync: ", words.empty() ? "nothing new" : absl::StrJoin(words, ", ")));
}

Step Rehearsal::Do(const SyncPair& act) {
  std::vector<std::string> words;
  for (const auto& [to, from] : {std::pair(act.a, act.b), std::pair(act.b, act.a)}) {
    Site &listener = sites_.Of(to), &speaker = sites_.Of(from);
    absl::StatusOr<uint64_t> entries = sites_.Take(listener, speaker);
    if (!entries.ok()) return Failed(absl::StrCat(to, " takes from ", from), to, entries.status());
    const bool hears = sites_.Hears(listener, speaker);
    words.push_back(hears ? absl::StrCat(to, " takes ", *entries, " from ", from) : absl::StrCat(to, " does not hear ", from));
  }
  return Says(absl::StrCat("sync: ", absl::StrJoin(words, ", ")));
}

Step Rehearsal::Do(const Cut& act) {
  sites_.Cut(act.groups);
  std::vector<std::string> groups;
  for (const std::vector<std::string>& group : act.groups) groups.push_back(absl::StrJoin(group, " "));
  return Says(absl::StrCat("cut: ", absl::StrJoin(groups, " | ")));
}

Step Rehearsal::Do(const CutOneWay& act) {
  sites_.CutOneWay(act.speaker, act.listener);
  return Says(absl::StrCat("cut: ", act.listener, " does not hear ", act.speaker));
}

Step Rehearsal::Do(const HealAll&) {
  sites_.Heal();
  return Says("all links are back");
}

Step Rehearsal::Do(const HealPair& act) {
  sites_.Heal(act.a, act.b);
  return Says(absl::StrCat("the link between ", act.a, " and ", act.b, " is back"));
}

Step Rehearsal::Do(const Tick& act) {
  if (absl::Status status = sites_.Pass(act.ms); !status.ok()) return Failed("time goes on", "clock", status);
  return Says(absl::StrCat(Duration(act.ms), " later: ", Time(sites_.now_ms())));
}

Step Rehearsal::Do(const Skew& act) {
  if (absl::Status status = sites_.Skew(sites_.Of(act.site), act.ms); !status.ok())
    return Failed("a clock can be wrong by this", act.site, status);
  if (act.ms == 0) return Says(absl::StrCat("the clock of ", act.site, " is right"));
  return Says(absl::StrCat("the clock of ", act.site, " is ", Duration(std::abs(act.ms)), act.ms > 0 ? " ahead" : " behind"));
}

Step Rehearsal::Do(const Crash& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  sites_.Crash(site);
  return Says(absl::StrCat(site.name, " crashes"));
}

Step Rehearsal::Do(const Restart& act) {
  Site& site = sites_.Of(act.site);
  if (site.running()) return Failed("a site that is down", {{site.name, "is running"}});
  if (absl::Status status = sites_.Restart(site); !status.ok()) return Failed("the store opens", site.name, status);
  return Says(absl::StrCat(site.name, " restarts"));
}

Step Rehearsal::Do(const BackUp& act) {
  Site& site = sites_.Of(act.site);
  if (!site.running()) return Down(site);
  absl::StatusOr<BackupView> backup = sites_.Backup(site, act.name);
  if (!backup.ok()) return Failed("a backup is made", site.name, backup.status());
  return Says(absl::StrCat(site.name, " is backed up as ", act.name, ": ", backup->frontier));
}

Step Rehearsal::Do(const Restore& act) {
  Site& site = sites_.Of(act.site);
  absl::StatusOr<StatusView> status = sites_.Restore(site, act.name);
  if (!status.ok()) return Failed("the backup is restored", site.name, status.status());
  const std::string missing = status->lost.empty() ? "" : absl::StrCat("; missing: ", absl::StrJoin(status->lost, ", "));
  return Says(absl::StrCat(site.name, " is ", status->renewed, missing));
}

Step Rehearsal::Do(const Expect& act) {
  if (!act.site.empty() && !sites_.Of(act.site).running()) return Down(sites_.Of(act.site));
  if (sites_.Running().empty()) return Failed("a site that is running", {});
  return act.check == Check::kEqual ? ExpectEqual(act.site) : ExpectCheck(act);
}

Step Rehearsal::ExpectEqual(const std::string& site) {
  std::vector<std::string> words;
  for (const std::vector<Site*>& group : sites_.Groups()) {
    const std::vector<std::string> names = Names(group);
    if (!site.empty() && std::count(names.begin(), names.end(), site) == 0) continue;
    std::vector<std::pair<std::string, std::string>> found;
    for (const Site* member : group) found.emplace_back(member->name, HoldingsOf(*member));
    for (const auto& [name, holdings] : found) {
      if (holdings != found.front().second) return Failed(absl::StrCat(List(names), " hold the same"), found);
    }
    words.push_back(absl::StrJoin(names, " "));
  }
  return Says(absl::StrCat("holds  equal: ", absl::StrJoin(words, " | ")));
}

// Names stand for entries in what is expected: the subjects that are entries, and the list of dependants.
Step Rehearsal::ExpectCheck(Expect expect) {
  expect.subject = Named(expect.subject);
  const bool on_entry = expect.check == Check::kHeld || expect.check == Check::kSettled || expect.check == Check::kOrder;
  if (on_entry) expect.address = Entry(expect.address);
  if (expect.check == Check::kOrder) expect.then = Entry(expect.then);
  if (expect.check == Check::kDependants) {
    for (Literal& name : expect.value.list) name.text = Entry(name.text);
  }
  bool holds = true, contested = false;
  std::vector<std::pair<std::string, std::string>> found;
  const std::vector<Site*> sites = expect.site.empty() ? sites_.Running() : std::vector<Site*>{&sites_.Of(expect.site)};
  for (const Site* site : sites) {
    absl::StatusOr<Snapshot> snapshot = site->db->Read();
    const Finding finding = snapshot.ok() ? Look(*snapshot, expect) : Finding{false, Describe(snapshot.status())};
    holds &= finding.holds;
    contested |= finding.contested;
    found.emplace_back(site->name, finding.shown);
  }
  if (!holds) return Failed(Describe(expect), found);
  return Says(
      absl::StrCat("holds  ", Describe(expect), expect.site.empty() ? "" : " at " + expect.site, contested ? ", contested" : ""));
}

}  // namespace chancery::drill

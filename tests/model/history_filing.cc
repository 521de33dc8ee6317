// What officers file and rule, and what came of it.
#include <algorithm>
#include <iterator>

#include "engine/base/status.h"
#include "tests/model/counts.h"
#include "tests/model/history_run.h"
#include "tests/model/officers.h"

namespace chancery::model {

// ---- filing

Error History::File(Site& site) { return FileThis(site, ByOfficer(site, draw_.Filing(*site.meaning))); }

// Sites file under one rule, and have not heard of each other's.
Error History::FileApart(Site& one, Site& other) {
  const RuleSpec rule = draw_.Rule(*one.meaning);
  std::vector<Draft> drafts = {ByOfficer(one, draw_.FilingUnder(rule, *one.meaning, {}))};
  RETURN_IF_DIFFERENT(FileThis(one, drafts[0]));
  if (&one == &other) return "";
  do {
    drafts.push_back(ByOfficer(other, draw_.FilingUnder(rule, *other.meaning, drafts)));
    RETURN_IF_DIFFERENT(FileThis(other, drafts.back()));
  } while (draw_.Chance(rule.between_records() ? 60 : 20));
  return draw_.Chance(60) ? Deliver(one, other) : "";
}

// One act, filed at two sites; on either somebody may build on it before the other is known.
Error History::FileTwice(Site& one, Site& other) {
  const bool sum = draw_.Chance(50);
  const Draft draft = ByOfficer(one, sum ? draw_.FilingOfSum(*one.meaning) : draw_.FilingUnderId(*one.meaning));
  for (Site* site : {&one, &other}) {
    RETURN_IF_DIFFERENT(FileThis(*site, draft));
    while (draw_.Chance(40)) RETURN_IF_DIFFERENT(FileThis(*site, ByOfficer(*site, draw_.FilingOn(draft, *site->meaning))));
  }
  return draw_.Chance(60) ? Deliver(one, other) : "";
}

// What was filed before, mostly not long ago: where it is known, and where nobody has heard of it.
Error History::Repeat(Site& site) {
  if (drafts_.empty()) return "";
  const size_t recent = draw_.Chance(75) ? std::min<size_t>(drafts_.size(), 4) : drafts_.size();
  return FileThis(site, drafts_[drafts_.size() - 1 - draw_.Below(recent)]);
}

Error History::FileThis(Site& site, Draft draft) {  // a copy: filing may grow drafts_
  Note(Cat("at ", site.name, " file ", JsonOf(draft), draft.admit_breaches ? "  # admits breaches" : ""));
  const Expected expected = Expect(*site.meaning, OfficeOf(site), draft);
  RETURN_IF_DIFFERENT(CheckText(draft, expected));
  RETURN_IF_DIFFERENT(Judge(site, draft, expected, site.db->File(draft)));
  return Check(site);
}

// A draft that is written out and read again is the same.
Error History::CheckText(const Draft& draft, const Expected& expected) {
  const absl::StatusOr<Draft> read = ParseDraft(JsonOf(draft));
  if (!read.ok()) return expected.refusals.contains("type") ? "" : Failed("ParseDraft", read.status());
  return JsonOf(*read) == JsonOf(draft) ? "" : "read again, the draft is another one: " + JsonOf(*read);
}

// Several in one commit, or one by one while nobody looks: each is judged in the view that the one before it left.
Error History::FileMany(Site& site) {
  std::vector<Draft> drafts;
  for (size_t i = 0; i < 2 + draw_.Below(3); ++i) drafts.push_back(ByOfficer(site, draw_.Filing(*site.meaning)));
  const bool together = draw_.Chance(50);
  for (const Draft& draft : drafts)
    Note(Cat("at ", site.name, " file ", JsonOf(draft), together ? "  # of one batch" : "  # unread",
             draft.admit_breaches ? ", admits breaches" : ""));
  std::vector<absl::StatusOr<Receipt>> results;
  if (together) {
    results = site.db->FileAll(drafts);
  } else {
    for (const Draft& draft : drafts) results.push_back(site.db->File(draft));
  }
  if (results.size() != drafts.size()) return "FileAll gives another number of results";
  Count(together ? "batches" : "unread filings", together ? 1 : drafts.size());
  if (draw_.Chance(40)) RETURN_IF_DIFFERENT(Reopen(site));
  for (size_t i = 0; i < drafts.size(); ++i) {
    site.meaning.emplace(book_, site.seen);
    const Expected expected = Expect(*site.meaning, OfficeOf(site), drafts[i]);
    RETURN_IF_DIFFERENT(Judge(site, drafts[i], expected, results[i]));
  }
  return Check(site);
}

Error History::Rule(Site& site) {
  if (site.meaning->cases.empty() && !draw_.Chance(10)) return File(site);
  RulingDraft ruling = ByOfficer(site, draw_.Ruling(*site.meaning));
  for (int again = 0; again < 2 && draw_.Chance(60) && !WouldBeFiled(site, ruling); ++again)
    ruling = ByOfficer(site, draw_.Ruling(*site.meaning));
  return Rule(site, ruling);
}

// Two sites rule on one case, each as it sees it.
Error History::RuleApart(Site& one, Site& other) {
  std::map<std::string, std::vector<CaseKey>> cases;  // by kind of rule
  for (const auto& [key, c] : one.meaning->cases) {
    if (&one != &other && c.state != "ruled" && other.meaning->cases.contains(key)) cases[c.rule.shown].push_back(key);
  }
  for (const std::string frequent : {"existence", "field"}) {
    if (cases.size() > 1 && draw_.Chance(60)) cases.erase(frequent);
  }
  if (cases.empty()) return Rule(one);
  const CaseKey key = draw_.Of(std::next(cases.begin(), static_cast<ptrdiff_t>(draw_.Below(cases.size())))->second);
  for (Site* site : {&one, &other}) {
    const auto draw = [&] { return ByOfficer(*site, draw_.RulingOn(*site->meaning, site->meaning->cases.at(key))); };
    RulingDraft ruling = draw();
    for (int again = 0; again < 4 && !WouldBeFiled(*site, ruling); ++again) ruling = draw();
    RETURN_IF_DIFFERENT(Rule(*site, ruling));
  }
  return draw_.Chance(50) ? Deliver(one, other) : "";
}

bool History::WouldBeFiled(const Site& site, const RulingDraft& ruling) const {
  return ExpectProposal(*site.meaning, OfficeOf(site), ruling).refusals.empty();
}

Error History::Rule(Site& site, const RulingDraft& ruling) {
  const Case* c = CaseOf(site, ruling.rule, ruling.subject);
  if (c != nullptr && draw_.Chance(OfficersFor(*c) > 1 ? 90 : two_ ? 10 : 0)) return Propose(site, ruling);
  Note(Cat("at ", site.name, " rule ", ruling.rule, " ", ruling.subject, " ", JsonOf(ruling)));
  const Expected expected = Expect(*site.meaning, OfficeOf(site), ruling);
  const absl::StatusOr<Receipt> result = site.db->Rule(ruling);
  CountOfficer(site, ruling.officer, result.ok());
  if (!result.ok()) Count("own acts not ruled", c != nullptr && FiledOneOf(*site.meaning, *c, ruling.officer));
  if (!result.ok()) return Refused(expected, result.status());
  RETURN_IF_DIFFERENT(Filed(site, expected, *result));
  const chancery::Ruling& made = *book_.Find(result->short_name())->entry.ruling;
  if (made.facts != expected.facts)
    return "the ruling names other facts: " + Show(made.facts) + ", model: " + Show(expected.facts);
  if (made.rule != ruling.rule || made.subject != ruling.subject) return "the ruling names another case";
  Count(Cat("ruled ",
            ruling.set    ? "set"
            : ruling.both ? "both"
            : ruling.none ? "none"
                          : "keep",
            " on ", RuleOf(ruling.rule).shown));
  return Check(site);
}

// ---- what came of it

Error History::Judge(Site& site, const Draft& draft, const Expected& expected, const absl::StatusOr<Receipt>& result) {
  CountOfficer(site, draft.officer, result.ok());
  if (!result.ok()) return expected.before.empty() ? Refused(expected, result.status()) : Failed("filing again", result.status());
  if (!expected.before.empty()) {
    Count("repeats");
    if (!result->repeated) return "an act filed before is not recognised: " + result->short_name();
    return result->short_name() == expected.before.front()
               ? ""
               : "the first receipt is " + expected.before.front() + ", not " + result->short_name();
  }
  if (result->repeated) return "taken for a repetition: " + result->short_name();
  RETURN_IF_DIFFERENT(Filed(site, expected, *result));
  const Entry& entry = book_.Find(result->short_name())->entry;
  if (entry.officer != draft.officer || entry.basis != draft.basis || entry.idempotency != draft.id)
    return "the entry says other things than the draft";
  book_.contents[{entry.lane, entry.seq}] = ContentOf(draft);
  Count("unset by a deletion", entry.ops.size() - draft.ops.size());
  CountVerbs(draft, tally_);
  for (const Op& op : entry.ops) {
    Count("deletions", op.kind == OpKind::kDelete);
    Count("edits that take no side", op.kind == OpKind::kNeutral);
    Count("brought back", op.kind == OpKind::kCreate && site.meaning->Find(AddressText(entry, op)) != nullptr);
  }
  if (!draft.id.empty()) drafts_.push_back(draft);
  return "";
}

Error History::Refused(const Expected& expected, const absl::Status& status) {
  const std::optional<Refusal> refusal = RefusalOf(status);
  if (!refusal && expected.refusals.contains("*")) return "";
  if (!refusal) return Failed("filing", status);
  Note("# refused: " + refusal->kind + ": " + refusal->message);
  if (!expected.refusals.contains(refusal->kind) && !expected.refusals.contains("*")) {
    std::string kinds;
    for (const std::string& kind : expected.refusals) kinds += " " + kind;
    return Cat("refused as ", refusal->kind, " (", refusal->message, "), model:", kinds.empty() ? " filed" : kinds);
  }
  Count("refused " + refusal->kind);
  return "";
}

// The entry is there, built on all that its site held, and does what it should.
Error History::Filed(Site& site, const Expected& expected, const Receipt& receipt) {
  Note("# " + receipt.short_name());
  if (!expected.refusals.empty()) return "filed as " + receipt.short_name() + ", model: refused as " + *expected.refusals.begin();
  const Seen before = site.seen;
  if (book_.Find(receipt.short_name()) == nullptr || !Has(site.seen, book_.Find(receipt.short_name())->place()))
    RETURN_IF_DIFFERENT(TakeOwn(site, 0));
  const Item* item = book_.Find(receipt.short_name());
  if (item == nullptr) return "no run gives the entry " + receipt.short_name();
  if (Hex(item->id.view()) != receipt.entry()) return "the receipt of " + receipt.short_name() + " names another entry";
  const Seen& own = item->past;
  for (const auto& [lane, seq] : before) {
    if (!Has(own, {lane, std::min(seq, lane == item->entry.lane ? item->entry.seq - 1 : seq)}))
      return "the context of " + receipt.short_name() + " forgets a lane";
  }
  if (MsOf(item->entry.hlc) < site.clock.NowMs()) return "the stamp is behind the clock";
  site.seen[item->entry.lane] = item->entry.seq;
  return Compare(*item, expected);
}

Error History::Compare(const Item& item, const Expected& expected) {
  const auto sorted = [](Ops ops) {
    if (ops.size() > 1)
      std::sort(ops.begin(), ops.end(),
                [](const Op& a, const Op& b) { return std::pair(a.reg, a.key) < std::pair(b.reg, b.key); });
    return ops;
  };
  const bool ruling = item.entry.kind == EntryKind::kRuling;
  Ops must = expected.ops;
  if (!ruling) RETURN_IF_DIFFERENT(CompareNumbers(item, expected, must));
  const bool equal = ruling ? sorted(item.entry.ops) == sorted(must) : item.entry.ops == must;
  if (!equal) return "the entry does other things: " + Show(item.entry.ops) + "\nmodel: " + Show(expected.ops);
  if (item.entry.packs != expected.packs) return "the entry names other packs";
  return "";
}

// Numbers from blocks: nobody else ever issued one of them. Those that the model cannot foretell are taken over.
Error History::CompareNumbers(const Item& item, const Expected& expected, Ops& must) {
  for (size_t i = 0; i < std::min(item.entry.ops.size(), must.size()); ++i) {
    const Op& op = item.entry.ops[i];
    const RegisterSpec& reg = PackOf(item.entry.packs[op.pack]).registers[op.reg];
    for (size_t j = 0; j < std::min(op.changes.size(), must[i].changes.size()); ++j) {
      const Change& change = op.changes[j];
      if (change.field != must[i].changes[j].field || reg.fields[change.field].type != Type::kSerial || change.value.unset())
        continue;
      if (expected.far_numbers) must[i].changes[j].value = change.value;
      const auto [known, fresh] =
          numbers_.try_emplace({RuleIdOf(reg.name, reg.fields[change.field]), change.value}, item.place());
      if (!fresh) return "the number of " + book_.Short(item.place()) + " was issued before, as " + book_.Short(known->second);
      Count("numbers of far lanes", expected.far_numbers);
    }
  }
  return "";
}

std::string History::Show(const Ops& ops) const {
  std::string out;
  for (const Op& op : ops) {
    out += Cat("\n  op ", static_cast<int>(op.kind), " pack ", op.pack, " reg ", op.reg, " ", op.key, ":");
    for (const Change& change : op.changes) {
      out += Cat(" ", change.field, "/", static_cast<int>(change.verb), "=", Hex(change.value.payload()), "(");
      for (const Place& place : change.named) out += book_.Short(place) + " ";
      out += ")";
    }
  }
  return out;
}

std::string History::Show(const std::vector<Fact>& facts) const {
  std::string out;
  for (const Fact& fact : facts) out += Cat(" ", book_.Short(fact.place), "#", fact.op);
  return out;
}

}  // namespace chancery::model

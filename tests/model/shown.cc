// What the public interface shows of records, cases and claims.
#include <algorithm>
#include <cstdio>

#include "absl/strings/escaping.h"
#include "tests/model/model.h"
#include "tests/model/officers.h"
#include "tests/model/relations.h"
#include "tests/model/sums.h"

namespace chancery::model {
namespace {

using Kind = RuleSpec::Kind;

std::string ShownId(const Case& c) {
  std::string out;
  char digits[3];
  const Hash128 id = CaseId(c.rule.id, c.subject);
  for (const char byte : id.view()) out.append(digits, snprintf(digits, 3, "%02x", byte & 0xff));
  return out;
}

}  // namespace

Literal Meaning::Quota(const Sum& sum) const {
  Literal rights = Literal::Object();
  std::map<std::string, LaneId> sites;
  for (const auto& [lane, label] : book.labels) sites[label] = lane;
  for (const auto& [label, lane] : sites) {
    if (sum.Rights(lane) != 0) rights.Add(label, static_cast<int64_t>(sum.Rights(lane)));
  }
  return Literal::Object({{"left", static_cast<int64_t>(sum.max - sum.total())}, {"rights", rights}});
}

std::vector<std::string> Meaning::WaitingCases(const Row& row, const std::string& field) const {
  std::vector<std::string> ids;
  for (const auto& [key, c] : cases) {
    const bool about = field.empty() ? c.rule.kind == Kind::kExistence : c.rule.is_on(field);
    if (about && !c.notice && Disputes(c, row.address)) ids.push_back(ShownId(c));
  }
  for (const Case* c : QuestionsOn(row, field)) ids.push_back(ShownId(*c));
  std::sort(ids.begin(), ids.end());
  return ids;
}

FieldView Meaning::View(const Row& row, uint32_t f) const {
  const FieldSpec& spec = row.spec(f);
  FieldView field;
  field.name = spec.name;
  field.cases = WaitingCases(row, spec.name);
  field.contested = !field.cases.empty();
  field.interim = Shown(row, f);
  if (!field.contested) field.value = field.interim;
  std::map<std::string, StandingView> values;
  for (const Act& write : row.Visible(f)) {
    const Literal value = LiteralOf(write.value());
    if (!spec.one_value() && !(spec.type == Type::kLadder && value == field.interim)) continue;
    StandingView& standing = values[value.Json()];
    standing.value = value;
    standing.entries.push_back(book.Short(write.by->place()));
    standing.entry = standing.entries.front();
  }
  for (const auto& [json, standing] : values) field.values.push_back(standing);
  if (spec.type == Type::kEscrow && row.exists) field.detail = Quota(Sum(&row, f, spec));
  return field;
}

RecordView Meaning::View(const Row& row) const {
  RecordView view;
  view.address = Address::Parse(row.address)->Shown();
  view.exists = row.exists;
  view.cases = WaitingCases(row, "");
  view.contested = !view.cases.empty();
  for (uint32_t f = 0; f < row.reg->fields.size(); ++f) {
    view.fields.push_back(View(row, f));
    view.contested |= view.fields.back().contested;
  }
  return view;
}

std::string Meaning::OutcomeText(const Ruling& ruling) const {
  return ruling.outcome == Outcome::kBoth   ? "both"
         : ruling.outcome == Outcome::kNone ? "none"
         : ruling.outcome == Outcome::kKeep ? "keep " + book.Short(ruling.keep)
                                            : "set";
}

ProposalView Meaning::ViewOf(const Case& c, const Item& proposal) const {
  ProposalView shown;
  shown.entry = book.Short(proposal.place());
  shown.officer = proposal.entry.officer;
  shown.outcome = OutcomeText(*proposal.entry.proposal);
  shown.standing = c.pending.contains(&proposal);
  for (const Item* word : c.returns) {
    const bool first = shown.returned.empty() && word->entry.returned->proposal == proposal.place();
    if (first) shown.returned = book.Short(word->place());
  }
  return shown;
}

CaseView Meaning::View(const Case& c) const {
  CaseView view;
  view.id = ShownId(c);
  view.rule = c.rule.id;
  const Item* relying = c.relying;
  view.subject = relying == nullptr ? c.subject : book.Short(relying->place());
  view.kind = c.rule.shown;
  view.state = c.state;
  view.notice = c.notice;
  view.officers = OfficersFor(c);
  for (const std::string& field : c.rule.on) view.field += (view.field.empty() ? "" : ", ") + field;
  std::set<std::string> records;
  if (!c.rule.between_records() && !c.rule.on_entry()) records.insert(Address::Parse(c.subject)->Shown());
  for (const Item* item : order) {
    for (const Fact& fact : c.facts) {
      if (fact.place != item->place()) continue;
      FactView shown;
      shown.entry = book.Short(fact.place);
      shown.site = shown.entry.substr(0, shown.entry.find_first_of(".-"));
      shown.id = SubjectOfEntry(*item);
      shown.officer = item->entry.officer;
      shown.basis = item->entry.basis;
      shown.standing = Stands(c, fact);
      view.facts.push_back(shown);
      for (const Op& op : c.rule.on_entry() ? item->entry.ops : Ops())
        records.insert(Address::Parse(AddressText(item->entry, op))->Shown());
      if (c.rule.between_records()) records.insert(Address::Parse(AddressOf(fact))->Shown());
    }
  }
  for (const Item* item : c.rulings) {
    const Ruling& ruling = *item->entry.ruling;
    RulingView shown;
    shown.entry = book.Short(item->place());
    shown.outcome = OutcomeText(ruling);
    shown.standing = c.standing.contains(item);
    if (ruling.approves.seq > 0) {
      shown.approves = book.Short(ruling.approves);
      shown.proposed_by = book.items.at(ruling.approves).entry.officer;
    }
    view.rulings.push_back(shown);
  }
  for (const Item* item : c.proposals) view.proposals.push_back(ViewOf(c, *item));
  view.dependants = Dependants(c);
  view.records.assign(records.begin(), records.end());
  return view;
}

std::vector<std::string> Meaning::ClaimLines() const {
  std::map<std::string, std::set<std::string>> writers;  // by rule, subject and record
  const auto add = [&](const std::string& rule, const std::string& subject, const std::string& record, const Act& write) {
    writers[rule + "\t" + subject + "\t" + record + "\t"].insert(book.Short(write.by->place()));
  };
  for (const auto& [key, holders] : claims) {
    for (const auto& [address, writes] : holders) {
      for (const Act& write : writes) add(key.first, key.second, address, write);
    }
  }
  for (const RuleSpec& rule : RulesOf(Kind::kNoOverlap)) {
    for (const Stay& stay : StaysOf(*this, rule)) add(rule.id, stay.subject, stay.record, stay.write);
  }
  for (const RuleSpec& rule : RulesOf(Kind::kAtMost)) {
    for (const auto& [subject, total] : TotalsOf(*this, rule)) {
      for (const Part& part : total.parts) add(rule.id, subject, part.record, part.write);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [claim, names] : writers) {
    std::string line = claim;
    for (const std::string& name : names) line += (line.back() == '\t' ? "" : ",") + name;
    lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace chancery::model

// A case as people weigh it: both branches' acts, what each changed and knew, what was built on them.
#include <algorithm>

#include "engine/base/environment.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/read.h"
#include "engine/register/kept.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

bool IsFact(const std::vector<CaseFact>& facts, Dot dot) {
  return std::any_of(facts.begin(), facts.end(), [&](const CaseFact& f) { return f.dot == dot; });
}

std::string Shown(const Workspace& work, const RecordKey& key) {
  return Address{work.catalog().FindHash(RegisterOf(key))->name, std::string(KeyOf(key)), {}, {}}.Shown();
}

// What a case shows as "before". Of what adds up the acts say themselves what they did.
Literal ValueIn(const Record& record, const FieldInfo& field, const Lanes& lanes) {
  const Cell* cell = record.Find(field.handle);
  if (field.def.type == FieldType::kShares && cell != nullptr) {
    Literal list = Literal::List();
    for (const auto& [owner, share] : Owned(Hold(TransfersOf(InOrder(*cell, Kind::kTransfer, lanes), lanes)).live))
      list.list.push_back(Literal::Object({{"owner", owner}, {"share", share}}));
    return list;
  }
  if (!field.def.one_value()) return {};
  if (const Value* shown = ShownIn(record, field, lanes)) return ShowValue(*shown);
  return field.def.type == FieldType::kState && record.exists() ? Literal(field.def.start) : Literal();
}

const char* ActName(const Entry& entry, const Op& op) {
  if (entry.ruling) return "rule";
  if (op.kind == OpKind::kDelete) return "delete";
  return op.kind == OpKind::kCreate ? "create" : "edit";
}

bool HasChange(const Op& op, const Ordinals& ordinals, const FieldInfo* field) {
  return std::any_of(op.changes.begin(), op.changes.end(),
                     [&](const Change& c) { return c.field != kNoField && ordinals.fields[c.field] == field; });
}

}  // namespace

std::string Reader::KindOf(const Scope& scope) const {
  if (scope.on_values()) return std::string(NameOf(work_.catalog().RuleByHash(scope.rule)->def.kind));
  if (scope.type == Scope::Type::kExistence) return "existence";
  if (scope.type == Scope::Type::kPack) return "pack";
  if (scope.on_entry()) return std::string(Docket::NameOfEntryRule(scope.type));
  const FieldDef& field = FieldsOf(scope)[0]->def;
  if (field.type == FieldType::kState || field.type == FieldType::kReference || field.keeps())
    return std::string(NameOf(field.type));
  return field.merge == MergeKind::kOnce ? "once" : "field";
}

std::vector<const FieldInfo*> Reader::FieldsOf(const Scope& scope) const {
  if (scope.on_values()) return work_.catalog().RuleByHash(scope.rule)->on;
  if (scope.type != Scope::Type::kField) return {};
  return {&work_.catalog().FindHash(RegisterOf(scope.record))->fields[scope.field]};
}

std::string Reader::TitleOf(const Scope& scope) const {
  if (scope.on_values()) return work_.catalog().RuleByHash(scope.rule)->def.title;
  return scope.type == Scope::Type::kField ? FieldsOf(scope)[0]->title : "";
}

absl::StatusOr<CaseView> Reader::CaseHead(const CaseRow& row) {
  CaseView view;
  view.id = Hex(row.id.view());
  view.rule = row.rule;
  view.subject = row.subject;
  view.state = StateName(row.state);
  view.notice = row.notice;
  const std::optional<Scope> scope = docket_.ScopeOf(row);
  if (!scope) return Error(absl::StatusCode::kDataLoss, Cat("case ", row.rule, " ", row.subject, " has no rule"));
  view.kind = KindOf(*scope);
  view.officers = docket_.OfficersFor(*scope);
  for (const FieldInfo* field : FieldsOf(*scope)) view.field += (view.field.empty() ? "" : ", ") + field->def.name;
  view.title = TitleOf(*scope);
  if (scope->on_entry()) view.subject = work_.lanes.Short(scope->entry);
  ASSIGN_OR_RETURN(const std::vector<RecordKey> records, Concerned(*scope));
  for (const RecordKey& key : records) view.records.push_back(Shown(work_, key));
  return view;
}

// As the docket's row says: what a case between records is about are those that hold the claim now.
absl::StatusOr<std::vector<RecordKey>> Reader::Concerned(const CaseRow& row) {
  const std::optional<Scope> scope = docket_.ScopeOf(row);
  return scope ? Concerned(*scope) : std::vector<RecordKey>();
}

absl::StatusOr<std::vector<RecordKey>> Reader::Concerned(const Scope& scope) {
  if (scope.type == Scope::Type::kPack) return std::vector<RecordKey>();
  if (scope.on_entry()) {
    ASSIGN_OR_RETURN(const std::set<RecordKey> records, RecordsOf(scope.entry));
    return std::vector<RecordKey>(records.begin(), records.end());
  }
  if (scope.type != Scope::Type::kRule) return std::vector<RecordKey>{scope.record};
  std::vector<RecordKey> holders;
  for (ClaimRow& claim : work_.Claimants(scope.rule, ClaimHash(scope.subject))) holders.push_back(std::move(claim.record));
  return holders;
}

absl::StatusOr<std::vector<RecordKey>> Reader::RecordsOf(const Case& c, const std::vector<CaseFact>& facts) {
  if (c.scope.type == Scope::Type::kPack) return std::vector<RecordKey>();
  std::set<RecordKey> keys;
  for (size_t i = 0; c.scope.on_entry() && i < facts.size(); ++i) {
    ASSIGN_OR_RETURN(const std::set<RecordKey> records, RecordsOf(facts[i].dot));
    keys.insert(records.begin(), records.end());
  }
  if (c.scope.on_entry()) return std::vector<RecordKey>(keys.begin(), keys.end());
  if (!c.scope.on_values()) return std::vector<RecordKey>{c.scope.record};
  for (const CaseFact& fact : facts) {
    ASSIGN_OR_RETURN(RecordKey key, docket_.RecordOf(fact));
    keys.insert(std::move(key));
  }
  return std::vector<RecordKey>(keys.begin(), keys.end());
}

absl::StatusOr<std::set<RecordKey>> Reader::RecordsOf(Dot dot) {
  std::set<RecordKey> keys;
  ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(dot));
  for (const Op& op : entry.ops)
    if (const Ordinals* ordinals = work_.catalog().Resolve(entry.packs[op.pack], op.reg))
      keys.insert(RecordKeyOf(ordinals->reg->hash, op.key));
  return keys;
}

// An entry as a whole: all that it changed, and whether any of it still stands.
absl::Status Reader::ShowWhole(const chancery::Entry& entry, Dot dot, const Vector& past, FactView& view) {
  for (const Op& op : entry.ops) {
    const Ordinals& ordinals = *work_.catalog().Resolve(entry.packs[op.pack], op.reg);
    const RecordKey key = RecordKeyOf(ordinals.reg->hash, op.key);
    const std::string record = Shown(work_, key);
    if (view.record.empty()) {
      view.record = record;
      view.act = ActName(entry, op);
    }
    ASSIGN_OR_RETURN(const RecordEdit* now, work_.Load(key, *ordinals.reg));
    ASSIGN_OR_RETURN(const chancery::Record before, work_.AsOf(key, *ordinals.reg, past));
    for (const Life& mark : now->record.life) view.standing |= mark.dot == dot;
    for (const Change& change : op.changes) {
      if (change.field == kNoField) continue;
      const FieldInfo& field = *ordinals.fields[change.field];
      const Cell* cell = now->record.Find(field.handle);
      for (size_t i = 0; cell != nullptr && !field.def.adds_up() && i < cell->size(); ++i) view.standing |= (*cell)[i].dot == dot;
      for (const Element& element : now->record.elements)
        for (const Mark& mark : element.marks) view.standing |= element.field == field.handle && mark.dot == dot;
      if (field.def.type == FieldType::kSet) continue;
      const std::string at = Cat(record, "/", field.def.name);
      view.changed.emplace_back(at, ShowValue(change.value));
      view.before.emplace_back(at, ValueIn(before, field, work_.lanes));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<FactView> Reader::FactOf(const Case& c, const CaseFact& fact, const std::vector<CaseFact>& facts) {
  ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(fact.dot));
  ASSIGN_OR_RETURN(const EntryView shown, Entry(fact.dot));
  ASSIGN_OR_RETURN(const Vector past, work_.PastOf(fact.dot));
  FactView view;
  view.entry = shown.short_name;
  view.id = shown.entry;
  view.site = shown.site;
  view.officer = entry.officer;
  view.basis = entry.basis;
  view.hlc = shown.hlc;
  view.filed = shown.filed;
  view.relied_on = shown.relied_on;
  if (!view.relied_on.empty()) {
    ASSIGN_OR_RETURN(const std::vector<Premise> stale, docket_.StaleOf(fact.dot));
    view.stale = PremiseTexts(stale);
  }
  if (c.scope.type == Scope::Type::kPack) return PackFact(c, fact, entry, std::move(view));
  if (c.scope.on_entry()) {
    RETURN_IF_ERROR(ShowWhole(entry, fact.dot, past, view));
    view.knew = KnewOf(fact, facts, past);
    return view;
  }
  const Op& op = entry.ops[fact.op];
  const Ordinals& ordinals = *work_.catalog().Resolve(entry.packs[op.pack], op.reg);
  const RecordKey key = RecordKeyOf(ordinals.reg->hash, op.key);
  const std::string record = view.record = Shown(work_, key);
  view.act = ActName(entry, op);
  ASSIGN_OR_RETURN(const RecordEdit* now, work_.Load(key, *ordinals.reg));
  ASSIGN_OR_RETURN(const chancery::Record before, work_.AsOf(key, *ordinals.reg, past));
  const std::vector<const FieldInfo*> about = FieldsOf(c.scope);
  const auto is_about = [&](const FieldInfo* field) { return std::find(about.begin(), about.end(), field) != about.end(); };
  for (const Change& change : op.changes) {
    if (change.field == kNoField) continue;
    const FieldInfo* field = ordinals.fields[change.field];
    if (field->def.type == FieldType::kSet || (!about.empty() && !is_about(field))) continue;
    const std::string at = Cat(record, "/", field->def.name);
    view.changed.emplace_back(at, ShowValue(change.value));
    view.before.emplace_back(at, ValueIn(before, *field, work_.lanes));
  }
  if (op.kind == OpKind::kDelete)  // every value ends with the record
    for (const FieldInfo* field : ordinals.reg->by_name) {
      const Literal value = ValueIn(before, *field, work_.lanes);
      if (value.null()) continue;
      view.changed.emplace_back(Cat(record, "/", field->def.name), Literal());
      view.before.emplace_back(Cat(record, "/", field->def.name), value);
    }
  const bool on_life = about.empty() || key != c.scope.record || !HasChange(op, ordinals, about[0]);
  if (on_life && !c.scope.on_values()) {
    ASSIGN_OR_RETURN(view.standing, StandsInLife(key, now->record, fact, work_));
  }
  for (const FieldInfo* field : about) {
    const Cell* cell = on_life && !c.scope.on_values() ? nullptr : now->record.Find(field->handle);
    if (cell == nullptr) continue;
    const Writes visible = Visible(*cell, field->def, work_.lanes);
    view.standing |=
        std::any_of(visible.begin(), visible.end(), [&](const Write* w) { return w->dot == fact.dot && w->op == fact.op; });
  }
  view.knew = KnewOf(fact, facts, past);
  return view;
}

std::vector<std::pair<std::string, std::string>> Reader::KnewOf(const CaseFact& fact, const std::vector<CaseFact>& facts,
                                                                const Vector& past) const {
  std::set<uint16_t> others;
  for (const CaseFact& other : facts)
    if (HandleOf(other.dot) != HandleOf(fact.dot)) others.insert(HandleOf(other.dot));
  std::vector<std::pair<std::string, std::string>> knew;
  for (const uint16_t handle : others) {
    const uint64_t seq = past.At(handle);
    knew.emplace_back(work_.lanes.At(handle).site, seq == 0 ? "" : work_.lanes.Short(MakeDot(handle, seq)));
  }
  std::sort(knew.begin(), knew.end());
  return knew;
}

// A version of a pack: which one it loaded.
absl::StatusOr<FactView> Reader::PackFact(const Case& c, const CaseFact& fact, const chancery::Entry& entry, FactView view) {
  const PackId id = PackIdOf(entry.pack_toml);
  for (const PackSource& source : work_.catalog().packs())
    if (source.def.id == id && source.dot == fact.dot) {
      view.act = "pack";
      view.changed.emplace_back(c.subject, Literal::Object({{"version", static_cast<int64_t>(source.def.version)}}));
      view.standing = source.stands();
    }
  return view;
}

absl::Status Reader::ShowDecision(Dot dot, const Ruling& ruling, DecisionView& view) {
  ASSIGN_OR_RETURN(const EntryView shown, Entry(dot));
  view.entry = shown.short_name;
  view.site = shown.site;
  view.officer = shown.officer;
  view.reason = ruling.reason;
  view.principle = ruling.principle;
  view.effect = ruling.effect;
  view.tell = ruling.tell;
  view.outcome = shown.detail.Find("outcome")->text;
  return absl::OkStatus();
}

absl::StatusOr<RulingView> Reader::RulingOf(const Case& c, const RulingRow& ruling) {
  ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(ruling.dot));
  RulingView view;
  RETURN_IF_ERROR(ShowDecision(ruling.dot, *entry.ruling, view));
  view.note = entry.note;
  if (const auto proposal = entry.ruling->approves.seq > 0 ? work_.lanes.DotOf(entry.ruling->approves) : std::nullopt) {
    ASSIGN_OR_RETURN(const chancery::Entry proposed, work_.journal.EntryAt(*proposal));
    view.approves = work_.lanes.Short(*proposal);
    view.proposed_by = proposed.officer;
  }
  view.standing = std::none_of(c.rulings.begin(), c.rulings.end(), [&](const RulingRow& other) {
    const bool knew = std::find(other.seen.begin(), other.seen.end(), ruling.dot) != other.seen.end();
    return knew && std::includes(other.facts.begin(), other.facts.end(), ruling.facts.begin(), ruling.facts.end());
  });
  return view;
}

absl::StatusOr<ProposalView> Reader::ProposalOf(const Case& c, const ProposalRow& row) {
  ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(row.dot));
  ProposalView view;
  RETURN_IF_ERROR(ShowDecision(row.dot, *entry.proposal, view));
  view.standing = row.standing;
  ASSIGN_OR_RETURN(const auto words, InCanonicalOrder(c.proposals));
  for (const ProposalRow* word : words) {
    if (word->returns != row.dot) continue;
    ASSIGN_OR_RETURN(const chancery::Entry back, work_.journal.EntryAt(word->dot));
    view.returned = work_.lanes.Short(word->dot);
    view.returned_by = back.officer;
    view.returned_because = back.returned->reason;
    break;  // the first; officers at several sites may have said it
  }
  return view;
}

absl::StatusOr<std::vector<std::string>> Reader::Dependants(const Case& c, const std::vector<CaseFact>& facts) {
  std::set<Dot> found;
  if (c.scope.type == Scope::Type::kPack) return std::vector<std::string>();
  std::map<RecordKey, std::vector<Dot>> acts;  // the facts on each record
  for (const CaseFact& fact : facts) {
    std::set<RecordKey> records;
    if (c.scope.on_entry() && fact.dot == c.scope.entry) {
      ASSIGN_OR_RETURN(records, RecordsOf(fact.dot));
    } else {
      ASSIGN_OR_RETURN(RecordKey record, docket_.RecordOf(fact));
      records.insert(std::move(record));
    }
    for (const RecordKey& record : records) acts[record].push_back(fact.dot);
  }
  const auto knows = [&](Dot dot, const std::vector<Dot>& any) -> absl::StatusOr<bool> {
    ASSIGN_OR_RETURN(const Vector past, work_.PastOf(dot));
    for (const Dot act : any) {
      ASSIGN_OR_RETURN(const bool saw, work_.Saw(past, act));
      if (saw) return true;
    }
    return false;
  };
  const auto add_premises = [&](const Hash128& scope, const std::vector<Dot>& any, const auto& of) -> absl::Status {
    for (const Dot dot : work_.RelyingOn(scope)) {
      ASSIGN_OR_RETURN(const bool knew, knows(dot, any));
      ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(dot));
      ASSIGN_OR_RETURN(const bool duplicate, work_.IsDuplicate(entry, dot));
      if (knew && !duplicate && std::any_of(entry.relied_on.begin(), entry.relied_on.end(), of)) found.insert(dot);
    }
    return absl::OkStatus();
  };
  for (const auto& [key, any] : acts) {
    const RegisterInfo& reg = *work_.catalog().FindHash(RegisterOf(key));
    ASSIGN_OR_RETURN(const std::vector<Workspace::Touch> chain, work_.Chain(key, reg));
    for (const Workspace::Touch& touch : chain) {
      ASSIGN_OR_RETURN(const bool knew, knows(touch.dot, any));
      ASSIGN_OR_RETURN(const bool duplicate, work_.IsDuplicate(touch.entry, touch.dot));
      if (knew && !duplicate) found.insert(touch.dot);
    }
    const std::string record = work_.AddressOf(key);
    std::vector<const FieldInfo*> about = FieldsOf(c.scope);
    if (c.scope.type == Scope::Type::kField && key != c.scope.record) about.clear();
    RETURN_IF_ERROR(add_premises(RelianceOnRecord(record), any, [&](const Premise& p) {
      const absl::StatusOr<Address> at = Address::Parse(p.address);
      if (p.scope == Premise::Scope::kClaim || !at.ok() || Address{at->reg, at->key, {}, {}}.Text() != record) return false;
      return at->field.empty() ||
             std::any_of(about.begin(), about.end(), [&](const FieldInfo* f) { return f->def.name == at->field; });
    }));
    if (c.scope.type != Scope::Type::kRule || about.empty()) continue;
    RETURN_IF_ERROR(add_premises(RelianceOnClaim(c.rule, c.subject), any, [&](const Premise& p) {
      return p.scope == Premise::Scope::kClaim && p.address == c.rule && SubjectOfPremise(p, work_.catalog()) == c.subject;
    }));
  }
  std::vector<Dot> dots;
  for (const Dot dot : found) {
    ASSIGN_OR_RETURN(const chancery::Entry entry, work_.journal.EntryAt(dot));
    if (!IsFact(facts, dot) && !entry.ruling) dots.push_back(dot);
  }
  RETURN_IF_ERROR(SortCanonically(dots));
  std::vector<std::string> out;
  for (const Dot dot : dots) out.push_back(work_.lanes.Short(dot));
  return out;
}

template <class Row>
absl::StatusOr<std::vector<const Row*>> Reader::InCanonicalOrder(const std::vector<Row>& rows) {
  std::vector<Dot> dots;
  for (const Row& row : rows) dots.push_back(row.dot);
  RETURN_IF_ERROR(SortCanonically(dots));
  std::vector<const Row*> sorted;
  for (const Dot dot : dots)
    for (const Row& row : rows)
      if (row.dot == dot) sorted.push_back(&row);
  return sorted;
}

absl::StatusOr<CaseView> Reader::CaseOf(const Case& c) {
  ASSIGN_OR_RETURN(CaseView view, CaseHead({c.id, c.state, c.notice, c.rule, c.subject, c.scope.entry}));
  std::vector<CaseFact> facts = c.Facts();
  std::vector<Dot> order;
  for (const CaseFact& fact : facts) order.push_back(fact.dot);
  order.erase(std::unique(order.begin(), order.end()), order.end());
  RETURN_IF_ERROR(SortCanonically(order));
  for (const Dot dot : order)
    for (const CaseFact& fact : facts) {
      if (fact.dot != dot) continue;
      ASSIGN_OR_RETURN(FactView one, FactOf(c, fact, facts));
      view.facts.push_back(std::move(one));
    }
  ASSIGN_OR_RETURN(const std::vector<RecordKey> records, RecordsOf(c, facts));
  view.records.clear();
  for (const RecordKey& key : records) view.records.push_back(Shown(work_, key));
  ASSIGN_OR_RETURN(const auto rulings, InCanonicalOrder(c.rulings));
  for (const RulingRow* ruling : rulings) {
    ASSIGN_OR_RETURN(RulingView one, RulingOf(c, *ruling));
    view.rulings.push_back(std::move(one));
  }
  ASSIGN_OR_RETURN(const auto proposals, InCanonicalOrder(c.proposals));
  for (const ProposalRow* row : proposals) {
    if (row->returns != 0) continue;
    ASSIGN_OR_RETURN(ProposalView one, ProposalOf(c, *row));
    view.proposals.push_back(std::move(one));
  }
  ASSIGN_OR_RETURN(view.dependants, Dependants(c, facts));
  return view;
}

}  // namespace chancery

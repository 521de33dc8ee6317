#include "engine/docket/docket.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "chancery/types.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/view.h"

namespace chancery {
namespace {

constexpr size_t kClashBytes = 40;  // of a clash's row

std::string_view EncodeHeader(const Case& c, Arena& rows) {
  thread_local ByteBuffer w;
  w.Clear();
  w.U8(static_cast<uint8_t>(c.state));
  w.U8(c.notice ? 1 : 0);
  w.Sized(c.rule);
  w.Sized(c.subject);
  w.U64(c.scope.entry);
  return KeepSizedRow(w.view(), rows);
}

std::string_view EncodeClash(const Clash& clash, ClashStatus status, Arena& rows) {
  char* const row = rows.Take(kClashBytes);
  Pen pen(row);
  for (const uint64_t v : {clash.a.dot, uint64_t{clash.a.op}, clash.b.dot, uint64_t{clash.b.op}, static_cast<uint64_t>(status)})
    pen.U64(v);
  return {row, kClashBytes};
}

CaseRow DecodeHeader(std::string_view key, std::string_view value) {
  ByteReader r(UnsizedRow(value));
  CaseRow row;
  row.id = Hash128::From(key.substr(0, 16));
  row.state = static_cast<CaseState>(r.U8());
  row.notice = r.U8() != 0;
  row.rule = r.Sized();
  row.subject = r.Sized();
  row.entry = r.U64();
  return row;
}

void PutFacts(ByteWriter& w, const std::vector<CaseFact>& facts) {
  w.Varint(facts.size());
  for (const CaseFact& f : facts) {
    w.U64(f.dot);
    w.Varint(f.op);
  }
}

std::vector<CaseFact> ReadFacts(ByteReader& r) {
  std::vector<CaseFact> facts;
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) {
    const Dot dot = r.U64();
    facts.push_back({dot, static_cast<uint32_t>(r.Varint())});
  }
  return facts;
}

absl::Status DamagedRow(std::string_view what) {
  return Error(absl::StatusCode::kDataLoss, Cat("a row of ", what, " is damaged"), "chancery verify --rebuild derives it again");
}

std::string EncodeRuling(const RulingRow& ruling) {
  ByteWriter w;
  w.Raw(ruling.outcome.view());
  PutFacts(w, ruling.facts);
  w.Varint(ruling.seen.size());
  for (const Dot d : ruling.seen) w.U64(d);
  return SizedRow(w.out);
}

std::optional<RulingRow> DecodeRuling(std::string_view key, std::string_view value) {
  ByteReader r(UnsizedRow(value));
  RulingRow row;
  const std::string_view outcome = r.Raw(16);
  if (!r.ok() || key.size() != 24) return std::nullopt;
  row.dot = Read64(key, 16);
  row.outcome = Hash128::From(outcome);
  row.facts = ReadFacts(r);
  for (uint64_t left = r.Varint(); left > 0 && r.ok(); --left) row.seen.push_back(r.U64());
  return r.ok() && r.AtEnd() ? std::optional(std::move(row)) : std::nullopt;
}

std::string EncodeProposal(const ProposalRow& row) {
  ByteWriter w;
  w.U64(row.returns);
  PutFacts(w, row.facts);
  return SizedRow(w.out);
}

std::optional<ProposalRow> DecodeProposal(std::string_view key, std::string_view value) {
  ByteReader r(UnsizedRow(value));
  ProposalRow row;
  if (key.size() != 24) return std::nullopt;
  row.dot = Read64(key, 16);
  row.returns = r.U64();
  row.facts = ReadFacts(r);
  return r.ok() && r.AtEnd() ? std::optional(std::move(row)) : std::nullopt;
}

// Rulings say the same iff outcome, entry kept and values set are equal.
Hash128 OutcomeHash(const Entry& entry) {
  ByteWriter w;
  w.U8(static_cast<uint8_t>(entry.ruling->outcome));
  w.U64(entry.ruling->keep.lane);
  w.U64(entry.ruling->keep.seq);
  if (entry.ruling->outcome == Outcome::kSet) {
    for (const Op& op : entry.ops) {
      w.Sized(op.key);
      for (const Change& c : op.changes) {
        w.U32(c.field);
        w.U8(static_cast<uint8_t>(c.value.kind));
        w.Sized(c.value.payload());
      }
    }
  }
  return HashParts({w.out});
}

// As this store names them, ascending.
std::vector<CaseFact> FactsOf(const Ruling& ruling, const Lanes& lanes) {
  std::vector<CaseFact> facts;
  for (const Fact& f : ruling.facts)
    if (const auto dot = lanes.DotOf(f.place)) facts.push_back({*dot, f.op});
  std::sort(facts.begin(), facts.end());
  return facts;
}

Hash128 RuledScope(const RecordKey& record, uint64_t rule) { return HashParts({"ruled", record, Key64(rule)}); }

void AddNew(const std::vector<Case>& found, std::vector<Case>& cases) {
  for (const Case& one : found)
    if (std::none_of(cases.begin(), cases.end(), [&](const Case& other) { return other.id == one.id; })) cases.push_back(one);
}

bool IsHeader(std::string_view key) { return key.ends_with(Hash128().view()); }

bool IsClash(std::string_view key, std::string_view row) { return !IsHeader(key) && row.size() == kClashBytes; }

uint8_t StatusIn(std::string_view key, std::string_view row) {
  return static_cast<uint8_t>(IsHeader(key) ? UnsizedRow(row)[0] : row[kClashBytes - 1]);
}

bool IsSound(std::string_view key, std::string_view row) {
  return key.size() == 2 * sizeof(Hash128) && (IsHeader(key) ? !UnsizedRow(row).empty() : row.size() == kClashBytes);
}

// Of a sound row.
unsigned __int128 RowSum(std::string_view key, std::string_view row) {
  char bytes[2 * sizeof(Hash128) + 1];
  Pen pen(bytes);
  pen.Raw(key);
  pen.U8(StatusIn(key, row));
  return Xxh128({bytes, sizeof bytes}, 0).value;
}

void Count(Sums& sums, CaseState state, bool notice, int64_t by) {
  if (state == CaseState::kNone) return;
  uint64_t& counter = state == CaseState::kRuled ? sums.ruled_cases : notice ? sums.notices : sums.open_cases;
  counter += static_cast<uint64_t>(by);
}

}  // namespace

std::vector<CaseFact> Case::Facts() const {
  std::set<CaseFact> facts;
  for (const Clash& c : live) facts.insert({c.a, c.b});
  for (const RulingRow& r : rulings) facts.insert(r.facts.begin(), r.facts.end());
  return {facts.begin(), facts.end()};
}

std::vector<CaseFact> Case::Contested() const {
  if (state == CaseState::kSplit) return Facts();
  std::set<CaseFact> facts;
  for (const Clash& c : live)
    if (StatusOf(c, rulings) != ClashStatus::kRuled) facts.insert({c.a, c.b});
  return {facts.begin(), facts.end()};
}

absl::Status Docket::FoldRuling(const Entry& entry, Dot dot, const Vector& seen) {
  const Ruling& ruling = *entry.ruling;
  const Hash128 id = CaseId(ruling.rule, ruling.subject);
  RulingRow row = RowOf(entry, dot, work_.lanes);
  ASSIGN_OR_RETURN(const std::vector<RulingRow> known, RulingsOf(id));
  for (const RulingRow& other : known)
    if (seen.Has(other.dot)) row.seen.push_back(other.dot);
  const std::optional<Scope> scope = ScopeOf(ruling.rule, ruling.subject);
  if (EntryRule(ruling.rule)) on_entries_.push_back(ruling);  // which entry that is, the journal says once it has the batch
  ruled_.emplace_back();
  if (scope && scope->on_values()) ruled_.back().emplace(row, *scope);
  fresh_[id].push_back(std::move(row));
  order_.push_back(id);
  if (scope) work_.NoteScope(*scope);
  if (scope && scope->type == Scope::Type::kCycle) ruled_cycles_.insert(*scope);
  if (!scope || scope->type != Scope::Type::kPack) return absl::OkStatus();
  in_hand_ = {dot, entry};
  return JudgePacks(ruling.subject);
}

absl::StatusOr<std::set<std::string>> Docket::RuledRows(const RulingRow& ruling, const Scope& scope) const {
  std::set<std::string> rows;
  for (const CaseFact& fact : ruling.facts) {
    ASSIGN_OR_RETURN(const RecordKey record, RecordOf(fact));
    rows.insert(std::string(RuledScope(record, scope.rule).view()) + Key64(ruling.dot));
  }
  return rows;
}

absl::StatusOr<RecordKey> Docket::RecordOf(const CaseFact& fact) const {
  ASSIGN_OR_RETURN(const Entry entry, work_.journal.EntryAt(fact.dot));
  const Ordinals* ordinals = nullptr;
  if (fact.op < entry.ops.size())
    ordinals = work_.catalog().Resolve(entry.packs[entry.ops[fact.op].pack], entry.ops[fact.op].reg);
  if (ordinals == nullptr)
    return Error(absl::StatusCode::kDataLoss, Cat("entry ", work_.lanes.Short(fact.dot), " has no operation ", fact.op));
  return RecordKeyOf(ordinals->reg->hash, entry.ops[fact.op].key);
}

absl::Status Docket::TakeBack() {
  fresh_[order_.back()].pop_back();
  const bool packs = in_hand_ && order_.back() == CaseId("pack", in_hand_->second.ruling->subject);
  order_.pop_back();
  ruled_.pop_back();
  return packs ? JudgePacks(in_hand_->second.ruling->subject) : absl::OkStatus();
}

std::optional<Scope> Docket::ScopeOf(std::string_view rule, std::string_view subject) const {
  const Catalog& catalog = work_.catalog();
  if (rule == "pack")
    return catalog.InForce(subject) == nullptr ? std::nullopt
                                               : std::optional(Scope{Scope::Type::kPack, {}, 0, 0, std::string(subject)});
  if (EntryRule(rule)) {
    const std::optional<CaseRow> row = HeadOf(work_.txn(), CaseId(rule, subject));
    return row ? ScopeOf(*row) : std::nullopt;
  }
  const RuleInfo* info = catalog.Rule(rule);
  if (info != nullptr && info->def.kind != RuleKind::kAcyclic)
    return Scope{Scope::Type::kRule, {}, 0, info->hash, std::string(subject)};
  const absl::StatusOr<Address> address = Address::Parse(subject);
  const RegisterInfo* reg = address.ok() && address->field.empty() ? catalog.Find(address->reg) : nullptr;
  if (reg == nullptr) return std::nullopt;
  const RecordKey key = RecordKeyOf(reg->hash, address->key);
  if (info != nullptr && reg != info->reg) return std::nullopt;
  if (info != nullptr) return Scope{Scope::Type::kCycle, key, 0, info->hash, {}};
  if (rule == "existence") return Scope{Scope::Type::kExistence, key, 0, 0, {}};
  for (const FieldInfo& field : reg->fields)
    if (field.rule_id == rule && field.clashes()) return Scope{Scope::Type::kField, key, field.handle, 0, {}};
  return std::nullopt;
}

// Of an entry as many as the strictest pack asks for in whose registers it writes.
int Docket::OfficersFor(const Scope& scope) const {
  const Catalog& catalog = work_.catalog();
  if (scope.type == Scope::Type::kPack) return catalog.InForce(scope.subject)->officers;
  if (scope.on_entry()) {
    int officers = 1;
    const absl::StatusOr<Entry> entry = work_.journal.EntryAt(scope.entry);
    for (size_t i = 0; entry.ok() && i < entry->ops.size(); ++i)
      if (const Ordinals* ordinals = catalog.Resolve(entry->packs[entry->ops[i].pack], entry->ops[i].reg))
        officers = std::max(officers, catalog.PackOf(*ordinals->reg).officers);
    return officers;
  }
  const RuleInfo* rule = scope.on_values() ? catalog.RuleByHash(scope.rule) : nullptr;
  const RegisterInfo* reg = rule == nullptr ? catalog.FindHash(RegisterOf(scope.record)) : rule->reg;
  const FieldInfo* field = scope.type == Scope::Type::kField ? &reg->fields[scope.field] : nullptr;
  return catalog.Officers(rule != nullptr ? rule->def.id : field != nullptr ? field->rule_id : "existence", *reg, field);
}

std::optional<Scope> Docket::ScopeOf(const CaseRow& row) const {
  if (row.entry == 0) return EntryRule(row.rule) ? std::nullopt : ScopeOf(row.rule, row.subject);
  const std::optional<Scope::Type> type = EntryRule(row.rule);
  if (!type || HandleOf(row.entry) >= work_.lanes.size()) return std::nullopt;
  return Scope{.type = *type, .entry = row.entry};
}

std::optional<Dot> Docket::EntryOf(const Ruling& ruling) const {
  for (const Fact& fact : EntryRule(ruling.rule) ? ruling.facts : std::vector<Fact>()) {
    const std::optional<Dot> dot = work_.lanes.DotOf(fact.place);
    const absl::StatusOr<EntryId> id = dot ? work_.journal.IdAt(*dot) : absl::NotFoundError("");
    if (id.ok() && Hex(id->view()) == ruling.subject) return dot;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<RulingRow>> Docket::RulingsOf(const Hash128& id) const {
  std::vector<RulingRow> rulings;
  Cursor rows(work_.txn(), Table::kRuling);
  for (bool more = rows.Seek(id.view()); more && rows.key().starts_with(id.view()); more = rows.Next())
    if (std::optional<RulingRow> row = DecodeRuling(rows.key(), rows.value())) {
      rulings.push_back(*std::move(row));
    } else {
      return DamagedRow("a ruling");
    }
  if (const auto it = fresh_.find(id); it != fresh_.end()) rulings.insert(rulings.end(), it->second.begin(), it->second.end());
  RETURN_IF_ERROR(work_.txn().status());
  return rulings;
}

// Of an act that was filed apart the copy that counts.
absl::Status Docket::NameFirst(std::vector<CaseFact>& facts) const {
  if (!work_.copies_here()) return absl::OkStatus();
  for (CaseFact& fact : facts) {
    ASSIGN_OR_RETURN(fact.dot, work_.FirstOf(fact.dot));
  }
  std::sort(facts.begin(), facts.end());
  facts.erase(std::unique(facts.begin(), facts.end()), facts.end());
  return absl::OkStatus();
}

absl::StatusOr<Case> Docket::Look(const Scope& scope) const {
  bool alone = false;
  ASSIGN_OR_RETURN(Case c, Live(scope, &alone));
  RETURN_IF_ERROR(Judge(c, alone));
  return c;
}

// The clashes alone. alone: a fact may clash with itself.
absl::StatusOr<Case> Docket::Live(const Scope& scope, bool* alone) const {
  Case c;
  c.scope = scope;
  if (scope.type == Scope::Type::kPack) {
    c.rule = "pack";
    c.subject = scope.subject;
    c.live = PackClashes(scope.subject, work_.catalog());
  } else if (scope.on_entry()) {
    RETURN_IF_ERROR(LookAtEntry(c));
  } else if (scope.on_values()) {
    RETURN_IF_ERROR(LookBetween(c, alone));
  } else {
    RETURN_IF_ERROR(LookInside(c, alone));
  }
  c.id = CaseId(c.rule, c.subject);
  c.shown = scope.on_entry() ? work_.lanes.Short(scope.entry) : c.subject;
  return c;
}

absl::Status Docket::Judge(Case& c, bool alone) const {
  ASSIGN_OR_RETURN(c.rulings, RulingsOf(c.id));
  for (RulingRow& row : c.rulings) RETURN_IF_ERROR(NameFirst(row.facts));
  c.state = StateOf(c.live, c.rulings, alone);
  ASSIGN_OR_RETURN(c.proposals, ProposalsOf(c.id, c.rulings));
  if (c.proposals.empty() || !c.waits()) return absl::OkStatus();
  const std::vector<CaseFact> contested = c.Contested();
  const bool proposed = std::any_of(c.proposals.begin(), c.proposals.end(), [&](const ProposalRow& row) {
    return row.standing && std::includes(row.facts.begin(), row.facts.end(), contested.begin(), contested.end());
  });
  if (proposed) c.state = Planted(Bug::kProposalDecides) ? CaseState::kRuled : CaseState::kProposed;
  return absl::OkStatus();
}

void Docket::FoldProposal(const Entry& entry, Dot dot) {
  ProposalRow row{dot, 0, {}, false};
  if (entry.returned) row.returns = work_.lanes.DotOf(entry.returned->proposal).value_or(0);
  if (entry.proposal) row.facts = FactsOf(*entry.proposal, work_.lanes);
  const std::string& rule = entry.returned ? entry.returned->rule : entry.proposal->rule;
  const std::string& subject = entry.returned ? entry.returned->subject : entry.proposal->subject;
  proposed_[CaseId(rule, subject)].push_back(std::move(row));
  if (entry.proposal && EntryRule(rule)) on_entries_.push_back(*entry.proposal);
  if (const std::optional<Scope> scope = ScopeOf(rule, subject)) work_.NoteScope(*scope);
}

absl::StatusOr<std::vector<ProposalRow>> Docket::ProposalsOf(const Hash128& id, const std::vector<RulingRow>& rulings) const {
  std::vector<ProposalRow> all;
  Cursor rows(work_.txn(), Table::kProposal);
  for (bool more = rows.Seek(id.view()); more && rows.key().starts_with(id.view()); more = rows.Next())
    if (std::optional<ProposalRow> row = DecodeProposal(rows.key(), rows.value())) {
      all.push_back(*std::move(row));
    } else {
      return DamagedRow("a proposal");
    }
  if (const auto fresh = proposed_.find(id); fresh != proposed_.end())
    all.insert(all.end(), fresh->second.begin(), fresh->second.end());
  for (ProposalRow& row : all) {
    RETURN_IF_ERROR(NameFirst(row.facts));
    const auto sends_back = [&](const ProposalRow& r) { return r.returns == row.dot && !Planted(Bug::kReturnIgnored); };
    row.standing = row.returns == 0 && std::none_of(all.begin(), all.end(), sends_back);
    const auto takes_place = [&](Dot later) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(const Vector past, work_.PastOf(later));
      return past.Has(row.dot);
    };
    for (size_t i = 0; row.standing && i < rulings.size(); ++i) {
      ASSIGN_OR_RETURN(const bool over, takes_place(rulings[i].dot));
      row.standing = !over;
    }
    for (size_t i = 0; row.standing && i < all.size(); ++i) {
      if (all[i].returns != 0 || all[i].dot == row.dot) continue;
      ASSIGN_OR_RETURN(const bool over, takes_place(all[i].dot));
      row.standing = !over;
    }
  }
  return all;
}

// Cases of rules between records.
absl::Status Docket::LookBetween(Case& c, bool* alone) const {
  const RuleInfo* rule = work_.catalog().RuleByHash(c.scope.rule);
  CHECK(rule != nullptr);
  *alone = rule->def.kind == RuleKind::kAtMost || rule->def.kind == RuleKind::kAcyclic;
  c.rule = rule->def.id;
  c.notice = rule->def.notice;
  if (c.scope.type == Scope::Type::kCycle) {
    c.subject = work_.AddressOf(c.scope.record);
    ASSIGN_OR_RETURN(c.live, CycleClashes(*rule, c.scope.record, work_));
    return absl::OkStatus();
  }
  c.subject = c.scope.subject;
  if (rule->def.kind == RuleKind::kAtMost) {
    ASSIGN_OR_RETURN(c.live, AtMostClashes(*rule, c.subject, work_));
    return absl::OkStatus();
  }
  const std::vector<ClaimRow> rows = work_.Claimants(c.scope.rule, ClaimHash(c.subject));
  if (rule->def.kind == RuleKind::kUnique) {
    c.live = UniqueClashes(rows);
  } else {
    ASSIGN_OR_RETURN(c.live, OverlapClashes(*rule, rows, work_));
  }
  return absl::OkStatus();
}

// Cases of one record: of a field, or of whether it exists.
absl::Status Docket::LookInside(Case& c, bool* alone) const {
  const RegisterInfo* reg = work_.catalog().FindHash(RegisterOf(c.scope.record));
  CHECK(reg != nullptr);
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(c.scope.record, *reg));
  c.subject = work_.AddressOf(c.scope.record);
  if (c.scope.type == Scope::Type::kExistence) {
    c.rule = "existence";
    ASSIGN_OR_RETURN(c.live, ExistenceClashes(c.scope.record, edit->record, work_));
    return absl::OkStatus();
  }
  const FieldInfo& field = reg->fields[c.scope.field];
  c.rule = field.rule_id;
  c.notice = field.def.notice || field.def.tie_equal;
  *alone = field.refers() || field.def.keeps();
  const Cell* cell = edit->record.exists() ? edit->record.Find(c.scope.field) : nullptr;
  if (cell == nullptr) return absl::OkStatus();
  if (field.def.keeps()) {
    ASSIGN_OR_RETURN(KeptClashes kept, ClashesOfKept(*cell, field.def, work_));
    c.live = std::move(kept.clashes);
    c.notice = field.def.notice || (field.def.tie_equal && kept.only_ties);
    return absl::OkStatus();
  }
  c.live = FieldClashes(*cell, field.def, work_.lanes);
  if (!field.refers()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<Clash> dangling, ReferenceClashes(*cell, field.def, work_));
  c.live.insert(c.live.end(), dangling.begin(), dangling.end());
  return absl::OkStatus();
}

bool Docket::Known(std::string_view rule, std::string_view subject) const {
  return work_.txn().Get(Table::kCase, RowKey{CaseId(rule, subject), {}}.view()).has_value();
}

absl::StatusOr<std::vector<Case>> Docket::OfField(const RecordKey& key, const RecordEdit& edit, const FieldInfo& field) const {
  std::vector<Case> cases;
  const Cell* cell = edit.record.Find(field.handle);
  const auto add = [&](const Scope& scope) -> absl::Status {
    ASSIGN_OR_RETURN(Case c, Look(scope));
    const bool known = std::any_of(cases.begin(), cases.end(), [&](const Case& other) { return other.id == c.id; });
    if (!c.waits() || known) return absl::OkStatus();
    ASSIGN_OR_RETURN(const bool here, scope.type == Scope::Type::kField ? true : Concerns(c, key));
    if (here) cases.push_back(std::move(c));
    return absl::OkStatus();
  };
  const bool disputed = cell != nullptr && (cell->size() > 1 || field.refers() || field.def.keeps());
  if (field.clashes() && (disputed || Known(field.rule_id, work_.AddressOf(key))))
    RETURN_IF_ERROR(add({Scope::Type::kField, key, field.handle, 0, {}}));
  if (cell != nullptr && field.clashes() && work_.sums.disputed > 0)
    for (const Write* write : Visible(*cell, field.def, work_.lanes)) {
      ASSIGN_OR_RETURN(const std::vector<Case> about, OfEntry(write->dot));
      AddNew(about, cases);
    }
  if (field.rules.empty()) return cases;
  for (const ClaimRow& claim : ClaimsOf(*edit.reg, key, edit.record, work_.lanes)) {
    const RuleInfo* rule = work_.catalog().RuleByHash(claim.rule);
    if (rule != nullptr && std::find(rule->on.begin(), rule->on.end(), &field) != rule->on.end())
      RETURN_IF_ERROR(add({Scope::Type::kRule, {}, 0, claim.rule, claim.subject}));
  }
  for (const RuleInfo* rule : field.rules) {
    if (rule->def.kind == RuleKind::kAcyclic) {
      const auto known = [&](const RecordKey& other) { return Known(rule->def.id, work_.AddressOf(other)); };
      ASSIGN_OR_RETURN(const std::set<RecordKey> subjects, CycleSubjects(*rule, key, known, work_));
      for (const RecordKey& least : subjects) RETURN_IF_ERROR(add({Scope::Type::kCycle, least, 0, rule->hash, {}}));
    }
    const Hash128 scope = RuledScope(key, rule->hash);
    Cursor rows(work_.txn(), Table::kPremise);
    for (bool more = rows.Seek(scope.view()); more && rows.key().starts_with(scope.view()); more = rows.Next()) {
      ASSIGN_OR_RETURN(const Entry ruling, work_.journal.EntryAt(Read64(rows.key(), 16)));
      const std::optional<Scope> ruled = ScopeOf(rule->def.id, ruling.ruling->subject);
      if (!ruled) continue;
      ASSIGN_OR_RETURN(Case c, Look(*ruled));
      const bool known = std::any_of(cases.begin(), cases.end(), [&](const Case& other) { return other.id == c.id; });
      if (c.state == CaseState::kSplit && !known) cases.push_back(std::move(c));
    }
  }
  return cases;
}

// Whether something that the case has not decided stands on the record.
absl::StatusOr<bool> Docket::Concerns(const Case& c, const RecordKey& key) const {
  for (const CaseFact& fact : c.Contested()) {
    ASSIGN_OR_RETURN(const RecordKey record, RecordOf(fact));
    if (record == key) return true;
  }
  return false;
}

absl::StatusOr<std::vector<Case>> Docket::OfExistence(const RecordKey& key, const RecordEdit& edit) const {
  std::vector<Case> cases;
  if (work_.sums.disputed > 0)
    for (const Life& mark : edit.record.life) {
      ASSIGN_OR_RETURN(const std::vector<Case> about, OfEntry(mark.dot));
      AddNew(about, cases);
    }
  if (!LifeMayClash(edit.record) && !Known("existence", work_.AddressOf(key))) return cases;
  ASSIGN_OR_RETURN(Case c, Look({Scope::Type::kExistence, key, 0, 0, {}}));
  if (c.waits()) cases.push_back(std::move(c));
  return cases;
}

absl::Status Docket::Flush(WriteTxn& txn) {
  for (const Hash128& id : order_)
    for (const RulingRow& row : fresh_[id]) txn.Put(Table::kRuling, KeyOf(id, row.dot), EncodeRuling(row));
  for (const auto& ruled : ruled_) {
    if (!ruled) continue;
    ASSIGN_OR_RETURN(const std::set<std::string> rows, RuledRows(ruled->first, ruled->second));
    for (const std::string& key : rows) txn.Put(Table::kPremise, key, Key64(0));
  }
  std::set<Hash128> weighed(order_.begin(), order_.end());  // ruled on, or proposed on
  for (const auto& [id, proposals] : proposed_) {
    weighed.insert(id);
    for (const ProposalRow& row : proposals) txn.Put(Table::kProposal, KeyOf(id, row.dot), EncodeProposal(row));
  }
  proposed_.clear();
  fresh_.clear();
  order_.clear();
  ruled_.clear();
  ASSIGN_OR_RETURN(const std::vector<Scope> touched, Touched());
  Rows rows;
  for (const Scope& scope : touched) {
    bool alone = false;
    ASSIGN_OR_RETURN(Case now, Live(scope, &alone));
    const bool known =
        !now.live.empty() || weighed.contains(now.id) || txn.Get(Table::kCase, RowKey{now.id, {}}.view()).has_value();
    if (!known) continue;  // hardly any subject that is touched is ever disputed
    RETURN_IF_ERROR(Judge(now, alone));
    RETURN_IF_ERROR(WriteRows(txn, now, &rows));
  }
  std::sort(rows.all.begin(), rows.all.end(), [](const Row& a, const Row& b) { return a.key < b.key; });
  SortedRows cases(txn, Table::kCase);
  for (const Row& row : rows.all) cases.Put(row.key.view(), row.bytes);
  return txn.status();
}

// What the workspace noted; for records that may lie on cycles the subjects of the cases about those.
absl::StatusOr<std::vector<Scope>> Docket::Touched() {
  RETURN_IF_ERROR(NoteOfficers());
  for (const Ruling& ruling : std::exchange(on_entries_, {}))
    if (const std::optional<Dot> entry = EntryOf(ruling)) work_.NoteScope({.type = *EntryRule(ruling.rule), .entry = *entry});
  std::vector<Scope> touched = work_.TakeTouched();
  for (const Scope& scope : touched) NoteWeighed(scope);
  if (std::vector<Scope> weighed = work_.TakeTouched(); !weighed.empty()) {
    std::move(weighed.begin(), weighed.end(), std::back_inserter(touched));
    std::sort(touched.begin(), touched.end());
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  }
  std::erase_if(touched, [&](const Scope& scope) {  // of a filing that was refused nothing is there; nor where a row is damaged
    const uint16_t handle = HandleOf(scope.entry);
    return scope.on_entry() && (handle >= work_.lanes.size() || SeqOf(scope.entry) > work_.lanes.At(handle).tip());
  });
  const auto cycles =
      std::stable_partition(touched.begin(), touched.end(), [](const Scope& s) { return s.type != Scope::Type::kCycle; });
  const std::vector<Scope> near(cycles, touched.end());
  touched.erase(cycles, touched.end());
  std::set<Scope> about = std::exchange(ruled_cycles_, {});  // also of cycles that came and went unnoticed
  for (const Scope& scope : near) {
    const RuleInfo& rule = *work_.catalog().RuleByHash(scope.rule);
    const auto known = [&](const RecordKey& key) { return Known(rule.def.id, work_.AddressOf(key)); };
    ASSIGN_OR_RETURN(const std::set<RecordKey> subjects, CycleSubjects(rule, scope.record, known, work_));
    for (const RecordKey& subject : subjects) about.insert({Scope::Type::kCycle, subject, 0, scope.rule, {}});
  }
  touched.insert(touched.end(), about.begin(), about.end());
  return touched;
}

// With a case the premises that it weighs.
void Docket::NoteWeighed(const Scope& scope) {
  if (!work_.premises_here()) return;
  std::vector<Dot> relying;
  if (scope.type == Scope::Type::kField || scope.type == Scope::Type::kExistence)
    relying = work_.RelyingOn(RelianceOnRecord(work_.AddressOf(scope.record)));
  if (scope.type == Scope::Type::kRule)
    relying = work_.RelyingOn(RelianceOnClaim(work_.catalog().RuleByHash(scope.rule)->def.id, scope.subject));
  for (const Dot dot : relying) work_.NoteScope({.type = Scope::Type::kPremise, .entry = dot});
}

// Entries that a case puts in question: whoever reads what they wrote looks for them.
void Docket::MarkDisputed(WriteTxn& txn, const Case& now) {
  const std::string key = DisputedRow(now.scope.entry);
  const uint64_t bit = uint64_t{1} << static_cast<int>(now.scope.type);
  const auto row = txn.Get(Table::kPremise, key);
  const uint64_t before = row ? Read64(*row, 0) : 0, after = now.waits() && !now.notice ? before | bit : before & ~bit;
  work_.sums.disputed += static_cast<uint64_t>(after != 0) - static_cast<uint64_t>(before != 0);
  if (after == before) return;
  if (after == 0) {
    txn.Delete(Table::kPremise, key);
  } else {
    txn.Put(Table::kPremise, key, Key64(after));
  }
}

std::string Docket::DisputedRow(Dot entry) {
  static const std::string scope(HashParts({"disputed entries"}).view());
  return scope + Key64(entry);
}

absl::StatusOr<std::vector<Case>> Docket::OfEntry(Dot dot) const {
  std::vector<Case> cases;
  if (work_.sums.disputed == 0) return cases;
  const auto row = work_.txn().Get(Table::kPremise, DisputedRow(dot));
  const uint64_t bits = row ? Read64(*row, 0) : 0;
  for (const auto type : {Scope::Type::kPremise, Scope::Type::kAuthority, Scope::Type::kOrphan}) {
    if ((bits >> static_cast<int>(type) & 1) == 0) continue;
    ASSIGN_OR_RETURN(Case c, Look({.type = type, .entry = dot}));
    if (c.waits()) cases.push_back(std::move(c));
  }
  return cases;
}

// What the docket is to say of the case, ascending by key.
absl::StatusOr<std::vector<Docket::Row>> Docket::RowsOf(const Case& now, Arena& bytes) const {
  std::vector<Row> rows;
  if (now.state != CaseState::kNone) rows.push_back({{now.id, {}}, EncodeHeader(now, bytes)});
  for (const Clash& clash : now.live) {
    ASSIGN_OR_RETURN(const EntryId a, work_.journal.IdAt(clash.a.dot));
    ASSIGN_OR_RETURN(const EntryId b, work_.journal.IdAt(clash.b.dot));
    Hash128 id = ClashId(now.rule, now.subject, a, clash.a.op, b, clash.b.op);
    if (Planted(Bug::kClashIdByArrival))
      id = work_.lanes.At(HandleOf(clash.a.dot)).key == work_.store().key ? HashParts({a.view(), b.view()})
                                                                          : HashParts({b.view(), a.view()});
    rows.push_back({{now.id, id}, EncodeClash(clash, StatusOf(clash, now.rulings), bytes)});
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return std::tie(a.key, a.bytes) < std::tie(b.key, b.bytes); });
  rows.erase(std::unique(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.key == b.key; }), rows.end());
  return rows;
}

absl::Status Docket::WriteRows(WriteTxn& txn, const Case& now, Rows* put) {
  ASSIGN_OR_RETURN(const std::vector<Row> after, RowsOf(now, put->bytes));
  std::vector<Row> before;  // where they lie, until something is written
  Cursor stored(txn, Table::kCase);
  for (bool more = stored.Seek(now.id.view()); more && stored.key().starts_with(now.id.view()); more = stored.Next()) {
    if (!IsSound(stored.key(), stored.value())) return DamagedRow("the docket");
    before.push_back({RowKey::Of(stored.key()), stored.value()});
  }
  if (Planted(Bug::kDocketNeverWithdraws) && now.live.empty() && now.rulings.empty()) return absl::OkStatus();
  const auto in = [](const std::vector<Row>& rows, const RowKey& key) {
    const auto at = std::lower_bound(rows.begin(), rows.end(), key, [](const Row& row, const RowKey& k) { return row.key < k; });
    return at == rows.end() || at->key != key ? nullptr : &*at;
  };
  std::vector<RowKey> gone;
  bool waited = false;
  for (const auto& [key, row] : before) {
    work_.sums.docket -= RowSum(key.view(), row);
    if (key.clash.IsZero()) {
      const CaseRow header = DecodeHeader(key.view(), row);
      Count(work_.sums, header.state, header.notice, -1);
      waited = header.state != CaseState::kRuled && !header.notice;
    }
    if (in(after, key) == nullptr) gone.push_back(key);
  }
  for (const Row& row : after) {
    work_.sums.docket += RowSum(row.key.view(), row.bytes);
    const Row* const old = in(before, row.key);
    if (old == nullptr || old->bytes != row.bytes) put->all.push_back(row);
  }
  Count(work_.sums, now.state, now.notice, 1);
  if (now.waits() && !now.notice && !waited) ++opened_;
  for (const RowKey& key : gone) txn.Delete(Table::kCase, key.view());
  if (now.scope.on_entry()) MarkDisputed(txn, now);
  return absl::OkStatus();
}

void Docket::Each(const Txn& txn, std::string_view digits, const std::function<bool(CaseRow)>& visit) {
  std::string from;
  Unhex(digits.substr(0, digits.size() / 2 * 2), &from);
  Cursor rows(txn, Table::kCase);
  for (bool more = rows.Seek(from); more && rows.key().starts_with(from); more = rows.Next()) {
    if (!IsHeader(rows.key()) || (!digits.empty() && !Hex(rows.key().substr(0, 16)).starts_with(digits))) continue;
    if (!visit(DecodeHeader(rows.key(), rows.value()))) return;
  }
}

std::optional<CaseRow> Docket::HeadOf(const Txn& txn, const Hash128& id) {
  const RowKey key{id, {}};
  const auto row = txn.Get(Table::kCase, key.view());
  return row ? std::optional(DecodeHeader(key.view(), *row)) : std::nullopt;
}

void Docket::AddFacts(Cursor& cases, const Hash128& id, std::vector<Dot>* facts) {
  for (bool more = cases.Seek(id.view()); more && cases.key().starts_with(id.view()); more = cases.Next())
    if (IsClash(cases.key(), cases.value())) facts->insert(facts->end(), {Read64(cases.value(), 0), Read64(cases.value(), 16)});
}

absl::Status Docket::TakeBackSince(WriteTxn& txn) {
  const auto gone = [&](Dot dot) {
    return HandleOf(dot) < work_.lanes.size() && SeqOf(dot) > work_.lanes.At(HandleOf(dot)).tip();
  };
  std::vector<CaseRow> dropped;
  std::optional<CaseRow> head;
  Cursor rows(txn, Table::kCase);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    if (IsHeader(rows.key())) {
      head = DecodeHeader(rows.key(), rows.value());
      if (head->entry != 0 && gone(head->entry)) dropped.push_back(*std::exchange(head, std::nullopt));
    } else if (head && IsClash(rows.key(), rows.value()) && (gone(Read64(rows.value(), 0)) || gone(Read64(rows.value(), 16)))) {
      if (const std::optional<Scope> scope = ScopeOf(*head)) work_.NoteScope(*scope);
    }
  }
  for (const CaseRow& row : dropped) {
    Case none;
    none.id = row.id;
    none.rule = row.rule;
    none.subject = row.subject;
    if (const std::optional<Scope> scope = ScopeOf(row)) none.scope = *scope;
    Rows nothing;
    RETURN_IF_ERROR(WriteRows(txn, none, &nothing));
  }
  return txn.status();
}

RulingRow Docket::RowOf(const Entry& entry, Dot dot, const Lanes& lanes) {
  RulingRow row;
  row.dot = dot;
  row.outcome = OutcomeHash(entry);
  row.facts = FactsOf(*entry.ruling, lanes);
  return row;
}

std::string Docket::KeyOf(const Hash128& id, Dot dot) { return std::string(id.view()) + Key64(dot); }

bool Docket::Holds(std::string_view row, RulingRow ruling) {
  std::optional<RulingRow> stored = DecodeRuling(KeyOf({}, ruling.dot), row);
  if (!stored) return false;
  std::sort(stored->seen.begin(), stored->seen.end());
  std::sort(ruling.seen.begin(), ruling.seen.end());
  return stored->outcome == ruling.outcome && stored->facts == ruling.facts && stored->seen == ruling.seen;
}

void Docket::EachSum(const Txn& txn, std::string_view after,
                     const std::function<bool(const Hash128& id, unsigned __int128 sum)>& visit) {
  Cursor rows(txn, Table::kCase);
  bool more = rows.Seek(after);
  while (more && !after.empty() && rows.key().starts_with(after)) more = rows.Next();
  while (more) {
    std::string key(rows.key());
    key.resize(sizeof(Hash128));  // of a damaged row it may be shorter
    const Hash128 id = Hash128::From(key);
    unsigned __int128 sum = 0;
    for (bool first = true; more && (first || rows.key().starts_with(id.view())); more = rows.Next(), first = false)
      if (IsSound(rows.key(), rows.value())) sum += RowSum(rows.key(), rows.value());
    if (!visit(id, sum)) return;
  }
}

bool Docket::SumRows(const Txn& txn, Sums* sums) {
  bool sound = true;
  std::set<Dot> disputed;
  Cursor rows(txn, Table::kCase);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    const std::string_view key = rows.key(), value = rows.value();
    if (!IsSound(key, value)) {
      sound = false;
      continue;
    }
    sums->docket += RowSum(key, value);
    if (!IsHeader(key)) continue;
    const CaseRow row = DecodeHeader(key, value);
    sound = sound && row.id == CaseId(row.rule, row.subject);
    Count(*sums, row.state, row.notice, 1);
    if (row.disputes()) disputed.insert(row.entry);
  }
  sums->disputed = disputed.size();
  return sound;
}

}  // namespace chancery

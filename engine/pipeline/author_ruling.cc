// From a ruling's outcome to what it writes. The rule is of product.md's table "keep: E means … both means …".
#include <algorithm>
#include <map>

#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/pipeline/blob_names.h"
#include "engine/pipeline/resolve.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

absl::Status CheckWords(const RulingDraft& draft) {
  const int outcomes = !draft.keep.empty() + draft.set.has_value() + draft.both + draft.none;
  if (outcomes != 1)
    return Refuse({"ruling", draft.rule, draft.subject, "a ruling has exactly one of keep, set, both, none", "choose one"});
  if (draft.officer.empty()) return Refuse({"ruling", draft.rule, draft.subject, "a ruling names its officer", "--officer NAME"});
  if (draft.reason.empty()) return Refuse({"ruling", draft.rule, draft.subject, "a ruling gives its reason", "--reason TEXT"});
  for (const std::string* word : {&draft.officer, &draft.reason, &draft.principle})
    if (word->size() > limits::kWordBytes || !IsText(*word))
      return Refuse(
          {"limit", draft.rule, draft.subject, "officer, reason and principle are text of at most 4096 bytes", "shorten it"});
  int64_t day = 0;
  if (!draft.effect.empty() && !ParseDate(draft.effect, &day))
    return Refuse({"type", draft.rule, draft.subject, "effect is a date", "write 2026-01-31"});
  return absl::OkStatus();
}

}  // namespace

absl::Status RefuseRuling(const Case& c, std::string_view why, std::string_view next) {
  return Refuse({"ruling", c.rule, c.shown, std::string(why),
                 next.empty() ? Cat("chancery case show ", c.rule, " ", c.shown) : std::string(next)});
}

std::vector<Place> PlacesOf(const Writes& writes, const Lanes& lanes) {
  std::vector<Place> places;
  for (const Write* w : writes) places.push_back(lanes.PlaceOf(w->dot));
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

absl::StatusOr<Op> Author::RulingOp(Entry& entry, const RegisterInfo& reg, const RecordKey& key) {
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, reg));
  ASSIGN_OR_RETURN(const OpKind kind, KindOfEdit(key, *edit));
  return OpOn(entry, reg, KeyOf(key), kind);
}

absl::StatusOr<CaseFact> Author::KeptFact(const RulingDraft& draft, const Case& c) {
  const absl::StatusOr<Dot> dot = ResolveEntry(work_, draft.keep);
  if (!dot.ok()) return RefuseRuling(c, S(dot.status().message()));
  ASSIGN_OR_RETURN(const Dot first, work_.FirstOf(*dot));  // of an act filed apart any copy may be named
  for (const CaseFact& fact : c.Facts())
    if (fact.dot == first) return fact;
  return RefuseRuling(c, Cat(draft.keep, " is no entry of this case"));
}

// What the fact wrote into the field; unset where it wrote nothing there.
absl::StatusOr<Value> Author::ValueOf(const CaseFact& fact, const FieldInfo& field) {
  ASSIGN_OR_RETURN(const Entry source, work_.journal.EntryAt(fact.dot));
  const Op& op = source.ops[fact.op];
  const Ordinals& ordinals = *work_.catalog().Resolve(source.packs[op.pack], op.reg);
  for (const Change& from : op.changes)
    if (from.field < ordinals.fields.size() && ordinals.fields[from.field] == &field) return from.value.KeptIn(work_.arena());
  return Value();
}

absl::Status Author::CheckValue(const Case& c, const FieldInfo& field, const Value& value, std::string_view at) {
  if (field.def.type == FieldType::kState && !field.def.IsState(value.payload()))
    return RefuseRuling(c, Cat("\"", value.payload(), "\" is no state of ", field.path));
  if (field.refers() && !value.payload().starts_with(field.def.to + "/"))
    return RefuseRuling(c, Cat(at, " refers to a ", field.def.to));
  return value.kind == Kind::kBlob ? CheckDocument(work_.txn(), value, at) : absl::OkStatus();
}

absl::Status Author::FieldEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  const RegisterInfo& reg = *work_.catalog().FindHash(RegisterOf(c.scope.record));
  const FieldInfo& field = reg.fields[c.scope.field];
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(reg, field));
  Change change{ordinal, Verb::kSettle, {}, {}};
  const std::string at = Cat(c.subject, "/", field.def.name);
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    ASSIGN_OR_RETURN(change.value, ValueOf(kept, field));
  } else if (draft.set) {
    if (draft.set->members.size() != 1) return RefuseRuling(c, Cat("set names what the case is about and nothing else: ", at));
    const auto& [address, literal] = draft.set->members[0];
    const absl::StatusOr<Address> parsed = Address::Parse(address);
    if (!parsed.ok() || parsed->Text() != at) return RefuseRuling(c, Cat(address, " is not what the case is about: ", at));
    if (!literal.null()) {
      ASSIGN_OR_RETURN(change.value, TypeValue(field.def, field.def.type, literal, at, work_.arena()));
      RETURN_IF_ERROR(CheckValue(c, field, change.value, at));
    }
  }
  ASSIGN_OR_RETURN(Op op, RulingOp(entry, reg, c.scope.record));
  op.changes.push_back(std::move(change));
  entry.ops.push_back(std::move(op));
  return absl::OkStatus();
}

absl::Status Author::UniqueEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  const RuleInfo& rule = *work_.catalog().RuleByHash(c.scope.rule);
  ASSIGN_OR_RETURN(const std::set<RecordKey> records, RecordsOf(c));
  RecordKey kept_record;
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    for (const ClaimRow& row : work_.Claimants(rule.hash, ClaimHash(c.subject))) {
      if (std::none_of(row.writes.begin(), row.writes.end(), [&](const auto& w) { return w.first == kept.dot; })) continue;
      if (!kept_record.empty())
        return RefuseRuling(c, Cat(draft.keep, " gave the value to several records"), "--set says which of them keeps it");
      kept_record = row.record;
    }
    if (kept_record.empty())
      return RefuseRuling(c, Cat("the claim of ", draft.keep, " no longer stands"), "--set gives the value anew");
  }
  if (draft.set) return ValuesByHand(*draft.set, records, c, entry);
  for (const RecordKey& record : records)
    if (record != kept_record) RETURN_IF_ERROR(WithdrawClaim(rule, record, c, entry));
  return absl::OkStatus();
}

// Of each field of the rule the writes that a combination which makes the claim is made of; none where there is none.
std::vector<Writes> Author::ClaimingWrites(const RuleInfo& rule, const Record& record, const std::string& subject) const {
  std::vector<Few<const Write*, 4>> combinations(1);
  for (const FieldInfo* field : rule.on) {
    std::vector<Few<const Write*, 4>> longer;
    const Cell* cell = record.Find(field->handle);
    for (const auto& combination : combinations)
      for (size_t i = 0; cell != nullptr && i < cell->size(); ++i) {
        if ((*cell)[i].value.unset()) continue;
        longer.push_back(combination);
        longer.back().push_back(&(*cell)[i]);
      }
    combinations = std::move(longer);
  }
  std::vector<Writes> claiming;
  for (const auto& combination : combinations) {
    Few<const Value*, 4> values;
    for (const Write* write : combination) values.push_back(&write->value);
    if (SubjectUnder(rule, values) != subject) continue;
    claiming.resize(rule.on.size());
    for (size_t i = 0; i < rule.on.size(); ++i) claiming[i].push_back(combination[i]);
  }
  return claiming;
}

// The values with which the record makes the claim. Also those that a later `last` write hides, or that stand in a record which
// is gone: they would come back.
absl::Status Author::WithdrawClaim(const RuleInfo& rule, const RecordKey& record, const Case& c, Entry& entry) {
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(record, *rule.reg));
  const std::vector<Writes> claiming = ClaimingWrites(rule, edit->record, c.subject);
  if (claiming.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Op op, RulingOp(entry, *rule.reg, record));
  for (size_t i = 0; i < rule.on.size(); ++i) {
    ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(*rule.reg, *rule.on[i]));
    op.changes.push_back({ordinal, Verb::kRetract, {}, PlacesOf(claiming[i], work_.lanes)});
  }
  std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) { return a.field < b.field; });
  entry.ops.push_back(std::move(op));
  return absl::OkStatus();
}

absl::StatusOr<std::set<RecordKey>> Author::RecordsOf(const Case& c) {
  std::set<RecordKey> records;
  for (const CaseFact& fact : c.Facts()) {
    ASSIGN_OR_RETURN(RecordKey record, batch_.docket().RecordOf(fact));
    records.insert(std::move(record));
  }
  return records;
}

// Values given anew to records that the case is or was about, in the fields that its rule goes on.
absl::Status Author::ValuesByHand(const Literal& set, const std::set<RecordKey>& records, const Case& c, Entry& entry) {
  const RuleInfo& rule = *work_.catalog().RuleByHash(c.scope.rule);
  std::map<RecordKey, std::map<uint32_t, Value>> values;
  for (const auto& [address, literal] : set.members) {
    const absl::StatusOr<Address> parsed = Address::Parse(address);
    const RecordKey key = parsed.ok() ? RecordKeyOf(rule.reg->hash, parsed->key) : RecordKey();
    const auto named = [&](const FieldInfo* field) { return parsed.ok() && parsed->field == field->def.name; };
    const auto field = std::find_if(rule.on.begin(), rule.on.end(), named);
    if (field == rule.on.end() || parsed->reg != rule.reg->name || !parsed->member.empty() || !records.contains(key))
      return RefuseRuling(c, Cat(address, " is not what the case is about: ", rule.on[0]->rule_id, " of its records"));
    ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(*rule.reg, **field));
    Value& value = values[key][ordinal];
    if (literal.null()) continue;
    ASSIGN_OR_RETURN(value, TypeValue((*field)->def, (*field)->def.type, literal, address, work_.arena()));
    RETURN_IF_ERROR(CheckValue(c, **field, value, address));
    value = value.KeptIn(work_.arena());
  }
  if (values.empty()) return RefuseRuling(c, "set names at least one value");
  for (auto& [key, fields] : values) {
    ASSIGN_OR_RETURN(Op op, RulingOp(entry, *rule.reg, key));
    for (auto& [ordinal, value] : fields) op.changes.push_back({ordinal, Verb::kSettle, std::move(value), {}});
    entry.ops.push_back(std::move(op));
  }
  return absl::OkStatus();
}

absl::Status Author::MakeEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  const FieldInfo* field = nullptr;
  switch (c.scope.type) {
    case Scope::Type::kField:
      field = &work_.catalog().FindHash(RegisterOf(c.scope.record))->fields[c.scope.field];
      if (field->def.keeps()) return KeptEffects(draft, c, *field, entry);
      if (draft.both) return absl::OkStatus();  // everything stays
      return field->refers() && !draft.set ? ReferenceEffects(draft, c, entry) : FieldEffects(draft, c, entry);
    case Scope::Type::kExistence:
      return ExistenceEffects(draft, c, entry);
    case Scope::Type::kRule:
    case Scope::Type::kCycle:
      if (draft.both) return absl::OkStatus();
      return work_.catalog().RuleByHash(c.scope.rule)->def.kind == RuleKind::kUnique ? UniqueEffects(draft, c, entry)
                                                                                     : GroupEffects(draft, c, entry);
    case Scope::Type::kPack:
      return PackEffects(draft, c);
    case Scope::Type::kPremise:
    case Scope::Type::kAuthority:
    case Scope::Type::kOrphan:
      return EntryEffects(draft, c, entry);
  }
  return absl::OkStatus();
}

absl::StatusOr<Receipt> Author::Rule(const RulingDraft& draft) { return Decide(draft, {}); }

// The clash must be gone, or decided. Values that losers return to may clash in their turn: then they are unset.
absl::StatusOr<Receipt> Author::Decide(const RulingDraft& draft, const Deciding& how) {
  return_to_unset_ = false;
  absl::StatusOr<Receipt> ruled = DecideOnce(draft, how);
  if (ruled.ok() || absl::IsCancelled(ruled.status()) || !returned_) return ruled;
  return_to_unset_ = true;
  absl::StatusOr<Receipt> unset = DecideOnce(draft, how);
  return unset.ok() || absl::IsCancelled(unset.status()) ? unset : ruled;
}

absl::StatusOr<Receipt> Author::DecideOnce(const RulingDraft& draft, const Deciding& how) {
  ASSIGN_OR_RETURN(const Case c, CaseOf(draft.rule, draft.subject));
  returned_ = false;
  RETURN_IF_ERROR(CheckWords(draft));
  const bool approves = how.approves.seq > 0;
  RETURN_IF_ERROR(CheckJudge(c, draft.officer, approves ? "approve" : "rule"));
  if (batch_.docket().OfficersFor(c.scope) > 1 && !approves && !how.look)
    return Refuse({"officers", c.rule, c.shown, "this register asks for two officers: one proposes, another approves",
                   Cat("chancery case propose ", c.rule, " ", c.shown)});

  Entry entry;
  entry.kind = EntryKind::kRuling;
  entry.officer = draft.officer;
  entry.note = how.note;
  ASSIGN_OR_RETURN(entry.ruling.emplace(), RulingFrom(draft, c));
  entry.ruling->approves = how.approves;
  RETURN_IF_ERROR(MakeEffects(draft, c, entry));
  return Finish(Append(entry, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckRules(false));
    ASSIGN_OR_RETURN(const Case after, batch_.docket().Look(c.scope));
    const bool stands = after.waits() || (draft.set && !after.live.empty() && !c.scope.on_entry());
    if (stands) return RefuseRuling(c, "the ruling would leave the clash standing");
    if (!how.look) return absl::OkStatus();
    RETURN_IF_ERROR(how.look());
    return absl::CancelledError("it was only tried");
  }));
}

}  // namespace chancery

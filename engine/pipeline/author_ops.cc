// From a draft's operations to an entry's: typed by the pack, then fitted to what stands here.
#include <algorithm>
#include <map>

#include "engine/base/copy.h"
#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pack/nearest.h"
#include "engine/pipeline/author.h"
#include "engine/pipeline/blob_names.h"
#include "engine/pipeline/resolve.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

template <class Names>
std::string Listed(const Names& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

absl::StatusOr<const RegisterInfo*> RegisterFor(const Catalog& catalog, const Address& address) {
  if (const RegisterInfo* reg = catalog.Find(address.reg)) return reg;
  std::vector<std::string> names;
  for (const auto& [name, reg] : catalog.registers()) names.push_back(name);
  return Refuse({"type", "", address.Shown(), Cat("no register \"", address.reg, "\""), Cat("registers here: ", Listed(names))});
}

std::string FieldOf(const Address& record, std::string_view field) { return Cat(record.Shown(), "/", field); }

absl::Status NoField(const RegisterInfo& reg, const Address& record, std::string_view field) {
  std::vector<std::string> names;
  for (const FieldInfo* known : reg.by_name) names.push_back(known->def.name);
  return Refuse({"type", "", FieldOf(record, field), Cat("register ", reg.name, " has no field \"", field, "\""),
                 Cat("its fields: ", Listed(names))});
}

// The operation of the command language that changes fields of this type.
std::string_view VerbFor(const FieldDef& def) {
  switch (def.type) {
    case FieldType::kSet:
      return "add or remove";
    case FieldType::kState:
      return "move";
    case FieldType::kLadder:
      return "set";
    case FieldType::kCounter:
      return "bump";
    case FieldType::kEscrow:
      return "bump or grant";
    case FieldType::kSerial:
      return "issue";
    case FieldType::kShares:
      return "transfer";
    case FieldType::kRanked:
      return "file, strike or cede";
    default:
      return "set or unset";
  }
}

bool FitsVerb(DraftChange::Verb verb, const FieldDef& def) {
  using Verb = DraftChange::Verb;
  switch (def.type) {
    case FieldType::kSet:
      return verb == Verb::kAdd || verb == Verb::kRemove;
    case FieldType::kState:
      return verb == Verb::kMove;
    case FieldType::kLadder:
      return verb == Verb::kSet;
    case FieldType::kCounter:
      return verb == Verb::kBump;
    case FieldType::kEscrow:
      return verb == Verb::kBump || verb == Verb::kGrant;
    case FieldType::kSerial:
      return verb == Verb::kIssue;
    case FieldType::kShares:
      return verb == Verb::kTransfer;
    case FieldType::kRanked:
      return verb == Verb::kFile || verb == Verb::kStrike || verb == Verb::kCede;
    default:
      return verb == Verb::kSet || verb == Verb::kUnset;
  }
}

Verb EntryVerb(DraftChange::Verb verb, const FieldDef& def) {
  if (verb == DraftChange::Verb::kAdd) return Verb::kAdd;
  if (verb == DraftChange::Verb::kRemove) return Verb::kRemove;
  if (def.keeps()) return Verb::kKeep;
  if (def.adds_up()) return Verb::kBump;
  return def.merge == MergeKind::kLast ? Verb::kSetLast : Verb::kSet;
}

bool RefersTo(const Value& reference, std::string_view reg) {
  const std::string_view address = reference.payload();
  return address.size() > reg.size() && address.starts_with(reg) && address[reg.size()] == '/';
}

// A folded value must stay the same under every later version of Unicode, or sites would compare it differently.
absl::Status CheckFoldable(const FieldInfo& field, const Value& value, const Address& record) {
  for (const RuleInfo* rule : field.rules) {
    if (!rule->def.casefold || value.kind != Kind::kText) continue;
    if (const absl::StatusOr<std::string> folded = Casefold(value.payload()); !folded.ok())
      return Refuse({"type", rule->def.id, FieldOf(record, field.def.name), std::string(S(folded.status().message())),
                     "use characters that Unicode has assigned"});
  }
  return absl::OkStatus();
}

// Where nothing stands it fits whatever it says.
bool IsFree(const Change& change, const FieldDef& def) {
  return (change.verb == Verb::kSet || change.verb == Verb::kSetLast) && change.value.kind != Kind::kBlob &&
         def.type != FieldType::kState && def.type != FieldType::kSerial;
}

OpKind KindOf(DraftOp::Verb verb) {
  if (verb == DraftOp::Verb::kCreate) return OpKind::kCreate;
  return verb == DraftOp::Verb::kDelete ? OpKind::kDelete : OpKind::kEdit;
}

}  // namespace

bool Author::Shape::Fits(const DraftOp& op) const {
  if (reg == nullptr || op.verb != verb || op.changes.size() != changes.size() || op.record.reg != reg->name) return false;
  for (size_t i = 0; i < changes.size(); ++i) {
    const DraftChange& change = op.changes[i];
    if (change.verb != changes[i].written || !SameBytes(change.field, changes[i].field->def.name) || !change.over.empty())
      return false;
  }
  return true;
}

// Drafts of one kind write the same fields by the same verbs in the same order: they are looked up once for many.
void Author::Remember(const DraftOp& draft, const RegisterInfo& reg, const Op& op) {
  const auto same = [](const Change& a, const Change& b) { return a.field == b.field; };
  const auto over = [](const DraftChange& change) { return !change.over.empty(); };
  const bool once = op.changes.size() == draft.changes.size() &&
                    std::adjacent_find(op.changes.begin(), op.changes.end(), same) == op.changes.end();
  if (!once || std::any_of(draft.changes.begin(), draft.changes.end(), over)) return;
  shape_.reg = &reg;
  shape_.verb = draft.verb;
  for (Named& named : shape_.changes)
    named.place = static_cast<size_t>(
        std::find_if(op.changes.begin(), op.changes.end(), [&](const Change& c) { return c.field == named.ordinal; }) -
        op.changes.begin());
}

absl::StatusOr<Author::Named> Author::NameChange(const DraftChange& draft, const RegisterInfo& reg, const Address& record) {
  const FieldInfo* field = reg.Find(draft.field);
  if (field == nullptr) return NoField(reg, record, draft.field);
  if (!FitsVerb(draft.verb, field->def))
    return Refuse({"type", "", FieldOf(record, draft.field), Cat("the field cannot be changed in this way"),
                   Cat("it takes ", VerbFor(field->def))});
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(reg, *field));
  return Named{field, ordinal, draft.verb, EntryVerb(draft.verb, field->def), 0};
}

// Its value lies in the workspace's arena.
absl::Status Author::TypeChange(const DraftChange& draft, const RegisterInfo& reg, const Address& record, const Named& named,
                                Change& change) {
  Arena& arena = work_.arena();
  const FieldInfo& field = *named.field;
  const FieldDef& def = field.def;
  change.field = named.ordinal;
  change.verb = named.verb;
  if (draft.verb == DraftChange::Verb::kUnset || draft.verb == DraftChange::Verb::kIssue) return absl::OkStatus();
  if (def.keeps() || def.adds_up()) return TypeAct(draft, field, FieldOf(record, draft.field), change);
  const FieldType type = def.type == FieldType::kSet ? def.of : def.type;
  if (def.type == FieldType::kText && IsShortText(draft.value)) {
    change.value = Value::Text(draft.value.text).KeptIn(arena);
    return field.rules.empty() ? absl::OkStatus() : CheckFoldable(field, change.value, record);
  }
  absl::StatusOr<Value> value = TypeValue(def, type, draft.value, {}, arena);
  if (!value.ok())
    return TypeValue(def, type, draft.value, FieldOf(record, draft.field), arena).status();  // with the words it needs
  change.value = value->KeptIn(arena);
  if (def.type == FieldType::kReference && !RefersTo(change.value, def.to)) {
    const std::string at = FieldOf(record, draft.field);
    return Refuse({"type", "", at, Cat(at, " refers to a ", def.to, "; found ", ShowJson(change.value)),
                   Cat("write \"", def.to, "/KEY\"")});
  }
  if (reg.of_officers && def.type == FieldType::kSet && draft.verb == DraftChange::Verb::kAdd)
    return CheckRightWord(change.value.payload(), FieldOf(record, draft.field), work_.catalog());
  return field.rules.empty() ? absl::OkStatus() : CheckFoldable(field, change.value, record);
}

absl::StatusOr<Op> Author::OpOn(Entry& entry, const RegisterInfo& reg, std::string_view key, OpKind kind) {
  ASSIGN_OR_RETURN(const Catalog::Naming naming, work_.catalog().NamingOf(reg));
  const auto at = std::find(entry.packs.begin(), entry.packs.end(), naming.pack);
  Op op;
  op.kind = kind;
  op.pack = static_cast<uint32_t>(at - entry.packs.begin());
  op.reg = naming.reg;
  op.key = work_.arena().Keep(key);
  if (at == entry.packs.end()) entry.packs.push_back(naming.pack);
  return op;
}

absl::Status Author::MakeOps(const Draft& draft, Entry& entry) {
  entry.ops.reserve(draft.ops.size());
  for (const DraftOp& from : draft.ops) {
    shape_.reg = nullptr;
    shape_.changes.clear();
    ASSIGN_OR_RETURN(const RegisterInfo* reg, RegisterFor(work_.catalog(), from.record));
    ASSIGN_OR_RETURN(Op op, OpOn(entry, *reg, from.record.key, KindOf(from.verb)));
    op.changes.resize(from.changes.size());
    for (size_t i = 0; i < from.changes.size(); ++i) {
      ASSIGN_OR_RETURN(const Named named, NameChange(from.changes[i], *reg, from.record));
      RETURN_IF_ERROR(TypeChange(from.changes[i], *reg, from.record, named, op.changes[i]));
      shape_.changes.push_back(named);
    }
    std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
      return a.field != b.field ? a.field < b.field : std::tie(a.verb, a.value) < std::tie(b.verb, b.value);
    });
    op.changes.erase(std::unique(op.changes.begin(), op.changes.end()), op.changes.end());
    JoinStrikes(op);
    Remember(from, *reg, op);
    entry.ops.push_back(std::move(op));
  }
  return absl::OkStatus();
}

absl::Status Author::MakeLike(const DraftOp& draft, Typed& typed) {
  Entry& entry = typed.entry;
  ASSIGN_OR_RETURN(Op op, OpOn(entry, *shape_.reg, draft.record.key, KindOf(draft.verb)));
  if (!spare_.empty()) {
    op.changes = std::move(spare_.back());
    spare_.pop_back();
  }
  entry.ops.push_back(std::move(op));
  Changes& changes = entry.ops[0].changes;
  changes.resize(draft.changes.size());
  typed.free = true;
  for (size_t i = 0; i < draft.changes.size(); ++i) {
    const Named& named = shape_.changes[i];
    Change& change = changes[named.place];
    change.value = {};
    change.named.clear();
    RETURN_IF_ERROR(TypeChange(draft.changes[i], *shape_.reg, draft.record, named, change));
    typed.free &= IsFree(change, named.field->def);
  }
  return absl::OkStatus();
}

void Author::KeepChanges(Ops& done) {
  constexpr size_t kMost = 64;
  if (done.size() == 1 && spare_.size() < kMost) spare_.push_back(std::move(done[0].changes));
}

absl::Status Author::FitOps(const Draft& draft, Typed& typed) {
  Entry& entry = typed.entry;
  issued_.clear();
  std::map<RecordKey, bool> exists;  // as the operations left it, of records that they began or ended
  for (size_t i = 0; i < entry.ops.size(); ++i) {
    Op& op = entry.ops[i];
    const Ordinals& ordinals = *work_.Resolve(entry.packs[op.pack], op.reg);
    PutRecordKey(ordinals.reg->hash, op.key, &key_);
    static const RecordEdit kNone;
    const RecordEdit* edit = &kNone;
    if (op.kind != OpKind::kCreate || !work_.Missing(key_)) {
      ASSIGN_OR_RETURN(edit, work_.Load(key_, *ordinals.reg));
    }
    const RecordKey& key = edit == &kNone ? key_ : edit->key;
    const auto known = exists.find(key);
    const bool anew = known != exists.end();
    RETURN_IF_ERROR(CheckExists(draft.ops[i].record, op.kind, anew ? known->second : edit->record.exists()));
    if (edit != &kNone) RETURN_IF_ERROR(CheckHold(key, *edit));
    if (op.kind == OpKind::kDelete && !anew) RETURN_IF_ERROR(CheckUncontested(key, *edit));
    if (op.kind == OpKind::kEdit && !anew) {
      ASSIGN_OR_RETURN(op.kind, KindOfEdit(key, *edit));
    }
    const bool turns = op.kind == OpKind::kCreate || op.kind == OpKind::kDelete;
    if (turns && entry.ops.size() > 1) exists[key] = op.kind == OpKind::kCreate;
    if (typed.free && op.kind == OpKind::kCreate) continue;
    const std::vector<DraftChange>& written = draft.ops[i].changes;
    const bool builds = std::any_of(written.begin(), written.end(), [](const DraftChange& from) { return !from.over.empty(); });
    static const Record kNothing;
    const Record& before = turns || anew ? kNothing : edit->record;
    for (Change& change : op.changes) {
      const FieldInfo& field = *ordinals.fields[change.field];
      if (&before == &kNothing && !builds && IsFree(change, field.def)) continue;
      std::string_view over;
      if (builds)
        for (const DraftChange& from : written)
          if (!from.over.empty() && from.field == field.def.name) over = from.over;
      if (change.verb == Verb::kKeep || change.verb == Verb::kBump || field.def.type == FieldType::kSerial) {
        RETURN_IF_ERROR(FitAct(draft, i, field, before, key, turns || anew, change));
      } else {
        RETURN_IF_ERROR(FitChange(over, field, before, key, change));
      }
    }
  }
  for (size_t i = 0; i < draft.ops.size(); ++i) {
    if (entry.ops[i].kind != OpKind::kDelete) continue;
    const RecordKey key =
        RecordKeyOf(work_.catalog().Resolve(entry.packs[entry.ops[i].pack], entry.ops[i].reg)->reg->hash, entry.ops[i].key);
    if (const auto last = exists.find(key); last == exists.end() || !last->second) RETURN_IF_ERROR(UnsetReferences(key, entry));
  }
  return absl::OkStatus();
}

// An edit of a record whose existence waits for a ruling leaves that question as it is.
absl::StatusOr<OpKind> Author::KindOfEdit(const RecordKey& key, const RecordEdit& edit) {
  if (!edit.record.exists()) return OpKind::kNeutral;
  ASSIGN_OR_RETURN(const std::vector<Case> cases, batch_.docket().OfExistence(key, edit));
  return cases.empty() ? OpKind::kEdit : OpKind::kNeutral;
}

// A deletion takes with it the references that the pack says it may: in the same entry, under the same officer.
absl::Status Author::UnsetReferences(const RecordKey& target, Entry& entry) {
  const RegisterInfo& reg = *work_.catalog().FindHash(RegisterOf(target));
  for (const Workspace::Reference& reference : work_.ReferencesTo(target, reg)) {
    const FieldInfo& field = *reference.by.field;
    const RecordKey& key = reference.row.record;
    const bool written = std::any_of(entry.ops.begin(), entry.ops.end(), [&](const Op& op) {
      if (!work_.OnRecord(entry, op, key)) return false;
      const Ordinals& ordinals = *work_.catalog().Resolve(entry.packs[op.pack], op.reg);
      return op.kind == OpKind::kDelete || std::any_of(op.changes.begin(), op.changes.end(),
                                                       [&](const Change& c) { return ordinals.fields[c.field] == &field; });
    });
    if (!field.def.unset_on_deletion || written) continue;
    ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, *reference.by.reg));
    RETURN_IF_ERROR(CheckHold(key, *edit));
    ASSIGN_OR_RETURN(const OpKind kind, KindOfEdit(key, *edit));
    ASSIGN_OR_RETURN(Op op, OpOn(entry, *reference.by.reg, KeyOf(key), kind));
    ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(*reference.by.reg, field));
    Change change{ordinal, field.def.merge == MergeKind::kLast ? Verb::kSetLast : Verb::kSet, {}, {}};
    const Writes visible = Visible(*edit->record.Find(field.handle), field.def, work_.lanes);
    if (change.verb == Verb::kSet && Distinct(visible).size() > 1) {
      for (const auto& [dot, index] : reference.row.writes) change.named.push_back(work_.lanes.PlaceOf(dot));
      std::sort(change.named.begin(), change.named.end());
    }
    op.changes.push_back(std::move(change));
    entry.ops.push_back(std::move(op));
  }
  if (entry.ops.size() <= limits::kOpsPerEntry) return absl::OkStatus();
  return Refuse({"limit", "", work_.AddressOf(target),
                 Cat("too many records refer to ", work_.AddressOf(target), " for one entry"),
                 "unset references in entries of their own first"});
}

absl::Status Author::FitChange(std::string_view over, const FieldInfo& field, const Record& record, const RecordKey& key,
                               Change& change) {
  if (change.value.kind == Kind::kBlob)
    RETURN_IF_ERROR(CheckDocument(work_.txn(), change.value, Cat(work_.AddressOf(key), "/", field.def.name)));
  if (change.verb != Verb::kSet) return absl::OkStatus();
  static const Cell kEmpty;
  const Cell* cell = record.Find(field.handle);
  if (cell == nullptr && field.def.type != FieldType::kState && over.empty()) return absl::OkStatus();
  const auto at = [&] { return Cat(work_.AddressOf(key), "/", field.def.name); };
  if (field.def.type == FieldType::kLadder) return CheckStep(field, *cell, change.value, at());
  const Writes visible = Visible(cell == nullptr ? kEmpty : *cell, field.def, work_.lanes);
  const bool has_value = std::any_of(visible.begin(), visible.end(), [](const Write* w) { return !w->value.unset(); });
  if (field.def.merge == MergeKind::kOnce && has_value)
    return Refuse({"once", field.rule_id, at(), Cat(at(), " is set already, and is set only once"),
                   Cat("chancery get ", work_.AddressOf(key))});
  const Write* base = visible.size() == 1 ? visible[0] : InterimOf(visible, field.def, work_.lanes);
  if (!over.empty()) {
    ASSIGN_OR_RETURN(const Dot named_entry, ResolveEntry(work_, over));
    ASSIGN_OR_RETURN(const Dot dot, work_.FirstOf(named_entry));
    const auto named = std::find_if(visible.begin(), visible.end(), [&](const Write* w) { return w->dot == dot; });
    if (named == visible.end())
      return Refuse({"contested", field.rule_id, at(), Cat("no value of ", over, " stands in ", at()),
                     Cat("chancery get ", at(), " shows which do")});
    base = *named;
  }
  const bool several = Distinct(visible).size() > 1;
  if (several && base == nullptr)
    return Refuse(
        {"contested", field.rule_id, at(), Cat(at(), " is contested and has no interim value"),
         Cat("chancery case show ", field.rule_id, " ", work_.AddressOf(key), "; or say which value you build on: \"over\"")});
  if (field.def.type == FieldType::kState) RETURN_IF_ERROR(CheckMove(field, base, change.value, at()));
  if (!several) return absl::OkStatus();
  for (const Write* w : visible)
    if (w->value == base->value) change.named.push_back(work_.lanes.PlaceOf(w->dot));
  std::sort(change.named.begin(), change.named.end());
  return absl::OkStatus();
}

}  // namespace chancery

// Rulings on an entry as a whole: it stands, or what it wrote is undone where it still stands.
#include <algorithm>
#include <tuple>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/register/view.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

Writes WritesOf(Dot dot, const Cell* cell) {
  Writes found;
  for (size_t i = 0; cell != nullptr && i < cell->size(); ++i)
    if ((*cell)[i].dot == dot) found.push_back(&(*cell)[i]);
  return found;
}

// Of the shares those also that were passed on.
Writes WithBuiltOn(Writes writes, const Cell& cell, const Lanes& lanes) {
  const Writes all = InOrder(cell, Kind::kTransfer, lanes);
  const std::vector<PlacedTransfer> transfers = TransfersOf(all, lanes);
  for (size_t i = 0; i < all.size(); ++i) {
    if (std::find(writes.begin(), writes.end(), all[i]) == writes.end()) continue;
    for (const size_t built : BuiltOn(transfers, i))
      if (std::find(writes.begin(), writes.end(), all[built]) == writes.end()) writes.push_back(all[built]);
  }
  return writes;
}

bool MarksOf(Dot dot, const Record& record, uint32_t field, const Value& value) {
  for (const Element& element : record.elements)
    if (element.field == field && element.value == value)
      for (const Mark& mark : element.marks)
        if (mark.dot == dot) return true;
  return false;
}

// In canonical order, each field's effect once.
void AddTo(Op& op, Changes effects) {
  for (Change& change : effects) {
    const auto same = [&](const Change& other) {
      return other.field == change.field && other.verb == change.verb && other.value == change.value;
    };
    if (std::none_of(op.changes.begin(), op.changes.end(), same)) op.changes.push_back(std::move(change));
  }
  std::sort(op.changes.begin(), op.changes.end(), [](const Change& a, const Change& b) {
    return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
  });
}

}  // namespace

absl::Status Author::EntryEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  if (draft.both) return absl::OkStatus();
  if (draft.set) return SetByHand(draft, c, entry);
  std::map<Place, Dot> undone{{work_.lanes.PlaceOf(c.scope.entry), c.scope.entry}};  // in one order everywhere
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    if (kept.dot == c.scope.entry) return absl::OkStatus();
  } else if (c.scope.type != Scope::Type::kOrphan) {  // there the others have no effect
    for (const CaseFact& fact : c.Facts()) undone.emplace(work_.lanes.PlaceOf(fact.dot), fact.dot);
  }
  for (const auto& [place, dot] : undone) RETURN_IF_ERROR(Undo(dot, entry));
  return absl::OkStatus();
}

absl::Status Author::Undo(Dot dot, Entry& ruling) {
  ASSIGN_OR_RETURN(const Entry undone, work_.journal.EntryAt(dot));
  work_.Hold(undone.backing.bytes);
  for (uint32_t i = 0; i < undone.ops.size(); ++i) RETURN_IF_ERROR(UndoOp(undone, dot, i, ruling));
  return absl::OkStatus();
}

Op& Author::OpFor(Entry& ruling, Op op) {
  for (Op& other : ruling.ops)
    if (other.pack == op.pack && other.reg == op.reg && other.key == op.key) return other;
  ruling.ops.push_back(std::move(op));
  return ruling.ops.back();
}

absl::Status Author::UndoOp(const Entry& undone, Dot dot, uint32_t index, Entry& ruling) {
  const Op& op = undone.ops[index];
  const Ordinals& ordinals = *work_.catalog().Resolve(undone.packs[op.pack], op.reg);
  const RegisterInfo& reg = *ordinals.reg;
  const RecordKey key = RecordKeyOf(reg.hash, op.key);
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, reg));
  ASSIGN_OR_RETURN(const Vector past, work_.PastOf(dot));
  ASSIGN_OR_RETURN(const Record before, work_.AsOf(key, reg, past));
  Changes effects;
  for (const Change& change : op.changes)
    if (change.field != kNoField)
      RETURN_IF_ERROR(UndoChange(change, *ordinals.fields[change.field], *edit, before, dot, effects));
  UndoLife(op, *edit, dot, effects);
  if (effects.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Op effect, OpOn(ruling, reg, KeyOf(key), OpKind::kNeutral));
  AddTo(OpFor(ruling, std::move(effect)), std::move(effects));
  return absl::OkStatus();
}

// The one value goes back to what stood before, unless others stand beside it; what was added is taken away, what was taken away
// comes back. The use of a quota is given back by the site that used it.
absl::Status Author::UndoChange(const Change& change, const FieldInfo& field, const RecordEdit& edit, const Record& before,
                                Dot dot, Changes& effects) {
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(*edit.reg, field));
  if (field.def.type == FieldType::kSet) {
    if (!MarksOf(dot, edit.record, field.handle, change.value)) return absl::OkStatus();
    effects.push_back({ordinal, change.verb == Verb::kAdd ? Verb::kRemove : Verb::kAdd, change.value, {}});
    return absl::OkStatus();
  }
  if (field.def.type == FieldType::kCounter) {
    int64_t back = 0;
    if (change.value.kind == Kind::kInteger && !__builtin_sub_overflow(int64_t{0}, change.value.AsInteger(), &back) && back != 0)
      effects.push_back({ordinal, Verb::kBump, Value::Integer(back), {}});
    return absl::OkStatus();
  }
  const Cell* cell = edit.record.Find(field.handle);
  Writes written = WritesOf(dot, cell);
  if (written.empty() || field.def.adds_up()) return absl::OkStatus();
  if (field.def.type == FieldType::kShares) written = WithBuiltOn(written, *cell, work_.lanes);
  if (field.def.one_value() && cell->size() == 1 && field.def.type != FieldType::kSerial) {
    const Cell* stood = before.exists() ? before.Find(field.handle) : nullptr;
    const Write* shown = stood == nullptr ? nullptr : InterimOf(Visible(*stood, field.def, work_.lanes), field.def, work_.lanes);
    if (shown != nullptr && !shown->value.unset()) {
      returned_ = true;
      if (!return_to_unset_) {
        effects.push_back({ordinal, Verb::kSettle, shown->value.KeptIn(work_.arena()), {}});
        return absl::OkStatus();
      }
    }
  }
  effects.push_back({ordinal, Verb::kRetract, {}, PlacesOf(written, work_.lanes)});
  return absl::OkStatus();
}

// A creation is withdrawn, and with it the record, unless another created it too. A deletion is taken back.
void Author::UndoLife(const Op& undone, const RecordEdit& edit, Dot dot, Changes& effects) {
  const std::vector<Dot> edits(edit.record.edits.begin(), edit.record.edits.end());
  std::vector<Dot> own, dead, others;
  for (const Life& mark : edit.record.life) (mark.dot == dot ? own : mark.live ? others : dead).push_back(mark.dot);
  if (own.empty() || (undone.kind != OpKind::kCreate && undone.kind != OpKind::kDelete)) return;
  const bool deleted = undone.kind == OpKind::kDelete;
  std::vector<Dot> withdrawn = own;
  if (deleted) withdrawn.insert(withdrawn.end(), dead.begin(), dead.end());
  if (!deleted && others.empty()) withdrawn.insert(withdrawn.end(), edits.begin(), edits.end());
  Change life{kNoField, Verb::kRetract, {}, {}};
  for (const Dot of : withdrawn) life.named.push_back(work_.lanes.PlaceOf(of));
  std::sort(life.named.begin(), life.named.end());
  life.named.erase(std::unique(life.named.begin(), life.named.end()), life.named.end());
  if (deleted || others.empty()) life.value = Value::Bool(deleted);
  effects.push_back(std::move(life));
}

// Values given anew to fields that the case's entries wrote.
absl::Status Author::SetByHand(const RulingDraft& draft, const Case& c, Entry& entry) {
  std::set<std::string> about;
  for (const CaseFact& fact : c.Facts()) {
    ASSIGN_OR_RETURN(const Entry source, work_.journal.EntryAt(fact.dot));
    for (const Op& op : source.ops) {
      const Ordinals& ordinals = *work_.catalog().Resolve(source.packs[op.pack], op.reg);
      for (const Change& change : op.changes)
        if (change.field != kNoField && ordinals.fields[change.field]->def.one_value())
          about.insert(Address{ordinals.reg->name, std::string(op.key), ordinals.fields[change.field]->def.name, {}}.Text());
    }
  }
  for (const auto& [address, literal] : draft.set->members) {
    const absl::StatusOr<Address> at = Address::Parse(address);
    if (!at.ok() || !about.contains(at->Text()))
      return RefuseRuling(c, Cat(address, " is not what the case is about: no entry of it wrote that"));
    const RegisterInfo& reg = *work_.catalog().Find(at->reg);
    const FieldInfo& field = *reg.Find(at->field);
    ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(reg, field));
    Value value;
    if (!literal.null()) {
      ASSIGN_OR_RETURN(value, TypeValue(field.def, field.def.type, literal, address, work_.arena()));
      RETURN_IF_ERROR(CheckValue(c, field, value, address));
    }
    ASSIGN_OR_RETURN(Op op, RulingOp(entry, reg, RecordKeyOf(reg.hash, at->key)));
    Changes set;
    set.push_back({ordinal, Verb::kSettle, value.KeptIn(work_.arena()), {}});
    AddTo(OpFor(entry, std::move(op)), std::move(set));
  }
  return draft.set->members.empty() ? RefuseRuling(c, "set names at least one value") : absl::OkStatus();
}

}  // namespace chancery

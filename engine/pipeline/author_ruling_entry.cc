// Rulings on an entry as a whole: it stands, or what it wrote is undone where it still stands.
#include <algorithm>
#include <optional>
#include <tuple>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"
#include "engine/register/view.h"
#include "engine/text/value_text.h"

namespace chancery {
namespace {

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

bool InCanonicalOrder(const Change& a, const Change& b) {
  return std::tie(a.field, a.verb, a.value) < std::tie(b.field, b.verb, b.value);
}

// Back to what it was before an addition; a removal comes back.
std::optional<Verb> VerbThatUndoes(const Record& record, uint16_t field, const Value& value, const std::set<Dot>& undone) {
  std::optional<Verb> verb;
  for (const Element& element : record.elements)
    for (const Mark& mark : element.marks)
      if (element.field == field && element.value == value && undone.contains(mark.dot) && verb != Verb::kRemove)
        verb = mark.add ? Verb::kRemove : Verb::kAdd;
  return verb;
}

// Whether what the entry added is in the sum still: a record that was begun anew counts anew.
bool IsCounted(const Cell& cell, Dot dot) {
  return std::any_of(cell.begin(), cell.end(), [dot](const Write& write) {
    const std::optional<Tally> tally = HandleOf(write.dot) == HandleOf(dot) ? TallyIn(write) : std::nullopt;
    return tally && tally->first <= SeqOf(dot) && SeqOf(dot) <= SeqOf(write.dot);
  });
}

std::optional<Change> BumpBack(uint32_t ordinal, const std::vector<std::pair<Dot, const Change*>>& bumps, const Cell& cell) {
  int64_t back = 0;
  for (const auto& [dot, bump] : bumps) {
    if (bump->value.kind != Kind::kInteger || !IsCounted(cell, dot)) continue;
    if (__builtin_sub_overflow(back, bump->value.AsInteger(), &back)) return std::nullopt;
  }
  return back == 0 ? std::nullopt : std::optional(Change{ordinal, Verb::kBump, Value::Integer(back), {}});
}

}  // namespace

absl::Status Author::EntryEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  if (draft.both) return absl::OkStatus();
  if (draft.set) return SetByHand(draft, c, entry);
  std::set<Dot> undone{c.scope.entry};
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptFact(draft, c));
    if (kept.dot == c.scope.entry) return absl::OkStatus();
  } else if (c.scope.type != Scope::Type::kOrphan) {  // there the others have no effect
    for (const CaseFact& fact : c.Facts()) undone.insert(fact.dot);
  }
  return Undo(undone, entry);
}

// Record by record: what the entries together did to it is undone by one operation.
absl::Status Author::Undo(const std::set<Dot>& undone, Entry& ruling) {
  std::map<Place, Dot> order;  // the same everywhere
  for (const Dot dot : undone) order.emplace(work_.lanes.PlaceOf(dot), dot);
  std::vector<std::pair<Dot, Entry>> entries;
  std::vector<std::pair<RecordKey, Undone>> records;  // as first met
  for (const auto& [place, dot] : order) {
    ASSIGN_OR_RETURN(entries.emplace_back(dot, Entry()).second, work_.journal.EntryAt(dot));
    work_.Hold(entries.back().second.backing.bytes);
  }
  for (const auto& [dot, entry] : entries)
    for (const Op& op : entry.ops) {
      const Ordinals& ordinals = *work_.catalog().Resolve(entry.packs[op.pack], op.reg);
      RecordKey key = RecordKeyOf(ordinals.reg->hash, op.key);
      auto at = std::find_if(records.begin(), records.end(), [&](const auto& known) { return known.first == key; });
      if (at == records.end()) at = records.insert(at, {std::move(key), Undone{ordinals.reg, {}}});
      for (const Change& change : op.changes)
        if (change.field != kNoField) at->second.changes[ordinals.fields[change.field]].emplace_back(dot, &change);
    }
  for (const auto& [key, done] : records) RETURN_IF_ERROR(UndoOn(key, done, undone, ruling));
  return absl::OkStatus();
}

absl::Status Author::UndoOn(const RecordKey& key, const Undone& done, const std::set<Dot>& undone, Entry& ruling) {
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, *done.reg));
  Changes effects;
  for (const FieldInfo* field : done.reg->by_name)
    if (const auto changes = done.changes.find(field); changes != done.changes.end())
      RETURN_IF_ERROR(UndoField(*field, changes->second, *edit, undone, effects));
  UndoLife(*edit, undone, effects);
  if (effects.empty()) return absl::OkStatus();
  std::sort(effects.begin(), effects.end(), InCanonicalOrder);
  ASSIGN_OR_RETURN(Op op, OpOn(ruling, *done.reg, KeyOf(key), OpKind::kNeutral));
  op.changes = std::move(effects);
  ruling.ops.push_back(std::move(op));
  return absl::OkStatus();
}

// The one value goes back to what stood before, unless others stand beside it; what was added is taken away, what was taken away
// comes back. The use of a quota is given back by the site that used it.
absl::Status Author::UndoField(const FieldInfo& field, const std::vector<std::pair<Dot, const Change*>>& changes,
                               const RecordEdit& edit, const std::set<Dot>& undone, Changes& effects) {
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(*edit.reg, field));
  if (field.def.type == FieldType::kSet) {
    std::set<Value> elements;
    for (const auto& [dot, change] : changes)
      if (elements.insert(change->value).second)
        if (const auto verb = VerbThatUndoes(edit.record, field.handle, change->value, undone))
          effects.push_back({ordinal, *verb, change->value, {}});
    return absl::OkStatus();
  }
  const Cell* cell = edit.record.Find(field.handle);
  if (field.def.type == FieldType::kCounter && cell != nullptr)
    if (std::optional<Change> back = BumpBack(ordinal, changes, *cell)) effects.push_back(*std::move(back));
  Writes written;
  for (size_t i = 0; cell != nullptr && i < cell->size() && !field.def.adds_up(); ++i)
    if (undone.contains((*cell)[i].dot)) written.push_back(&(*cell)[i]);
  if (written.empty()) return absl::OkStatus();
  if (field.def.type == FieldType::kShares) written = WithBuiltOn(written, *cell, work_.lanes);
  if (field.def.one_value() && cell->size() == 1 && field.def.type != FieldType::kSerial) {
    ASSIGN_OR_RETURN(const Vector past, work_.PastOf(written[0]->dot));
    ASSIGN_OR_RETURN(const Record before, work_.AsOf(edit.key, *edit.reg, past));
    const Value* shown = before.exists() ? ShownIn(before, field, work_.lanes) : nullptr;
    returned_ = returned_ || shown != nullptr;
    if (shown != nullptr && !return_to_unset_) {
      effects.push_back({ordinal, Verb::kSettle, shown->KeptIn(work_.arena()), {}});
      return absl::OkStatus();
    }
  }
  effects.push_back({ordinal, Verb::kRetract, {}, PlacesOf(written, work_.lanes)});
  return absl::OkStatus();
}

// A creation is withdrawn, and with it the record, unless another created it too. A deletion is taken back.
void Author::UndoLife(const RecordEdit& edit, const std::set<Dot>& undone, Changes& effects) {
  std::vector<Dot> created, deleted, others, dead;
  for (const Life& mark : edit.record.life) {
    const bool own = undone.contains(mark.dot) && !mark.ruled;
    (own ? mark.live ? created : deleted : mark.live ? others : dead).push_back(mark.dot);
  }
  if (created.empty() && deleted.empty()) return;
  const bool revives = created.empty(), ends = !revives && others.empty();
  std::vector<Dot> withdrawn = created;
  withdrawn.insert(withdrawn.end(), deleted.begin(), deleted.end());
  if (revives) withdrawn.insert(withdrawn.end(), dead.begin(), dead.end());
  if (ends) withdrawn.insert(withdrawn.end(), edit.record.edits.begin(), edit.record.edits.end());
  Change life{kNoField, Verb::kRetract, {}, {}};
  for (const Dot dot : withdrawn) life.named.push_back(work_.lanes.PlaceOf(dot));
  std::sort(life.named.begin(), life.named.end());
  life.named.erase(std::unique(life.named.begin(), life.named.end()), life.named.end());
  if (revives || ends) life.value = Value::Bool(revives);
  effects.push_back(std::move(life));
}

Op& Author::OpFor(Entry& ruling, Op op) {
  for (Op& other : ruling.ops)
    if (other.pack == op.pack && other.reg == op.reg && other.key == op.key) return other;
  ruling.ops.push_back(std::move(op));
  return ruling.ops.back();
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
    Op& on = OpFor(entry, std::move(op));
    on.changes.push_back({ordinal, Verb::kSettle, value.KeptIn(work_.arena()), {}});
    std::sort(on.changes.begin(), on.changes.end(), InCanonicalOrder);
  }
  return draft.set->members.empty() ? RefuseRuling(c, "set names at least one value") : absl::OkStatus();
}

}  // namespace chancery

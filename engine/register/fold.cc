// What one operation does to its record. Every step is order-free under causal delivery: it removes what its author had seen, or
// what it names, and adds itself.
#include <algorithm>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/kept.h"
#include "engine/register/workspace.h"

namespace chancery {
namespace {

template <class Marks>
void InsertByDot(Marks& marks, const typename Marks::value_type& mark) {
  const auto after =
      std::lower_bound(marks.begin(), marks.end(), mark, [](const auto& a, const auto& b) { return a.dot < b.dot; });
  marks.insert(after, mark);
}

// What says that the record exists, or not: everything that the author had seen of it, his own operations before this one
// included.
template <class Seen>
void TakeUpLife(Record& record, Dot dot, const Seen& seen) {
  const auto taken_up = [&](Dot other) { return other == dot || seen(other); };
  EraseIf(record.life, [&](const Life& mark) { return taken_up(mark.dot); });
  EraseIf(record.edits, taken_up);
}

template <class Seen>
void FoldEdit(Record& record, Dot dot, const Seen& seen) {
  if (Planted(Bug::kEditClearsDeletion)) EraseIf(record.life, [&](const Life& m) { return !m.live && !seen(m.dot); });
  if (std::binary_search(record.edits.begin(), record.edits.end(), dot)) return;
  EraseIf(record.edits, seen);
  record.edits.insert(std::lower_bound(record.edits.begin(), record.edits.end(), dot), dot);
}

// It may decide whether the record exists, or by what; an edit of one that exists does not.
bool MovesLife(const Op& op) {
  const auto of_life = [](const Change& change) { return change.field == kNoField; };
  return op.kind == OpKind::kCreate || op.kind == OpKind::kDelete || std::any_of(op.changes.begin(), op.changes.end(), of_life);
}

bool IsNamed(absl::Span<const Dot> named, Dot dot) { return std::find(named.begin(), named.end(), dot) != named.end(); }

}  // namespace

absl::Status Workspace::FoldAct(const Act& act, RecordEdit& edit) {
  const Op& op = *act.op;
  const Dot dot = act.dot;
  Record& record = edit.record;
  RETURN_IF_ERROR(FindSeenElsewhere(act, record));
  const auto seen = [&](Dot other) { return SeenHere(*act.seen, other); };
  if (undoing_ && !edit.undoable) {
    undo_.records.emplace_back(&edit, record);
    edit.undoable = true;
  }
  if (Planted(Bug::kStaleFold) && edit.dirty && record.last_touch != dot)
    if (const auto stored = txn_.Get(Table::kRecord, edit.key)) record = *DecodeRecord(arena_->Keep(*stored));
  if (MovesLife(op) || !record.exists()) OpenAll(edit);
  edit.dirty = edit.stale = true;
  if (record.last_touch != dot) edit.link = std::exchange(record.last_touch, dot);  // else: an earlier operation of this entry
  *act.link = edit.link;
  if (premises_here_ || voids_here_ || edit.reg->of_officers) NoteReliance(act, edit);
  if (act.duplicate) return FoldLots(act, edit);
  const Life mark{dot, act.hlc, act.index, op.kind == OpKind::kCreate, false};
  switch (op.kind) {
    case OpKind::kCreate:
      FoldCreate(edit, act);
      InsertByDot(record.life, mark);
      break;
    case OpKind::kDelete:
      TakeUpLife(record, dot, seen);
      InsertByDot(record.life, mark);
      break;
    case OpKind::kEdit:
      FoldEdit(record, dot, seen);
      break;
    case OpKind::kNeutral:
      if (Planted(Bug::kNeutralTakesSides)) FoldEdit(record, dot, seen);
      break;
  }
  if (op.kind == OpKind::kCreate) record.slots.reserve(record.slots.size() + op.changes.size());
  for (const Change& change : op.changes) RETURN_IF_ERROR(FoldChange(change, act, edit));
  return absl::OkStatus();
}

// Of a duplicate only this: later transfers may give lots by the name that it gave them.
absl::Status Workspace::FoldLots(const Act& act, RecordEdit& edit) {
  for (const Change& change : act.op->changes)
    if (change.value.kind == Kind::kTransfer) RETURN_IF_ERROR(FoldChange(change, act, edit));
  return absl::OkStatus();
}

// What stood before under this address does not come back with it. A quota begins with the record, in the hands of its lane.
void Workspace::FoldCreate(RecordEdit& edit, const Act& act) {
  Record& record = edit.record;
  TakeUpLife(record, act.dot, [&](Dot other) { return SeenHere(*act.seen, other); });
  if (!Planted(Bug::kFieldsOutliveDeletion)) {
    const auto before = [&](const auto& written) { return written.dot == act.dot || SeenHere(*act.seen, written.dot); };
    for (Slot& slot : record.slots) {
      const FieldDef& def = edit.reg->fields[slot.field].def;
      if (slot.cell.size() > 1 || def.keeps()) TouchField(edit.key, *edit.reg, slot.field);
      EraseIf(slot.cell, before);
      if (!def.adds_up()) continue;
      for (const Write& write : slot.cell)  // a sum of which only a part was seen, or perhaps a part by another copy
        if (const auto tally = TallyIn(write); tally && (copies_here_ || act.seen->At(HandleOf(write.dot)) >= tally->first))
          edit.recount.push_back(slot.field);
    }
    for (Element& element : record.elements) EraseIf(element.marks, before);
    std::erase_if(record.slots, [](const Slot& slot) { return slot.cell.empty(); });
    std::erase_if(record.elements, [](const Element& element) { return element.marks.empty(); });
  }
  if (!edit.reg->has_quota) return;
  for (size_t i = 0; i < act.ordinals->fields.size(); ++i) {
    const FieldDef& def = act.ordinals->def->fields[i];  // as the author's pack has it
    if (def.type != FieldType::kEscrow) continue;
    AddToTally({0, static_cast<uint64_t>(def.max), std::nullopt}, *act.ordinals->fields[i], act, record);
  }
}

void Workspace::TouchField(const RecordKey& key, const RegisterInfo& reg, uint16_t handle) {
  if (reg.fields[handle].clashes()) NoteScope({Scope::Type::kField, key, handle, 0, {}});
}

absl::StatusOr<Few<Dot>> Workspace::DotsOf(const std::vector<Place>& places) const {
  Few<Dot> dots;
  for (const Place& place : places) {
    const std::optional<Dot> dot = lanes.DotOf(place);
    if (!dot) continue;
    if (!copies_here_) {
      dots.push_back(*dot);
      continue;
    }
    ASSIGN_OR_RETURN(const std::vector<Dot> copies, CopiesOf(*dot));
    dots.insert(dots.end(), copies.begin(), copies.end());
  }
  return dots;
}

absl::Status Workspace::StampCell(Cell& cell) {
  if (cell.size() < 2) return absl::OkStatus();
  for (Write& w : cell) {
    if (w.hlc != 0) continue;
    ASSIGN_OR_RETURN(w.hlc, journal.HlcAt(w.dot));
  }
  return absl::OkStatus();
}

absl::Status Workspace::FoldChange(const Change& change, const Act& act, RecordEdit& edit) {
  Record& record = edit.record;
  const Vector& seen = *act.seen;
  if (change.field == kNoField) {  // a ruling on the record's existence
    ASSIGN_OR_RETURN(const Few<Dot> named, DotsOf(change.named));
    EraseIf(record.life, [&](const Life& mark) { return IsNamed(named, mark.dot); });
    EraseIf(record.edits, [&](Dot edited) { return IsNamed(named, edited); });
    if (!change.value.unset()) InsertByDot(record.life, Life{act.dot, act.hlc, act.index, change.value.AsBool(), true});
    return absl::OkStatus();
  }
  if (change.field >= act.ordinals->fields.size())
    return Error(absl::StatusCode::kInvalidArgument,
                 Cat("entry ", lanes.Short(act.dot), " names a field that its pack does not have"));
  const FieldInfo& field = *act.ordinals->fields[change.field];
  Open(edit, field.handle);
  if (change.verb == Verb::kAdd || change.verb == Verb::kRemove) {
    Few<Mark>& marks = record.At(field.handle, change.value);
    EraseIf(marks, [&](const Mark& m) {
      return SeenHere(seen, m.dot) || (Planted(Bug::kRemoveDropsUnseenAdds) && change.verb == Verb::kRemove);
    });
    InsertByDot(marks, Mark{act.dot, act.hlc, act.index, change.verb == Verb::kAdd});
    return absl::OkStatus();
  }
  if (change.verb == Verb::kBump) return FoldSum(change, field, act, edit), absl::OkStatus();
  if (field.def.type == FieldType::kSerial && change.verb == Verb::kSet && !change.value.unset()) {
    const std::string key = Key64(field.hash, HandleOf(act.dot));
    ++issued_[key];
    if (undoing_) undo_.issued.push_back(key);
  }
  Cell& cell = record.At(field.handle);
  const size_t before = cell.size();
  const bool writes = change.verb == Verb::kSet || change.verb == Verb::kSetLast;
  if (before == 0 && writes && !field.def.keeps()) {
    cell.push_back({act.dot, act.hlc, act.index, change.verb == Verb::kSetLast, change.value});
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(Few<Dot> named, DotsOf(change.named));
  if (change.verb == Verb::kRetract) {
    Retract(cell, named);
  } else if (change.verb == Verb::kKeep) {
    chancery::Keep(cell, named, {act.dot, act.hlc, act.index, false, change.value});
  } else {
    if (Planted(Bug::kOverIsAllSeen)) named.clear();
    if (Planted(Bug::kSetReplacesUnseen) && change.verb == Verb::kSet) cell.clear();
    const Replaces replaces = change.verb == Verb::kSet ? Replaces::kNamed : Replaces::kAllSeen;
    if (named.empty() || replaces == Replaces::kAllSeen) Retract(cell, seen_elsewhere_);
    Merge(cell, seen, replaces, named, {act.dot, act.hlc, act.index, change.verb == Verb::kSetLast, change.value});
  }
  RETURN_IF_ERROR(StampCell(cell));
  if (before > 1 || cell.size() > 1 || field.def.keeps()) TouchField(edit.key, *edit.reg, field.handle);
  if (cell.empty()) std::erase_if(record.slots, [](const Slot& slot) { return slot.cell.empty(); });
  return absl::OkStatus();
}

}  // namespace chancery

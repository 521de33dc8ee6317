// Counters and quotas: one tally a lane. Usually a step is added; where a creation had seen a part of a tally, the field is
// counted anew from the entries on the record.
#include <algorithm>
#include <iterator>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/register/kept.h"
#include "engine/register/view.h"
#include "engine/register/workspace.h"

namespace chancery {
namespace {

// What a change does to a tally; a grant is a group of the amount and the lane that it goes to.
TallyStep StepOf(const Change& change) {
  TallyStep step;
  if (change.value.kind == Kind::kInteger) {
    step.amount = change.value.AsInteger();
    return step;
  }
  for (const auto& [name, value] : change.value.AsGroup()) {
    if (name == "amount" && value.kind == Kind::kInteger) step.amount = value.AsInteger();
    if (name == "lane" && value.kind == Kind::kBytes) step.grants_to = ByteReader(value.payload()).U64();
  }
  return step;
}

}  // namespace

void Workspace::AddToTally(const TallyStep& step, const FieldInfo& field, const Act& act, Record& record) {
  Cell& cell = record.At(field.handle);
  Tally tally;
  const auto of_lane = std::find_if(cell.begin(), cell.end(), [&](const Write& write) {
    return HandleOf(write.dot) == HandleOf(act.dot) && write.value.kind == Kind::kTally;
  });
  if (of_lane != cell.end()) {
    tally = TallyIn(*of_lane).value_or(Tally());
    cell.erase(of_lane);
  }
  Add(step, SeqOf(act.dot), act.hlc, tally);
  const std::string bytes = EncodeTally(tally);
  const auto after =
      std::upper_bound(cell.begin(), cell.end(), act.dot, [](Dot dot, const Write& write) { return dot < write.dot; });
  cell.insert(after, {act.dot, act.hlc, act.index, false, Value(Kind::kTally, bytes).KeptIn(*arena_)});
}

void Workspace::FoldSum(const Change& change, const FieldInfo& field, const Act& act, RecordEdit& edit) {
  AddToTally(StepOf(change), field, act, edit.record);
  if (field.clashes()) TouchField(edit.key, *edit.reg, field.handle);  // to others it may be a field of another kind
}

absl::Status Workspace::Recount(const FieldInfo& field, RecordEdit& edit) {
  ASSIGN_OR_RETURN(std::vector<Touch> chain, ChainFrom(edit.record.last_touch, edit.key));
  std::reverse(chain.begin(), chain.end());  // causes before effects
  for (auto touch = chain.begin(); touch != chain.end();) {
    ASSIGN_OR_RETURN(const bool duplicate, IsDuplicate(touch->entry, touch->dot));
    touch = duplicate ? chain.erase(touch) : std::next(touch);
  }
  Open(edit, field.handle);
  if (Cell* cell = edit.record.Find(field.handle))
    EraseIf(*cell, [](const Write& write) { return write.value.kind == Kind::kTally; });
  struct Creation {
    Dot dot = 0;
    size_t op = 0;
    Vector past;
  };
  std::vector<Creation> creations;
  for (const Touch& touch : chain)
    for (size_t i = 0; i < touch.entry.ops.size(); ++i) {
      if (touch.entry.ops[i].kind != OpKind::kCreate || !OnRecord(touch.entry, touch.entry.ops[i], edit.key)) continue;
      ASSIGN_OR_RETURN(Vector past, PastOf(touch.dot));
      creations.push_back({touch.dot, i, std::move(past)});
    }
  const auto ended = [&](Dot dot, size_t op) -> absl::StatusOr<bool> {
    for (const Creation& creation : creations) {
      ASSIGN_OR_RETURN(const bool before, Saw(creation.past, dot));
      if (creation.dot == dot ? op < creation.op : before) return true;
    }
    return false;
  };
  for (const Touch& touch : chain)
    for (uint16_t i = 0; i < touch.entry.ops.size(); ++i) {
      const Op& op = touch.entry.ops[i];
      if (!OnRecord(touch.entry, op, edit.key)) continue;
      ASSIGN_OR_RETURN(const bool over, ended(touch.dot, i));
      if (over) continue;
      const Ordinals& ordinals = *catalog_->Resolve(touch.entry.packs[op.pack], op.reg);
      const Act act{&op, &ordinals, i, touch.dot, touch.entry.hlc, nullptr, nullptr, false};
      for (size_t f = 0; f < ordinals.fields.size() && op.kind == OpKind::kCreate; ++f)
        if (ordinals.fields[f] == &field && field.def.type == FieldType::kEscrow)
          AddToTally({0, static_cast<uint64_t>(ordinals.def->fields[f].max), std::nullopt}, field, act, edit.record);
      for (const Change& change : op.changes) {
        const bool adds =
            change.verb == Verb::kBump && change.field < ordinals.fields.size() && ordinals.fields[change.field] == &field;
        if (adds) AddToTally(StepOf(change), field, act, edit.record);
      }
    }
  std::erase_if(edit.record.slots, [](const Slot& slot) { return slot.cell.empty(); });
  return absl::OkStatus();
}

}  // namespace chancery

// Rulings on whether a record exists: its own case, and that of what refers to it.
#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/author.h"

namespace chancery {
namespace {

bool IsCreation(const Life& mark) { return mark.live && !mark.ruled; }

// A change that withdraws marks of a record's life.
Change Withdraw(std::vector<Dot> dots, const Lanes& lanes) {
  Change change{kNoField, Verb::kRetract, {}, {}};
  for (const Dot dot : dots) change.named.push_back(lanes.PlaceOf(dot));
  std::sort(change.named.begin(), change.named.end());
  change.named.erase(std::unique(change.named.begin(), change.named.end()), change.named.end());
  return change;
}

// The dots of a record's life that `which` chooses.
template <class Which>
std::vector<Dot> DotsWhere(const Record& record, Which which) {
  std::vector<Dot> dots;
  for (const Life& mark : record.life)
    if (which(mark)) dots.push_back(mark.dot);
  return dots;
}

bool IsDead(const Life& mark) { return !mark.live; }

}  // namespace

absl::Status Author::ExistenceEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  if (draft.set) return RefuseRuling(c, "whether a record exists is not set to a value", "--keep ENTRY, --both or --none");
  const RegisterInfo& reg = *work_.catalog().FindHash(RegisterOf(c.scope.record));
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(c.scope.record, reg));
  const Record& record = edit->record;
  const Life* kept = nullptr;  // a creation, deletion or earlier ruling; none where an edit is kept
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact fact, KeptFact(draft, c));
    ASSIGN_OR_RETURN(const bool stands, StandsInLife(c.scope.record, record, fact, work_));
    if (!stands) return RefuseRuling(c, Cat("what ", draft.keep, " says of the record no longer stands"));
    for (const Life& mark : record.life)
      if (mark.dot == fact.dot && mark.op == fact.op) kept = &mark;
  }
  const bool deleted = kept != nullptr && !kept->live;
  std::vector<Dot> withdrawn, creations;
  if (draft.none || (kept != nullptr && IsCreation(*kept)))
    creations = DotsWhere(record, [&](const Life& mark) { return IsCreation(mark) && &mark != kept; });
  if (deleted || draft.none) {
    withdrawn = DotsWhere(record, [](const Life& mark) { return mark.live; });
    withdrawn.insert(withdrawn.end(), record.edits.begin(), record.edits.end());
  }
  if (!deleted) {
    const std::vector<Dot> dead = DotsWhere(record, IsDead);
    withdrawn.insert(withdrawn.end(), dead.begin(), dead.end());
  }
  if (!draft.none) withdrawn.insert(withdrawn.end(), creations.begin(), creations.end());
  Change life = Withdraw(std::move(withdrawn), work_.lanes);
  const bool nothing_left = !deleted && !draft.none && !record.exists();
  if (draft.none || nothing_left) life.value = Value::Bool(nothing_left);
  if (life.named.empty() && life.value.unset()) return absl::OkStatus();

  ASSIGN_OR_RETURN(Op op, OpOn(entry, reg, KeyOf(c.scope.record), OpKind::kNeutral));
  for (const FieldInfo* field : reg.by_name) {  // what came with a creation that is withdrawn goes with it
    const Cell* cell = record.Find(field->handle);
    if (cell == nullptr || field->def.adds_up()) continue;
    Writes gone;
    for (const Write& w : *cell)
      for (const Life& mark : record.life)
        if (mark.dot == w.dot && mark.op == w.op && std::count(creations.begin(), creations.end(), mark.dot) > 0)
          gone.push_back(&w);
    if (gone.empty()) continue;
    ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(reg, *field));
    op.changes.push_back({ordinal, Verb::kRetract, {}, PlacesOf(gone, work_.lanes)});
  }
  op.changes.push_back(std::move(life));
  entry.ops.push_back(std::move(op));
  return absl::OkStatus();
}

// The record exists again, whatever was seen to end it.
absl::Status Author::Revive(const RecordKey& key, const RegisterInfo& reg, Entry& entry) {
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(key, reg));
  Change life = Withdraw(DotsWhere(edit->record, IsDead), work_.lanes);
  life.value = Value::Bool(true);
  ASSIGN_OR_RETURN(Op op, OpOn(entry, reg, KeyOf(key), OpKind::kNeutral));
  const auto same = [&](const Op& other) { return other.pack == op.pack && other.reg == op.reg && other.key == op.key; };
  if (const auto it = std::find_if(entry.ops.begin(), entry.ops.end(), same); it != entry.ops.end()) {  // it refers to itself
    it->kind = OpKind::kNeutral;
    it->changes.push_back(std::move(life));
    return absl::OkStatus();
  }
  op.changes.push_back(std::move(life));
  entry.ops.push_back(std::move(op));
  return absl::OkStatus();
}

// keep a reference: its value, and what it names exists again. keep a deletion: what refers to the record is withdrawn. none:
// both.
absl::Status Author::ReferenceEffects(const RulingDraft& draft, const Case& c, Entry& entry) {
  const RegisterInfo& reg = *work_.catalog().FindHash(RegisterOf(c.scope.record));
  const FieldInfo& field = reg.fields[c.scope.field];
  ASSIGN_OR_RETURN(const RecordEdit* edit, work_.Load(c.scope.record, reg));
  ASSIGN_OR_RETURN(const uint32_t ordinal, work_.catalog().FieldOrdinal(reg, field));
  static const Cell kEmpty;
  const Cell* cell = edit->record.Find(field.handle);
  const Writes visible = Visible(cell == nullptr ? kEmpty : *cell, field.def, work_.lanes);
  Change change{ordinal, Verb::kRetract, {}, {}};
  Writes gone, revived;
  if (draft.none) gone = revived = visible;
  if (!draft.keep.empty()) {
    ASSIGN_OR_RETURN(const CaseFact kept, KeptReference(draft, c, visible));
    const auto written =
        std::find_if(visible.begin(), visible.end(), [&](const Write* w) { return w->dot == kept.dot && w->op == kept.op; });
    if (written != visible.end()) {
      change.verb = Verb::kSettle;
      change.value = (*written)->value;
      revived = {*written};
    } else {
      for (const Write* w : visible)
        if (std::any_of(c.live.begin(), c.live.end(), [&](const Clash& clash) {
              const CaseFact fact{w->dot, w->op};
              return (clash.a == fact && clash.b == kept) || (clash.b == fact && clash.a == kept);
            }))
          gone.push_back(w);
      if (gone.empty()) return RefuseRuling(c, Cat("what ", draft.keep, " did no longer stands in this case"));
    }
  }
  change.named = PlacesOf(gone, work_.lanes);
  if (change.verb == Verb::kSettle || !change.named.empty()) {
    ASSIGN_OR_RETURN(Op op, RulingOp(entry, reg, c.scope.record));
    op.changes.push_back(std::move(change));
    entry.ops.push_back(std::move(op));
  }
  std::set<std::string> targets;
  for (const Write* w : revived)
    if (!w->value.unset()) targets.insert(std::string(w->value.payload()));
  for (const std::string& target : targets) {
    ASSIGN_OR_RETURN(const RecordEdit* named, work_.Target({Kind::kReference, target}));
    if (named == nullptr || named->record.exists()) continue;
    const bool never = named->record.life.empty();
    if (draft.none && never) continue;  // nothing ended it: the reference alone is withdrawn
    ASSIGN_OR_RETURN(const Address address, Address::Parse(target));
    RETURN_IF_ERROR(Revive(RecordKeyOf(named->reg->hash, address.key), *named->reg, entry));
  }
  return absl::OkStatus();
}

// The fact that `keep` names; of an entry that both referred and deleted, the reference is meant.
absl::StatusOr<CaseFact> Author::KeptReference(const RulingDraft& draft, const Case& c, const Writes& visible) {
  ASSIGN_OR_RETURN(const CaseFact first, KeptFact(draft, c));
  for (const CaseFact& fact : c.Facts())
    if (fact.dot == first.dot &&
        std::any_of(visible.begin(), visible.end(), [&](const Write* w) { return w->dot == fact.dot && w->op == fact.op; }))
      return fact;
  return first;
}

}  // namespace chancery

#include "engine/pipeline/verify.h"

#include "engine/base/status.h"
#include "engine/base/strings.h"

namespace chancery {
namespace {

absl::Status Malformed(const Lane& lane, uint64_t seq, std::string_view why) {
  return Error(absl::StatusCode::kInvalidArgument, Cat("entry ", lane.Label(), "-", seq, " is malformed: ", why),
               Cat("nothing was taken; ask the people of site ", lane.site, " what it runs"));
}

absl::Status CheckContext(Workspace& work, const Lane& lane, const Entry& entry, Vector* context) {
  for (const Place& place : entry.context) {
    const Lane* other = work.lanes.Find(place.lane);
    CHECK(other != nullptr && other->tip() >= place.seq);  // the caller let the run wait otherwise
    if (other->handle == lane.handle) return Malformed(lane, entry.seq, "its context names its own lane");
    if (place.seq <= context->At(other->handle)) return Malformed(lane, entry.seq, "its context does not grow");
    ASSIGN_OR_RETURN(const Hlc tip, work.journal.HlcAt(MakeDot(other->handle, place.seq)));
    if (tip >= entry.hlc) return Malformed(lane, entry.seq, "its stamp is not above what it had seen");
    context->Raise(other->handle, place.seq);
  }
  return absl::OkStatus();
}

bool TakesVerb(Verb verb, const FieldDef& def) {
  switch (verb) {
    case Verb::kSet:
      return def.one_value() && def.merge != MergeKind::kLast;
    case Verb::kSetLast:
      return def.one_value() && def.merge == MergeKind::kLast;
    case Verb::kAdd:
    case Verb::kRemove:
      return def.type == FieldType::kSet;
    case Verb::kSettle:
    case Verb::kRetract:
      return def.one_value();
  }
  return false;
}

bool TakesKind(Kind kind, FieldType type) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kState:
      return kind == Kind::kText;
    case FieldType::kReference:
      return kind == Kind::kReference;
    case FieldType::kInteger:
      return kind == Kind::kInteger;
    case FieldType::kRational:
      return kind == Kind::kRational;
    case FieldType::kBool:
      return kind == Kind::kBool;
    case FieldType::kDate:
      return kind == Kind::kDate;
    case FieldType::kTime:
      return kind == Kind::kTime;
    case FieldType::kBytes:
      return kind == Kind::kBytes;
    case FieldType::kGroup:
      return kind == Kind::kGroup;
    default:
      return false;
  }
}

// A state of the field, a record of the register that it refers to.
bool TakesValue(const Value& value, const FieldDef& def) {
  if (value.unset()) return true;
  if (def.type == FieldType::kState) return def.IsState(value.payload());
  return def.type != FieldType::kReference || value.payload().starts_with(def.to + "/");
}

absl::Status CheckChange(const Lane& lane, const Entry& entry, const Change& change, const Ordinals& ordinals) {
  const bool effect = change.verb == Verb::kSettle || change.verb == Verb::kRetract;
  if (effect && entry.kind != EntryKind::kRuling) return Malformed(lane, entry.seq, "it withdraws writes, but is no ruling");
  if (change.field == kNoField) return absl::OkStatus();
  if (change.field >= ordinals.fields.size()) return Malformed(lane, entry.seq, "it names a field that its pack does not have");
  const FieldDef& def = ordinals.def->fields[change.field];  // as the author's pack has it
  if (!TakesVerb(change.verb, def)) return Malformed(lane, entry.seq, Cat("field ", def.name, " cannot be changed in this way"));
  const bool set = def.type == FieldType::kSet;
  if (!TakesKind(change.value.kind, set ? def.of : def.type) && (set || !change.value.unset()))
    return Malformed(lane, entry.seq, Cat("field ", def.name, " does not take a value of this kind"));
  if (!TakesValue(change.value, def)) return Malformed(lane, entry.seq, Cat("field ", def.name, " does not take this value"));
  return absl::OkStatus();
}

// What a ruling names are operations that its author had seen.
absl::Status CheckFacts(const Workspace& work, const Entry& entry, Dot dot, const Vector& seen, const std::vector<Entry>& run) {
  const Lane& lane = work.lanes.At(HandleOf(dot));
  for (const Fact& fact : entry.ruling->facts) {
    const std::optional<Dot> known = work.lanes.DotOf(fact.place);
    if (!known || !seen.Has(*known)) return Malformed(lane, entry.seq, "it rules on an entry that it had not seen");
    size_t ops = 0;
    if (fact.place.lane == lane.id && fact.place.seq >= run[0].seq) {
      ops = run[fact.place.seq - run[0].seq].ops.size();
    } else {
      ASSIGN_OR_RETURN(const Entry named, work.journal.EntryAt(*known));
      ops = named.ops.size();
    }
    if (fact.op >= ops) return Malformed(lane, entry.seq, "it rules on an operation that is not there");
  }
  return absl::OkStatus();
}

}  // namespace

bool SealHolds(const Workspace& work, const Lane& lane, Tree tree, const Run& run) {
  for (size_t i = 0; i < run.leaves.size(); ++i) tree.Append(run.Id(i));
  return Verify(lane.key, SealMessage(work.registry(), lane.id, tree.size(), tree.Root()), run.seal);
}

absl::StatusOr<CheckedRun> CheckRun(Workspace& work, const Lane& lane, const Run& run) {
  CheckedRun out{{}, {}, lane.tree, lane.context};
  CHECK(run.first == lane.tip() + 1);
  const absl::StatusOr<Entry> head = DecodeHeader(run.header);
  if (!head.ok()) return Malformed(lane, run.first, S(head.status().message()));
  Hlc last = std::max(lane.tip_hlc, lane.above);
  out.entries.reserve(run.leaves.size());
  out.ids.reserve(run.leaves.size());
  for (size_t i = 0; i < run.leaves.size(); ++i) {
    const uint64_t seq = run.first + i;
    Entry& entry = out.entries.emplace_back();
    const absl::Status decoded = DecodeBody(*head, run.header.size(), seq, run.leaves[i].hlc, run.leaves[i].body, &entry);
    if (!decoded.ok()) return Malformed(lane, seq, S(decoded.message()));
    if (entry.hlc <= last) return Malformed(lane, seq, "its stamp does not rise");
    if (i > 0 && !entry.context.empty()) return Malformed(lane, seq, "a context inside a run");
    if ((entry.kind == EntryKind::kGenesis) != (seq == 1 && lane.admitted_by.empty()))
      return Malformed(lane, seq, "a genesis in the wrong place");
    last = entry.hlc;
    RETURN_IF_ERROR(CheckContext(work, lane, entry, &out.context));
    if (!lane.AdmittedIn(out.context)) return Malformed(lane, seq, "its site had not been admitted");
    out.ids.push_back(run.Id(i));
    out.tree.Append(out.ids.back());
  }
  if (!Verify(lane.key, SealMessage(work.registry(), lane.id, run.last(), out.tree.Root()), run.seal))
    return Error(
        absl::StatusCode::kDataLoss,
        Cat("the seal of ", lane.Label(), "-", run.last(), " does not hold: its entries were changed, or two versions exist"),
        "take them again from another peer; keep this copy as evidence");
  return out;
}

absl::Status CheckOps(const Workspace& work, const Entry& entry, Dot dot, const Vector& seen, const std::vector<Entry>& run) {
  const Lane& lane = work.lanes.At(HandleOf(dot));
  for (const Op& op : entry.ops) {
    const Ordinals* ordinals = work.catalog().Resolve(entry.packs[op.pack], op.reg);
    if (ordinals == nullptr) return Malformed(lane, entry.seq, "it names a pack or register that is not in its past");
    for (const Change& change : op.changes) RETURN_IF_ERROR(CheckChange(lane, entry, change, *ordinals));
  }
  return entry.ruling ? CheckFacts(work, entry, dot, seen, run) : absl::OkStatus();
}

}  // namespace chancery

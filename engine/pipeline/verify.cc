#include "engine/pipeline/verify.h"

#include <algorithm>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/codec/epoch_text.h"
#include "engine/crdt/interval.h"
#include "engine/crdt/ranked.h"
#include "engine/crdt/shares.h"
#include "engine/docket/docket.h"
#include "engine/journal/epochs.h"

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
      return (def.one_value() && def.merge != MergeKind::kLast) || def.type == FieldType::kLadder;
    case Verb::kSetLast:
      return def.one_value() && def.merge == MergeKind::kLast;
    case Verb::kAdd:
    case Verb::kRemove:
      return def.type == FieldType::kSet;
    case Verb::kKeep:
      return def.keeps();
    case Verb::kBump:
      return def.adds_up();
    case Verb::kSettle:
      return def.one_value() || def.type == FieldType::kShares;
    case Verb::kRetract:
      return def.one_value() || def.keeps() || def.type == FieldType::kLadder;
  }
  return false;
}

Kind KindOf(FieldType type) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kState:
    case FieldType::kLadder:
      return Kind::kText;
    case FieldType::kReference:
      return Kind::kReference;
    case FieldType::kInteger:
    case FieldType::kSerial:
    case FieldType::kCounter:
    case FieldType::kEscrow:
      return Kind::kInteger;
    case FieldType::kRational:
      return Kind::kRational;
    case FieldType::kBool:
      return Kind::kBool;
    case FieldType::kDate:
      return Kind::kDate;
    case FieldType::kTime:
      return Kind::kTime;
    case FieldType::kBytes:
      return Kind::kBytes;
    case FieldType::kGroup:
      return Kind::kGroup;
    case FieldType::kInterval:
      return Kind::kInterval;
    case FieldType::kShares:
      return Kind::kTransfer;
    case FieldType::kRanked:
      return Kind::kRank;
    case FieldType::kBlob:
      return Kind::kBlob;
    case FieldType::kSet:
      break;
  }
  return Kind::kUnset;
}

// To a lane, in an amount above 0.
bool IsGrant(const Value& group) {
  const auto members = group.AsGroup();
  return members.size() == 2 && members[0].first == "amount" && members[0].second.kind == Kind::kInteger &&
         members[0].second.AsInteger() > 0 && members[1].first == "lane" && members[1].second.kind == Kind::kBytes &&
         members[1].second.payload().size() == sizeof(LaneId);
}

bool TakesKind(const Change& change, const FieldDef& def) {
  const Kind kind = change.value.kind;
  if (def.type == FieldType::kSet) return kind == KindOf(def.of);
  if (def.type == FieldType::kEscrow && kind == Kind::kGroup) return IsGrant(change.value);
  const bool always = def.type == FieldType::kSerial || def.type == FieldType::kLadder;  // but for rulings
  if (kind == Kind::kUnset) return !def.adds_up() && change.verb != Verb::kKeep && !(always && change.verb == Verb::kSet);
  return kind == KindOf(def.type);
}

bool IsClass(const RankAct& act, const FieldDef& def) {
  return act.what != RankAct::What::kFile || std::find(def.classes.begin(), def.classes.end(), act.other) != def.classes.end();
}

// A state of the field, a step, a record of the register that it refers to, ends of the kind that it has, charges of its classes.
bool TakesValue(const Value& value, const FieldDef& def) {
  if (value.unset()) return true;
  if (def.type == FieldType::kLadder) return def.StepOf(value.payload()).has_value();
  if (def.type == FieldType::kInterval) return IntervalIn(value.payload())->of == KindOf(def.of);
  if (def.type == FieldType::kRanked) return IsClass(DecodeRank(value.payload())->front(), def);
  if (def.type == FieldType::kState) return def.IsState(value.payload());
  return def.type != FieldType::kReference || value.payload().starts_with(def.to + "/");
}

// A transfer is the same act as another only under the same id, or by a ruling that says the same.
bool IsOwnAct(const Entry& entry, const Op& op, const Change& change) {
  if (change.value.kind != Kind::kTransfer) return true;
  const Transfer transfer = *DecodeTransfer(change.value.payload());
  std::vector<Place> withdrawn;  // whose lots a ruling may make anew
  for (const Change& other : op.changes)
    if (other.field == change.field && other.verb == Verb::kRetract) withdrawn = other.named;
  for (const Portion& portion : transfer.out)
    if (portion.stands_for && !std::binary_search(withdrawn.begin(), withdrawn.end(), portion.stands_for->place)) return false;
  if (entry.ruling) {
    return transfer.act == ActOf(RulingAct(*entry.ruling, withdrawn), transfer);
  }
  return entry.idempotency.empty() ? !transfer.act : transfer.act == ActOf(entry.idempotency, transfer);
}

absl::Status CheckChange(const Lane& lane, const Entry& entry, const Op& op, const Change& change, const Ordinals& ordinals) {
  const bool effect = change.verb == Verb::kSettle || change.verb == Verb::kRetract;
  if (effect && entry.kind != EntryKind::kRuling) return Malformed(lane, entry.seq, "it withdraws writes, but is no ruling");
  if (change.field == kNoField) return absl::OkStatus();
  if (change.field >= ordinals.fields.size()) return Malformed(lane, entry.seq, "it names a field that its pack does not have");
  const FieldDef& def = ordinals.def->fields[change.field];  // as the author's pack has it
  if (!TakesVerb(change.verb, def)) return Malformed(lane, entry.seq, Cat("field ", def.name, " cannot be changed in this way"));
  if (!TakesKind(change, def)) return Malformed(lane, entry.seq, Cat("field ", def.name, " does not take a value of this kind"));
  if (!TakesValue(change.value, def)) return Malformed(lane, entry.seq, Cat("field ", def.name, " does not take this value"));
  if (!IsOwnAct(entry, op, change))
    return Malformed(lane, entry.seq, Cat("field ", def.name, " names an act that is not its own"));
  return absl::OkStatus();
}

// How many operations of the entry the ruling may name: of a pack's version one, in the case about it; of an entry as a whole
// one.
size_t OperationsOf(const Entry& named, const Ruling& ruling) {
  const bool whole = ruling.rule == "authority" || (named.kind == EntryKind::kPack && ruling.rule == "pack");
  return whole ? std::max<size_t>(named.ops.size(), 1) : named.ops.size();
}

// What a ruling names are operations that its author had seen.
absl::Status CheckFacts(const Workspace& work, const Ruling& ruling, const Entry& entry, Dot dot, const Vector& seen,
                        const CheckedRun& run) {
  const Lane& lane = work.lanes.At(HandleOf(dot));
  bool named_itself = !Docket::EntryRule(ruling.rule);
  for (const Fact& fact : ruling.facts) {
    const std::optional<Dot> known = work.lanes.DotOf(fact.place);
    if (!known || !seen.Has(*known)) return Malformed(lane, entry.seq, "it rules on an entry that it had not seen");
    size_t ops = 0;
    std::optional<EntryId> id;
    if (fact.place.lane == lane.id && fact.place.seq >= run.entries[0].seq) {
      const size_t at = fact.place.seq - run.entries[0].seq;
      ops = OperationsOf(run.entries[at], ruling);
      id = run.ids[at];
    } else {
      ASSIGN_OR_RETURN(const Entry named, work.journal.EntryAt(*known));
      ops = OperationsOf(named, ruling);
      if (!named_itself) {
        ASSIGN_OR_RETURN(id.emplace(), work.journal.IdAt(*known));
      }
    }
    if (fact.op >= ops) return Malformed(lane, entry.seq, "it rules on an operation that is not there");
    named_itself = named_itself || Hex(id->view()) == ruling.subject;
  }
  return named_itself ? absl::OkStatus() : Malformed(lane, entry.seq, "it rules on an entry that is none of its facts");
}

// The entry that decided the epoch before stands in the past of whoever decides the next: so everybody has the same members to
// look for among the signers.
absl::Status CheckEpoch(const Workspace& work, const Lane& lane, const CheckedRun& run, Epochs* epochs) {
  const Entry& entry = run.entries.back();
  const Decision& decision = *entry.decision;
  const auto key_of = [&](LaneId id) -> std::optional<PublicKey> {
    if (const Lane* known = work.lanes.Find(id); known != nullptr) return known->key;
    for (const Entry& before : run.entries)
      if (before.admit && LaneOf(before.admit->key) == id) return before.admit->key;
    return std::nullopt;
  };
  std::vector<PublicKey> keys;
  for (const EpochMember& member : decision.epoch.members) {
    const std::optional<PublicKey> key = key_of(member.lane);
    if (!key) return Malformed(lane, entry.seq, "a member of the epoch is unknown");
    keys.push_back(*key);
  }
  for (const LaneEnd& end : decision.epoch.ends)
    if (!key_of(end.lane)) return Malformed(lane, entry.seq, "a lane that has ended is unknown");
  const std::string text = EpochText(work.registry(), decision.epoch, decision.ballot, keys);
  for (const auto& [signer, signature] : decision.signatures) {
    const Lane* by = work.lanes.Find(signer);
    if (by == nullptr || !Verify(by->key, text, signature))
      return Malformed(lane, entry.seq, "a signature of the epoch does not hold");
  }
  if (entry.kind == EntryKind::kAccept) return absl::OkStatus();
  const uint64_t number = decision.epoch.number;
  const auto seen = [&](const std::pair<Dot, Hlc>& by) { return HandleOf(by.first) == lane.handle || run.context.Has(by.first); };
  if (number > epochs->decided().size()) return Malformed(lane, entry.seq, "it does not know of the epoch before");
  const Epochs::Decided& before = epochs->decided()[number - 1];
  if (number > 1 && std::none_of(before.by.begin(), before.by.end(), seen))
    return Malformed(lane, entry.seq, "it does not know of the epoch before");
  const auto votes = [&](const auto& signature) { return FindMember(before.epoch, signature.first) != nullptr; };
  const auto count = std::count_if(decision.signatures.begin(), decision.signatures.end(), votes);
  if (static_cast<size_t>(count) < QuorumsOf(before.epoch).decide)
    return Malformed(lane, entry.seq, "fewer members signed the epoch than it takes");
  epochs->Take(MakeDot(lane.handle, entry.seq), entry);
  return absl::OkStatus();
}

// A witness votes, and files nothing that stands in the order.
bool MayFile(const Lane& lane, EntryKind kind) {
  return lane.role != Role::kWitness || kind == EntryKind::kVote || kind == EntryKind::kAccept;
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
  std::optional<Epochs> epochs;
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
    if (!MayFile(lane, entry.kind)) return Malformed(lane, seq, "a witness files nothing");
    if (entry.decision) {
      if (!epochs) {
        ASSIGN_OR_RETURN(epochs, work.LoadEpochs());
      }
      RETURN_IF_ERROR(CheckEpoch(work, lane, out, &*epochs));
    }
    out.ids.push_back(run.Id(i));
    out.tree.Append(out.ids.back());
  }
  const bool known = work.replaying() && work.txn().rehearses();  // and perhaps only a part of what was sealed
  if (!known && !Verify(lane.key, SealMessage(work.registry(), lane.id, run.last(), out.tree.Root()), run.seal))
    return Error(
        absl::StatusCode::kDataLoss,
        Cat("the seal of ", lane.Label(), "-", run.last(), " does not hold: its entries were changed, or two versions exist"),
        "take them again from another peer; keep this copy as evidence");
  return out;
}

absl::Status CheckOps(const Workspace& work, const Entry& entry, Dot dot, const Vector& seen, const CheckedRun& run) {
  const Lane& lane = work.lanes.At(HandleOf(dot));
  for (const Op& op : entry.ops) {
    const Ordinals* ordinals = work.catalog().Resolve(entry.packs[op.pack], op.reg);
    if (ordinals == nullptr) return Malformed(lane, entry.seq, "it names a pack or register that is not in its past");
    for (const Change& change : op.changes) {
      RETURN_IF_ERROR(CheckChange(lane, entry, op, change, *ordinals));
      for (const Place& place : change.named) {
        const std::optional<Dot> known = work.lanes.DotOf(place);
        if (!known || !seen.Has(*known)) return Malformed(lane, entry.seq, "it replaces a write that it had not seen");
      }
    }
  }
  if (entry.ruling) RETURN_IF_ERROR(CheckFacts(work, *entry.ruling, entry, dot, seen, run));
  if (entry.proposal) RETURN_IF_ERROR(CheckFacts(work, *entry.proposal, entry, dot, seen, run));
  const Place about = entry.returned ? entry.returned->proposal : entry.ruling ? entry.ruling->approves : Place();
  const std::optional<Dot> known = about.seq == 0 ? std::nullopt : work.lanes.DotOf(about);
  if (about.seq > 0 && (!known || !seen.Has(*known)))
    return Malformed(lane, entry.seq, "it is about a proposal that it had not seen");
  return absl::OkStatus();
}

}  // namespace chancery

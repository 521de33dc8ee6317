#include "engine/pipeline/ingest.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/inbox.h"
#include "engine/journal/proof.h"
#include "engine/pipeline/verify.h"

namespace chancery {
namespace {

// How far a stamp may lead a receiver's clock in this registry: its genesis says it.
absl::StatusOr<int64_t> MaxLeadMs(const Workspace& work) {
  Genesis genesis;
  if (work.lanes.size() > 0 && work.lanes.At(0).tip() > 0) {
    ASSIGN_OR_RETURN(const Entry first, work.journal.EntryAt(MakeDot(0, 1)));
    if (first.genesis) genesis = *first.genesis;
  }
  return static_cast<int64_t>(genesis.max_lead_ms);
}

absl::Status CheckRegistry(const Workspace& work, const Run& run) {
  RegistryId registry;
  LaneId lane = 0;
  const bool genesis = ReadHeader(run.header, &registry, &lane) && registry.IsZero() && run.first == 1;
  if (genesis || registry == work.registry()) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "the entries offered are of another registry",
               "chancery status names the registry of a store");
}

class Taker {
 public:
  Taker(Batch& batch, WriteTxn& txn, const Offer& offer, int64_t now_ms, Attempt* attempt)
      : batch_(batch), work_(batch.work()), txn_(txn), offer_(offer), now_ms_(now_ms), attempt_(attempt) {}

  absl::StatusOr<Intake> Take();

 private:
  enum class Verdict { kTaken, kWaits, kDone };  // kDone: known, or not to be taken

  // A run that is not merged: offered now, or out of the inbox.
  struct Pending {
    Outline outline;
    std::string_view bytes;  // offered
    std::optional<Run> run;  // the same decoded, until it is tried
    bool stored = false;
    bool sealed = false;  // its seal was seen to hold
  };

  absl::Status Open();
  void OpenRegistry(const Run& run);
  absl::Status OpenOffered(std::string_view bytes);
  void OpenStored();
  absl::Status TakePending();
  absl::Status Keep();
  void Summarise();

  absl::StatusOr<Verdict> Try(Pending& pending);
  absl::StatusOr<Verdict> TryNext(Pending& pending, const Lane& lane, Run run);
  absl::StatusOr<Verdict> NotFolded(const Pending& pending, const Lane& lane, const absl::Status& why);
  Verdict Damaged(const Pending& pending, const absl::Status& why);
  bool Ready(const Outline& outline) const;
  absl::StatusOr<Run> RunOf(const Pending& pending) const;
  absl::StatusOr<Run> GiveRun(Pending& pending) const;  // decoded once, if it is taken when it is tried first

  absl::Status CompareHeads();
  absl::Status CompareRuns(const Lane& lane);
  absl::StatusOr<bool> TwoVersions(const Pending& pending, const Lane& lane, uint64_t fork);
  absl::Status Halt(const Lane& lane, Proof proof);

  Batch& batch_;
  Workspace& work_;
  WriteTxn& txn_;
  const Offer& offer_;
  const int64_t now_ms_;
  Attempt* attempt_;

  int64_t latest_ms_ = 0;  // a later stamp leads this clock too far
  std::vector<Pending> pending_;
  size_t inbox_bytes_ = 0, inbox_runs_ = 0, released_ = 0;
  Intake intake_;
};

absl::StatusOr<Intake> Taker::Take() {
  attempt_->more = false;
  ASSIGN_OR_RETURN(const int64_t lead_ms, MaxLeadMs(work_));
  latest_ms_ = now_ms_ + lead_ms;
  RETURN_IF_ERROR(Open());
  RETURN_IF_ERROR(CompareHeads());
  RETURN_IF_ERROR(TakePending());
  RETURN_IF_ERROR(Keep());
  Summarise();
  RETURN_IF_ERROR(txn_.status());
  return intake_;
}

absl::Status Taker::Open() {
  for (const std::string_view bytes : offer_.runs) RETURN_IF_ERROR(OpenOffered(bytes));
  OpenStored();
  std::stable_sort(pending_.begin(), pending_.end(),
                   [](const Pending& a, const Pending& b) { return Earlier(a.outline, b.outline); });
  return absl::OkStatus();
}

// The founder's lane stands in the genesis itself, and its hash is the registry's id.
void Taker::OpenRegistry(const Run& run) {
  if (run.first != 1 || work_.lanes.size() > 0) return;
  const std::string bytes = run.EntryBytes(0);
  absl::StatusOr<Entry> entry = DecodeEntry(bytes);
  if (!entry.ok() || !entry->genesis || IdOf(bytes) != work_.registry() || LaneOf(entry->genesis->key) != run.lane) return;
  Lane lane;
  lane.id = run.lane;
  lane.key = entry->genesis->key;
  lane.site = entry->genesis->site;
  work_.lanes.Add(std::move(lane));
  latest_ms_ = now_ms_ + static_cast<int64_t>(entry->genesis->max_lead_ms);
}

absl::Status Taker::OpenOffered(std::string_view bytes) {
  ++intake_.offered;
  Pending pending;
  pending.bytes = bytes;
  absl::StatusOr<Run> run = DecodeRun(bytes);
  if (!run.ok()) return Damaged(pending, run.status()), absl::OkStatus();
  RETURN_IF_ERROR(CheckRegistry(work_, *run));
  absl::StatusOr<Outline> outline = OutlineOf(*run, bytes);
  if (!outline.ok()) return Damaged(pending, outline.status()), absl::OkStatus();
  pending.outline = *std::move(outline);
  if (const auto unsound = attempt_->unsound.find(pending.outline.hash); unsound != attempt_->unsound.end())
    return Damaged(pending, unsound->second), absl::OkStatus();
  OpenRegistry(*run);
  pending.run = *std::move(run);
  pending_.push_back(std::move(pending));
  return absl::OkStatus();
}

void Taker::OpenStored() {
  std::vector<std::string> damaged;
  for (Outline& outline : Inbox::All(txn_, &damaged)) {
    if (attempt_->unsound.count(outline.hash) > 0) {
      damaged.push_back(outline.Key());
      continue;
    }
    inbox_bytes_ += outline.row_bytes;
    ++inbox_runs_;
    pending_.push_back({std::move(outline), {}, {}, true, false});
  }
  for (const std::string& key : damaged) Inbox::Drop(txn_, key);
}

absl::Status Taker::TakePending() {
  for (bool progress = true; progress && !pending_.empty();) {
    progress = false;
    std::vector<Pending> waiting;
    for (Pending& pending : pending_) {
      ASSIGN_OR_RETURN(const Verdict verdict, Try(pending));
      progress |= verdict == Verdict::kTaken;
      if (verdict == Verdict::kWaits) {
        waiting.push_back(std::move(pending));
      } else if (pending.stored) {
        Inbox::Drop(txn_, pending.outline.Key());
        inbox_bytes_ -= pending.outline.row_bytes;
        --inbox_runs_;
      }
    }
    pending_ = std::move(waiting);
  }
  return absl::OkStatus();
}

absl::StatusOr<Run> Taker::RunOf(const Pending& pending) const {
  if (!pending.stored) return DecodeRun(pending.bytes);
  ASSIGN_OR_RETURN(const std::string bytes, Inbox::RunOf(txn_, pending.outline));
  return DecodeRun(bytes);
}

absl::StatusOr<Run> Taker::GiveRun(Pending& pending) const {
  if (std::optional<Run> run = std::exchange(pending.run, std::nullopt)) return *std::move(run);
  return RunOf(pending);
}

bool Taker::Ready(const Outline& outline) const {
  for (const Place& place : outline.context) {
    const Lane* other = work_.lanes.Find(place.lane);
    if (other == nullptr || other->tip() < place.seq || (other->fork != 0 && place.seq >= other->fork)) return false;
  }
  return MsOf(outline.last_hlc) <= latest_ms_;
}

Taker::Verdict Taker::Damaged(const Pending& pending, const absl::Status& why) {
  if (pending.stored) return Verdict::kDone;
  ++intake_.damaged;
  if (attempt_->fault.ok()) attempt_->fault = why;
  return Verdict::kDone;
}

absl::StatusOr<Taker::Verdict> Taker::Try(Pending& pending) {
  const Outline& outline = pending.outline;
  const Lane* lane = work_.lanes.Find(outline.lane);
  if (lane == nullptr) return Verdict::kWaits;
  if (outline.first > lane->tip() + 1) return lane->fork != 0 ? Verdict::kDone : Verdict::kWaits;
  if (pending.stored && lane->fork == 0 && outline.last > lane->tip()) {
    if (!Ready(outline)) return Verdict::kWaits;
    attempt_->more |= released_ >= limits::kEntriesACommit;
    if (attempt_->more) return Verdict::kWaits;
  }
  absl::StatusOr<Run> run = GiveRun(pending);
  if (!run.ok()) return Damaged(pending, run.status());
  ASSIGN_OR_RETURN(const uint64_t fork, work_.journal.FirstDifference(*lane, *run));
  if (fork != 0) {
    ASSIGN_OR_RETURN(const bool two_versions, TwoVersions(pending, *lane, fork));
    if (two_versions) return Verdict::kDone;
    return Damaged(pending,
                   Error(absl::StatusCode::kDataLoss,
                         Cat("entry ", lane->Label(), "-", fork, " is not the one held here, and its seal does not hold"),
                         "take it again from another peer; keep this copy as evidence"));
  }
  if (outline.last <= lane->tip() || lane->fork != 0) return Verdict::kDone;
  run->DropUpTo(lane->tip());
  return TryNext(pending, *lane, *std::move(run));
}

absl::StatusOr<Taker::Verdict> Taker::TryNext(Pending& pending, const Lane& lane, Run run) {
  if (!Ready(pending.outline)) {
    if (!pending.sealed && !SealHolds(work_, lane, lane.tree, run)) {
      return NotFolded(pending, lane,
                       Error(absl::StatusCode::kDataLoss, Cat("the seal of ", lane.Label(), "-", run.last(), " does not hold")));
    }
    pending.sealed = true;
    return Verdict::kWaits;
  }
  const size_t entries = run.leaves.size();
  const absl::Status folded = FoldRun(batch_, lane.handle, std::move(run));
  if (!folded.ok()) return NotFolded(pending, lane, folded);
  ++intake_.runs;
  intake_.entries += entries;
  if (pending.stored) released_ += entries;
  return Verdict::kTaken;
}

// Nobody can make this site begin again, or drop what is sound, but with a member's seal.
absl::StatusOr<Taker::Verdict> Taker::NotFolded(const Pending& pending, const Lane& lane, const absl::Status& why) {
  ASSIGN_OR_RETURN(Run run, RunOf(pending));
  run.DropUpTo(lane.tip());
  if (lane.tip() + 1 == run.first && SealHolds(work_, lane, lane.tree, run)) {
    if (absl::IsDataLoss(why)) return why;  // this store's own rows cannot be read
    attempt_->unsound[pending.outline.hash] = why;
    return absl::AbortedError("a sealed run cannot be folded");
  }
  ASSIGN_OR_RETURN(const bool two_versions, TwoVersions(pending, lane, 0));
  return two_versions ? Verdict::kDone : Damaged(pending, why);
}

// Whether the lane's key has sealed this run as part of another version than the one held here; if so the lane is halted. fork:
// the first entry of the run that differs, 0 = it follows entries that may differ.
absl::StatusOr<bool> Taker::TwoVersions(const Pending& pending, const Lane& lane, uint64_t fork) {
  ASSIGN_OR_RETURN(const Run run, RunOf(pending));
  std::string bytes(pending.bytes);
  if (pending.stored) {
    ASSIGN_OR_RETURN(bytes, Inbox::RunOf(txn_, pending.outline));
  }
  ASSIGN_OR_RETURN(const Tree ours, work_.journal.TreeAt(lane, run.first - 1));
  if (fork != 0 && SealHolds(work_, lane, ours, run)) {
    RETURN_IF_ERROR(Halt(lane, {lane.id, fork, ours, {}, std::move(bytes)}));
    return true;
  }
  for (const LaneHead& head : offer_.before) {  // the sender says what the run follows: then its seal shows whether that is so
    if (pending.stored || head.lane != lane.id || head.size != run.first - 1) continue;
    const Tree theirs = Tree::From(head.size, head.peaks);
    const uint64_t differs = theirs.DiffersFrom(ours);
    if (differs == 0 || !SealHolds(work_, lane, theirs, run)) continue;
    RETURN_IF_ERROR(Halt(lane, {lane.id, differs, theirs, {}, std::move(bytes)}));
    return true;
  }
  return false;
}

// What the sender says it holds of a lane, against what is held here of it.
absl::Status Taker::CompareHeads() {
  for (const LaneHead& head : offer_.as_sealed) {
    const Lane* lane = work_.lanes.Find(head.lane);
    if (lane == nullptr || lane->tip() == 0) continue;
    const Tree theirs = Tree::From(head.size, head.peaks);
    ASSIGN_OR_RETURN(const Tree ours, work_.journal.TreeAt(*lane, theirs.Comparable(lane->tip())));
    const uint64_t fork = theirs.DiffersFrom(ours);
    if (fork == 0 || !Verify(lane->key, SealMessage(work_.registry(), lane->id, head.size, theirs.Root()), head.seal)) continue;
    RETURN_IF_ERROR(CompareRuns(*lane));
    if (lane->fork == 0) RETURN_IF_ERROR(Halt(*lane, {lane->id, fork, theirs, head.seal, ""}));
  }
  return absl::OkStatus();
}

// Trees tell in whole peaks from where on they may differ; a run of the offer may tell it exactly.
absl::Status Taker::CompareRuns(const Lane& lane) {
  for (const Pending& pending : pending_) {
    if (pending.stored || pending.outline.lane != lane.id || pending.outline.first > lane.tip()) continue;
    ASSIGN_OR_RETURN(const Run run, RunOf(pending));
    ASSIGN_OR_RETURN(const uint64_t fork, work_.journal.FirstDifference(lane, run));
    if (fork != 0) RETURN_IF_ERROR(TwoVersions(pending, lane, fork).status());
  }
  return absl::OkStatus();
}

// Before a lane is halted this store's half of the proof is made anew from the journal: a bit that flipped here is no second
// version.
absl::Status Taker::Halt(const Lane& lane, Proof proof) {
  if (lane.fork != 0 && lane.fork <= proof.fork) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Tree ours, work_.journal.TreeAt(lane, lane.tip(), true));
  ASSIGN_OR_RETURN(const Signature seal, work_.journal.SealOf(lane));
  bool sound = Verify(lane.key, SealMessage(work_.registry(), lane.id, ours.size(), ours.Root()), seal);
  if (proof.fork <= proof.tree.size()) {  // trees were compared, and those are kept beside the journal
    ASSIGN_OR_RETURN(const Tree then, work_.journal.TreeAt(lane, proof.tree.Comparable(lane.tip()), true));
    sound &= proof.tree.DiffersFrom(then) != 0;
  }
  if (!sound)
    return Error(absl::StatusCode::kDataLoss,
                 Cat("what this store holds of ", lane.Label(), " is damaged: it is not what was sealed"),
                 "restore a backup, or join again from a peer: what peers hold comes back");
  PutProof(txn_, proof);
  work_.lanes.Halt(lane.handle, proof.fork);
  return absl::OkStatus();
}

// What is still pending of the offer goes to the inbox, as far as it has room.
absl::Status Taker::Keep() {
  std::vector<Pending> kept;
  for (Pending& pending : pending_) {
    const Outline& outline = pending.outline;
    if (!pending.stored && !Inbox::Has(txn_, outline)) {
      const size_t share = pending.sealed ? 1 : 2;
      const uint64_t entries = outline.last - outline.first + 1;
      if (intake_.kept + entries > offer_.keep_most || inbox_bytes_ + outline.row_bytes > limits::kInboxBytes / share ||
          inbox_runs_ + 1 > limits::kInboxRuns / share) {
        intake_.left_out += entries;
        continue;
      }
      intake_.kept += entries;
      Inbox::Put(txn_, outline, pending.bytes);
      inbox_bytes_ += outline.row_bytes;
      ++inbox_runs_;
    }
    kept.push_back(std::move(pending));
  }
  pending_ = std::move(kept);
  return absl::OkStatus();
}

void Taker::Summarise() {
  std::vector<Outline> outlines;
  for (const Pending& pending : pending_) outlines.push_back(pending.outline);
  const Reasons reasons = ReasonsFor(work_.lanes, outlines);
  intake_.waiting = reasons.waiting_entries;
  intake_.held = reasons.held_entries;
  intake_.missing.assign(reasons.missing.begin(), reasons.missing.end());
  intake_.halted = HaltedLanes(work_.lanes);
}

}  // namespace

absl::Status FoldRun(Batch& batch, uint16_t handle, Run run, std::string_view stored) {
  Workspace& work = batch.work();
  ASSIGN_OR_RETURN(CheckedRun checked, CheckRun(work, work.lanes.At(handle), run));
  std::vector<Touches> touches(checked.entries.size());
  work.Hold(run.bytes);
  const Vector* const past = work.KeepPast(checked.context);
  Vector seen = *past;
  const bool grew = !(work.lanes.At(handle).context == checked.context);
  if (grew || run.first == 1) work.NoteContext(handle, run.first, checked.context);
  work.lanes.Edit(handle).context = checked.context;
  for (size_t i = 0; i < checked.entries.size(); ++i) {
    Entry& entry = checked.entries[i];
    const Dot dot = MakeDot(handle, entry.seq);
    seen.Raise(handle, entry.seq - 1);
    RETURN_IF_ERROR(CheckOps(work, entry, dot, seen, checked));
    if (work.lanes.At(handle).Void(entry.seq, entry.hlc)) {
      RETURN_IF_ERROR(work.FoldVoid(entry, dot, seen));
      touches[i].assign(entry.ops.size(), 0);
    } else {
      RETURN_IF_ERROR(batch.Defer(entry, dot, past, &touches[i]));
    }
    work.lanes.Edit(handle).tip_hlc = entry.hlc;
  }
  work.lanes.Edit(handle).tree = std::move(checked.tree);
  work.journal.AppendRun(handle, std::move(run), std::move(checked.ids), std::move(touches), stored);
  return absl::OkStatus();
}

absl::StatusOr<Intake> TakeRuns(Batch& batch, WriteTxn& txn, const Offer& offer, int64_t now_ms, Attempt* attempt) {
  return Taker(batch, txn, offer, now_ms, attempt).Take();
}

void Add(const Intake& part, Intake* whole) {
  const Intake before = *whole;
  *whole = part;
  whole->runs += before.runs;
  whole->entries += before.entries;
  whole->opened += before.opened;
  whole->offered += before.offered;
  whole->damaged += before.damaged;
  whole->left_out += before.left_out;
  whole->kept += before.kept;
}

std::vector<std::string> HaltedLanes(const Lanes& lanes) {
  std::vector<std::string> halted;
  for (const Lane& lane : lanes.all())
    if (lane.fork != 0) halted.push_back(Cat(lane.Label(), "-", lane.fork));
  std::sort(halted.begin(), halted.end());
  return halted;
}

}  // namespace chancery

#include "engine/pipeline/ingest.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/verify.h"

namespace chancery {
namespace {

enum class Taken { kYes, kKnown, kWaits };

// The founder's lane stands in the genesis itself, and its hash is the registry's id.
absl::StatusOr<bool> OpensRegistry(Batch& batch, const Run& run) {
  if (run.first != 1 || batch.work().lanes.size() > 0) return false;
  const std::string bytes = run.EntryBytes(0);
  absl::StatusOr<Entry> entry = DecodeEntry(bytes);
  if (!entry.ok() || !entry->genesis || IdOf(bytes) != batch.work().registry() || LaneOf(entry->genesis->key) != run.lane)
    return false;
  Lane lane;
  lane.id = run.lane;
  lane.key = entry->genesis->key;
  lane.site = entry->genesis->site;
  batch.work().lanes.Add(std::move(lane));
  return true;
}

// What the first entry of a run needs and is not here.
std::vector<std::string> MissingFor(const Lanes& lanes, const Lane& lane, const Run& run, const std::vector<Place>& context) {
  std::vector<std::string> missing;
  if (run.first > lane.tip() + 1) missing.push_back(Cat(lane.Label(), "-", run.first - 1));
  for (const Place& place : context) {
    const Lane* other = lanes.Find(place.lane);
    if (other == nullptr) {
      missing.push_back("the admission of a site that is not known here");
    } else if (other->tip() < place.seq) {
      missing.push_back(Cat(other->Label(), "-", place.seq));
    }
  }
  return missing;
}

absl::StatusOr<Taken> TakeRun(Batch& batch, const Run& offered, int64_t now_ms, std::set<std::string>* missing) {
  Workspace& work = batch.work();
  const Lane* lane = work.lanes.Find(offered.lane);
  if (lane == nullptr) {
    ASSIGN_OR_RETURN(const bool opens, OpensRegistry(batch, offered));
    if (!opens) {
      missing->insert("the admission of a site that is not known here");
      return Taken::kWaits;
    }
    lane = work.lanes.Find(offered.lane);
  }
  if (offered.last() <= lane->tip()) return Taken::kKnown;
  Run run = offered;
  if (run.first <= lane->tip()) {
    run.leaves.erase(run.leaves.begin(), run.leaves.begin() + static_cast<ptrdiff_t>(lane->tip() + 1 - run.first));
    run.first = lane->tip() + 1;
  }
  const absl::StatusOr<Entry> first = DecodeParts(run.header, run.first, run.leaves[0].hlc, run.leaves[0].body);
  if (!first.ok())
    return Error(absl::StatusCode::kInvalidArgument,
                 Cat("entry ", lane->Label(), "-", run.first, " is malformed: ", S(first.status().message())));
  const std::vector<std::string> absent = MissingFor(work.lanes, *lane, run, first->context);
  const bool ahead = MsOf(run.leaves.back().hlc) > now_ms + limits::kMaxLeadMs;
  if (ahead) missing->insert(Cat("time: ", lane->Label(), "-", run.last(), " is stamped more than 24 hours ahead of this clock"));
  missing->insert(absent.begin(), absent.end());
  if (ahead || !absent.empty()) return Taken::kWaits;
  RETURN_IF_ERROR(FoldRun(batch, lane->handle, std::move(run)));
  return Taken::kYes;
}

// Entries of runs left out, each once: runs may overlap or come twice.
uint64_t CountMissed(const Lanes& lanes, const std::vector<Run>& runs) {
  std::set<Place> entries;
  for (const Run& run : runs) {
    const Lane* lane = lanes.Find(run.lane);
    for (uint64_t seq = run.first; seq <= run.last(); ++seq)
      if (lane == nullptr || seq > lane->tip()) entries.insert({run.lane, seq});
  }
  return entries.size();
}

}  // namespace

absl::Status FoldRun(Batch& batch, uint16_t handle, Run run) {
  Workspace& work = batch.work();
  ASSIGN_OR_RETURN(CheckedRun checked, CheckRun(work, work.lanes.At(handle), run));
  std::vector<Touches> touches(checked.entries.size());
  Vector seen = checked.context;
  const bool grew = !(work.lanes.At(handle).context == checked.context);
  if (grew || run.first == 1) work.NoteContext(handle, run.first, checked.context);
  work.lanes.Edit(handle).context = checked.context;
  for (size_t i = 0; i < checked.entries.size(); ++i) {
    const Entry& entry = checked.entries[i];
    const Dot dot = MakeDot(handle, entry.seq);
    seen.Raise(handle, entry.seq - 1);
    RETURN_IF_ERROR(CheckOps(work, entry, dot, seen, checked.entries));
    RETURN_IF_ERROR(batch.Fold(entry, dot, seen, &touches[i]));
    work.lanes.Edit(handle).tip_hlc = entry.hlc;
  }
  work.lanes.Edit(handle).tree = std::move(checked.tree);
  work.journal.AppendRun(handle, std::move(run), std::move(checked.ids), std::move(touches));
  return absl::OkStatus();
}

absl::StatusOr<Intake> TakeRuns(Batch& batch, absl::Span<const std::string> runs, int64_t now_ms) {
  std::vector<Run> pending;
  for (size_t i = 0; i < runs.size(); ++i) {
    absl::StatusOr<Run> run = DecodeRun(runs[i]);
    if (!run.ok())
      return Error(absl::StatusCode::kInvalidArgument,
                   Cat("run ", i + 1, " of ", runs.size(), " is malformed: ", S(run.status().message())));
    RegistryId registry;
    LaneId lane = 0;
    const bool genesis = ReadHeader(run->header, &registry, &lane) && registry.IsZero() && run->first == 1;
    if (!genesis && registry != batch.work().registry())
      return Error(absl::StatusCode::kFailedPrecondition, Cat("run ", i + 1, " of ", runs.size(), " is of another registry"),
                   "chancery status names the registry of a store");
    pending.push_back(*std::move(run));
  }
  // First stamp of a run, then lane: causes before effects, since only its first entry looks at other lanes.
  std::sort(pending.begin(), pending.end(), [](const Run& a, const Run& b) {
    return std::tie(a.leaves[0].hlc, a.lane, a.first) < std::tie(b.leaves[0].hlc, b.lane, b.first);
  });
  Intake intake;
  std::set<std::string> missing;
  for (bool progress = true; progress && !pending.empty();) {
    progress = false;
    missing.clear();
    std::vector<Run> waiting;
    for (Run& run : pending) {
      const uint64_t before = batch.work().lanes.Find(run.lane) == nullptr ? 0 : batch.work().lanes.Find(run.lane)->tip();
      ASSIGN_OR_RETURN(const Taken taken, TakeRun(batch, run, now_ms, &missing));
      if (taken == Taken::kWaits) {
        waiting.push_back(std::move(run));
        continue;
      }
      progress = true;
      if (taken == Taken::kYes) {
        ++intake.runs;
        intake.entries += run.last() - before;
      }
    }
    pending = std::move(waiting);
  }
  intake.waiting = CountMissed(batch.work().lanes, pending);
  intake.missing.assign(missing.begin(), missing.end());
  return intake;
}

}  // namespace chancery

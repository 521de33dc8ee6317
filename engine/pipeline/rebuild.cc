#include "engine/pipeline/rebuild.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/ingest.h"

namespace chancery {
namespace {

// Every run of the journal: lane and place, in the order in which they can be folded.
struct Stored {
  Hlc first_hlc = 0;
  LaneId lane = 0;
  uint16_t handle = 0;
  uint64_t first = 0;
  uint64_t last = 0;  // that counts: the lane's tip may be before the run's end
};

absl::StatusOr<Run> RunOf(std::string_view row) {
  ASSIGN_OR_RETURN(const std::string_view run, Journal::RunIn(row));
  return DecodeRun(run);
}

absl::StatusOr<std::vector<Stored>> AllRuns(const Txn& txn, const Lanes& lanes) {
  std::vector<Stored> out;
  Cursor rows(txn, Table::kJournal);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    const uint64_t handle = Read64(rows.key(), 0);
    if (handle >= lanes.size())
      return Error(absl::StatusCode::kDataLoss, "the journal names a lane that the store does not know");
    const absl::StatusOr<Run> run = RunOf(rows.value());
    if (!run.ok())
      return Error(absl::StatusCode::kDataLoss,
                   Cat("the journal of ", lanes.At(static_cast<uint16_t>(handle)).Label(), " is damaged at entry ",
                       Read64(rows.key(), 8), ": ", S(run.status().message())),
                   "restore a backup, or join again from a peer: what peers hold comes back");
    const uint64_t tip = txn.rehearses() ? lanes.At(static_cast<uint16_t>(handle)).tip() : UINT64_MAX;  // of the past only a part
    if (run->first <= tip) out.push_back({run->leaves[0].hlc, run->lane, static_cast<uint16_t>(handle), run->first, tip});
  }
  std::sort(out.begin(), out.end(), [](const Stored& a, const Stored& b) {
    return std::tie(a.first_hlc, a.lane, a.first) < std::tie(b.first_hlc, b.lane, b.first);
  });
  return out;
}

}  // namespace

absl::Status RebuildAll(WriteTxn& txn, std::shared_ptr<const Catalog> catalog, const KeyPair& signer) {
  ASSIGN_OR_RETURN(Lanes lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(const std::vector<Stored> runs, AllRuns(txn, lanes));
  for (const Table table : {Table::kContext, Table::kRecord, Table::kClaim, Table::kAct, Table::kPremise, Table::kRuling,
                            Table::kCase, Table::kPeaks, Table::kIssued, Table::kProposal})
    txn.Clear(table);
  PutSums(txn, {});
  for (uint16_t h = 0; h < lanes.size(); ++h) {  // who the lanes are stays; how far they reach is found again
    Lane& lane = lanes.Edit(h);
    lane.tip_hlc = 0;
    lane.context = {};
    lane.tree = {};
  }
  lanes.Store(txn);
  ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, Batch::Open(txn, catalog));
  batch->work().Replay();
  for (const Stored& stored : runs) {
    const auto row = txn.Get(Table::kJournal, Key64(stored.handle, stored.first));
    CHECK(row.has_value());
    ASSIGN_OR_RETURN(const std::string_view encoded, Journal::RunIn(*row));
    ASSIGN_OR_RETURN(Run run, DecodeRun(encoded));
    const bool whole = run.last() <= stored.last;
    run.DropAfter(stored.last);
    const absl::Status folded = FoldRun(*batch, stored.handle, std::move(run), whole ? encoded : std::string_view());
    if (!folded.ok()) return Error(absl::StatusCode::kDataLoss, S(folded.message()), NextOf(folded));
    if (batch->work().deferred() >= limits::kOpsABatch) RETURN_IF_ERROR(batch->Flush(txn, signer));
  }
  return batch->Flush(txn, signer);
}

namespace {

absl::StatusOr<Vector> PastOf(const Txn& txn, Dot dot) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(txn, Catalog::Build({})));
  return work->PastOf(dot);
}

// Which versions others replaced, and which a ruling withdrew.
absl::StatusOr<std::shared_ptr<const Catalog>> Judged(const Txn& txn, std::vector<PackSource> packs) {
  std::set<std::string> names;
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(txn, Catalog::Build(packs)));
    for (const PackSource& later : packs) {
      ASSIGN_OR_RETURN(const Vector past, work->PastOf(later.dot));
      for (PackSource& source : packs) source.replaced |= source.def.name == later.def.name && past.Has(source.dot);
      names.insert(later.def.name);
    }
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(txn, Catalog::Build(std::move(packs))));
  Docket docket(*work);
  for (const std::string& name : names) RETURN_IF_ERROR(docket.JudgePacks(name));
  return work->shared_catalog();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Catalog>> LoadCatalog(const Txn& txn) {
  ASSIGN_OR_RETURN(const std::vector<Dot> dots, ReadPackDots(txn));
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  const Journal journal(txn);
  std::vector<PackSource> packs;
  for (const Dot dot : dots) {
    ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(dot));
    ASSIGN_OR_RETURN(const Vector past, PastOf(txn, dot));
    const std::shared_ptr<const Catalog> so_far = Catalog::Build(packs);
    absl::StatusOr<PackDef> def = ParsePack(entry.pack_toml, Cat("the pack of ", lanes.Short(dot)),
                                            so_far->Known([&](Dot other) { return past.Has(other); }));
    if (!def.ok())
      return Error(absl::StatusCode::kDataLoss, Cat("a pack of this store cannot be read: ", S(def.status().message())));
    packs.push_back({*std::move(def), entry.hlc, entry.lane, dot});
  }
  return Judged(txn, std::move(packs));
}

}  // namespace chancery

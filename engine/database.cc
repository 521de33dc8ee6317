#include <sys/stat.h>

#include <atomic>

#include "chancery/chancery.h"
#include "engine/backup.h"
#include "engine/base/environment.h"
#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/extracts.h"
#include "engine/handed_out.h"
#include "engine/key_file.h"
#include "engine/order/cosign.h"
#include "engine/pipeline/author.h"
#include "engine/pipeline/blob_put.h"
#include "engine/pipeline/bundle_file.h"
#include "engine/pipeline/card.h"
#include "engine/pipeline/commit.h"
#include "engine/pipeline/ingest.h"
#include "engine/pipeline/order.h"
#include "engine/pipeline/preview.h"
#include "engine/pipeline/readmit.h"
#include "engine/pipeline/rebuild.h"
#include "engine/pipeline/receipt.h"
#include "engine/pipeline/resolve.h"
#include "engine/pipeline/verify_store.h"
#include "engine/sidecar.h"
#include "engine/snapshot.h"
#include "engine/tail.h"

namespace chancery {
namespace {

// A request of the queue that carries its work: at most one of the three. None: what is pending is written, and no more.
struct Job : CommitQueue::Request {
  std::function<absl::Status(Batch&)> file;             // together with others; one that fails has changed nothing
  std::function<absl::Status(Batch&, WriteTxn&)> work;  // alone
  std::function<absl::Status(WriteTxn&)> repair;        // alone: no batch, rows are written directly
  bool rules = false;                                   // looks for cases in the tables: they are brought up to date before
};

// A batch that stays open over several groups, above what LMDB holds.
struct Pending {
  explicit Pending(Txn txn) : view(std::move(txn)) {}
  Txn view;
  std::unique_ptr<Batch> batch;
  size_t drafts = 0;  // looked at: how much is held in memory
};

KeyPair MakeKey(const Environment& environment, const std::string& seed) {
  Hash256 bytes;
  if (seed.empty()) {
    (environment.random != nullptr ? *environment.random : SystemRandom()).Fill(bytes.bytes.data(), bytes.bytes.size());
  } else {
    bytes = Sha256({"chancery/seed/1\n", seed});
  }
  return KeyPair::FromSeed(bytes);
}

absl::Status CheckSite(std::string_view site) {
  if (IsName(site)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, Cat("\"", site, "\" is no name of a site"),
               "a to z, 0 to 9, _ and -, at most 63, a letter first");
}

}  // namespace

struct Database::Impl {
  std::unique_ptr<Env> env;
  Environment environment;
  StoreRow store;
  KeyPair key;                    // changed by the leader of the queue, under key_mutex; others read it by Key()
  std::optional<KeyPair> staged;  // by the transaction in hand
  Sidecar sidecar;                // the leader's; likewise the next three
  Tail tail;
  std::unique_ptr<Pending> pending;
  uint64_t kept = 0;                   // the own lane's tip that is durable
  std::atomic<bool> unwritten{false};  // the tail holds what LMDB does not
  std::atomic<bool> looked{true};      // somebody has read since the last filing: the next will be read as well
  mutable std::mutex key_mutex;
  CommitQueue queue;
  mutable std::mutex catalog_mutex;
  std::shared_ptr<const Catalog> catalog = Catalog::Build({});

  // Nothing that is shown is stamped after it. RFC 3339.
  std::string ShownAt(const Workspace& work) const { return FormatTime(std::max(NowMs(), MsOf(work.lanes.HighestHlc()))); }
  int64_t NowMs() const { return (environment.clock != nullptr ? *environment.clock : SystemClock()).NowMs(); }
  void Fill(void* bytes, size_t size) {
    (environment.random != nullptr ? *environment.random : SystemRandom()).Fill(bytes, size);
  }

  KeyPair Key() const {
    const std::lock_guard<std::mutex> guard(key_mutex);
    return key;
  }

  std::shared_ptr<const Catalog> SharedCatalog() const {
    const std::lock_guard<std::mutex> guard(catalog_mutex);
    return catalog;
  }

  // A transaction for one that is alone; for others one append to the tail, or one transaction for all that is pending.
  void RunGroup(const std::vector<CommitQueue::Request*>& group) {
    if (group[0]->alone) {
      group[0]->status = RunAlone(*static_cast<Job*>(group[0]));
      return;
    }
    const absl::Status filed = FileGroup(group);
    for (CommitQueue::Request* request : group)
      if (request->status.ok() && !filed.ok()) request->status = filed;
  }

  absl::Status RunAlone(const Job& job) {
    RETURN_IF_ERROR(WriteOut());
    pending.reset();
    if (job.repair) return Repair(job.repair);
    return job.work ? Transact(job.work) : absl::OkStatus();
  }

  absl::Status FileGroup(const std::vector<CommitQueue::Request*>& group) {
    RETURN_IF_ERROR(env->Accepts());
    bool rules = false;
    size_t drafts = 0;
    for (CommitQueue::Request* request : group) {
      rules |= static_cast<Job*>(request)->rules;
      drafts += request->drafts;
    }
    if (rules) RETURN_IF_ERROR(WriteOut());
    RETURN_IF_ERROR(OpenPending());
    for (CommitQueue::Request* request : group) request->status = static_cast<Job*>(request)->file(*pending->batch);
    pending->drafts += drafts;
    absl::Status filed = pending->view.status();
    if (filed.ok()) filed = Keep(!rules, drafts);
    if (!filed.ok() || !unwritten) pending.reset();  // what was acknowledged is in the tail
    return filed;
  }

  absl::Status OpenPending() {
    if (pending) return absl::OkStatus();
    RETURN_IF_ERROR(WriteOut());
    ASSIGN_OR_RETURN(Txn txn, env->Read());
    auto opened = std::make_unique<Pending>(std::move(txn));
    ASSIGN_OR_RETURN(opened->batch, Batch::Open(opened->view, SharedCatalog()));
    const Lane* own = opened->batch->work().Own();
    kept = own == nullptr ? 0 : own->tip();
    pending = std::move(opened);
    return absl::OkStatus();
  }

  // Makes durable what a group has appended. Large groups are put off only for rows that lie scattered over a table.
  absl::Status Keep(bool may_wait, size_t drafts) {
    Workspace& work = pending->batch->work();
    may_wait &= drafts < limits::kTailDrafts || work.scattered() >= pending->drafts;
    const Lane* own = work.Own();
    const bool much = std::max(work.journal.fresh_ops(), pending->drafts) >= limits::kEntriesACommit;
    if (own == nullptr || own->tip() == kept) return much ? WriteOut() : absl::OkStatus();
    const bool read = looked.exchange(false);
    if (!may_wait || read || much) return WriteOut();
    const std::string record = TailRecord(work.journal.SealOwn(*own, kept, work.registry(), key));
    if (!HasRoom(work) || !tail.Fits(record.size())) return WriteOut();
    if (absl::Status appended = tail.Append(record); !appended.ok()) {
      env->Fail();
      return appended;
    }
    kept = own->tip();
    unwritten = true;
    NoteTip(work.lanes);
    return absl::OkStatus();
  }

  // What is acknowledged must find room in LMDB when it is asked for, so it is not put off where the disk is nearly full: pages
  // of four tables an operation, copies of the values in two, and the tail itself.
  bool HasRoom(const Workspace& work) const {
    constexpr uint64_t kBytesAnOperation = 32 << 10;
    return env->RoomBytes() > 5 * limits::kTailBytes + work.journal.fresh_ops() * kBytesAnOperation;
  }

  // Writes into LMDB what is pending: one commit, after which the tail begins anew. If it fails, the tail is there still.
  absl::Status WriteOut() {
    if (!pending) return unwritten ? TakeUpTail() : absl::OkStatus();
    const Lane* own = pending->batch->work().Own();
    if (!unwritten && (own == nullptr || own->tip() == kept)) return absl::OkStatus();
    const std::unique_ptr<Pending> written = std::move(pending);
    ASSIGN_OR_RETURN(WriteTxn txn, env->WriteAccepted());
    written->view.Follow(txn);
    RETURN_IF_ERROR(written->batch->Flush(txn, key));
    RETURN_IF_ERROR(written->view.status());
    RETURN_IF_ERROR(txn.Commit());
    StartTailAgain();
    NoteTip(written->batch->work().lanes);
    return absl::OkStatus();
  }

  // The batch is gone: what was acknowledged is folded again.
  absl::Status TakeUpTail() {
    RETURN_IF_ERROR(TakeUp(*env, ReadTail(env->dir()), key));
    ASSIGN_OR_RETURN(const Txn txn, env->Read());
    ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
    if (const Lane* own = lanes.Find(LaneOf(key.public_key())); own == nullptr || own->tip() < kept) {
      env->Fail();
      return Error(absl::StatusCode::kDataLoss, Cat(env->dir(), "/tail does not hold any more what was written to it"),
                   "open the store again, and compare its status with the receipts");
    }
    StartTailAgain();
    return absl::OkStatus();
  }

  void StartTailAgain() {
    tail.StartAgain();
    unwritten = false;
  }

  // Every read begins here: it shows all that anybody was answered.
  absl::StatusOr<Txn> Read() {
    if (!looked.load(std::memory_order_relaxed)) looked.store(true, std::memory_order_relaxed);
    if (unwritten) {
      Job job;
      job.alone = true;
      RETURN_IF_ERROR(Submit(job));
    }
    return env->Read();
  }

  absl::Status Repair(const std::function<absl::Status(WriteTxn&)>& work) {
    staged.reset();
    ASSIGN_OR_RETURN(WriteTxn txn, env->Write());
    RETURN_IF_ERROR(work(txn));
    RETURN_IF_ERROR(txn.Commit());
    return AdoptKey();
  }

  absl::Status Transact(const std::function<absl::Status(Batch&, WriteTxn&)>& work) {
    staged.reset();
    ASSIGN_OR_RETURN(WriteTxn txn, env->Write());
    ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, Batch::Open(txn, SharedCatalog()));
    RETURN_IF_ERROR(work(*batch, txn));
    RETURN_IF_ERROR(batch->Flush(txn, key));
    const bool packs = batch->work().packs_changed() && txn.Count(Table::kRecord) > 0;  // rules may have changed
    if (packs || batch->work().voided()) RETURN_IF_ERROR(RebuildAll(txn, batch->work().shared_catalog(), key));
    if (batch->work().voided()) RETURN_IF_ERROR(RebuildOrder(txn));  // rounds that were closed, and not final
    RETURN_IF_ERROR(txn.Commit());
    RETURN_IF_ERROR(AdoptKey());
    NoteTip(batch->work().lanes);
    const std::lock_guard<std::mutex> guard(catalog_mutex);
    catalog = batch->work().shared_catalog();
    return absl::OkStatus();
  }

  // How far the own lane is, for whoever opens this directory next. Called after a commit has returned.
  void NoteTip(const Lanes& lanes) {
    const Lane* own = lanes.Find(LaneOf(key.public_key()));
    sidecar.Write(own == nullptr ? Tip{LaneOf(key.public_key()), 0, Tree().Root()} : Tip{own->id, own->tip(), own->tree.Root()});
  }

  // Within a transaction: the store must not write its lane any more, since it may be an older copy of itself. It gets a new key
  // with the commit. `filed`: what is known to have been filed.
  absl::Status Renew(WriteTxn& txn, std::string reason, const std::optional<Place>& filed) {
    ASSIGN_OR_RETURN(Renewal renewal, ReadRenewal(txn));
    ASSIGN_OR_RETURN(StoreRow row, ReadStoreRow(txn));
    renewal.reason = std::move(reason);
    if (filed) renewal.filed.Raise(*filed);
    staged = MakeKey(environment, "");
    RETURN_IF_ERROR(StageKeyFile(env->dir(), *staged));
    row.key = staged->public_key();
    PutStoreRow(txn, row);
    PutRenewal(txn, renewal);
    return absl::OkStatus();
  }

  absl::Status AdoptKey() {
    if (!staged) return absl::OkStatus();
    RETURN_IF_ERROR(AdoptKeyFile(env->dir()));
    const std::lock_guard<std::mutex> guard(key_mutex);
    key = *staged;
    staged.reset();
    return absl::OkStatus();
  }

  // Whether `tip`, or a tail that was not taken up whole, says that this store is an older copy of itself.
  absl::Status CheckTip(const std::vector<Run>& chain) {
    ASSIGN_OR_RETURN(std::optional<Tip> tip, ReadTip(env->dir()));
    std::optional<std::string> reason;
    {
      ASSIGN_OR_RETURN(const Txn txn, env->Read());
      ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
      const Lane* own = lanes.Find(LaneOf(key.public_key()));
      const uint64_t known = own == nullptr ? 0 : tip && tip->lane == own->id ? std::max(own->tip(), tip->seq) : own->tip();
      if (!chain.empty() && own != nullptr && chain[0].lane == own->id && chain.back().last() > known)
        tip = Tip{own->id, chain.back().last(), {}};
      reason = OlderCopy(tip, lanes);
    }
    sidecar.Open(env->dir());
    if (reason) {
      Job job;
      job.alone = true;
      job.repair = [&](WriteTxn& txn) { return Renew(txn, *reason, Place{tip->lane, tip->seq}); };
      RETURN_IF_ERROR(Submit(job));
    }
    ASSIGN_OR_RETURN(const Txn txn, env->Read());
    ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
    NoteTip(lanes);
    return absl::OkStatus();
  }

  // What stands in a tail and follows nothing that is here may follow what peers bring: it waits in the inbox, as theirs would.
  absl::Status KeepChain(const std::vector<Run>& chain) {
    if (chain.empty()) return absl::OkStatus();
    {
      ASSIGN_OR_RETURN(const Txn txn, env->Read());
      ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
      const Lane* lane = lanes.Find(chain[0].lane);
      if (lane == nullptr || lane->tip() >= chain.back().last()) return absl::OkStatus();
    }
    std::vector<std::string> runs;
    for (const Run& run : chain) runs.push_back(EncodeRun(run));
    absl::Status fault;
    Take(Offer{{runs.begin(), runs.end()}, {}, {}}, &fault).status().IgnoreError();  // a store with a full inbox opens, too
    return absl::OkStatus();
  }

  std::optional<std::string> OlderCopy(const std::optional<Tip>& tip, const Lanes& lanes) const {
    if (!tip || tip->lane != LaneOf(key.public_key())) return std::nullopt;
    const Lane* own = lanes.Find(tip->lane);
    const uint64_t seq = own == nullptr ? 0 : own->tip();
    const std::string label = own == nullptr ? store.site : own->Label();
    if (tip->seq > seq)
      return Cat("an older copy of this store was started: it ends at ", seq == 0 ? "nothing of its own" : Cat(label, "-", seq),
                 ", and ", label, "-", tip->seq, " had been filed here");
    if (tip->seq == seq && own != nullptr && tip->root != own->tree.Root())
      return Cat("another copy of this store was started: another ", label, "-", seq, " had been filed here");
    return std::nullopt;
  }

  // What others have of the own lane, and this store does not know it had filed: this store is an older copy, or it has one.
  absl::Status CheckOwnLane(WriteTxn& txn, const Lane& own, uint64_t tip_before) {
    if (own.fork != 0)
      return Renew(
          txn,
          Cat("two versions of its journal exist from ", own.Label(), "-", own.fork, " on: another copy of this store filed too"),
          std::nullopt);
    if (own.tip() <= tip_before) return absl::OkStatus();
    return Renew(txn,
                 Cat("an older copy of this store was started: it ended at ", own.Label(), "-", tip_before,
                     ", and another site had entries up to ", own.Label(), "-", own.tip()),
                 std::nullopt);
  }

  absl::Status Submit(Job& job) {
    queue.Submit(job, [this](const std::vector<CommitQueue::Request*>& group) { RunGroup(group); });
    return job.status;
  }

  enum class With { kOthers, kOtherRulings, kNobody };
  absl::StatusOr<Receipt> Act(With with, const std::function<absl::StatusOr<Receipt>(Author&)>& act) {
    absl::StatusOr<Receipt> receipt = absl::UnknownError("not run");
    const auto run = [&](Batch& batch) {
      Author author(batch, NowMs());
      receipt = act(author);
      return receipt.status();
    };
    Job job;
    job.alone = with == With::kNobody;
    job.rules = with == With::kOtherRulings;
    if (job.alone) job.work = [&](Batch& batch, WriteTxn&) { return run(batch); };
    if (!job.alone) job.file = run;
    RETURN_IF_ERROR(Submit(job));
    return receipt;
  }

  absl::Status Create(const std::string& dir, const std::string& site, Role role, const RegistryId& registry,
                      const std::string& seed) {
    RETURN_IF_ERROR(CheckSite(site));
    ASSIGN_OR_RETURN(env, Env::Open({.dir = dir,
                                     .create = true,
                                     .durable = environment.durable,
                                     .reserve_bytes = environment.reserve_bytes,
                                     .sync_fails = environment.sync_fails}));
    key = MakeKey(environment, seed);
    sidecar.Open(dir);
    tail.Open(dir, environment.durable, environment.sync_fails);
    store = {registry, site, key.public_key(), role};
    RETURN_IF_ERROR(WriteKeyFile(dir, key));
    ASSIGN_OR_RETURN(WriteTxn txn, env->Write());
    PutStoreRow(txn, store);
    return txn.Commit();
  }

  // One transaction, and more of them while the inbox has more that is ready.
  absl::StatusOr<Intake> Take(Offer offer, absl::Status* fault);
  absl::StatusOr<Intake> TakeOnce(const Offer& offer, Attempt* attempt);
  absl::StatusOr<bool> ActOnEpochs(int64_t patience_ms);
  absl::StatusOr<bool> TakeSigned(const std::vector<Cosignature>& offered);
  absl::StatusOr<Intake> TakeBundle(const Bundle& bundle);
  absl::StatusOr<Intake> Apply(const BundleFile& file);
  StoreTurns Turns();
  absl::StatusOr<Intake> TakeSlices(const Offer& offer, absl::Status* fault);
  absl::Status NoteFiled(const std::vector<LaneHead>& heads);

  absl::Status Found(const FoundOptions& options);
  absl::Status Join(const JoinOptions& options, const BundleFile& file);
  static absl::StatusOr<std::unique_ptr<Impl>> JoinNew(const std::string& dir, const JoinOptions& options, const BundleFile& file,
                                                       const Environment& env);
};

// What came of several transactions: sums of what each did, and what was so after the last.
// What lane keys have signed and is not here, although all that was sent is.
absl::Status Database::Impl::NoteFiled(const std::vector<LaneHead>& heads) {
  Renewal renewal;
  {
    ASSIGN_OR_RETURN(const Txn txn, Read());
    ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
    ASSIGN_OR_RETURN(renewal, ReadRenewal(txn));
    const Frontier known = renewal.filed;
    for (const LaneHead& head : heads) {
      const Lane* lane = lanes.Find(head.lane);
      if (lane == nullptr || head.size <= std::max(lane->tip(), known.At(head.lane))) continue;
      const std::string message = SealMessage(store.registry, lane->id, head.size, Tree::From(head.size, head.peaks).Root());
      if (chancery::Verify(lane->key, message, head.seal)) renewal.filed.Raise({lane->id, head.size});
    }
    if (renewal.filed == known) return absl::OkStatus();
  }
  Job job;
  job.alone = true;
  job.repair = [&](WriteTxn& txn) {
    PutRenewal(txn, renewal);
    return txn.status();
  };
  return Submit(job);
}

absl::StatusOr<Intake> Database::Impl::TakeOnce(const Offer& offer, Attempt* attempt) {
  for (;;) {
    Intake intake;
    Job job;
    job.alone = true;
    job.work = [&](Batch& batch, WriteTxn& txn) -> absl::Status {
      const Lane* own = batch.work().lanes.Find(LaneOf(key.public_key()));
      const uint64_t tip = own == nullptr ? 0 : own->tip();
      ASSIGN_OR_RETURN(intake, TakeRuns(batch, txn, offer, NowMs(), attempt));
      RETURN_IF_ERROR(batch.Flush(txn, key));
      intake.opened = batch.docket().opened();
      return own == nullptr ? absl::OkStatus() : CheckOwnLane(txn, *own, tip);
    };
    const absl::Status status = Submit(job);
    if (status.ok()) return intake;
    if (!absl::IsAborted(status)) return status;
  }
}

absl::StatusOr<Intake> Database::Impl::Take(Offer offer, absl::Status* fault) {
  Attempt attempt;
  ASSIGN_OR_RETURN(Intake whole, TakeOnce(offer, &attempt));
  while (attempt.more) {
    offer = {};
    ASSIGN_OR_RETURN(const Intake part, TakeOnce(offer, &attempt));
    Add(part, &whole);
  }
  if (fault->ok()) *fault = attempt.fault;
  return whole;
}

// Whole runs in their order, a durable commit every kEntriesASlice entries or so: what is committed stays when the rest fails,
// memory is bounded, and filers who wait come in between; as long as there are any, the slices are short.
absl::StatusOr<Intake> Database::Impl::TakeSlices(const Offer& offer, absl::Status* fault) {
  Intake whole;
  size_t next = 0;
  do {
    Offer slice{{}, offer.before, next == 0 ? offer.as_sealed : absl::Span<const LaneHead>(), offer.keep_most - whole.kept};
    const uint64_t entries_max = queue.busy() ? limits::kEntriesABusySlice : limits::kEntriesASlice;
    uint64_t entries = 0, bytes = 0;
    while (next < offer.runs.size() && entries < entries_max && bytes < limits::kBytesASlice) {
      const RunHead size = HeadOfRun(offer.runs[next]);
      entries += size.entries;
      bytes += size.raw_bytes;
      slice.runs.push_back(offer.runs[next++]);
    }
    ASSIGN_OR_RETURN(const Intake part, Take(std::move(slice), fault));
    Add(part, &whole);
  } while (next < offer.runs.size());
  return whole;
}

absl::StatusOr<bool> Database::Impl::TakeSigned(const std::vector<Cosignature>& offered) {
  bool changed = false;
  Job job;
  job.alone = true;
  job.repair = [&](WriteTxn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(changed, chancery::TakeCosignatures(txn, store.registry, offered));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(Submit(job));
  return changed;
}

absl::StatusOr<Intake> Database::Impl::TakeBundle(const Bundle& bundle) {
  std::vector<Cosignature> cosignatures;
  if (!bundle.cosignatures.empty()) {
    ASSIGN_OR_RETURN(cosignatures, DecodeCosignatures(bundle.cosignatures));
  }
  absl::Status fault;
  ASSIGN_OR_RETURN(Intake whole, TakeSlices({bundle.runs, bundle.from, bundle.to}, &fault));
  RETURN_IF_ERROR(NoteFiled(bundle.to));
  if (!cosignatures.empty()) RETURN_IF_ERROR(TakeSigned(cosignatures).status());
  whole.offered += bundle.damaged;
  whole.damaged += bundle.damaged;
  if (whole.offered == 0 || whole.damaged < whole.offered) return whole;
  if (!fault.ok()) return fault;
  return Error(absl::StatusCode::kDataLoss, Cat("none of the ", whole.offered, " runs of the bundle is whole"),
               "carry it again, or export it again");
}

// For what lies beside the registers: every slice waits for its turn among those who file.
StoreTurns Database::Impl::Turns() {
  return {[this] { return env->Read(); },
          [this](const std::function<absl::Status(WriteTxn&)>& work) {
            Job job;
            job.alone = true;
            job.repair = work;
            return Submit(job);
          }};
}

absl::Status CheckOfRegistry(const Bundle& bundle, const RegistryId& registry) {
  if (bundle.registry == registry) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, "the bundle is of another registry",
               "chancery status names the registry of a store");
}

// Entries first: what happens to a document takes nothing away from them.
absl::StatusOr<Intake> Database::Impl::Apply(const BundleFile& file) {
  RETURN_IF_ERROR(CheckOfRegistry(file.bundle(), store.registry));
  ASSIGN_OR_RETURN(Intake intake, TakeBundle(file.bundle()));
  RETURN_IF_ERROR(file.TakeDocuments(Turns(), &intake));
  return intake;
}

absl::Status Database::Impl::Found(const FoundOptions& options) {
  return Transact([&](Batch& batch, WriteTxn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(const PackDef first, ParsePack(options.packs[0].second, options.packs[0].first, {}));
    Lane lane;
    lane.id = LaneOf(key.public_key());
    lane.key = key.public_key();
    lane.site = options.site;
    batch.work().lanes.Add(std::move(lane));
    Genesis genesis;
    genesis.registry_name = options.registry_name.empty() ? first.name : options.registry_name;
    genesis.site = options.site;
    genesis.key = key.public_key();
    Fill(genesis.nonce.bytes.data(), genesis.nonce.bytes.size());
    Author author(batch, NowMs());
    ASSIGN_OR_RETURN(const Receipt receipt, author.Genesis(genesis));
    store.registry = {receipt.id};
    batch.work().SetRegistry(store.registry);
    PutStoreRow(txn, store);
    for (const auto& [origin, toml] : options.packs) RETURN_IF_ERROR(author.ApplyPack(toml, origin).status());
    return absl::OkStatus();
  });
}

absl::Status Database::Impl::Join(const JoinOptions& options, const BundleFile& file) {
  ASSIGN_OR_RETURN(const Intake intake, Apply(file));
  if (intake.documents_damaged > 0)
    return Error(absl::StatusCode::kDataLoss, "the bundle is damaged: not all of its documents are whole",
                 "carry it again, or export it again");
  if (intake.damaged > 0)
    return Error(absl::StatusCode::kDataLoss,
                 Cat("the bundle is damaged: ", intake.offered - intake.damaged, " of ", intake.offered, " runs are whole"),
                 "carry it again, or export it again");
  if (intake.entries == 0)
    return Error(absl::StatusCode::kInvalidArgument, "the bundle does not begin with the registry's genesis",
                 "at a member: chancery bundle export --since 0 -o FILE");
  ASSIGN_OR_RETURN(const Txn txn, env->Read());
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  if (lanes.Incarnations(options.site) > 0)
    return Refuse({"admission", "", "", Cat("the registry has a site named ", options.site, " already"), "choose another name"});
  return absl::OkStatus();
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Found(const std::string& dir, const FoundOptions& options,
                                                          const Environment& env) {
  if (options.packs.empty())
    return Error(absl::StatusCode::kInvalidArgument, "a registry is founded with at least one pack", "--pack FILE");
  std::vector<PackDef> parsed;  // before anything is written
  for (const auto& [origin, toml] : options.packs) {
    ASSIGN_OR_RETURN(PackDef pack, ParsePack(toml, origin, parsed));
    parsed.push_back(std::move(pack));
  }
  auto impl = std::make_unique<Impl>();
  impl->environment = env;
  RETURN_IF_ERROR(impl->Create(dir, options.site, Role::kFull, {}, options.key_seed));
  const absl::Status founded = impl->Found(options);
  if (!founded.ok()) {
    impl.reset();
    RemoveStoreFiles(dir);
    return founded;
  }
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Database::Impl>> Database::Impl::JoinNew(const std::string& dir, const JoinOptions& options,
                                                                        const BundleFile& file, const Environment& env) {
  auto impl = std::make_unique<Impl>();
  impl->environment = env;
  RETURN_IF_ERROR(impl->Create(dir, options.site, *RoleOf(options.role), file.bundle().registry, options.key_seed));
  const absl::Status joined = impl->Join(options, file);
  if (joined.ok()) return impl;
  impl.reset();
  RemoveStoreFiles(dir);
  return joined;
}

namespace {

absl::Status CheckRole(const JoinOptions& options) {
  if (RoleOf(options.role)) return absl::OkStatus();
  return Error(absl::StatusCode::kInvalidArgument, Cat("no role is called \"", options.role, "\""), "full, blind or witness");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Join(const std::string& dir, const JoinOptions& options,
                                                         std::string_view bytes, const Environment& env) {
  RETURN_IF_ERROR(CheckRole(options));
  ASSIGN_OR_RETURN(const BundleFile file, BundleFile::Of(bytes));
  ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::JoinNew(dir, options, file, env));
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Database>> Database::Join(const std::string& dir, const JoinOptions& options,
                                                         const ByteSource& bundle, const Environment& env) {
  RETURN_IF_ERROR(CheckRole(options));
  ASSIGN_OR_RETURN(const BundleFile file, BundleFile::Read(bundle));
  ASSIGN_OR_RETURN(std::unique_ptr<Impl> impl, Impl::JoinNew(dir, options, file, env));
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& dir, const Environment& env) {
  auto impl = std::make_unique<Impl>();
  impl->environment = env;
  ASSIGN_OR_RETURN(impl->env, Env::Open({.dir = dir,
                                         .create = false,
                                         .durable = env.durable,
                                         .reserve_bytes = env.reserve_bytes,
                                         .walk_pages = env.walk_pages,
                                         .sync_fails = env.sync_fails}));
  {
    ASSIGN_OR_RETURN(const Txn txn, impl->env->Read());
    if (txn.Count(Table::kLane) == 0)
      return Error(absl::StatusCode::kDataLoss, Cat(dir, " was being founded when it was cut off: nothing is in it"),
                   "remove the directory, then found or join again");
    ASSIGN_OR_RETURN(impl->store, ReadStoreRow(txn));
    ASSIGN_OR_RETURN(impl->key, FindKeyFile(dir, impl->store.key));
    ASSIGN_OR_RETURN(impl->catalog, LoadCatalog(txn));
  }
  if (Planted(Bug::kSignsBeforeItPersists)) {
    ASSIGN_OR_RETURN(WriteTxn txn, impl->env->Write());
    ForgetLastSigned(txn, LaneOf(impl->key.public_key()));
    RETURN_IF_ERROR(txn.Commit());
  }
  impl->tail.Open(dir, env.durable, env.sync_fails);
  const std::vector<Run> chain = ReadTail(dir);
  if (!chain.empty() && chain[0].lane == LaneOf(impl->key.public_key())) RETURN_IF_ERROR(TakeUp(*impl->env, chain, impl->key));
  RETURN_IF_ERROR(impl->CheckTip(chain));
  RETURN_IF_ERROR(impl->KeepChain(chain));
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

absl::StatusOr<std::unique_ptr<Database>> Database::Restore(const std::string& dir, const std::string& file,
                                                            const RestoreOptions& options, const Environment& env) {
  RETURN_IF_ERROR(RestoreStore({dir, file, env.durable}, MakeKey(env, options.key_seed)));
  return Open(dir, env);
}

absl::StatusOr<Receipt> Database::File(const Draft& draft) {
  return impl_->Act(Impl::With::kOthers, [&](Author& author) { return author.File(draft); });
}

std::vector<absl::StatusOr<Receipt>> Database::FileAll(absl::Span<const Draft> drafts) {
  std::vector<absl::StatusOr<Receipt>> receipts;
  Job job;
  job.drafts = drafts.size();
  job.file = [&](Batch& batch) {
    receipts = Author(batch, impl_->NowMs()).FileAll(drafts);
    return absl::OkStatus();
  };
  const absl::Status committed = impl_->Submit(job);
  if (!committed.ok()) receipts.assign(drafts.size(), committed);
  return receipts;
}

absl::StatusOr<Receipt> Database::Rule(const RulingDraft& ruling) {
  const bool on_packs = ruling.rule == "pack" || ruling.subject.empty();  // perhaps: it changes what everything means
  return impl_->Act(on_packs ? Impl::With::kNobody : Impl::With::kOtherRulings,
                    [&](Author& author) { return author.Rule(ruling); });
}

absl::StatusOr<Receipt> Database::Propose(const RulingDraft& ruling) {
  return impl_->Act(Impl::With::kOtherRulings, [&](Author& author) { return author.Propose(ruling); });
}

absl::StatusOr<Receipt> Database::Approve(const ApprovalDraft& approval) {
  const bool on_packs = approval.rule == "pack" || approval.subject.empty();
  return impl_->Act(on_packs ? Impl::With::kNobody : Impl::With::kOtherRulings,
                    [&](Author& author) { return author.Approve(approval); });
}

absl::StatusOr<Receipt> Database::SendBack(const ApprovalDraft& approval) {
  return impl_->Act(Impl::With::kOtherRulings, [&](Author& author) { return author.SendBack(approval); });
}

absl::StatusOr<RulingPreview> Database::Preview(const RulingDraft& ruling) const {
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, Batch::Open(now.impl_->txn, now.impl_->catalog));
  return Author(*batch, impl_->NowMs()).Preview(ruling);
}

absl::StatusOr<Receipt> Database::Admit(std::string_view card) {
  return impl_->Act(Impl::With::kNobody, [&](Author& author) { return author.Admit(card); });
}

absl::StatusOr<Receipt> Database::ApplyPack(std::string_view toml, std::string_view origin) {
  return impl_->Act(Impl::With::kNobody, [&](Author& author) { return author.ApplyPack(toml, origin); });
}

absl::StatusOr<BlobView> Database::PutBlob(const ByteSource& source) {
  ASSIGN_OR_RETURN(const BundleDocument document, NameDocument(source));
  RETURN_IF_ERROR(PutDocument(impl_->Turns(), document, source).status());
  return BlobView{Hex(document.hash.view()), document.size};
}

absl::StatusOr<bool> Database::PutBlob(const BlobView& named, const ByteSource& source) {
  std::string hash;
  if (!Unhex(named.sha256, &hash) || hash.size() != sizeof(Hash256))
    return Error(absl::StatusCode::kInvalidArgument, Cat("\"", named.sha256, "\" is no SHA-256"), "64 hexadecimal digits");
  if (named.bytes > limits::kBlobBytes)
    return Refuse({"limit", "", "", Cat("the document has more than ", limits::kBlobBytes >> 20, " MiB"), ""});
  return PutDocument(impl_->Turns(), {Hash256::From(hash), named.bytes}, source);
}

std::string Database::SiteCard() const {
  std::optional<PublicKey> replaces;
  const KeyPair key = impl_->Key();
  const auto note = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Txn txn, impl_->Read());
    ASSIGN_OR_RETURN(const Renewal renewal, ReadRenewal(txn));
    if (!renewal.reason.empty()) {
      ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
      replaces = lanes.LastKeyOf(impl_->store.site, key.public_key());
    }
    return absl::OkStatus();
  };
  note().IgnoreError();  // a card that leaves out what it replaces is refused by every member
  return WriteCard(impl_->store.site, impl_->store.role, impl_->store.registry, key, replaces);
}

std::string Database::Vouch(std::string_view words) const {
  return std::string(impl_->Key().Sign(VouchMessage(impl_->store.registry, words)).view());
}

std::string Database::Fingerprint() const { return FingerprintOf(impl_->Key().public_key()); }

absl::StatusOr<Snapshot> Database::Read() const {
  ASSIGN_OR_RETURN(Txn txn, impl_->Read());
  std::shared_ptr<const Catalog> catalog = impl_->SharedCatalog();
  ASSIGN_OR_RETURN(const std::vector<Dot> packs, ReadPackDots(txn));
  if (packs.size() > catalog->packs().size()) {  // a pack was committed a moment ago and is not published yet
    ASSIGN_OR_RETURN(catalog, LoadCatalog(txn));
  }
  auto snapshot = std::make_shared<Snapshot::Impl>(std::move(txn), catalog, impl_->env->FreeBytes());
  snapshot->outcome_unknown = impl_->env->failed();
  return Snapshot(std::move(snapshot));
}

absl::StatusOr<Intake> Database::Ingest(absl::Span<const std::string> runs, uint64_t keep_most, std::string_view heads) {
  const std::optional<LaneHeads> known = heads.empty() ? LaneHeads() : DecodeHeads(heads);
  if (!known) return Error(absl::StatusCode::kInvalidArgument, "the heads that came with the runs are malformed");
  if (runs.empty() && known->to.empty()) {  // nothing to release: no commit
    ASSIGN_OR_RETURN(const Txn txn, impl_->Read());
    if (txn.Count(Table::kInbox) == 0) {
      ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
      Intake intake;
      intake.halted = HaltedLanes(lanes);
      return intake;
    }
  }
  absl::Status fault;
  const Offer offer{{runs.begin(), runs.end()}, known->from, known->to, keep_most};
  ASSIGN_OR_RETURN(const Intake intake, impl_->TakeSlices(offer, &fault));
  if (intake.damaged > 0 && intake.damaged == intake.offered) return fault;
  return intake;
}

absl::StatusOr<Intake> Database::ApplyBundle(std::string_view bytes) {
  ASSIGN_OR_RETURN(const BundleFile file, BundleFile::Of(bytes));
  return impl_->Apply(file);
}

absl::StatusOr<MergePreview> Database::PreviewBundle(std::string_view bytes, size_t values_max) const {
  ASSIGN_OR_RETURN(const Bundle bundle, DecodeBundle(bytes));
  RETURN_IF_ERROR(CheckOfRegistry(bundle, impl_->store.registry));
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(Merged merged, RehearseBundle(now.impl_->txn, now.impl_->catalog, bundle, impl_->NowMs()));
  return PreviewOf(now.impl_->txn, now.impl_->catalog, std::move(merged), values_max);
}

absl::StatusOr<Intake> Database::ApplyBundle(const ByteSource& bundle) {
  ASSIGN_OR_RETURN(const BundleFile file, BundleFile::Read(bundle));
  return impl_->Apply(file);
}

absl::StatusOr<bool> Database::Vote() { return impl_->ActOnEpochs(0); }

absl::StatusOr<bool> Database::Settle(int64_t patience_ms) {
  ASSIGN_OR_RETURN(const bool spoke, impl_->ActOnEpochs(patience_ms));  // first: what is filed says as much as a beat
  std::optional<Hlc> beat;
  {
    ASSIGN_OR_RETURN(const Txn txn, impl_->Read());
    ASSIGN_OR_RETURN(beat, BeatOwed(txn, LaneOf(impl_->Key().public_key()), {impl_->NowMs(), patience_ms}));
  }
  if (beat) RETURN_IF_ERROR(impl_->Act(Impl::With::kNobody, [&](Author& author) { return author.Beat(*beat); }).status());
  bool changed = false;
  Job job;
  job.alone = true;
  job.repair = [&](WriteTxn& txn) -> absl::Status {
    ASSIGN_OR_RETURN(changed, chancery::Settle(txn, impl_->store.registry, impl_->key, impl_->NowMs()));
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(impl_->Submit(job));
  return changed || spoke || beat.has_value();
}

absl::StatusOr<bool> Database::Impl::ActOnEpochs(int64_t patience_ms) {
  bool any = false;
  for (;;) {
    std::optional<EpochAct> act;
    {
      ASSIGN_OR_RETURN(const Txn txn, Read());
      ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(txn, SharedCatalog()));
      ASSIGN_OR_RETURN(act, EpochActDue(*work, NowMs(), NowMs() - patience_ms));
    }
    if (!act) return any;
    RETURN_IF_ERROR(Act(With::kNobody, [&](Author& author) { return author.OnEpoch(*act, key); }).status());
    any = true;
  }
}

absl::StatusOr<Receipt> Database::ProposeEnd(std::string_view site) {
  return impl_->Act(Impl::With::kNobody, [&](Author& author) -> absl::StatusOr<Receipt> {
    ASSIGN_OR_RETURN(EpochAct act, author.ToEnd(site));
    return author.OnEpoch(std::move(act), impl_->key);
  });
}

absl::StatusOr<Receipt> Database::Readmit(std::string_view entry, std::string_view officer) {
  Draft draft;
  {
    ASSIGN_OR_RETURN(const Snapshot now, Read());
    ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
    ASSIGN_OR_RETURN(draft, DraftAgain(*view->work, entry));
  }
  if (!officer.empty()) draft.officer = officer;
  return File(draft);
}

absl::StatusOr<bool> Database::TakeCosignatures(std::string_view cosignatures) {
  ASSIGN_OR_RETURN(const std::vector<Cosignature> offered, DecodeCosignatures(cosignatures));
  return impl_->TakeSigned(offered);
}

absl::StatusOr<ReceiptFile> Database::Prove(std::string_view entry, std::string_view strength) const {
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
  ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(*view->work, entry));
  return MakeReceipt(now.impl_->txn, *view->work, impl_->Key(), dot, strength);
}

absl::StatusOr<Database::ExtractFile> Database::Extract(std::string_view address) {
  ASSIGN_OR_RETURN(const chancery::Address parsed, chancery::Address::Parse(address));
  if (!parsed.field.empty())
    return Error(absl::StatusCode::kInvalidArgument, Cat(address, " names a field: an extract is of a whole record"));
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(const RecordView record, now.Record(address));
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
  const Lane* own = view->work->Own();
  if (own == nullptr)
    return Error(absl::StatusCode::kFailedPrecondition, "this site is no member: nobody could check what it signs",
                 "at a member: chancery site admit SITE.site");
  ExtractWords words;
  words.registry = view->work->registry();
  words.address = parsed.Text();
  words.site = own->Label();
  words.lane = own->id;
  words.at = impl_->ShownAt(*view->work);
  words.frontier = now.Frontier();
  words.record = ToJson(record).Json();
  const std::string text = SignExtract(words, impl_->Key());
  RETURN_IF_ERROR(NoteHandedOut(impl_->env->dir(), {text, "", "", ""}, impl_->environment.durable));
  return ExtractFile{text, ViewOf(words, text)};
}

absl::Status Database::NoteReceipt(const ReceiptFile& receipt) {
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
  return NoteHandedOut(impl_->env->dir(), {"", receipt.entry, receipt.strength, impl_->ShownAt(*view->work)},
                       impl_->environment.durable);
}

absl::StatusOr<std::vector<ExtractView>> Database::Extracts() const {
  ASSIGN_OR_RETURN(const std::vector<HandedOut> all, AllHandedOut(impl_->env->dir()));
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
  std::vector<ExtractView> views;
  for (const HandedOut& one : all) {
    ASSIGN_OR_RETURN(ExtractView since,
                     one.extract.empty() ? ReceiptSince(one, now, *view->work) : ExtractSince(one.extract, now));
    views.push_back(std::move(since));
  }
  return views;
}

absl::StatusOr<std::string> Database::Checkpoint() const {
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
  return SettledCheckpoint(now.impl_->txn, *view->work, impl_->Key());
}

absl::StatusOr<std::string> Database::ProveGrowth(std::string_view older, std::string_view newer) const {
  ASSIGN_OR_RETURN(const Snapshot now, Read());
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, now.impl_->Open());
  return SettledGrowth(now.impl_->txn, *view->work, older, newer);
}

absl::StatusOr<VerifyView> Database::Verify() const {
  if (const absl::Status pages = impl_->env->CheckPages(); !pages.ok()) {  // nothing of them may be read through LMDB
    VerifyView view;
    view.journal_holds = false;
    view.damage.push_back(Cat(pages.message(), "; ", NextOf(pages)));
    return view;
  }
  ASSIGN_OR_RETURN(const Txn txn, impl_->Read());
  ASSIGN_OR_RETURN(const std::shared_ptr<const Catalog> catalog, LoadCatalog(txn));
  return VerifyRows(txn, catalog);
}

absl::StatusOr<BackupView> Database::Backup(const std::string& file) const {
  ASSIGN_OR_RETURN(const Txn txn, impl_->Read());
  return WriteBackup(txn, file);
}

absl::Status Database::Rebuild() {
  Job job;
  job.alone = true;
  job.repair = [&](WriteTxn& txn) -> absl::Status {
    RETURN_IF_ERROR(RebuildAll(txn, impl_->SharedCatalog(), impl_->key));
    return RebuildOrder(txn);
  };
  return impl_->Submit(job);
}

absl::StatusOr<uint64_t> Database::Pulse(const std::string& dir) {
  const std::optional<uint64_t> pulse = PulseOf(dir);
  if (!pulse) return Error(absl::StatusCode::kNotFound, Cat("no store in ", dir));
  return *pulse;
}

const std::string& Database::site() const { return impl_->store.site; }
int64_t Database::NowMs() const { return impl_->NowMs(); }
const std::string& Database::dir() const { return impl_->env->dir(); }

}  // namespace chancery

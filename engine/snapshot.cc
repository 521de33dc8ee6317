#include "engine/snapshot.h"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "engine/base/environment.h"
#include "engine/base/hash_stream.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/inbox.h"
#include "engine/journal/proof.h"
#include "engine/pack/view.h"
#include "engine/pipeline/blob_names.h"
#include "engine/pipeline/branches.h"
#include "engine/pipeline/card.h"
#include "engine/pipeline/epoch.h"
#include "engine/pipeline/ingest.h"
#include "engine/pipeline/order.h"
#include "engine/pipeline/past.h"
#include "engine/pipeline/resolve.h"
#include "engine/store/blobs.h"
#include "engine/text/value_text.h"

namespace chancery {

namespace {

// "tallinn-13…17": of what was filed, what is neither merged nor waiting here, ascending by lane as it is named.
std::vector<std::string> Missing(const Lanes& lanes, const Frontier& filed, const std::vector<Outline>& waiting) {
  std::vector<std::string> ranges;
  for (const Place& place : filed.lanes) {
    const Lane* lane = lanes.Find(place.lane);
    if (lane == nullptr) continue;
    std::map<uint64_t, uint64_t> here;  // first -> last
    for (const Outline& run : waiting)
      if (run.lane == place.lane) here[run.first] = std::max(here[run.first], run.last);
    const auto add = [&](uint64_t first, uint64_t last) {
      if (first <= last) ranges.push_back(Cat(lane->Label(), "-", first, first == last ? "" : Cat("…", last)));
    };
    uint64_t next = lane->tip() + 1;
    for (const auto& [first, last] : here) {
      add(next, std::min(first - 1, place.seq));
      next = std::max(next, last + 1);
    }
    add(next, place.seq);
  }
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

absl::StatusOr<Hash256> DocumentNamed(std::string_view sha256) {
  std::string hash;
  if (!Unhex(sha256, &hash) || hash.size() != sizeof(Hash256))
    return Error(absl::StatusCode::kInvalidArgument, Cat("\"", sha256, "\" is no SHA-256"), "64 hexadecimal digits");
  return Hash256::From(hash);
}

}  // namespace

absl::StatusOr<Snapshot::Impl::View*> Snapshot::Impl::Open() {
  if (view == nullptr) {
    ASSIGN_OR_RETURN(view, View::Open(txn, catalog));
  }
  return view.get();
}

Snapshot::Snapshot(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot& Snapshot::operator=(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;

absl::StatusOr<Snapshot> Snapshot::Impl::At(const std::shared_ptr<Impl>& now, const Vector& frontier) {
  ASSIGN_OR_RETURN(Past past, ShowPast(now->txn, now->catalog, frontier));
  return Over(now, std::move(past.txn), std::move(past.catalog));
}

Snapshot Snapshot::Impl::Over(const std::shared_ptr<Impl>& below, WriteTxn txn, std::shared_ptr<const Catalog> catalog) {
  auto impl = std::make_shared<Impl>(std::move(txn), std::move(catalog), below->free_bytes);
  impl->below = below;
  return Snapshot(std::move(impl));
}

absl::StatusOr<Snapshot> Snapshot::AsOf(std::string_view moment) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const Vector frontier, MomentOf(*view->work, moment));
  return Impl::At(impl_, frontier);
}

absl::StatusOr<Snapshot> Snapshot::SeenBy(std::string_view site) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const Vector frontier, SightOf(*view->work, site));
  return Impl::At(impl_, frontier);
}

namespace {

// One side of a comparison: which entries it has, and the entry that names it, if one does.
struct Side {
  Vector frontier;
  Dot entry = 0;
};

absl::StatusOr<Side> SideOf(Workspace& work, std::string_view text) {
  const auto of_site = [&](const Lane& lane) { return lane.site == text || lane.Label() == text; };
  if (std::any_of(work.lanes.all().begin(), work.lanes.all().end(), of_site)) {
    ASSIGN_OR_RETURN(Vector sight, SightOf(work, text));
    return Side{std::move(sight)};
  }
  const absl::StatusOr<Dot> entry = ResolveEntry(work, text);
  if (!entry.ok()) {
    ASSIGN_OR_RETURN(Vector moment, MomentOf(work, text));
    return Side{std::move(moment)};
  }
  ASSIGN_OR_RETURN(Vector past, work.PastOf(*entry));
  past.Raise(HandleOf(*entry), SeqOf(*entry));
  return Side{std::move(past), *entry};
}

absl::StatusOr<std::set<std::string>> ComparedRecords(ReadView& a, ReadView& b, const Side& of_a, const Side& of_b,
                                                      const Vector& base) {
  const bool two_acts = of_a.entry != 0 && of_b.entry != 0;
  ASSIGN_OR_RETURN(std::set<std::string> records, two_acts ? RecordsOf(*a.work, of_a.entry) : RecordsSince(*a.work, base));
  ASSIGN_OR_RETURN(std::set<std::string> others, two_acts ? RecordsOf(*b.work, of_b.entry) : RecordsSince(*b.work, base));
  records.merge(others);
  return records;
}

}  // namespace

absl::StatusOr<DiffView> Snapshot::Diff(std::string_view a, std::string_view b) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const Side of_a, SideOf(*view->work, a));
  ASSIGN_OR_RETURN(const Side of_b, SideOf(*view->work, b));
  const Vector base = Meet(of_a.frontier, of_b.frontier);
  std::vector<Past> pasts;
  std::vector<std::unique_ptr<ReadView>> readings;
  pasts.reserve(3);  // readings point to them
  for (const Vector& frontier : {base, of_a.frontier, of_b.frontier}) {
    ASSIGN_OR_RETURN(Past past, ShowPast(impl_->txn, impl_->catalog, frontier));
    pasts.push_back(std::move(past));
    ASSIGN_OR_RETURN(std::unique_ptr<ReadView> reading, ReadView::Open(pasts.back().txn, pasts.back().catalog));
    readings.push_back(std::move(reading));
  }
  ASSIGN_OR_RETURN(const std::set<std::string> records, ComparedRecords(*readings[1], *readings[2], of_a, of_b, base));
  return CompareSides(*readings[0], *readings[1], *readings[2], records);
}

absl::StatusOr<std::vector<BranchView>> Snapshot::Branches(int64_t shortest_ms) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const std::vector<chancery::Branch> branches, BranchesIn(*view->work));
  std::vector<BranchView> views;
  for (const chancery::Branch& branch : branches) {
    ASSIGN_OR_RETURN(const BranchView named, ViewOf(branch, *view->work));
    int64_t since = 0, until = INT64_MAX;
    ParseTime(named.since, &since);
    if (!named.until.empty()) ParseTime(named.until, &until);
    if (until - since < shortest_ms) continue;
    ASSIGN_OR_RETURN(BranchView one, CountedViewOf(branch, *view->work));
    if (one.entries > 0 && one.others > 0) views.push_back(std::move(one));
  }
  std::sort(views.begin(), views.end(), [](const BranchView& a, const BranchView& b) {
    return std::make_tuple(!a.until.empty(), b.until, a.name) < std::make_tuple(!b.until.empty(), a.until, b.name);
  });
  return views;
}

absl::StatusOr<BranchView> Snapshot::Branch(std::string_view name) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const std::vector<chancery::Branch> branches, BranchesIn(*view->work));
  const size_t at = name.find('@');
  const chancery::Branch* found = nullptr;
  for (const chancery::Branch& branch : branches) {
    ASSIGN_OR_RETURN(const BranchView one, ViewOf(branch, *view->work));
    const bool goes_on = at == name.npos && one.name == name;
    const bool ended = at != name.npos && one.name.substr(0, one.name.find('@')) == name.substr(0, at) &&
                       one.until.find(name.substr(at + 1)) != std::string::npos;
    if (!goes_on && !ended) continue;
    if (found != nullptr)
      return Error(absl::StatusCode::kInvalidArgument, Cat("several branches are called \"", name, "\""),
                   "write more of the time: chancery branch ls");
    found = &branch;
  }
  if (found == nullptr) return Error(absl::StatusCode::kNotFound, Cat("no branch ", name), "chancery branch ls");
  return WholeViewOf(*found, *view);
}

absl::StatusOr<RecordView> Snapshot::Record(std::string_view address) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  return view->reader.Record(address);
}

absl::StatusOr<CaseView> Snapshot::Case(std::string_view rule, std::string_view subject) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const chancery::Case c, ResolveCase(*view->work, view->docket, rule, subject));
  return view->reader.CaseOf(c);
}

absl::StatusOr<std::vector<EntryView>> Snapshot::Log(std::string_view address, size_t limit) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  return view->reader.Log(address, limit);
}

absl::StatusOr<EntryView> Snapshot::Entry(std::string_view name) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(*view->work, name));
  return view->reader.Entry(dot);
}

absl::StatusOr<PlaceView> Snapshot::Place(std::string_view name) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const Dot dot, ResolveEntry(*view->work, name));
  return ViewOfPlace(impl_->txn, view->work->journal, view->work->lanes, dot);
}

absl::StatusOr<std::string> Snapshot::Cosignatures() const {
  ASSIGN_OR_RETURN(const std::vector<Cosignature> all, AllCosignatures(impl_->txn));
  return EncodeCosignatures(all);
}

absl::StatusOr<StatusView> Snapshot::Status() const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  const Workspace& work = *view->work;
  StatusView status;
  status.site = work.store().site;
  status.registry = Hex(work.registry().view());
  if (work.lanes.size() > 0 && work.lanes.At(0).tip() > 0) {
    ASSIGN_OR_RETURN(const chancery::Entry genesis, work.journal.EntryAt(MakeDot(0, 1)));
    if (genesis.genesis) status.registry_name = genesis.genesis->registry_name;
  }
  for (const PackDef& pack : impl_->catalog->InForce()) status.pack += (status.pack.empty() ? "" : ", ") + pack.name;
  for (const Lane& lane : work.lanes.all()) {
    if (lane.tip() > 0) status.frontier.emplace_back(lane.Label(), lane.tip());
    status.entries += lane.tip();
    const bool own = lane.key == work.store().key;
    status.admitted = status.admitted || (own && !lane.over());
    status.ended = status.ended || (own && lane.over());
  }
  std::sort(status.frontier.begin(), status.frontier.end());
  status.digest = work.sums.RecordDigest();
  status.docket = work.sums.DocketDigest();
  status.records = work.sums.records;
  status.cases = work.sums.open_cases;
  status.notices = work.sums.notices;
  status.ruled = work.sums.ruled_cases;
  ASSIGN_OR_RETURN(status.order, ViewOfOrder(impl_->txn, work.journal, work.lanes));
  const std::vector<Outline> waiting = Inbox::All(impl_->txn);
  const Reasons reasons = ReasonsFor(work.lanes, waiting);
  status.held = reasons.held_entries;
  status.waiting = reasons.waiting_entries;
  status.halted = HaltedLanes(work.lanes);
  ASSIGN_OR_RETURN(const Renewal renewal, ReadRenewal(impl_->txn));
  if (!status.admitted) status.renewed = renewal.reason;
  status.lost = Missing(work.lanes, renewal.filed, waiting);
  status.free_bytes = impl_->free_bytes;
  status.outcome_unknown = impl_->outcome_unknown;
  return status;
}

absl::StatusOr<EpochView> Snapshot::Epoch() const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  return ViewOfEpochs(*view->work);
}

absl::StatusOr<std::vector<SiteView>> Snapshot::Sites() const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  std::vector<SiteView> sites;
  for (const Lane& lane : view->work->lanes.all()) {
    SiteView site;
    site.name = lane.site;
    site.role = RoleName(lane.role);
    site.key = FingerprintOf(lane.key);
    site.incarnation = lane.incarnation;
    site.entries = lane.tip();
    site.admitted = true;
    site.self = lane.key == view->work->store().key;
    site.halted = lane.fork != 0;
    site.ended = lane.over();
    site.last = lane.ended() ? lane.end : 0;
    site.label = lane.Label();
    sites.push_back(std::move(site));
  }
  const bool listed = std::any_of(sites.begin(), sites.end(), [](const SiteView& site) { return site.self; });
  if (!listed) {
    const StoreRow& own = view->work->store();
    Lane lane;
    lane.site = own.site;
    lane.incarnation = view->work->lanes.Incarnations(own.site) + 1;
    SiteView site{own.site, std::string(RoleName(own.role)), FingerprintOf(own.key), lane.incarnation, 0, false, true};
    site.label = lane.Label();
    sites.push_back(std::move(site));
  }
  std::sort(sites.begin(), sites.end(), [](const SiteView& a, const SiteView& b) {
    return std::tie(a.name, a.incarnation) < std::tie(b.name, b.incarnation);
  });
  return sites;
}

absl::StatusOr<bool> Snapshot::Vouched(std::string_view key, std::string_view words, std::string_view signature) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  if (signature.size() != sizeof(Signature)) return false;
  for (const Lane& lane : view->work->lanes.all())
    if (FingerprintOf(lane.key) == key)
      return Verify(lane.key, VouchMessage(view->work->registry(), words), Signature::From(signature));
  return Error(absl::StatusCode::kNotFound, Cat("no lane here has the key ", key));
}

absl::StatusOr<std::vector<PackView>> Snapshot::Packs() const {
  std::vector<PackView> views;
  const std::vector<PackDef> in_force = impl_->catalog->InForce();
  for (const PackSource& source : impl_->catalog->packs())
    if (std::any_of(in_force.begin(), in_force.end(), [&](const PackDef& pack) { return pack.id == source.def.id; }))
      views.push_back(ViewOf(source.def));
  return views;
}

absl::StatusOr<std::vector<std::string>> Snapshot::Keys(std::string_view reg) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  std::vector<std::string> keys;
  RETURN_IF_ERROR(view->reader.Scan(reg, {}, [&](std::string_view row, std::string_view) {
    keys.emplace_back(KeyOf(row));
    return true;
  }));
  return keys;
}

std::string Snapshot::Frontier() const {
  const absl::StatusOr<Impl::View*> view = impl_->Open();
  return view.ok() ? (*view)->work->lanes.FrontierText() : "0";
}

absl::StatusOr<std::vector<std::string>> Snapshot::RunsSince(std::string_view frontier, size_t bytes_max) const {
  ASSIGN_OR_RETURN(Lacking lacking, LackingOf(frontier, bytes_max));
  return std::move(lacking.runs);
}

absl::StatusOr<Snapshot::Lacking> Snapshot::LackingOf(std::string_view frontier, size_t bytes_max) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  const Workspace& work = *view->work;
  if (impl_->txn.rehearses())
    return Error(absl::StatusCode::kFailedPrecondition, "what is shown here is a rehearsal: nothing of it is handed on");
  ASSIGN_OR_RETURN(const Vector theirs, work.lanes.ParseFrontier(frontier, Lanes::Beyond::kKept));
  std::vector<Journal::Stretch> stretches;
  for (const Lane& lane : work.lanes.all())
    RETURN_IF_ERROR(work.journal.RunsAfter(lane, theirs.At(lane.handle), bytes_max, &stretches));
  std::sort(stretches.begin(), stretches.end(), [](const Journal::Stretch& a, const Journal::Stretch& b) {
    return std::tie(a.first_hlc, a.lane) < std::tie(b.first_hlc, b.lane);
  });
  Lacking lacking;
  size_t bytes = 0;
  for (Journal::Stretch& stretch : stretches) {
    if (bytes_max > 0 && bytes >= bytes_max) break;
    bytes += stretch.run.size();
    uint64_t& reached = lacking.reached[FingerprintOf(work.lanes.Find(stretch.lane)->key)];
    reached = std::max(reached, HeadOfRun(stretch.run).last());
    lacking.runs.push_back(std::move(stretch.run));
  }
  lacking.merged = lacking.runs.size();
  const size_t room = bytes_max == 0 ? std::numeric_limits<size_t>::max() : bytes_max;
  if (bytes < room) RETURN_IF_ERROR(impl_->AppendForeign(theirs, room - bytes, &lacking.runs));
  return lacking;
}

// What no frontier names and others should have nevertheless: second versions of lanes, and runs that are not merged yet, of
// which there may be much. The last one may be larger than the room that is left.
absl::Status Snapshot::Impl::AppendForeign(const Vector& theirs, size_t room, std::vector<std::string>* runs) const {
  const Lanes& lanes = view->work->lanes;
  size_t bytes = 0;
  for (const Lane& lane : lanes.all()) {
    if (lane.fork == 0 || theirs.At(lane.handle) < lane.fork || bytes >= room) continue;
    ASSIGN_OR_RETURN(std::optional<Proof> proof, ReadProof(txn, lane.id));
    if (!proof || proof->run.empty()) continue;
    bytes += proof->run.size();
    runs->push_back(std::move(proof->run));
  }
  for (const Outline& outline : Inbox::All(txn)) {
    const Lane* lane = lanes.Find(outline.lane);
    if (bytes >= room) break;
    if (lane != nullptr && outline.last <= theirs.At(lane->handle)) continue;
    ASSIGN_OR_RETURN(std::string run, Inbox::RunOf(txn, outline));
    bytes += run.size();
    runs->push_back(std::move(run));
  }
  return txn.status();
}

absl::StatusOr<std::vector<WaitingView>> Snapshot::Waiting() const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  const Lanes& lanes = view->work->lanes;
  const std::vector<Outline> runs = Inbox::All(impl_->txn);
  const Reasons reasons = ReasonsFor(lanes, runs);
  std::vector<WaitingView> views;
  for (size_t i = 0; i < runs.size(); ++i) {
    const Lane* lane = lanes.Find(runs[i].lane);
    views.push_back({lane == nullptr ? "" : lane->Label(), runs[i].first, runs[i].last, reasons.held[i]});
  }
  RETURN_IF_ERROR(impl_->txn.status());
  return views;
}

absl::StatusOr<LaneHeads> Snapshot::Impl::HeadsSince(std::string_view frontier) const {
  const Workspace& work = *view->work;
  ASSIGN_OR_RETURN(const Vector from, work.lanes.ParseFrontier(frontier));
  LaneHeads heads;
  for (const Lane& lane : work.lanes.all()) {
    if (lane.tip() == 0) continue;
    ASSIGN_OR_RETURN(const Signature seal, work.journal.SealOf(lane));
    heads.to.push_back({lane.id, lane.tip(), lane.tree.peaks(), seal});
    if (from.At(lane.handle) == 0) continue;
    ASSIGN_OR_RETURN(const Tree then, work.journal.TreeAt(lane, from.At(lane.handle)));
    heads.from.push_back({lane.id, then.size(), then.peaks(), {}});
  }
  const auto by_lane = [](const LaneHead& a, const LaneHead& b) { return a.lane < b.lane; };
  std::sort(heads.from.begin(), heads.from.end(), by_lane);
  std::sort(heads.to.begin(), heads.to.end(), by_lane);
  return heads;
}

absl::StatusOr<std::string> Snapshot::Heads(std::string_view frontier) const {
  RETURN_IF_ERROR(impl_->Open().status());
  ASSIGN_OR_RETURN(const LaneHeads heads, impl_->HeadsSince(frontier));
  return EncodeHeads(heads);
}

absl::Status Snapshot::ExportBundle(std::string_view since, const ByteSink& write, bool with_documents) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  ASSIGN_OR_RETURN(const std::vector<std::string> runs, RunsSince(since));
  ASSIGN_OR_RETURN(LaneHeads heads, impl_->HeadsSince(since));
  Bundle bundle;
  bundle.registry = view->work->registry();
  bundle.runs.assign(runs.begin(), runs.end());
  bundle.from = std::move(heads.from);
  bundle.to = std::move(heads.to);
  ASSIGN_OR_RETURN(bundle.cosignatures, Cosignatures());
  ASSIGN_OR_RETURN(const std::vector<BundleDocument> documents,
                   with_documents ? DocumentsOf(impl_->txn, runs) : std::vector<BundleDocument>());
  bundle.documents = !documents.empty();
  if (!bundle.documents) return write(EncodeBundle(bundle));
  HashStream whole;
  const ByteSink add = [&](std::string_view bytes) { return whole.Add(bytes), write(bytes); };
  RETURN_IF_ERROR(add(EncodeBundle(bundle)));
  RETURN_IF_ERROR(add(EncodeDocumentList(documents)));
  for (const BundleDocument& document : documents) RETURN_IF_ERROR(chancery::ReadBlob(impl_->txn, document.hash, add));
  return write(whole.Finish().view());
}

absl::StatusOr<std::string> Snapshot::ExportBundle(std::string_view since) const {
  std::string file;
  RETURN_IF_ERROR(ExportBundle(since, [&](std::string_view bytes) {
    file.append(bytes);
    return absl::OkStatus();
  }));
  return file;
}

absl::Status Snapshot::ReadBlob(std::string_view sha256, const ByteSink& write) const {
  ASSIGN_OR_RETURN(const Hash256 hash, DocumentNamed(sha256));
  return chancery::ReadBlob(impl_->txn, hash, write);
}

absl::Status Snapshot::ReadBlob(std::string_view sha256, uint64_t from, const ByteSink& write) const {
  ASSIGN_OR_RETURN(const Hash256 hash, DocumentNamed(sha256));
  return ReadBlobFrom(impl_->txn, hash, from, write);
}

absl::StatusOr<std::vector<BlobView>> Snapshot::MissingBlobs() const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  return MissingDocuments(*view->work);
}

absl::StatusOr<std::vector<BlobView>> Snapshot::MissingBlobs(absl::Span<const std::string> runs) const {
  ASSIGN_OR_RETURN(Impl::View * view, impl_->Open());
  return MissingDocumentsOf(*view->work, runs);
}

absl::StatusOr<std::vector<std::string>> ClaimsOf(const Snapshot& snapshot) {
  ASSIGN_OR_RETURN(Snapshot::Impl::View * view, snapshot.impl_->Open());
  Workspace& work = *view->work;
  std::vector<std::string> lines;
  Cursor rows(work.txn(), Table::kClaim);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    const ClaimRow row = DecodeClaim(rows.key(), rows.value());
    const RuleInfo* rule = work.catalog().RuleByHash(row.rule);
    if (rule == nullptr) continue;  // a reference
    ASSIGN_OR_RETURN(const RecordEdit* edit, work.Load(row.record, *rule->reg));
    std::string subject = "?";  // a row that its record does not bear out
    for (const ClaimRow& claim : ClaimsOf(*rule->reg, row.record, edit->record, work.lanes))
      if (claim.rule == row.rule && claim.value == row.value) subject = claim.subject;
    std::vector<std::string> writers;
    for (const auto& [dot, op] : row.writes) writers.push_back(work.lanes.Short(dot));
    std::sort(writers.begin(), writers.end());
    std::string joined;
    for (const std::string& writer : writers) joined += (joined.empty() ? "" : ",") + writer;
    lines.push_back(Cat(rule->def.id, "\t", subject, "\t", work.AddressOf(row.record), "\t", joined));
  }
  RETURN_IF_ERROR(work.txn().status());
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace chancery

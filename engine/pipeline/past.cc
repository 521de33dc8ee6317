#include "engine/pipeline/past.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/base/environment.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/rebuild.h"

namespace chancery {
namespace {

KeyPair Nobody() { return KeyPair::FromSeed({}); }  // seals nothing: no entry is filed in the past

// What the entries behind a frontier left in the tables.
class Since {
 public:
  Since(const Workspace& now, const Docket& docket, const Vector& frontier) : now_(now), docket_(docket), frontier_(frontier) {}

  absl::Status Read() {
    for (const Lane& lane : now_.lanes.all())
      for (uint64_t seq = frontier_.At(lane.handle) + 1; seq <= lane.tip() && !derive_anew_; ++seq)
        RETURN_IF_ERROR(Note(seq, lane));
    return absl::OkStatus();
  }

  bool derive_anew() const { return derive_anew_; }  // what entries mean has changed, not only which there are

  // From here on the tables know nothing of them but for records and cases.
  void Erase(WriteTxn& txn) const {
    for (const auto& [table, key] : rows_) txn.Delete(table, key);
    for (const auto& [key, gone] : acts_) EraseActs(txn, key, gone);
    for (const Lane& lane : now_.lanes.all()) EraseContexts(txn, lane.handle);
  }

  absl::Status TakeBack(Batch& then, WriteTxn& txn) const {
    for (const auto& [key, reg] : records_) RETURN_IF_ERROR(then.work().TakeBackSince(key, *reg));
    for (const auto& [key, gone] : acts_) RETURN_IF_ERROR(then.work().TakeBackCopies(key));
    for (const Scope& scope : ruled_) then.work().NoteScope(scope);
    return then.docket().TakeBackSince(txn);
  }

 private:
  absl::Status Note(uint64_t seq, const Lane& lane) {
    const Dot dot = MakeDot(lane.handle, seq);
    ASSIGN_OR_RETURN(const Entry entry, now_.journal.EntryAt(dot));
    if (entry.kind == EntryKind::kPack || entry.kind == EntryKind::kGenesis || entry.vote || entry.decision ||
        (entry.ruling && entry.ruling->rule == "pack")) {
      derive_anew_ = true;
      return absl::OkStatus();
    }
    const auto ended = [](const Lane& other) { return other.over(); };
    derive_anew_ = entry.admit && std::any_of(now_.lanes.all().begin(), now_.lanes.all().end(), ended);
    for (const Op& op : entry.ops) NoteOp(entry, op, dot, lane.Void(seq, entry.hlc));
    if (lane.Void(seq, entry.hlc)) return absl::OkStatus();
    if (!entry.idempotency.empty()) acts_[std::string(HashParts({entry.idempotency}).view())].insert(dot);
    for (const Premise& premise : entry.relied_on)
      rows_.emplace(Table::kPremise, Workspace::RowsOfPremise(premise, dot, now_.catalog()).back());
    if (entry.ruling) return NoteRuling(entry, dot);
    if (entry.proposal) NoteWeighing(Table::kProposal, entry.proposal->rule, entry.proposal->subject, dot);
    if (entry.returned) NoteWeighing(Table::kProposal, entry.returned->rule, entry.returned->subject, dot);
    return absl::OkStatus();
  }

  void NoteOp(const Entry& entry, const Op& op, Dot dot, bool is_void) {
    const Ordinals* ordinals = now_.catalog().Resolve(entry.packs[op.pack], op.reg);
    if (ordinals == nullptr) return;
    const RecordKey key = RecordKeyOf(ordinals->reg->hash, op.key);
    if (is_void) {
      rows_.emplace(Table::kPremise, Workspace::RowsOfVoid(key, dot).back());
    } else {
      records_[key] = ordinals->reg;
    }
  }

  absl::Status NoteRuling(const Entry& entry, Dot dot) {
    NoteWeighing(Table::kRuling, entry.ruling->rule, entry.ruling->subject, dot);
    const std::optional<Scope> scope = docket_.ScopeOf(entry.ruling->rule, entry.ruling->subject);
    if (!scope || !scope->on_values()) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::set<std::string> rows, docket_.RuledRows(Docket::RowOf(entry, dot, now_.lanes), *scope));
    for (const std::string& row : rows) rows_.emplace(Table::kPremise, row);
    return absl::OkStatus();
  }

  void NoteWeighing(Table table, std::string_view rule, std::string_view subject, Dot dot) {
    if (table == Table::kRuling && Planted(Bug::kPastKeepsRulings)) return;
    rows_.emplace(table, Docket::KeyOf(CaseId(rule, subject), dot));
    if (const std::optional<Scope> scope = docket_.ScopeOf(rule, subject)) ruled_.insert(*scope);
  }

  static void EraseActs(WriteTxn& txn, const std::string& key, const std::set<Dot>& gone) {
    std::string kept;
    for (ByteReader r(txn.Get(Table::kAct, key).value_or(std::string_view())); !r.AtEnd();)
      if (const Dot dot = r.U64(); !gone.contains(dot)) kept += Key64(dot);
    if (kept.empty()) {
      txn.Delete(Table::kAct, key);
    } else {
      txn.Put(Table::kAct, key, kept);
    }
  }

  void EraseContexts(WriteTxn& txn, uint16_t handle) const {
    std::vector<std::string> gone;
    Cursor rows(txn, Table::kContext);
    const uint64_t first = Planted(Bug::kPastForgetsContext) ? 0 : frontier_.At(handle) + 1;
    for (bool more = rows.Seek(Key64(handle, first)); more && Read64(rows.key(), 0) == handle; more = rows.Next())
      gone.emplace_back(rows.key());
    for (const std::string& key : gone) txn.Delete(Table::kContext, key);
  }

  const Workspace& now_;
  const Docket& docket_;
  const Vector& frontier_;
  bool derive_anew_ = false;
  std::map<RecordKey, const RegisterInfo*> records_;
  std::set<std::pair<Table, std::string>> rows_;
  std::map<std::string, std::set<Dot>> acts_;  // 16-byte key -> those gone
  std::set<Scope> ruled_;
};

// How far the lanes are.
absl::Status CutLanes(WriteTxn& txn, const Workspace& now, const Vector& frontier) {
  ASSIGN_OR_RETURN(Lanes lanes, Lanes::Load(txn));
  for (uint16_t h = 0; h < lanes.size(); ++h) {
    const uint64_t last = frontier.At(h);
    if (last >= lanes.At(h).tip()) continue;
    ASSIGN_OR_RETURN(Tree tree, now.journal.TreeAt(lanes.At(h), last));
    Lane& lane = lanes.Edit(h);
    lane.tree = std::move(tree);
    lane.tip_hlc = 0;
    lane.context = {};
    if (last == 0) continue;
    ASSIGN_OR_RETURN(lane.tip_hlc, now.journal.HlcAt(MakeDot(h, last)));
    ASSIGN_OR_RETURN(lane.context, now.PastOf(MakeDot(h, last)));
  }
  lanes.Store(txn);
  return txn.status();
}

// Which of them were admitted, and that none has ended yet: deriving finds the ends again.
absl::Status ForgetMembers(WriteTxn& txn, const Vector& frontier) {
  ASSIGN_OR_RETURN(Lanes lanes, Lanes::Load(txn));
  for (uint16_t h = 0; h < lanes.size(); ++h) {
    Lane& lane = lanes.Edit(h);
    lane.end = kNoEnd;
    lane.counts_above = 0;
    if (lane.admitted_by.empty()) continue;
    std::erase_if(lane.admitted_by, [&](Dot by) { return !frontier.Has(by); });
    if (lane.admitted_by.empty()) lane.admitted_by = {MakeDot(0, 1)};  // it has filed nothing: nobody asks by whom
  }
  lanes.Store(txn);
  return txn.status();
}

std::vector<Dot> Within(std::vector<Dot> dots, const Vector& frontier) {
  std::erase_if(dots, [&](Dot dot) { return !frontier.Has(dot); });
  return dots;
}

absl::Status CheckFounded(const Vector& frontier) {
  return frontier.At(0) > 0 ? absl::OkStatus()
                            : Error(absl::StatusCode::kNotFound, "the registry was not founded then", "chancery log");
}

}  // namespace

absl::StatusOr<Past> ShowPast(const Txn& now, const std::shared_ptr<const Catalog>& catalog, const Vector& frontier) {
  RETURN_IF_ERROR(CheckFounded(frontier));
  Past past{now.Rehearse(), catalog};
  ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(now, catalog));
  const Docket docket(*work);
  Since since(*work, docket, frontier);
  RETURN_IF_ERROR(since.Read());
  if (since.derive_anew()) return DerivePast(now, frontier);
  since.Erase(past.txn);
  RETURN_IF_ERROR(CutLanes(past.txn, *work, frontier));
  ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, Batch::Open(past.txn, catalog));
  RETURN_IF_ERROR(since.TakeBack(*batch, past.txn));
  RETURN_IF_ERROR(batch->Flush(past.txn, Nobody()));
  return past;
}

absl::StatusOr<Past> DerivePast(const Txn& now, const Vector& frontier) {
  RETURN_IF_ERROR(CheckFounded(frontier));
  Past past{now.Rehearse(), nullptr};
  ASSIGN_OR_RETURN(const std::vector<Dot> packs, ReadPackDots(now));
  ASSIGN_OR_RETURN(const std::vector<Dot> epochs, ReadEpochDots(now));
  PutPackDots(past.txn, Within(packs, frontier));
  PutEpochDots(past.txn, Within(epochs, frontier));
  {
    ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(now, Catalog::Build({})));
    RETURN_IF_ERROR(CutLanes(past.txn, *work, frontier));
    RETURN_IF_ERROR(ForgetMembers(past.txn, frontier));
  }
  std::vector<std::string> weighed;  // rulings judge packs: those of later are no rulings yet
  Cursor rows(past.txn, Table::kRuling);
  for (bool more = rows.Seek({}); more; more = rows.Next())
    if (!frontier.Has(Read64(rows.key(), 16))) weighed.emplace_back(rows.key());
  for (const std::string& key : weighed) past.txn.Delete(Table::kRuling, key);
  ASSIGN_OR_RETURN(past.catalog, LoadCatalog(past.txn));
  RETURN_IF_ERROR(RebuildAll(past.txn, past.catalog, Nobody()));
  if (!Within(epochs, frontier).empty()) RETURN_IF_ERROR(RebuildAll(past.txn, past.catalog, Nobody()));  // the ends are known now
  return past;
}

namespace {

// What is stamped up to a time. Stamps rise along a lane, and above all that an author had seen.
absl::StatusOr<Vector> StampedUpTo(const Workspace& work, int64_t ms) {
  Vector frontier;
  for (const Lane& lane : work.lanes.all()) {
    uint64_t first = 1, behind = lane.tip() + 1;
    while (first < behind) {
      const uint64_t middle = first + (behind - first) / 2;
      ASSIGN_OR_RETURN(const Hlc hlc, work.journal.HlcAt(MakeDot(lane.handle, middle)));
      const bool then = MsOf(hlc) < ms || (MsOf(hlc) == ms && !Planted(Bug::kPastEndsBefore));
      (then ? first : behind) = then ? middle + 1 : middle;
    }
    frontier.Raise(lane.handle, first - 1);
  }
  return frontier;
}

absl::StatusOr<Vector> WithCauses(const Workspace& work, const Vector& named) {
  Vector whole = named;
  for (const Lane& lane : work.lanes.all()) {
    if (named.At(lane.handle) == 0) continue;
    ASSIGN_OR_RETURN(const Vector past, work.PastOf(MakeDot(lane.handle, named.At(lane.handle))));
    for (uint16_t h = 0; h < past.size(); ++h) whole.Raise(h, past.At(h));
  }
  return whole;
}

}  // namespace

absl::StatusOr<Vector> MomentOf(const Workspace& work, std::string_view text) {
  int64_t ms = 0, day = 0;
  if (ParseTime(std::string(text), &ms)) return StampedUpTo(work, ms);
  if (ParseDate(std::string(text), &day)) return StampedUpTo(work, (day + 1) * kDayMs - 1);
  const auto named = Lanes::NamedIn(text);
  if (!named.ok())
    return Error(absl::StatusCode::kInvalidArgument, Cat("\"", text, "\" is no moment"),
                 "write a time, 2026-05-04T06:02:00Z, a day, 2026-05-04, or a frontier, tallinn-17,luxembourg-4");
  Vector frontier;
  for (const auto& [label, seq] : *named) {
    const Lane* lane = work.lanes.FindLabel(label);
    if (lane == nullptr || seq > lane->tip())
      return Error(absl::StatusCode::kNotFound, Cat("no entry ", label, "-", seq, " is here"),
                   "chancery status shows how far each site is");
    frontier.Raise(lane->handle, seq);
  }
  return WithCauses(work, frontier);
}

absl::StatusOr<Vector> SightOf(const Workspace& work, std::string_view site) {
  const Lane* last = nullptr;
  for (const Lane& lane : work.lanes.all())
    if ((lane.site == site || lane.Label() == site) && lane.tip() > 0 &&
        (last == nullptr || std::tie(lane.tip_hlc, lane.id) > std::tie(last->tip_hlc, last->id)))
      last = &lane;
  if (last == nullptr)
    return Error(absl::StatusCode::kNotFound, Cat("no site ", site, " has filed anything that is here"), "chancery site ls");
  const Dot dot = MakeDot(last->handle, last->tip());
  ASSIGN_OR_RETURN(Vector sight, work.PastOf(dot));
  if (!Planted(Bug::kSightWithoutItself)) sight.Raise(last->handle, last->tip());
  return sight;
}

}  // namespace chancery

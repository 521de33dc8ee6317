#include "engine/pipeline/verify_store.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/journal/inbox.h"
#include "engine/journal/proof.h"
#include "engine/order/settle.h"
#include "engine/register/digest.h"
#include "engine/register/stored.h"
#include "engine/store/blobs.h"

namespace chancery {
namespace {

constexpr size_t kSentences = 20;  // of one kind: the rest is counted

// Sentences of one kind, the first ones whole.
class Damage {
 public:
  Damage(std::string_view kind, std::string_view remedy) : kind_(kind), remedy_(remedy) {}
  void Add(std::string what) {
    if (++count_ <= kSentences) sentences_.push_back(Cat(what, "; ", remedy_));
  }
  bool any() const { return count_ > 0; }
  void MoveTo(std::vector<std::string>* out) {
    out->insert(out->end(), sentences_.begin(), sentences_.end());
    if (count_ > kSentences) out->push_back(Cat("… and ", count_ - kSentences, " more ", kind_));
  }

 private:
  std::string kind_, remedy_;
  std::vector<std::string> sentences_;
  size_t count_ = 0;
};

// The rows that entries by themselves leave in derived tables: whether they are there, and nothing else is.
class EntryRows {
 public:
  EntryRows(const Txn& txn, const Lanes& lanes, Damage* damage) : txn_(txn), lanes_(lanes), damage_(damage) {}

  // context: what its author had seen of other lanes.
  void Look(const Entry& entry, Dot dot, const Vector& context) {
    if (!entry.context.empty() || entry.seq == 1) {
      ++contexts_;
      Expect(txn_.Get(Table::kContext, Key64(HandleOf(dot), entry.seq)) == Workspace::ContextRow(context), dot,
             "what it had seen");
    }
    if (entry.kind == EntryKind::kPack) packs_.push_back(dot);
    if (entry.admit) admissions_[LaneOf(entry.admit->key)].push_back(dot);
    if (lanes_.At(HandleOf(dot)).Void(entry.seq, entry.hlc)) {
      for (const Op& op : entry.ops) void_.push_back({dot, entry.packs[op.pack], op.reg, std::string(op.key)});
      return;
    }
    if (!entry.idempotency.empty()) {
      ++acts_;
      const auto row = txn_.Get(Table::kAct, HashParts({entry.idempotency}).view());
      bool found = false;
      for (ByteReader r(row.value_or(std::string_view())); !r.AtEnd();) found = r.U64() == dot || found;
      Expect(found, dot, "its id");
    }
    for (const Op& op : entry.ops)
      for (const Change& change : op.changes)
        if (change.verb == Verb::kSet && change.value.kind == Kind::kInteger)
          ++integers_[{entry.packs[op.pack], op.reg, change.field, HandleOf(dot)}];
    for (const Premise& p : entry.relied_on) relied_.emplace_back(dot, p);
    if (entry.proposal || entry.returned) {
      ++proposals_;
      const Hash128 id = entry.proposal ? CaseId(entry.proposal->rule, entry.proposal->subject)
                                        : CaseId(entry.returned->rule, entry.returned->subject);
      Expect(txn_.Get(Table::kProposal, Docket::KeyOf(id, dot)).has_value(), dot, "what it proposes or sends back");
    }
    if (!entry.ruling) return;
    Vector past = context;
    past.Raise(HandleOf(dot), entry.seq - 1);
    const Hash128 id = CaseId(entry.ruling->rule, entry.ruling->subject);
    rulings_[id].push_back({Docket::RowOf(entry, dot, lanes_), std::move(past), entry.ruling->rule, entry.ruling->subject});
  }

  // The entries that loaded packs, and those that admitted a lane: ascending.
  const std::vector<Dot>& packs() const { return packs_; }
  std::vector<Dot> Admissions(LaneId lane) const {
    const auto found = admissions_.find(lane);
    return found == admissions_.end() ? std::vector<Dot>() : found->second;
  }

  // Once every entry was looked at.
  absl::Status End(const std::shared_ptr<const Catalog>& catalog) {
    ASSIGN_OR_RETURN(const std::unique_ptr<Workspace> work, Workspace::Open(txn_, catalog));
    const Docket docket(*work);
    uint64_t rulings = 0;
    for (auto& [id, all] : rulings_) {
      for (Ruled& ruled : all) {
        ++rulings;
        for (const Ruled& other : all)
          if (ruled.past.Has(other.row.dot)) ruled.row.seen.push_back(other.row.dot);
        const auto row = txn_.Get(Table::kRuling, Docket::KeyOf(id, ruled.row.dot));
        Expect(row && Docket::Holds(*row, ruled.row), ruled.row.dot, "what it decides");
        const std::optional<Scope> scope = docket.ScopeOf(ruled.rule, ruled.subject);
        if (!scope || !scope->on_values()) continue;
        ASSIGN_OR_RETURN(const std::set<std::string> rows, docket.RuledRows(ruled.row, *scope));
        for (const std::string& key : rows) ExpectPremise(key, ruled.row.dot, "which records it names");
      }
    }
    ExpectPremises(*catalog);
    std::map<std::string, uint64_t> issued;
    for (const auto& [at, count] : integers_) {
      const auto& [pack, reg, field, handle] = at;
      const Ordinals* ordinals = catalog->Resolve(pack, reg);
      if (ordinals != nullptr && field < ordinals->fields.size() && ordinals->fields[field]->def.type == FieldType::kSerial)
        issued[Key64(ordinals->fields[field]->hash, handle)] += count;
    }
    for (const auto& [key, count] : issued)
      if (txn_.Get(Table::kIssued, key) != Key64(count)) damage_->Add("how many numbers a site has issued is damaged");
    if (txn_.Count(Table::kIssued) != issued.size()) damage_->Add("numbers are counted that nobody issued");
    uint64_t acts = 0;
    Cursor act(txn_, Table::kAct);
    for (bool more = act.Seek({}); more; more = act.Next()) {
      acts += act.value().size() / 8;
      if (act.value().size() > 8) ExpectPremise(Workspace::RowOfCopies(), Read64(act.value(), 0), "that others carry its id");
    }
    const bool all = acts == acts_ && txn_.Count(Table::kContext) == contexts_ &&
                     txn_.Count(Table::kPremise) == premises_.size() && txn_.Count(Table::kRuling) == rulings &&
                     txn_.Count(Table::kProposal) == proposals_;
    if (!all) damage_->Add("derived tables hold rows that no entry makes");
    return absl::OkStatus();
  }

 private:
  std::map<std::tuple<PackId, uint32_t, uint32_t, uint16_t>, uint64_t> integers_;  // set, by pack, register, field and lane
  struct Ruled {
    RulingRow row;
    Vector past;
    std::string rule, subject;
  };

  struct VoidOp {
    Dot dot = 0;
    PackId pack;
    uint32_t reg = 0;
    std::string key;
  };

  // What entries relied on, what void ones touched, and which entries cases put in question.
  void ExpectPremises(const Catalog& catalog) {
    for (const auto& [dot, premise] : relied_) {
      for (const std::string& row : Workspace::RowsOfPremise(premise, dot, catalog)) ExpectPremise(row, dot, "what it relied on");
    }
    for (const VoidOp& op : void_) {
      const Ordinals* ordinals = catalog.Resolve(op.pack, op.reg);
      for (const std::string& row : ordinals == nullptr ? std::vector<std::string>()
                                                        : Workspace::RowsOfVoid(RecordKeyOf(ordinals->reg->hash, op.key), op.dot))
        ExpectPremise(row, op.dot, "what it touched");
    }
    Docket::Each(txn_, {}, [&](const CaseRow& row) {
      if (row.disputes()) ExpectPremise(Docket::DisputedRow(row.entry), row.entry, "that it is in question");
      return true;
    });
  }
  void ExpectPremise(const std::string& key, Dot dot, std::string_view what) {
    premises_.insert(key);
    Expect(txn_.Get(Table::kPremise, key).has_value(), dot, what);
  }
  void Expect(bool holds, Dot dot, std::string_view what) {
    if (!holds) damage_->Add(Cat("the row of ", lanes_.Short(dot), " that says ", what, " is damaged"));
  }

  const Txn& txn_;
  const Lanes& lanes_;
  Damage* damage_;
  uint64_t contexts_ = 0, acts_ = 0, proposals_ = 0;
  std::vector<std::pair<Dot, Premise>> relied_;
  std::vector<VoidOp> void_;
  std::set<std::string> premises_;
  std::vector<Dot> packs_;
  std::map<LaneId, std::vector<Dot>> admissions_;
  std::map<Hash128, std::vector<Ruled>> rulings_;
};

// One lane, from its first entry to its tip.
class LaneReader {
 public:
  LaneReader(const Lanes& lanes, const Lane& lane, const RegistryId& registry, EntryRows* rows,
             std::map<uint64_t, std::string> peaks)
      : lanes_(lanes), lane_(lane), registry_(registry), rows_(rows), peaks_(std::move(peaks)) {}

  // The next row of the lane. Errors say what is wrong, without the lane's name.
  absl::Status Read(std::string_view key, std::string_view row) {
    ASSIGN_OR_RETURN(const std::string_view bytes, Journal::RunIn(row));
    ASSIGN_OR_RETURN(const Run run, DecodeRun(bytes));
    RETURN_IF_ERROR(Journal::TouchesIn(row, bytes.size(), run.leaves.size()).status());
    if (run.lane != lane_.id || run.first != Read64(key, 8)) return absl::DataLossError("it lies in the place of another run");
    if (run.first != next()) return absl::DataLossError("entries before it are missing");
    ASSIGN_OR_RETURN(const Entry head, DecodeHeader(run.header));
    for (size_t i = 0; i < run.leaves.size(); ++i) RETURN_IF_ERROR(ReadEntry(head, run, i));
    if (!Verify(lane_.key, SealMessage(registry_, lane_.id, run.last(), tree_.Root()), run.seal))
      return absl::DataLossError("its seal does not hold");
    return absl::OkStatus();
  }

  // What the store says of the lane against what was read.
  absl::Status End() const {
    if (tree_.size() != lane_.tip())
      return absl::DataLossError(Cat("it ends at ", tree_.size(), ", and the store says ", lane_.tip()));
    if (!(tree_ == lane_.tree)) return absl::DataLossError("the root of its tree is another than the store says");
    if (hlc_ != lane_.tip_hlc || !(context_ == lane_.context))
      return absl::DataLossError("its last entry is another than the store says");
    return absl::OkStatus();
  }

  uint64_t next() const { return tree_.size() + 1; }
  bool peaks_hold() const { return peaks_hold_ && peaks_.empty(); }  // the trees that are stored of it

 private:
  absl::Status ReadEntry(const Entry& head, const Run& run, size_t i) {
    const Leaf& leaf = run.leaves[i];
    Entry entry;
    RETURN_IF_ERROR(DecodeBody(head, run.header.size(), run.first + i, leaf.hlc, leaf.body, &entry));
    if (entry.hlc <= hlc_) return absl::DataLossError("its stamp does not rise");
    if (entry.genesis &&
        (lane_.handle != 0 || i != 0 || run.first != 1 || entry.genesis->key != lane_.key || run.Id(i) != registry_))
      return absl::DataLossError("it is not the genesis of this registry");
    for (const Place& place : entry.context) {
      const Lane* other = lanes_.Find(place.lane);
      if (other == nullptr || other->tip() < place.seq) return absl::DataLossError("what it builds on is missing");
      context_.Raise(other->handle, place.seq);
    }
    rows_->Look(entry, MakeDot(lane_.handle, entry.seq), context_);
    hlc_ = entry.hlc;
    tree_.Append(run.Id(i));
    if (const auto stored = peaks_.find(tree_.size()); stored != peaks_.end()) {
      std::string peaks;
      for (const Hash256& peak : tree_.peaks()) peaks += peak.view();
      peaks_hold_ = peaks_hold_ && peaks == stored->second;
      peaks_.erase(stored);
    }
    return absl::OkStatus();
  }

  const Lanes& lanes_;
  const Lane& lane_;
  const RegistryId& registry_;
  EntryRows* rows_;
  std::map<uint64_t, std::string> peaks_;
  bool peaks_hold_ = true;
  Tree tree_;
  Hlc hlc_ = 0;
  Vector context_;
};

// Whether the lane is what its genesis or the first of its admissions says.
absl::Status CheckAdmission(const Txn& txn, const Lanes& lanes, const Lane& lane, const EntryRows& rows) {
  const Journal journal(txn);
  if (lane.handle == 0) {
    ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(MakeDot(0, 1)));
    const bool founder = entry.genesis && entry.genesis->key == lane.key && entry.genesis->site == lane.site;
    if (!founder || lane.incarnation != 1 || lane.role != Role::kFull || !lane.admitted_by.empty())
      return absl::DataLossError("it is another lane than its genesis says");
    return absl::OkStatus();
  }
  if (lane.id != LaneOf(lane.key) || lane.admitted_by.empty() || lane.admitted_by != rows.Admissions(lane.id))
    return absl::DataLossError("the entries that admitted it are others than the store says");
  const std::optional<Dot> first = lanes.DotOf(lane.first_admission);
  if (!first || std::count(lane.admitted_by.begin(), lane.admitted_by.end(), *first) == 0)
    return absl::DataLossError("the entry that admitted it is another");
  ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(*first));
  const Admit said{lane.site, lane.incarnation, lane.role, lane.key, lane.above};
  if (!entry.admit || !(*entry.admit == said) || entry.hlc != lane.admitted_hlc)
    return absl::DataLossError("it is another lane than its admission says");
  return absl::OkStatus();
}

// What the store says it is, against who its lanes are.
absl::Status CheckStore(const Txn& txn, const StoreRow& store, const Lanes& lanes, const EntryRows& rows) {
  for (const Lane& lane : lanes.all()) RETURN_IF_ERROR(CheckAdmission(txn, lanes, lane, rows));
  const Lane* own = lanes.Find(LaneOf(store.key));
  if (!IsName(store.site) || (own != nullptr && own->site != store.site))
    return absl::DataLossError("the store's name is not that of its lane");
  ASSIGN_OR_RETURN(std::vector<Dot> packs, ReadPackDots(txn));
  std::sort(packs.begin(), packs.end());
  std::vector<Dot> filed = rows.packs();
  std::sort(filed.begin(), filed.end());
  if (packs != filed) return absl::DataLossError("the packs are others than the journal has");
  return ReadRenewal(txn).status();
}

// The trees of a lane as they were, by their sizes.
std::map<uint64_t, std::string> PeaksOf(const Txn& txn, const Lane& lane) {
  std::map<uint64_t, std::string> peaks;
  Cursor rows(txn, Table::kPeaks);
  for (bool more = rows.Seek(Key64(lane.handle)); more && Read64(rows.key(), 0) == lane.handle; more = rows.Next())
    peaks[Read64(rows.key(), 8)] = std::string(rows.value());
  return peaks;
}

void ReadJournal(const Txn& txn, const Lanes& lanes, const RegistryId& registry, EntryRows* derived_rows, VerifyView* view,
                 Damage* damage, Damage* derived) {
  Cursor rows(txn, Table::kJournal);
  bool more = rows.Seek({});
  for (const Lane& lane : lanes.all()) {
    LaneReader reader(lanes, lane, registry, derived_rows, PeaksOf(txn, lane));
    absl::Status status;
    uint64_t at = 0;
    for (; more && Read64(rows.key(), 0) == lane.handle; more = rows.Next()) {
      if (!status.ok()) continue;  // behind damage the lane's tree is not known
      at = rows.key().size() == 16 ? Read64(rows.key(), 8) : 0;
      status = reader.Read(rows.key(), rows.value());
      if (status.ok()) ++view->runs;
    }
    view->entries += reader.next() - 1;
    if (!status.ok()) {
      damage->Add(Cat("the journal of ", lane.Label(), " is damaged at ", lane.Label(), "-", at, ": ", S(status.message())));
      continue;
    }
    if (!reader.peaks_hold()) derived->Add(Cat("the stored trees of ", lane.Label(), " are damaged"));
    if (status = reader.End(); !status.ok()) damage->Add(Cat("the journal of ", lane.Label(), ": ", S(status.message())));
    if (status = ReadProof(txn, lane.id).status(); !status.ok()) damage->Add(Cat(lane.Label(), ": ", S(status.message())));
  }
  if (more) damage->Add("the journal holds entries of a lane that the store does not know");
  view->lanes = lanes.size();
}

std::string AddressOf(const RegisterInfo& reg, std::string_view key) {
  return Address{reg.name, std::string(KeyOf(key)), {}, {}}.Text();
}

// Records against their checks, their claims and references, and the sums.
void ReadRecords(const Txn& txn, const Lanes& lanes, const RegistryId& registry, const Catalog& catalog, Sums* sums,
                 Damage* damage) {
  uint64_t claims = 0;
  Cursor rows(txn, Table::kRecord);
  for (bool more = rows.Seek({}); more; more = rows.Next()) {
    const std::string key(rows.key());
    const RegisterInfo* reg = key.size() < 16 ? nullptr : catalog.FindHash(RegisterOf(key));
    if (reg == nullptr) {
      damage->Add("a record of a register that no pack has");
      continue;
    }
    Record record;
    if (!ReadStored(rows.value(), lanes, &record).ok()) {
      damage->Add(Cat("the record ", AddressOf(*reg, key), " is damaged"));
      continue;
    }
    const uint64_t seed = DigestSeed(registry, reg->hash, KeyOf(key));
    sums->buckets[DigestBucket(seed)] += RecordDigest(*reg, record, lanes, seed);
    sums->records += record.exists() ? 1 : 0;
    for (const ClaimRow& claim : ClaimsOf(*reg, key, record, lanes)) {
      ++claims;
      const auto row = txn.Get(Table::kClaim, ClaimKey(claim));
      if (row != EncodeClaim(claim)) damage->Add(Cat("what the record ", AddressOf(*reg, key), " claims is damaged"));
    }
  }
  if (claims != txn.Count(Table::kClaim)) damage->Add(Cat(txn.Count(Table::kClaim), " claims stand where records have ", claims));
}

void CompareSums(const Sums& stored, const Sums& found, Damage* damage) {
  const auto compare = [&](std::string_view what, const auto& a, const auto& b) {
    if (!(a == b)) damage->Add(Cat("the sum of ", what, " is another than its rows make"));
  };
  compare("records", stored.RecordDigest(), found.RecordDigest());
  compare("the docket", stored.DocketDigest(), found.DocketDigest());
  compare("existing records", stored.records, found.records);
  compare("open cases", stored.open_cases, found.open_cases);
  compare("notices", stored.notices, found.notices);
  compare("ruled cases", stored.ruled_cases, found.ruled_cases);
  compare("entries in question", stored.disputed, found.disputed);
}

}  // namespace

absl::StatusOr<VerifyView> VerifyRows(const Txn& txn, const std::shared_ptr<const Catalog>& catalog) {
  VerifyView view;
  Damage journal("of the journal", "restore a backup, or join again from a peer: what peers hold comes back");
  Damage derived("of what is derived", "chancery verify --rebuild derives it again from the journal");
  ASSIGN_OR_RETURN(const StoreRow store, ReadStoreRow(txn));
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  EntryRows rows(txn, lanes, &derived);
  ReadJournal(txn, lanes, store.registry, &rows, &view, &journal, &derived);
  if (!journal.any()) {
    if (const absl::Status status = CheckStore(txn, store, lanes, rows); !status.ok())
      journal.Add(std::string(S(status.message())));
    RETURN_IF_ERROR(rows.End(catalog));
  }
  std::vector<std::string> waiting;  // damaged ones
  Inbox::All(txn, &waiting);
  Damage inbox("that wait", "it is dropped when the next entries are taken, and whoever sent it has it still");
  for (size_t i = 0; i < waiting.size(); ++i) inbox.Add("a run that waits here is damaged");
  Damage documents("of documents", "put it in again: chancery file with {\"file\": PATH}, or a bundle that has it");
  ForEachBlob(txn, [&](const Hash256& hash) {
    ++view.documents;
    if (const absl::Status status = CheckBlob(txn, hash); !status.ok()) documents.Add(std::string(S(status.message())));
  });
  Sums found;
  ReadRecords(txn, lanes, store.registry, *catalog, &found, &derived);
  if (!Docket::SumRows(txn, &found)) derived.Add("a row of the docket is damaged");
  const absl::StatusOr<Sums> stored = ReadSums(txn);
  if (stored.ok()) {
    view.digest = stored->RecordDigest();
    view.docket = stored->DocketDigest();
    CompareSums(*stored, found, &derived);
  } else {
    derived.Add("the sums are damaged");
  }
  if (!journal.any()) {
    const absl::StatusOr<std::string> order = CheckOrder(txn, Journal(txn), lanes);
    if (!order.ok() || !order->empty()) derived.Add(order.ok() ? *order : std::string(S(order.status().message())));
  }
  RETURN_IF_ERROR(txn.status());
  view.journal_holds = !journal.any();
  journal.MoveTo(&view.damage);
  derived.MoveTo(&view.damage);
  inbox.MoveTo(&view.damage);
  documents.MoveTo(&view.damage);
  return view;
}

}  // namespace chancery

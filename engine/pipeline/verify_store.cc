#include "engine/pipeline/verify_store.h"

#include <algorithm>
#include <map>

#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/digest.h"

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

// One lane, from its first entry to its tip.
class LaneReader {
 public:
  LaneReader(const Lanes& lanes, const Lane& lane, const RegistryId& registry)
      : lanes_(lanes), lane_(lane), registry_(registry) {}

  // The next row of the lane. Errors say what is wrong, without the lane's name.
  absl::Status Read(std::string_view key, std::string_view row) {
    ASSIGN_OR_RETURN(const std::string_view bytes, Journal::RunIn(row));
    ASSIGN_OR_RETURN(const Run run, DecodeRun(bytes));
    RETURN_IF_ERROR(Journal::CheckRow(row));
    if (run.lane != lane_.id || run.first != Read64(key, 8)) return absl::DataLossError("it lies in the place of another run");
    if (run.first != next()) return absl::DataLossError("entries before it are missing");
    for (size_t i = 0; i < run.leaves.size(); ++i) RETURN_IF_ERROR(ReadEntry(run, i));
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

 private:
  absl::Status ReadEntry(const Run& run, size_t i) {
    const Leaf& leaf = run.leaves[i];
    ASSIGN_OR_RETURN(const Entry entry, DecodeParts(run.header, run.first + i, leaf.hlc, leaf.body));
    if (entry.hlc <= hlc_) return absl::DataLossError("its stamp does not rise");
    if (entry.genesis && (lane_.handle != 0 || i != 0 || run.first != 1 || entry.genesis->key != lane_.key ||
                          IdOf(run.EntryBytes(i)) != registry_))
      return absl::DataLossError("it is not the genesis of this registry");
    for (const Place& place : entry.context) {
      const Lane* other = lanes_.Find(place.lane);
      if (other == nullptr || other->tip() < place.seq) return absl::DataLossError("what it builds on is missing");
      context_.Raise(other->handle, place.seq);
    }
    hlc_ = entry.hlc;
    tree_.Append(IdOf(run.EntryBytes(i)));
    return absl::OkStatus();
  }

  const Lanes& lanes_;
  const Lane& lane_;
  const RegistryId& registry_;
  Tree tree_;
  Hlc hlc_ = 0;
  Vector context_;
};

// Whether the entries that admitted the lane are there and admit it.
absl::Status CheckAdmission(const Lanes& lanes, const Lane& lane, const Journal& journal) {
  for (const Dot by : lane.admitted_by) {
    const bool there = HandleOf(by) < lanes.size() && SeqOf(by) <= lanes.At(HandleOf(by)).tip();
    if (!there) return absl::DataLossError("the entry that admitted it is missing");
    ASSIGN_OR_RETURN(const Entry entry, journal.EntryAt(by));
    if (!entry.admit || entry.admit->key != lane.key) return absl::DataLossError("the entry that admitted it is another");
  }
  return absl::OkStatus();
}

void ReadJournal(const Txn& txn, const Lanes& lanes, const RegistryId& registry, VerifyView* view, Damage* damage) {
  const Journal journal(txn);
  Cursor rows(txn, Table::kJournal);
  bool more = rows.Seek({});
  for (const Lane& lane : lanes.all()) {
    LaneReader reader(lanes, lane, registry);
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
    if (status = reader.End(); !status.ok()) damage->Add(Cat("the journal of ", lane.Label(), ": ", S(status.message())));
    if (status = CheckAdmission(lanes, lane, journal); !status.ok()) damage->Add(Cat(lane.Label(), ": ", S(status.message())));
  }
  if (more) damage->Add("the journal holds entries of a lane that the store does not know");
  view->lanes = lanes.size();
}

std::string AddressOf(const RegisterInfo& reg, std::string_view key) {
  return Address{reg.name, std::string(KeyOf(key)), {}, {}}.Text();
}

// Dots that name no lane would lead astray whoever follows them.
bool KnowsLanes(const Record& record, const Lanes& lanes) {
  const auto known = [&](Dot dot) { return HandleOf(dot) < lanes.size(); };
  bool all = known(record.last_touch) && std::all_of(record.edits.begin(), record.edits.end(), known);
  for (const Life& life : record.life) all = all && known(life.dot);
  for (const Slot& slot : record.slots)
    for (const Write& write : slot.cell) all = all && known(write.dot);
  for (const Element& element : record.elements)
    for (const Mark& mark : element.marks) all = all && known(mark.dot);
  return all;
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
    const absl::StatusOr<Record> record = DecodeRecord(rows.value());
    if (!record.ok() || !KnowsLanes(*record, lanes)) {
      damage->Add(Cat("the record ", AddressOf(*reg, key), " is damaged"));
      continue;
    }
    const Sum128 digest = RecordDigest(*reg, KeyOf(key), *record, lanes, registry);
    sums->buckets[DigestBucket(RegisterOf(key), KeyOf(key))].value += digest.value;
    sums->records += record->exists() ? 1 : 0;
    for (const ClaimRow& claim : ClaimsOf(*reg, key, *record, lanes)) {
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
}

}  // namespace

absl::StatusOr<VerifyView> VerifyRows(const Txn& txn, const std::shared_ptr<const Catalog>& catalog) {
  VerifyView view;
  Damage journal("of the journal", "restore a backup, or join again from a peer: what peers hold comes back");
  Damage derived("of what is derived", "chancery verify --rebuild derives it again from the journal");
  ASSIGN_OR_RETURN(const StoreRow store, ReadStoreRow(txn));
  ASSIGN_OR_RETURN(const Lanes lanes, Lanes::Load(txn));
  ReadJournal(txn, lanes, store.registry, &view, &journal);
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
  RETURN_IF_ERROR(txn.status());
  view.journal_holds = !journal.any();
  journal.MoveTo(&view.damage);
  derived.MoveTo(&view.damage);
  return view;
}

}  // namespace chancery

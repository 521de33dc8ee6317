// Everything that one batch reads and changes, above a transaction: records, claims, lanes, acts. Folding an entry changes only
// this; Flush writes it in one sorted pass. What it holds afterwards is a function of the set of entries.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "engine/base/arena.h"
#include "engine/base/hash.h"
#include "engine/base/strings.h"
#include "engine/crdt/tally.h"
#include "engine/journal/epochs.h"
#include "engine/journal/journal.h"
#include "engine/register/catalog.h"
#include "engine/register/claim_index.h"
#include "engine/register/meta.h"

namespace chancery {

// A subject of some rule whose clashes may have changed.
struct Scope {
  enum class Type : uint8_t {
    kField = 0,
    kExistence = 1,
    kRule = 2,
    kCycle = 3,
    kPack = 4,
    kPremise = 5,
    kAuthority = 6,
    kOrphan = 7
  };
  Type type = Type::kField;
  RecordKey record = {};     // kField, kExistence; kCycle: one that may lie on a cycle, of a case the least of its addresses
  uint16_t field = 0;        // kField
  uint64_t rule = 0;         // kRule, kCycle: RuleInfo::hash
  std::string subject = {};  // kRule: SubjectUnder of the values; kPack: its name
  Dot entry = 0;             // kPremise, kAuthority, kOrphan: which relied on something, by whose officer, built on what
  auto operator<=>(const Scope&) const = default;
  bool on_values() const { return rule != 0; }  // between records: its facts may lie on any of them
  bool on_entry() const { return entry != 0; }  // its facts are that entry, and others that it did not know or that are void
};

struct RecordEdit {
  RecordKey key;
  Record record;
  const RegisterInfo* reg = nullptr;
  bool existed = false;  // as the sums have it
  bool dirty = false, undoable = false;
  bool begun = false;  // nothing was stored when an entry of this batch created it
  bool stale = false;  // the claims and subjects noted are behind the record
  Dot link = 0;        // the entry that touched the record before the one that did last
  Few<Life> life;      // as the subjects that it touches were noted last; likewise the next two
  bool existed_before = false, life_clashed = false;
  bool anew = false;              // has to be folded anew from the entries on it
  std::vector<uint16_t> recount;  // fields whose sums have to be
  std::vector<ClaimRow> claims;   // as the index (and what this batch does to it) has them
  bool all_opened = false;        // any part of it may differ from what the sums have; else
  Few<uint16_t, 4> opened;        // the parts on these fields may
  Sum128 taken;                   // what the sums have of those parts

  void Renew();  // as a new one of no register, with the memory that it had
};

class Workspace {
 public:
  // txn outlives the workspace.
  static absl::StatusOr<std::unique_ptr<Workspace>> Open(const Txn& txn, std::shared_ptr<const Catalog> catalog);

  const Txn& txn() const { return txn_; }
  const Catalog& catalog() const { return *catalog_; }
  std::shared_ptr<const Catalog> shared_catalog() const { return catalog_; }
  const Ordinals* Resolve(const PackId& pack, uint32_t reg);  // as the catalog's: what was found last is looked at first
  bool packs_changed() const { return packs_changed_; }
  bool voided() const { return voided_; }  // of what was folded before, other entries count now: fold all anew
  const RegistryId& registry() const { return store_.registry; }
  const StoreRow& store() const { return store_; }
  void SetRegistry(const RegistryId& id) { store_.registry = id; }  // once, when it is founded
  const Lane* Own() const { return lanes.Find(own_); }              // nullptr: this site is not admitted

  // Folds anew what the journal holds: packs are known, rows of the journal keep their places.
  void Replay() {
    replay_ = true;
    journal.KeepRows();
  }

  bool replaying() const { return replay_; }

  Lanes lanes;
  Journal journal;
  Sums sums;

  // The record as it is now, loaded once. Pointers stay good until Forget, of a record that the batch began until MakeRows.
  // Errors: DataLoss.
  absl::StatusOr<RecordEdit*> Load(std::string_view key, const RegisterInfo& reg);

  void Reserve(size_t records);  // so many are about to be asked for: the table makes room for them once

  // The same for one that is about to be filed on, with less to do where nothing is stored: an entry that does nothing but create
  // a record at which no rule looks, to which nothing refers and which is issued no number makes a row and no RecordEdit, unless
  // somebody loads it later. Such an entry has to live until MakeRows.
  absl::Status Fetch(std::string_view key, const RegisterInfo& reg);
  bool Missing(std::string_view key) const;  // fetched so, and nothing was folded on it since

  // The rows of all records that this batch began since the last call: they wait for the flush, and are read again where somebody
  // loads them.
  void MakeRows();

  // Folds one verified entry; what it borrows from outlives the workspace. `seen`: its author's past. touches receives the chain
  // links of its operations. Errors: InvalidArgument (names a pack or field unknown here, or a pack that does not parse),
  // DataLoss.
  absl::Status Fold(const Entry& entry, Dot dot, const Vector& seen, Touches* touches);

  // The same for an entry whose operations may wait until a record is loaded or the records are flushed: then each record is
  // read, folded and written once. `past` and `touches` outlive the workspace or the next flush; the entry gives its operations
  // away.
  absl::Status Defer(Entry& entry, Dot dot, const Vector* past, Touches* touches);

  // The same for an entry that is void: who is admitted, packs and epochs are as it says, and nothing else.
  absl::Status FoldVoid(const Entry& entry, Dot dot, const Vector& seen);

  absl::StatusOr<Epochs> LoadEpochs() const { return Epochs::Load(epoch_dots_, journal, lanes); }

  const Vector* KeepPast(Vector past) { return &pasts_.emplace_back(std::move(past)); }
  size_t deferred() const { return deferred_.size(); }

  // For what values borrow from: it lives as long as the workspace.
  Arena& arena() { return *arena_; }
  void Hold(std::shared_ptr<const Arena> bytes) { held_.push_back(std::move(bytes)); }

  // After a flush: records are loaded anew, and what they borrowed from is given back.
  void Forget();

  // Between Begin and Keep all that one entry changed can be taken back: a filing that a rule refuses.
  void Begin();
  void Keep();
  void TakeBack();
  // In the order of the entry's operations, each with what it was.
  absl::Span<const std::pair<RecordEdit*, Record>> ChangedSinceBegin() const { return undo_.records; }

  // Rows of claims that wait to be written, each somewhere else in its table.
  size_t scattered() const { return claims_.changed(); }

  // Brings the claim rows of a changed record up to date and notes the subjects touched, where it is stale. Errors: DataLoss.
  absl::Status Reclaim(RecordEdit& edit);

  // The claims of one value under a rule, ascending by record.
  std::vector<ClaimRow> Claimants(uint64_t rule, const Hash128& value) const { return claims_.Find(rule, value); }

  // false: at most one record claims it. What is filed as a rule is claimed by nobody else.
  bool Shared(uint64_t rule, const Hash128& value) const { return claims_.Shared(rule, value); }

  // The record that a reference names; nullptr where no pack here has its register. Errors: DataLoss.
  absl::StatusOr<RecordEdit*> Target(const Value& reference);

  // Visible references of existing records to a record, ascending by (register, field) name, then record.
  struct Reference {
    Referrer by;
    ClaimRow row;
  };
  std::vector<Reference> ReferencesTo(const RecordKey& key, const RegisterInfo& reg) const;

  // Entries that carry this idempotency id, in the order merged.
  std::vector<Dot> Acts(std::string_view id) const;

  // An act that was filed apart, under one id with one content: its entries in canonical order. The first counts, the others are
  // its duplicates: they leave nothing but lots, whose transfers know the act themselves, and who saw any of them saw the act. Of
  // other entries {dot}. Errors: DataLoss.
  absl::StatusOr<std::vector<Dot>> CopiesOf(Dot dot) const;
  absl::StatusOr<Dot> FirstOf(Dot dot) const;                   // of its copies
  absl::StatusOr<bool> Saw(const Vector& past, Dot dot) const;  // any of them
  absl::StatusOr<bool> IsDuplicate(const Entry& entry, Dot dot) const;
  bool copies_here() const { return copies_here_; }  // false: no entry has a copy
  static std::string RowOfCopies();                  // of Table::kPremise: some id stands on several entries

  // What the author of an entry had seen: its past, without the entry itself.
  absl::StatusOr<Vector> PastOf(Dot dot) const;
  // The same of an entry that no context tells of yet; good until the next.
  const Vector& SetInHand(Dot dot, Vector past) {
    in_hand_.first = dot;
    return in_hand_.second = std::move(past);
  }

  // The next number that the lane issues for a serial field, or one that comes `ahead` later; -1: there is none. Errors:
  // DataLoss.
  absl::StatusOr<int64_t> NextNumber(const FieldInfo& field, const Lane& lane, uint64_t ahead) const;

  // The entries on a record, newest first in this store's order: a linear extension of causality, backwards. Without the one that
  // is being filed.
  struct Touch {
    Dot dot = 0;
    Entry entry;
  };
  absl::StatusOr<std::vector<Touch>> Chain(const RecordKey& key, const RegisterInfo& reg);
  absl::StatusOr<std::vector<Touch>> ChainFrom(Dot last, const RecordKey& key) const;  // last: the newest

  // The record as the entries in `frontier` made it. O(entries on the record).
  absl::StatusOr<Record> AsOf(const RecordKey& key, const RegisterInfo& reg, const Vector& frontier);

  // The record as its entries up to the tips of the lanes make it, where it holds more. O(entries on the record).
  absl::Status TakeBackSince(const RecordKey& key, const RegisterInfo& reg);
  // What is said of the acts that are left under a key of table act, where others are gone.
  absl::Status TakeBackCopies(std::string_view key);

  std::string AddressOf(const RecordKey& key) const;  // canonical text
  bool OnRecord(const Entry& entry, const Op& op, const RecordKey& key) const;

  // What rulings say of the versions of a pack: those that they withdraw.
  absl::Status WithdrawPacks(std::string_view name, const std::set<Dot>& withdrawn);

  // Whether any entry relied on anything: else nobody has to ask which.
  bool premises_here() const { return premises_here_; }

  // The entries that relied on something of a record, or on a claim: in no order, perhaps some twice.
  std::vector<Dot> RelyingOn(const Hash128& scope) const;

  // The rows that tell of it. Each pair: that there are any, and this one.
  static std::vector<std::string> RowsOfPremise(const Premise& premise, Dot dot, const Catalog& catalog);
  static std::vector<std::string> RowsOfVoid(const RecordKey& key, Dot dot);

  // The void entries that have an operation on the record.
  std::vector<Dot> VoidOn(const RecordKey& key) const;

  bool officers_here() const { return officers_here_; }  // false: no officer was ever admitted
  absl::StatusOr<bool> AnyOfficer();                     // whether one exists. Errors: DataLoss

  // A change to the record of an officer, and what its author had seen.
  struct OfficerChange {
    Dot dot = 0;
    Vector seen;
  };
  std::vector<OfficerChange> TakeOfficerChanges() { return std::exchange(officer_changes_, {}); }

  // Subjects whose clashes may have changed; ascending, each once.
  void NoteScope(Scope scope);
  std::vector<Scope> TakeTouched();

  void NoteContext(uint16_t handle, uint64_t first_seq, const Vector& context);
  static std::string ContextRow(const Vector& context);

  // Records, claims, acts, premises, contexts: written sorted. Sums follow. Errors: DataLoss.
  absl::Status FlushRecords(WriteTxn& txn);
  void FlushRest(WriteTxn& txn);  // lanes, packs, sums, store row

 private:
  Workspace(const Txn& txn, std::shared_ptr<const Catalog> catalog)
      : journal(txn), txn_(txn), catalog_(std::move(catalog)), claims_(txn) {}

  // An operation of a verified entry, on its way into a record.
  struct Act {
    const Op* op = nullptr;
    const Ordinals* ordinals = nullptr;
    uint16_t index = 0;  // in its entry
    Dot dot = 0;
    Hlc hlc = 0;
    const Vector* seen = nullptr;
    Dot* link = nullptr;     // receives the link of the touch chain
    bool duplicate = false;  // of an act that counts elsewhere
  };
  // What is known of a key: a record in memory, the row of a record that this batch begins, or that nothing is there.
  struct Known {
    RecordEdit* edit = nullptr;
    int64_t made = -1;  // index into made_
    bool missing() const { return edit == nullptr && made < 0; }
  };
  struct Made {
    std::string_view key, row;         // in the arena; no row: it is not made yet
    Act act;                           // until then
    const RecordEdit* edit = nullptr;  // loaded from it
  };
  struct Gap {               // nothing is stored behind `after` and before `before`
    std::string_view after;  // in the arena, likewise `before`; nullopt: up to the end
    std::optional<std::string_view> before;
    int in_order = 0;  // so many keys were missing one behind the other
    bool found = false;
    bool Has(std::string_view key) const { return found && key > after && (!before || key < *before); }
  };
  // One that waits.
  struct Deferred {
    std::string_view key;  // of its record, in the arena
    Op op;
    Act act;  // but `op`
  };
  absl::Status FoldAround(const Entry& entry, Dot dot, const Vector& seen);           // all of an entry but its operations
  absl::StatusOr<const Ordinals*> Locate(const Entry& entry, const Op& op, Dot dot);  // and key_ is its record
  absl::Status FoldAct(const Act& act, RecordEdit& edit);
  absl::Status Enter(std::string_view key, const RegisterInfo& reg, std::optional<std::string_view> row, Known& known);
  std::optional<std::string_view> RowMade(const Known& known) const;
  absl::Status LookUp(std::string_view key, const RegisterInfo& reg, Known& known);
  bool TakeUp(Act act);
  void FoldBegun();
  std::optional<std::string_view> RowAlone(const Act& act, std::string_view key);  // as RowOf, likewise the next
  std::string_view RowFolded(Act act, std::string_view key);
  void FindGap(std::string_view key);
  absl::Status LoadMade();  // all that was made becomes records in memory
  void FoldPremises(const Entry& entry, Dot dot);
  void NoteReliance(const Act& act, const RecordEdit& edit);
  bool HasOfficers() const;  // records of officers are, or were, here before this batch
  void NotePremiseRows(const std::vector<std::string>& rows);
  std::vector<Dot> PremiseRows(const Hash128& scope) const;
  absl::Status FoldDeferred(const Deferred& deferred, RecordEdit& edit);
  absl::Status Settle();  // what is deferred, in memory
  static std::vector<const Deferred*> ByRecord(const std::vector<Deferred>& waited);
  static void Expect(absl::Span<const Deferred* const> coming);
  absl::Status WriteDeferred(SortedRows& rows);
  absl::Status ReadRecord(std::string_view stored, RecordEdit& edit) const;
  std::string_view RowOf(RecordEdit& edit);  // and the sums have it
  void PutRecord(RecordEdit& edit, SortedRows& rows);
  void DropRecord(WriteTxn& txn, RecordEdit& edit);
  absl::Status FoldChange(const Change& change, const Act& act, RecordEdit& edit);
  absl::Status FoldLots(const Act& act, RecordEdit& edit);
  void FoldCreate(RecordEdit& edit, const Act& act);
  void FoldSum(const Change& change, const FieldInfo& field, const Act& act, RecordEdit& edit);
  void AddToTally(const TallyStep& step, const FieldInfo& field, const Act& act, Record& record);
  absl::Status Recount(const FieldInfo& field, RecordEdit& edit);
  void TouchField(const RecordKey& key, const RegisterInfo& reg, uint16_t handle);
  void NoteLife(RecordEdit& edit);
  void NoteClaim(const RecordEdit& edit, const ClaimRow& row, const std::vector<ClaimRow>& others);
  absl::Status FoldPack(const Entry& entry, Dot dot, const Vector& seen);
  void SetCatalog(std::vector<PackSource> packs);
  absl::Status FoldAdmit(const Entry& entry, Dot dot);
  absl::Status FoldEpoch(const Entry& entry, Dot dot);
  absl::Status ReckonVoid();
  absl::StatusOr<Hlc> CountsAbove(const Lane& lane) const;
  void Bound(uint16_t handle, uint64_t end, Hlc counts_above);
  absl::Status StampCell(Cell& cell);
  uint64_t NumberOf(const Lane& lane) const;
  uint64_t IssuedBefore(const std::string& key) const;
  absl::StatusOr<Few<Dot>> DotsOf(const std::vector<Place>& places) const;  // with their copies
  absl::Status FindCopies(const std::vector<Dot>& acts) const;
  absl::Status FindSeenElsewhere(const Act& act, const Record& record);
  bool SeenHere(const Vector& seen, Dot dot) const;
  absl::StatusOr<std::vector<const Touch*>> InOrder(const std::vector<Touch>& chain) const;
  absl::Status FoldAnew(RecordEdit& edit);
  absl::Status FlushActs(WriteTxn& txn);
  void NoteCopied(const Entry& entry, Dot dot);
  absl::Status MeetCopy(Dot dot);
  void Open(RecordEdit& edit, uint16_t field) const;  // that field is about to change
  void OpenAll(RecordEdit& edit) const;
  uint64_t DigestSeedOf(const RecordEdit& edit) const;

  struct Undo {
    std::vector<std::pair<RecordEdit*, Record>> records;  // as they were
    std::vector<std::string> premises;                    // rows noted
    std::string act;                                      // key of the id noted, or ""
    std::vector<std::string> issued;                      // keys of the numbers counted
    bool begun = false;                                   // the last of made_
  };

  const Txn& txn_;
  std::shared_ptr<const Catalog> catalog_;
  struct Resolved {
    PackId pack;
    uint32_t reg = 0;
    const Ordinals* ordinals = nullptr;
  };
  Resolved resolved_;
  bool packs_changed_ = false;
  bool replay_ = false;
  const Workspace* whole_ = nullptr;  // of which this one folds a past: records start empty
  const Vector* frontier_ = nullptr;  // that past
  std::vector<Dot> pack_dots_;
  std::vector<Dot> epoch_dots_;
  bool epochs_changed_ = false;
  bool voided_ = false;
  std::map<Dot, Hlc> admissions_;  // folded by this batch
  StoreRow store_;
  LaneId own_ = 0;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
  std::vector<std::shared_ptr<const Arena>> held_;
  std::vector<Deferred> deferred_;  // in the order received: causes before effects
  std::deque<Vector> pasts_;
  RecordKey key_;  // of the operation in hand; likewise what its author had seen
  Vector seen_;
  std::vector<std::unique_ptr<RecordEdit>> edits_;  // as loaded, and so freed in the order in which memory was taken
  size_t kept_ = 0;                                 // of them MakeRows has seen so many
  std::vector<std::unique_ptr<RecordEdit>> spare_;  // of records whose rows were made
  struct HashOfKey {                                // another one in each process, as absl's own is, and quicker
    size_t operator()(std::string_view key) const {
      static const char kHere = 0;
      return Xxh64(key, reinterpret_cast<uintptr_t>(&kHere));
    }
  };
  absl::flat_hash_map<std::string_view, Known, HashOfKey> records_;  // the same by their own keys, and what else is known of keys
  std::vector<Made> made_;
  size_t folded_ = 0, made_before_ = 0;    // of made_; and how many there were at the last MakeRows
  std::vector<std::string_view> missing_;  // keys fetched since, where nothing is stored
  RecordEdit beginning_;                   // while it is folded
  Gap gap_;
  RecordEdit* last_ = nullptr;  // asked for
  ClaimIndex claims_;
  std::map<std::string, std::vector<Dot>> acts_;  // 16-byte key -> new dots
  std::set<std::string> premises_;
  bool premises_here_ = false, voids_here_ = false, officers_here_ = false;  // there may be some: else nobody looks for them
  bool copies_here_ = false;                                                 // likewise ids on several entries
  mutable std::map<Dot, std::shared_ptr<const std::vector<Dot>>> copies_;    // of entries whose id others carry, as found
  std::vector<Dot> seen_elsewhere_;  // standing on the record in hand, known to the author of the act in hand by another copy
  std::vector<OfficerChange> officer_changes_;
  std::map<std::string, std::string> contexts_;
  std::map<std::string, uint64_t> issued_;  // field and lane -> how many numbers
  std::pair<Dot, Vector> in_hand_;
  std::vector<Scope> touched_;
  bool undoing_ = false;
  Undo undo_;
};

// How entries are found that relied on something: on a record or anything in it, by its canonical address; on a claim, by its
// rule and the value as the rule compares it.
Hash128 RelianceOnRecord(std::string_view address);
Hash128 RelianceOnClaim(std::string_view rule, std::string_view subject);
// The record that a premise is about, or is in; nullopt of a claim.
std::optional<Address> RecordOfPremise(const Premise& premise);
// The value of a premise on a claim as its rule compares it; as it was written where the rule is not known.
std::string SubjectOfPremise(const Premise& premise, const Catalog& catalog);

}  // namespace chancery

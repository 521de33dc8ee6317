#include "engine/register/workspace.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "chancery/types.h"
#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/digest.h"
#include "engine/register/stored.h"

namespace chancery {
namespace {

void KeepIn(Arena& arena, Record& record) {
  for (Slot& slot : record.slots)
    for (Write& write : slot.cell) write.value = write.value.KeptIn(arena);
  for (Element& element : record.elements) element.value = element.value.KeptIn(arena);
}

// Rows that say that there are others.
const Hash128& AnyPremise() {
  static const Hash128 scope = HashParts({"premises"});
  return scope;
}
const Hash128& AnyVoid() {
  static const Hash128 scope = HashParts({"void entries"});
  return scope;
}

Hash128 VoidTouch(const RecordKey& key) { return HashParts({"void", key}); }

}  // namespace

void RecordEdit::Renew() {
  record.Clear();
  reg = nullptr;
  existed = dirty = undoable = begun = stale = false;
  link = 0;
  life.clear();
  existed_before = life_clashed = anew = all_opened = false;
  recount.clear();
  claims.clear();
  opened.clear();
  taken = {};
}

absl::StatusOr<std::unique_ptr<Workspace>> Workspace::Open(const Txn& txn, std::shared_ptr<const Catalog> catalog) {
  std::unique_ptr<Workspace> w(new Workspace(txn, std::move(catalog)));
  ASSIGN_OR_RETURN(w->lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(w->sums, ReadSums(txn));
  ASSIGN_OR_RETURN(w->pack_dots_, ReadPackDots(txn));
  ASSIGN_OR_RETURN(w->epoch_dots_, ReadEpochDots(txn));
  ASSIGN_OR_RETURN(w->store_, ReadStoreRow(txn));
  w->own_ = LaneOf(w->store_.key);
  w->premises_here_ = !w->PremiseRows(AnyPremise()).empty();
  w->voids_here_ = !w->PremiseRows(AnyVoid()).empty();
  w->officers_here_ = w->HasOfficers();
  w->copies_here_ = txn.Get(Table::kPremise, RowOfCopies()).has_value();
  return w;
}

// A stored row; the record borrows from it.
absl::Status Workspace::ReadRecord(std::string_view stored, RecordEdit& edit) const {
  if (const absl::Status read = ReadStored(stored, lanes, &edit.record); !read.ok())
    return WithNext(read, "chancery verify --rebuild derives records again from the journal");
  edit.existed = edit.existed_before = edit.record.exists();
  edit.life = edit.record.life;
  edit.life_clashed = LifeMayClash(edit.record);
  edit.claims = ClaimsOf(*edit.reg, edit.key, edit.record, lanes);
  return absl::OkStatus();
}

absl::StatusOr<RecordEdit*> Workspace::Load(std::string_view key, const RegisterInfo& reg) {
  if (!deferred_.empty()) RETURN_IF_ERROR(Settle());
  if (last_ != nullptr && last_->key == key) return last_;
  if (const auto known = records_.find(key); known != records_.end()) {
    if (known->second.made >= 0) FoldBegun();
    if (known->second.edit == nullptr) RETURN_IF_ERROR(Enter(known->first, reg, RowMade(known->second), known->second));
    return last_ = known->second.edit;
  }
  const auto stored = whole_ != nullptr ? std::nullopt : txn_.Get(Table::kRecord, key);
  RETURN_IF_ERROR(txn_.status());
  Known known;
  RETURN_IF_ERROR(Enter(key, reg, stored ? std::optional(arena_->Keep(*stored)) : std::nullopt, known));
  records_.emplace(arena_->Keep(key), known);
  return last_ = known.edit;
}

// As a record in memory, which may borrow from the row.
absl::Status Workspace::Enter(std::string_view key, const RegisterInfo& reg, std::optional<std::string_view> row, Known& known) {
  std::unique_ptr<RecordEdit> edit;
  if (spare_.empty()) {
    edit = std::make_unique<RecordEdit>();
  } else {
    edit = std::move(spare_.back());
    spare_.pop_back();
    edit->Renew();
  }
  edit->key = key;
  edit->reg = &reg;
  if (row) RETURN_IF_ERROR(ReadRecord(*row, *edit));
  known.edit = edit.get();
  if (known.made >= 0) made_[static_cast<size_t>(known.made)].edit = edit.get();
  edits_.push_back(std::move(edit));
  return absl::OkStatus();
}

std::optional<std::string_view> Workspace::RowMade(const Known& known) const {
  return known.made < 0 ? std::nullopt : std::optional(made_[static_cast<size_t>(known.made)].row);
}

void Workspace::Begin() {
  undoing_ = true;
  undo_.records.clear();
  undo_.premises.clear();
  undo_.act.clear();
  undo_.issued.clear();
  undo_.begun = false;
}

void Workspace::Keep() {
  for (auto& [edit, record] : undo_.records) edit->undoable = false;
  undoing_ = false;
}

void Workspace::TakeBack() {
  for (auto& [edit, record] : undo_.records) {
    edit->record = std::move(record);
    edit->undoable = false;
    edit->stale = true;
    Reclaim(*edit).IgnoreError();  // nothing is counted anew where an entry is taken back
  }
  for (const std::string& row : undo_.premises) premises_.erase(row);
  if (!undo_.act.empty()) acts_[undo_.act].pop_back();
  for (const std::string& key : undo_.issued) --issued_[key];
  if (undo_.begun) {
    CHECK(folded_ < made_.size());
    records_.at(made_.back().key).made = -1;
    made_.pop_back();
  }
  undoing_ = false;
}

absl::Status Workspace::Fold(const Entry& entry, Dot dot, const Vector& seen, Touches* touches) {
  RETURN_IF_ERROR(FoldAround(entry, dot, seen));
  bool duplicate = false;  // FlushActs tells, but of the past
  if (whole_ != nullptr) {
    ASSIGN_OR_RETURN(duplicate, IsDuplicate(entry, dot));
  }
  touches->assign(entry.ops.size(), 0);
  for (uint16_t i = 0; i < entry.ops.size(); ++i) {
    const Op& op = entry.ops[i];
    ASSIGN_OR_RETURN(const Ordinals* ordinals, Locate(entry, op, dot));
    const Act act{&op, ordinals, i, dot, entry.hlc, &seen, &(*touches)[i], duplicate};
    const bool creates = entry.kind == EntryKind::kFiling && entry.ops.size() == 1 && op.kind == OpKind::kCreate;
    if (creates && TakeUp(act)) continue;
    ASSIGN_OR_RETURN(RecordEdit * edit, Load(key_, *ordinals->reg));
    edit->begun |= creates && edit->record.last_touch == 0;
    RETURN_IF_ERROR(FoldAct(act, *edit));
  }
  return absl::OkStatus();
}

const Ordinals* Workspace::Resolve(const PackId& pack, uint32_t reg) {
  if (resolved_.ordinals == nullptr || resolved_.reg != reg || resolved_.pack != pack)
    resolved_ = {pack, reg, catalog_->Resolve(pack, reg)};
  return resolved_.ordinals;
}

absl::StatusOr<const Ordinals*> Workspace::Locate(const Entry& entry, const Op& op, Dot dot) {
  const Ordinals* ordinals = Resolve(entry.packs[op.pack], op.reg);
  if (ordinals == nullptr)
    return Error(absl::StatusCode::kInvalidArgument, Cat("entry ", lanes.Short(dot), " names a pack that is not here"));
  PutRecordKey(ordinals->reg->hash, op.key, &key_);
  officers_here_ |= ordinals->reg->of_officers;
  return ordinals;
}

absl::Status Workspace::Defer(Entry& entry, Dot dot, const Vector* past, Touches* touches) {
  RETURN_IF_ERROR(FoldAround(entry, dot, *past));
  touches->assign(entry.ops.size(), 0);
  for (uint16_t i = 0; i < entry.ops.size(); ++i) {
    Op& op = entry.ops[i];
    ASSIGN_OR_RETURN(const Ordinals* ordinals, Locate(entry, op, dot));
    deferred_.push_back({arena_->Keep(key_), std::move(op), {nullptr, ordinals, i, dot, entry.hlc, past, &(*touches)[i], false}});
  }
  return absl::OkStatus();
}

absl::Status Workspace::FoldDeferred(const Deferred& deferred, RecordEdit& edit) {
  Act act = deferred.act;
  act.op = &deferred.op;
  seen_ = *act.seen;
  seen_.Raise(HandleOf(act.dot), SeqOf(act.dot) - 1);
  act.seen = &seen_;
  return FoldAct(act, edit);
}

absl::Status Workspace::Settle() {
  const std::vector<Deferred> waited = std::exchange(deferred_, {});
  for (const Deferred& deferred : waited) {
    ASSIGN_OR_RETURN(RecordEdit * edit, Load(deferred.key, *deferred.act.ordinals->reg));
    RETURN_IF_ERROR(FoldDeferred(deferred, *edit));
  }
  return absl::OkStatus();
}

absl::Status Workspace::FoldAround(const Entry& entry, Dot dot, const Vector& seen) {
  if (entry.kind == EntryKind::kPack) RETURN_IF_ERROR(FoldPack(entry, dot, seen));
  if (entry.kind == EntryKind::kAdmit || entry.kind == EntryKind::kGenesis) RETURN_IF_ERROR(FoldAdmit(entry, dot));
  if (entry.vote || entry.decision) RETURN_IF_ERROR(FoldEpoch(entry, dot));
  if (!entry.idempotency.empty()) {
    const std::string key(HashParts({entry.idempotency}).view());
    acts_[key].push_back(dot);
    if (undoing_) undo_.act = key;
  }
  if (!entry.relied_on.empty()) FoldPremises(entry, dot);
  if (!entry.officer.empty() && officers_here_) NoteScope({.type = Scope::Type::kAuthority, .entry = dot});
  return absl::OkStatus();
}

void Workspace::FoldPremises(const Entry& entry, Dot dot) {
  premises_here_ = true;
  for (const Premise& premise : entry.relied_on) NotePremiseRows(RowsOfPremise(premise, dot, *catalog_));
  if (!Planted(Bug::kPremiseOnArrival)) NoteScope({.type = Scope::Type::kPremise, .entry = dot});
}

std::vector<std::string> Workspace::RowsOfPremise(const Premise& premise, Dot dot, const Catalog& catalog) {
  const std::optional<Address> record = RecordOfPremise(premise);
  const Hash128 scope =
      record ? RelianceOnRecord(record->Text()) : RelianceOnClaim(premise.address, SubjectOfPremise(premise, catalog));
  return {std::string(AnyPremise().view()) + Key64(1), std::string(scope.view()) + Key64(dot)};
}

std::vector<std::string> Workspace::RowsOfVoid(const RecordKey& key, Dot dot) {
  return {std::string(AnyVoid().view()) + Key64(1), std::string(VoidTouch(key).view()) + Key64(dot)};
}

void Workspace::NotePremiseRows(const std::vector<std::string>& rows) {
  for (const std::string& row : rows)
    if (premises_.insert(row).second && undoing_) undo_.premises.push_back(row);
}

std::vector<Dot> Workspace::PremiseRows(const Hash128& scope) const {
  std::vector<Dot> dots;
  Cursor rows(txn_, Table::kPremise);
  for (bool more = whole_ == nullptr && rows.Seek(scope.view()); more && rows.key().starts_with(scope.view()); more = rows.Next())
    dots.push_back(Read64(rows.key(), 16));
  const std::string prefix(scope.view());
  for (auto fresh = premises_.lower_bound(prefix); fresh != premises_.end() && fresh->starts_with(prefix); ++fresh)
    dots.push_back(Read64(*fresh, 16));
  return dots;
}

std::vector<Dot> Workspace::RelyingOn(const Hash128& scope) const {
  return premises_here_ ? PremiseRows(scope) : std::vector<Dot>();
}

std::vector<Dot> Workspace::VoidOn(const RecordKey& key) const {
  return voids_here_ ? PremiseRows(VoidTouch(key)) : std::vector<Dot>();
}

bool Workspace::HasOfficers() const {
  static const std::string prefix = RecordKeyOf(Name64(kOfficerRegister), "").substr(0, kRegisterBytes);
  Cursor rows(txn_, Table::kRecord);
  return rows.Seek(prefix) && rows.key().starts_with(prefix);
}

absl::StatusOr<bool> Workspace::AnyOfficer() {
  if (!officers_here_) return false;
  const RegisterInfo& reg = *catalog_->Find(kOfficerRegister);
  const std::string prefix = RecordKeyOf(reg.hash, "").substr(0, kRegisterBytes);
  Cursor rows(txn_, Table::kRecord);
  for (bool more = rows.Seek(prefix); more && rows.key().starts_with(prefix); more = rows.Next()) {
    ASSIGN_OR_RETURN(const RecordEdit* edit, Load(rows.key(), reg));
    if (edit->record.exists()) return true;
  }
  return std::any_of(edits_.begin(), edits_.end(), [&](const auto& edit) { return edit->reg == &reg && edit->record.exists(); });
}

// Who relied on the record and did not know of the act: whether it touched what he relied on is looked at once all is in.
void Workspace::NoteReliance(const Act& act, const RecordEdit& edit) {
  if (edit.reg->of_officers) officer_changes_.push_back({act.dot, *act.seen});
  if (premises_here_)
    for (const Dot relying : PremiseRows(RelianceOnRecord(AddressOf(edit.key))))
      if (HandleOf(relying) != HandleOf(act.dot) && !act.seen->Has(relying))
        NoteScope({.type = Scope::Type::kPremise, .entry = relying});
  if (!voids_here_) return;
  for (const Dot gone : VoidOn(edit.key))
    if (act.seen->Has(gone)) NoteScope({.type = Scope::Type::kOrphan, .entry = act.dot});
}

absl::Status Workspace::FoldVoid(const Entry& entry, Dot dot, const Vector& seen) {
  for (const Op& op : entry.ops) {
    const Ordinals* ordinals = catalog_->Resolve(entry.packs[op.pack], op.reg);
    if (ordinals == nullptr) continue;
    NotePremiseRows(RowsOfVoid(RecordKeyOf(ordinals->reg->hash, op.key), dot));
    voids_here_ = true;
  }
  if (entry.kind == EntryKind::kPack) RETURN_IF_ERROR(FoldPack(entry, dot, seen));
  if (entry.kind == EntryKind::kAdmit) RETURN_IF_ERROR(FoldAdmit(entry, dot));
  return entry.vote || entry.decision ? FoldEpoch(entry, dot) : absl::OkStatus();
}

absl::Status Workspace::FoldPack(const Entry& entry, Dot dot, const Vector& seen) {
  if (replay_) {
    for (const PackSource& source : catalog_->packs())
      if (source.dot == dot) NoteScope({Scope::Type::kPack, {}, 0, 0, source.def.name});
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(Settle());  // what waits points into the catalog
  RETURN_IF_ERROR(LoadMade());
  absl::StatusOr<PackDef> pack =
      ParsePack(entry.pack_toml, Cat("the pack of ", lanes.Short(dot)),
                catalog_->Known([&](Dot other) { return seen.Has(other) || HandleOf(other) == HandleOf(dot); }));
  RETURN_IF_ERROR(pack.status());
  NoteScope({Scope::Type::kPack, {}, 0, 0, pack->name});
  std::vector<PackSource> packs = catalog_->packs();
  for (PackSource& source : packs)
    source.replaced |= source.def.name == pack->name && (seen.Has(source.dot) || HandleOf(source.dot) == HandleOf(dot));
  packs.push_back({*std::move(pack), entry.hlc, entry.lane, dot});
  SetCatalog(std::move(packs));
  pack_dots_.push_back(dot);
  return absl::OkStatus();
}

void Workspace::SetCatalog(std::vector<PackSource> packs) {
  catalog_ = Catalog::Build(std::move(packs));
  resolved_ = {};
  packs_changed_ = true;
  for (auto& edit : edits_) {
    edit->reg = catalog_->FindHash(RegisterOf(edit->key));
    edit->stale = true;
  }
}

absl::Status Workspace::WithdrawPacks(std::string_view name, const std::set<Dot>& withdrawn) {
  std::vector<PackSource> packs = catalog_->packs();
  bool changed = false;
  for (PackSource& source : packs) {
    if (source.def.name != name) continue;
    changed |= source.withdrawn != withdrawn.contains(source.dot);
    source.withdrawn = withdrawn.contains(source.dot);
  }
  if (!changed) return absl::OkStatus();
  RETURN_IF_ERROR(Settle());
  RETURN_IF_ERROR(LoadMade());
  SetCatalog(std::move(packs));
  return absl::OkStatus();
}

absl::Status Workspace::FoldAdmit(const Entry& entry, Dot dot) {
  if (entry.kind == EntryKind::kGenesis) return absl::OkStatus();  // the founder's lane is made with the store's first row
  const Admit& admit = *entry.admit;
  const Lane* known = lanes.Find(LaneOf(admit.key));
  if (known != nullptr && known->admitted_by.empty()) return absl::OkStatus();  // the founder's: its admission is the genesis
  if (known == nullptr) {
    if (lanes.size() >= limits::kLanes)
      return Error(absl::StatusCode::kInvalidArgument, "the registry has as many lanes as it can name");
    Lane lane;
    lane.id = LaneOf(admit.key);
    lane.key = admit.key;
    known = &lanes.Add(std::move(lane));
  }
  lanes.Admit(known->handle, dot, entry);
  admissions_[dot] = entry.hlc;
  return ReckonVoid();
}

absl::Status Workspace::FoldEpoch(const Entry& entry, Dot dot) {
  if (std::find(epoch_dots_.begin(), epoch_dots_.end(), dot) == epoch_dots_.end()) {
    epoch_dots_.push_back(dot);
    epochs_changed_ = true;
  }
  if (entry.kind != EntryKind::kEpoch) return absl::OkStatus();
  for (const LaneEnd& end : entry.decision->epoch.ends)
    if (const Lane* lane = lanes.Find(end.lane); lane != nullptr && end.last < lane->end)
      Bound(lane->handle, end.last, lane->counts_above);
  return ReckonVoid();
}

// Where a lane ended, admissions behind its end are void, and with them what the lanes filed that nobody else had admitted.
absl::Status Workspace::ReckonVoid() {
  const auto ended = [](const Lane& lane) { return lane.ended(); };
  bool changed = std::any_of(lanes.all().begin(), lanes.all().end(), ended);
  while (std::exchange(changed, false))
    for (const Lane& lane : lanes.all()) {
      if (lane.admitted_by.empty()) continue;
      ASSIGN_OR_RETURN(const Hlc above, CountsAbove(lane));
      if (above == lane.counts_above) continue;
      Bound(lane.handle, lane.end, above);
      changed = true;
    }
  return absl::OkStatus();
}

absl::StatusOr<Hlc> Workspace::CountsAbove(const Lane& lane) const {
  Hlc first = UINT64_MAX;
  bool any_void = false;
  for (const Dot by : lane.admitted_by) {
    Hlc hlc = 0;
    if (const auto fresh = admissions_.find(by); fresh != admissions_.end()) {
      hlc = fresh->second;
    } else {
      ASSIGN_OR_RETURN(hlc, journal.HlcAt(by));
    }
    const bool is_void = lanes.At(HandleOf(by)).Void(SeqOf(by), hlc);
    any_void |= is_void;
    if (!is_void) first = std::min(first, hlc);
  }
  return any_void ? first : 0;
}

void Workspace::Bound(uint16_t handle, uint64_t end, Hlc counts_above) {
  Lane& lane = lanes.Edit(handle);
  voided_ |= std::min(end, lane.tip()) != std::min(lane.end, lane.tip());
  voided_ |= counts_above != lane.counts_above && lane.tip() > 0;
  lane.end = end;
  lane.counts_above = counts_above;
}

absl::Status Workspace::Reclaim(RecordEdit& edit) {
  if (!std::exchange(edit.stale, false)) return absl::OkStatus();
  const RecordKey& key = edit.key;
  const bool anew = std::exchange(edit.anew, false);
  if (anew) RETURN_IF_ERROR(FoldAnew(edit));
  edit.stale = false;
  std::set<uint16_t> recount(edit.recount.begin(), edit.recount.end());
  edit.recount.clear();
  for (const uint16_t handle : recount) RETURN_IF_ERROR(Recount(edit.reg->fields[handle], edit));
  NoteLife(edit);
  if (!edit.reg->claims) return absl::OkStatus();
  if (Planted(Bug::kLifeKeepsClaims) && !edit.record.exists()) return absl::OkStatus();
  std::vector<ClaimRow> now = ClaimsOf(*edit.reg, key, edit.record, lanes);
  for (const ClaimRow& row : edit.claims)
    if (!Holds(now, row)) {
      claims_.Remove(row);
      NoteClaim(edit, row, now);
    }
  for (const ClaimRow& row : now)
    if (!Holds(edit.claims, row)) {
      claims_.Put(row);
      NoteClaim(edit, row, edit.claims);
    } else if (anew) {  // the same, but others may be known to have seen it
      NoteClaim(edit, row, {});
    }
  edit.claims = std::move(now);
  return absl::OkStatus();
}

// A row came, went or changed; `others`: what stands on the other side of the change.
void Workspace::NoteClaim(const RecordEdit& edit, const ClaimRow& row, const std::vector<ClaimRow>& others) {
  for (const FieldInfo* field : edit.reg->refer) {
    if (field->hash != row.rule) continue;
    NoteScope({Scope::Type::kField, edit.key, field->handle, 0, {}});
    for (const RuleInfo* rule : field->rules) {
      if (rule->def.kind != RuleKind::kAcyclic) continue;
      NoteScope({Scope::Type::kCycle, edit.key, 0, rule->hash, {}});
      if (const absl::StatusOr<Address> target = Address::Parse(row.subject); target.ok())  // the rest of a cycle that broke
        NoteScope({Scope::Type::kCycle, RecordKeyOf(rule->reg->hash, target->key), 0, rule->hash, {}});
    }
  }
  for (const RuleInfo* rule : edit.reg->limits)
    if (rule->limit_hash == row.rule) NoteScope({Scope::Type::kRule, {}, 0, rule->hash, row.subject});
  if (catalog_->RuleByHash(row.rule) == nullptr) return;
  const bool only_same = std::any_of(others.begin(), others.end(), [&](const ClaimRow& other) {
    return other.rule == row.rule && other.value == row.value && other.writes == row.writes && other.grouped == row.grouped;
  });
  if (!(only_same && Planted(Bug::kSameNotRecomputed))) claims_.Touch(row);
}

// Whether a record exists, and by what, decides on its own clashes and on those of the fields that refer to it.
void Workspace::NoteLife(RecordEdit& edit) {
  const RecordKey& key = edit.key;
  const Record& now = edit.record;
  const bool clashes = LifeMayClash(now);
  if (clashes || edit.life_clashed) NoteScope({Scope::Type::kExistence, key, 0, 0, {}});
  edit.life_clashed = clashes;
  if (edit.life == now.life && edit.existed_before == now.exists()) return;
  edit.life = now.life;
  edit.existed_before = now.exists();
  for (const Slot& slot : now.slots)
    if (slot.cell.size() > 1 || edit.reg->fields[slot.field].def.keeps()) TouchField(key, *edit.reg, slot.field);
  if (Planted(Bug::kDanglingNotRecomputed)) return;
  for (const Reference& reference : ReferencesTo(key, *edit.reg))
    NoteScope({Scope::Type::kField, reference.row.record, reference.by.field->handle, 0, {}});
}

absl::StatusOr<RecordEdit*> Workspace::Target(const Value& reference) {
  const absl::StatusOr<Address> address = Address::Parse(reference.payload());
  const RegisterInfo* reg = address.ok() ? catalog_->Find(address->reg) : nullptr;
  if (reg == nullptr) return nullptr;
  return Load(RecordKeyOf(reg->hash, address->key), *reg);
}

std::vector<Workspace::Reference> Workspace::ReferencesTo(const RecordKey& key, const RegisterInfo& reg) const {
  std::vector<Reference> references;
  const auto any = [&](const Referrer& by) { return claims_.Any(by.field->hash); };
  if (std::none_of(reg.referred_by.begin(), reg.referred_by.end(), any)) return references;
  const Hash128 target = ClaimHash(AddressOf(key));
  for (const Referrer& by : reg.referred_by)
    for (ClaimRow& row : Claimants(by.field->hash, target)) references.push_back({by, std::move(row)});
  return references;
}

absl::StatusOr<Vector> Workspace::PastOf(Dot dot) const {
  if (dot == in_hand_.first && dot != 0) return in_hand_.second;
  Vector past;
  const auto raise = [&](std::string_view row) {
    ByteReader r(row);
    for (uint16_t h = 0; !r.AtEnd(); ++h) past.Raise(h, r.U64());
  };
  const std::string key = Key64(HandleOf(dot), SeqOf(dot));
  Cursor rows(txn_, Table::kContext);
  if (rows.SeekLast(key) && Read64(rows.key(), 0) == HandleOf(dot)) raise(rows.value());
  if (const auto fresh = contexts_.upper_bound(key);  // contexts of one lane only grow
      fresh != contexts_.begin() && Read64(std::prev(fresh)->first, 0) == HandleOf(dot))
    raise(std::prev(fresh)->second);
  past.Raise(HandleOf(dot), SeqOf(dot) - 1);
  RETURN_IF_ERROR(txn_.status());
  return past;
}

uint64_t Workspace::IssuedBefore(const std::string& key) const {
  const auto row = txn_.Get(Table::kIssued, key);
  return row ? Read64(*row, 0) : 0;
}

namespace {

constexpr uint64_t kNoNumber = UINT64_MAX;

// One natural number for each pair (Cantor); kNoNumber where it would not fit.
uint64_t PairOf(uint64_t a, uint64_t b) {
  const unsigned __int128 sum = static_cast<unsigned __int128>(a) + b, pair = sum * (sum + 1) / 2 + b;
  return a == kNoNumber || b == kNoNumber || sum > UINT32_MAX ? kNoNumber : static_cast<uint64_t>(pair);
}

}  // namespace

// The founder's lane is 0, the j-th that it admitted j. Others follow from who admitted them and how many before: no two lanes
// have one number, whoever admitted whom without knowing of what.
uint64_t Workspace::NumberOf(const Lane& lane) const {
  if (lane.admitted_by.empty()) return 0;
  const std::optional<Dot> admission = lanes.DotOf(lane.first_admission);
  if (!admission) return kNoNumber;
  uint64_t nth = 0;
  for (const Lane& other : lanes.all())
    for (const Dot dot : other.admitted_by) nth += HandleOf(dot) == HandleOf(*admission) && SeqOf(dot) <= SeqOf(*admission);
  const Lane& by = lanes.At(HandleOf(*admission));
  if (by.handle == lane.handle) return kNoNumber;
  if (by.admitted_by.empty() && nth + 1 < limits::kSerialLanes) return nth;
  const uint64_t pair = PairOf(NumberOf(by), nth);
  return pair == kNoNumber ? kNoNumber : limits::kSerialLanes - 1 + pair;
}

// Every lane has blocks of its own, from its admission on and for ever: numbers issued in a cut cannot be equal.
absl::StatusOr<int64_t> Workspace::NextNumber(const FieldInfo& field, const Lane& lane, uint64_t ahead) const {
  const std::string key = Key64(field.hash, lane.handle);
  const auto fresh = issued_.find(key);
  const uint64_t issued = IssuedBefore(key) + (fresh == issued_.end() ? 0 : fresh->second) + ahead;
  const auto size = static_cast<uint64_t>(field.def.block);
  const uint64_t number = NumberOf(lane), turn = issued / size;
  const bool near = number + 1 < limits::kSerialLanes;  // the last of each 64 blocks is for all the others
  const uint64_t place = near || number == kNoNumber ? turn : PairOf(number - (limits::kSerialLanes - 1), turn);
  RETURN_IF_ERROR(txn_.status());
  if (number == kNoNumber || place == kNoNumber) return -1;
  const unsigned __int128 block =
      static_cast<unsigned __int128>(limits::kSerialLanes) * place + (near ? number : limits::kSerialLanes - 1);
  const unsigned __int128 next = block * size + issued % size + static_cast<uint64_t>(field.def.start_number);
  return block > INT64_MAX || next > INT64_MAX ? -1 : static_cast<int64_t>(next);
}

std::string Workspace::AddressOf(const RecordKey& key) const {
  const RegisterInfo* reg = catalog_->FindHash(RegisterOf(key));
  return Address{reg == nullptr ? "?" : reg->name, std::string(KeyOf(key)), {}, {}}.Text();
}

bool Workspace::OnRecord(const Entry& entry, const Op& op, const RecordKey& key) const {
  if (op.key != KeyOf(key)) return false;
  const Ordinals* ordinals = catalog_->Resolve(entry.packs[op.pack], op.reg);
  return ordinals != nullptr && RegisterPart(ordinals->reg->hash) == RegisterOf(key);
}

absl::StatusOr<std::vector<Workspace::Touch>> Workspace::Chain(const RecordKey& key, const RegisterInfo& reg) {
  ASSIGN_OR_RETURN(const RecordEdit* edit, Load(key, reg));
  const Dot last = edit->record.last_touch;
  const bool in_hand = last != 0 && SeqOf(last) > lanes.At(HandleOf(last)).tip();  // the journal does not have it yet
  return ChainFrom(in_hand ? edit->link : last, key);
}

absl::StatusOr<std::vector<Workspace::Touch>> Workspace::ChainFrom(Dot last, const RecordKey& key) const {
  std::vector<Touch> chain;
  for (Dot dot = last; dot != 0;) {
    ASSIGN_OR_RETURN(Entry entry, journal.EntryAt(dot));
    ASSIGN_OR_RETURN(const Touches touches, journal.TouchesAt(dot));
    Dot previous = 0;
    for (size_t i = 0; i < entry.ops.size() && i < touches.size(); ++i)
      if (OnRecord(entry, entry.ops[i], key)) previous = touches[i];
    if (SeqOf(dot) <= lanes.At(HandleOf(dot)).tip()) chain.push_back({dot, std::move(entry)});  // in the past some are not there
    dot = previous;
  }
  return chain;
}

// Canonical order: causes before effects. A copy comes with the first one of its act: who knew any of them comes behind all.
absl::StatusOr<std::vector<const Workspace::Touch*>> Workspace::InOrder(const std::vector<Touch>& chain) const {
  struct At {
    Hlc hlc = 0;
    LaneId lane = 0;
    auto operator<=>(const At&) const = default;
  };
  std::map<Dot, At> placed;
  for (const Touch& touch : chain) placed[touch.dot] = {touch.entry.hlc, touch.entry.lane};
  std::vector<std::tuple<At, At, const Touch*>> items;
  for (auto touch = chain.rbegin(); touch != chain.rend(); ++touch) {
    ASSIGN_OR_RETURN(const Dot first, FirstOf(touch->dot));
    const auto with = placed.find(first);
    items.emplace_back(with == placed.end() ? placed[touch->dot] : with->second, placed[touch->dot], &*touch);
  }
  if (!Planted(Bug::kFoldedAnewAsStored)) std::sort(items.begin(), items.end());
  std::vector<const Touch*> sorted;
  for (const auto& [act, own, touch] : items) sorted.push_back(touch);
  return sorted;
}

absl::StatusOr<Record> Workspace::AsOf(const RecordKey& key, const RegisterInfo& reg, const Vector& frontier) {
  ASSIGN_OR_RETURN(const std::vector<Touch> chain, Chain(key, reg));
  Workspace past(txn_, catalog_);
  past.lanes = lanes;
  past.whole_ = this;
  past.frontier_ = &frontier;
  past.copies_here_ = copies_here_;
  ASSIGN_OR_RETURN(const std::vector<const Touch*> sorted, past.InOrder(chain));
  for (const Touch* touch : sorted) {
    if (!frontier.Has(touch->dot)) continue;
    Entry entry = touch->entry;
    EraseIf(entry.ops, [&](const Op& op) { return !OnRecord(entry, op, key); });
    ASSIGN_OR_RETURN(const Vector seen, PastOf(touch->dot));
    Touches ignored;
    Hold(entry.backing.bytes);
    RETURN_IF_ERROR(past.Fold(entry, touch->dot, seen, &ignored));
  }
  ASSIGN_OR_RETURN(const RecordEdit* edit, past.Load(key, reg));
  return edit->record;
}

absl::Status Workspace::TakeBackSince(const RecordKey& key, const RegisterInfo& reg) {
  ASSIGN_OR_RETURN(RecordEdit * edit, Load(key, reg));
  return FoldAnew(*edit);
}

absl::Status Workspace::FoldAnew(RecordEdit& edit) {
  ASSIGN_OR_RETURN(const std::vector<Touch> chain, ChainFrom(edit.record.last_touch, edit.key));
  for (const Slot& slot : edit.record.slots)
    if (slot.cell.size() > 1 || edit.reg->fields[slot.field].def.keeps()) TouchField(edit.key, *edit.reg, slot.field);
  OpenAll(edit);
  edit.record = {};
  if (Planted(Bug::kPastKeepsClaims)) edit.claims.clear();
  edit.dirty = edit.stale = true;
  const std::map<std::string, uint64_t> issued = issued_;  // their numbers were counted
  ASSIGN_OR_RETURN(const std::vector<const Touch*> sorted, InOrder(chain));
  for (const Touch* touch : sorted) {
    const Entry& entry = touch->entry;
    Hold(entry.backing.bytes);
    ASSIGN_OR_RETURN(const Vector seen, PastOf(touch->dot));
    ASSIGN_OR_RETURN(const bool duplicate, IsDuplicate(entry, touch->dot));
    Dot link = 0;
    for (uint16_t i = 0; i < entry.ops.size(); ++i) {
      if (!OnRecord(entry, entry.ops[i], edit.key)) continue;
      const Ordinals* ordinals = catalog_->Resolve(entry.packs[entry.ops[i].pack], entry.ops[i].reg);
      RETURN_IF_ERROR(FoldAct({&entry.ops[i], ordinals, i, touch->dot, entry.hlc, &seen, &link, duplicate}, edit));
    }
  }
  issued_ = issued;
  edit.record.last_touch = chain.empty() ? 0 : chain[0].dot;
  edit.link = chain.size() > 1 ? chain[1].dot : 0;
  return absl::OkStatus();
}

void Workspace::NoteScope(Scope scope) {
  if (touched_.empty() || touched_.back() != scope) touched_.push_back(std::move(scope));
}

// Records clash over what more than one of them claims; one by itself may add too much.
std::vector<Scope> Workspace::TakeTouched() {
  for (const ClaimIndex::Subject& subject : claims_.TakeTouched()) {
    const RuleInfo* rule = catalog_->RuleByHash(subject.rule);
    if (rule != nullptr && premises_here_)
      for (const Dot relying : PremiseRows(RelianceOnClaim(rule->def.id, subject.text)))
        NoteScope({.type = Scope::Type::kPremise, .entry = relying});
    if (rule == nullptr || (rule->def.kind != RuleKind::kAtMost && !claims_.Shared(subject.rule, subject.value))) continue;
    NoteScope({Scope::Type::kRule, {}, 0, subject.rule, std::string(subject.text)});
  }
  if (!std::is_sorted(touched_.begin(), touched_.end())) std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  return std::exchange(touched_, {});
}

void Workspace::NoteContext(uint16_t handle, uint64_t first_seq, const Vector& context) {
  contexts_[Key64(handle, first_seq)] = ContextRow(context);
}

std::string Workspace::ContextRow(const Vector& context) {
  ByteWriter w;
  for (size_t h = 0; h < context.size(); ++h) w.U64(context.At(static_cast<uint16_t>(h)));
  return std::move(w.out);
}

uint64_t Workspace::DigestSeedOf(const RecordEdit& edit) const {
  return DigestSeed(store_.registry, edit.reg->hash, KeyOf(edit.key));
}

void Workspace::Open(RecordEdit& edit, uint16_t field) const {
  if (edit.all_opened || std::find(edit.opened.begin(), edit.opened.end(), field) != edit.opened.end()) return;
  edit.opened.push_back(field);
  edit.taken += FieldDigest(*edit.reg, field, edit.record, lanes, DigestSeedOf(edit));
}

void Workspace::OpenAll(RecordEdit& edit) const {
  if (std::exchange(edit.all_opened, true) || !edit.record.exists()) return;
  const uint64_t seed = DigestSeedOf(edit);  // fields that are open have changed: the others count as they are
  edit.taken += RecordDigest(*edit.reg, edit.record, lanes, seed);
  for (const uint16_t field : edit.opened) edit.taken -= FieldDigest(*edit.reg, field, edit.record, lanes, seed);
}

std::string_view Workspace::RowOf(RecordEdit& edit) {
  thread_local ByteBuffer bytes;
  const uint64_t seed = DigestSeedOf(edit);
  Sum128 now;
  CHECK(edit.all_opened || edit.existed == edit.record.exists());
  if (edit.all_opened) {
    now = RecordDigest(*edit.reg, edit.record, lanes, seed);
  } else {
    for (const uint16_t field : edit.opened) now += FieldDigest(*edit.reg, field, edit.record, lanes, seed);
  }
  EncodeRecord(edit.record, bytes);
  now -= edit.taken;
  sums.buckets[DigestBucket(seed)] += now;
  sums.records += static_cast<uint64_t>(edit.record.exists()) - static_cast<uint64_t>(edit.existed);
  return bytes.view();
}

void Workspace::PutRecord(RecordEdit& edit, SortedRows& rows) {
  rows.Put(edit.key, RowOf(edit));  // the record borrows from the row that this replaces: it is not looked at any more
  edit.all_opened = false;
  edit.opened.clear();
  edit.taken = {};
  edit.existed = edit.record.exists();
  edit.dirty = false;
}

// One that no entry is left of: nothing was put since TakeBackSince opened all of it.
void Workspace::DropRecord(WriteTxn& txn, RecordEdit& edit) {
  CHECK(edit.all_opened);
  txn.Delete(Table::kRecord, edit.key);
  sums.buckets[DigestBucket(DigestSeedOf(edit))] -= edit.taken;
  sums.records -= static_cast<uint64_t>(edit.existed);
  edit.dirty = false;
}

// By their records, those of one in the order received. Keys of a register begin alike, so they are sorted by the eight bytes
// from the first on in which any two differ.
std::vector<const Workspace::Deferred*> Workspace::ByRecord(const std::vector<Deferred>& waited) {
  struct Item {
    uint64_t bytes = 0;
    const Deferred* deferred = nullptr;
  };
  size_t alike = waited.empty() ? 0 : waited[0].key.size();
  for (const Deferred& deferred : waited) {
    const auto [ours, theirs] = std::mismatch(waited[0].key.begin(), waited[0].key.begin() + static_cast<ptrdiff_t>(alike),
                                              deferred.key.begin(), deferred.key.end());
    alike = static_cast<size_t>(ours - waited[0].key.begin());
  }
  std::vector<Item> items;
  items.reserve(waited.size());
  for (const Deferred& deferred : waited) {
    char bytes[8] = {};
    deferred.key.copy(bytes, sizeof bytes, alike);
    items.push_back({LoadBig64(bytes), &deferred});
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    if (a.bytes != b.bytes) return a.bytes < b.bytes;
    return a.deferred->key != b.deferred->key ? a.deferred->key < b.deferred->key : a.deferred < b.deferred;
  });
  std::vector<const Deferred*> sorted;
  sorted.reserve(items.size());
  for (const Item& item : items) sorted.push_back(item.deferred);
  return sorted;
}

// Operations, and what they borrow, lie in the order received: what comes soon is asked of memory now.
void Workspace::Expect(absl::Span<const Deferred* const> coming) {
  constexpr size_t kOperation = 8, kBorrowed = 4;
  if (coming.size() <= kOperation) return;
  const auto* operation = reinterpret_cast<const char*>(coming[kOperation]);
  for (size_t at = 0; at < sizeof(Deferred); at += 64) __builtin_prefetch(operation + at);
  const Deferred& borrowing = *coming[kBorrowed];
  __builtin_prefetch(borrowing.key.data());
  for (const Change& change : borrowing.op.changes) __builtin_prefetch(change.value.payload().data());
}

// Of each record that is not in memory yet: read, folded, written, and left again, unless a case may be about it.
absl::Status Workspace::WriteDeferred(SortedRows& rows) {
  const std::vector<Deferred> waited = std::exchange(deferred_, {});
  const std::vector<const Deferred*> sorted = ByRecord(waited);
  auto edit = std::make_unique<RecordEdit>();
  for (auto at = sorted.begin(); at != sorted.end();) {
    Expect(absl::MakeConstSpan(sorted).subspan(static_cast<size_t>(at - sorted.begin())));
    const std::string_view key = (*at)->key;
    edit->Renew();
    edit->key = key;
    edit->reg = (*at)->act.ordinals->reg;
    const auto stored = rows.Get(key);
    if (stored) RETURN_IF_ERROR(ReadRecord(*stored, *edit));
    const size_t scopes = touched_.size();
    for (; at != sorted.end() && (*at)->key == key; ++at) RETURN_IF_ERROR(FoldDeferred(**at, *edit));
    RETURN_IF_ERROR(Reclaim(*edit));
    const bool kept = touched_.size() > scopes;
    if (kept) KeepIn(*arena_, edit->record);  // putting the row moves what it borrows from
    PutRecord(*edit, rows);
    if (!kept) continue;
    records_.emplace(arena_->Keep(edit->key), Known{edit.get()});
    edits_.push_back(std::exchange(edit, std::make_unique<RecordEdit>()));
  }
  return absl::OkStatus();
}

absl::Status Workspace::FlushRecords(WriteTxn& txn) {
  RETURN_IF_ERROR(FlushActs(txn));
  if (!records_.empty()) RETURN_IF_ERROR(Settle());
  CHECK(folded_ == made_.size());
  struct Changed {
    std::string_view key, row;  // row: made already
    RecordEdit* edit = nullptr;
  };
  std::vector<Changed> changed;
  changed.reserve(made_.size() + edits_.size());
  for (const Made& made : made_)
    if (made.edit == nullptr || !made.edit->dirty) changed.push_back({made.key, made.row, nullptr});
  for (const auto& edit : edits_)
    if (edit->dirty) changed.push_back({edit->key, {}, edit.get()});
  const auto by_key = [](const Changed& a, const Changed& b) { return a.key < b.key; };
  if (!std::is_sorted(changed.begin(), changed.end(), by_key)) std::sort(changed.begin(), changed.end(), by_key);
  SortedRows records(txn, Table::kRecord);
  for (const Changed& change : changed) {
    if (change.edit == nullptr) {
      records.Put(change.key, change.row);
      continue;
    }
    RETURN_IF_ERROR(Reclaim(*change.edit));
    if (change.edit->record.last_touch == 0) {
      DropRecord(txn, *change.edit);
    } else {
      PutRecord(*change.edit, records);
    }
  }
  RETURN_IF_ERROR(WriteDeferred(records));
  claims_.Flush(txn);
  for (const std::string& key : premises_) txn.Put(Table::kPremise, key, Key64(0));
  for (const auto& [key, row] : contexts_) txn.Put(Table::kContext, key, row);
  for (const auto& [key, count] : issued_) txn.Put(Table::kIssued, key, Key64(IssuedBefore(key) + count));
  issued_.clear();
  premises_.clear();
  contexts_.clear();
  return txn.status();
}

void Workspace::Forget() {
  last_ = nullptr;
  records_.clear();
  made_.clear();
  folded_ = made_before_ = kept_ = 0;
  missing_.clear();
  gap_ = {};
  edits_.clear();
  pasts_.clear();
  held_.clear();
  copies_.clear();
  claims_.Forget();
  arena_ = std::make_unique<Arena>();
}

void Workspace::FlushRest(WriteTxn& txn) {
  lanes.Store(txn);
  if (packs_changed_) PutPackDots(txn, pack_dots_);
  if (epochs_changed_) PutEpochDots(txn, epoch_dots_);
  PutSums(txn, sums);
}

Hash128 RelianceOnRecord(std::string_view address) { return HashParts({"record", address}); }
Hash128 RelianceOnClaim(std::string_view rule, std::string_view subject) { return HashParts({"claim", rule, subject}); }

std::optional<Address> RecordOfPremise(const Premise& premise) {
  if (premise.scope == Premise::Scope::kClaim) return std::nullopt;
  absl::StatusOr<Address> address = Address::Parse(premise.address);
  if (!address.ok()) return Address{};
  return Address{std::move(address->reg), std::move(address->key), {}, {}};
}

std::string SubjectOfPremise(const Premise& premise, const Catalog& catalog) {
  const RuleInfo* rule = catalog.Rule(premise.address);
  const absl::StatusOr<Literal> value = ParseJson(premise.value);
  return rule == nullptr || !value.ok() ? premise.value : SubjectMeant(*rule, *value);
}

}  // namespace chancery

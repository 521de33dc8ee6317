#include "engine/register/workspace.h"

#include <algorithm>

#include "chancery/types.h"
#include "engine/base/limits.h"
#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/register/digest.h"

namespace chancery {

absl::StatusOr<std::unique_ptr<Workspace>> Workspace::Open(const Txn& txn, std::shared_ptr<const Catalog> catalog) {
  std::unique_ptr<Workspace> w(new Workspace(txn, std::move(catalog)));
  ASSIGN_OR_RETURN(w->lanes, Lanes::Load(txn));
  ASSIGN_OR_RETURN(w->sums, ReadSums(txn));
  ASSIGN_OR_RETURN(w->pack_dots_, ReadPackDots(txn));
  ASSIGN_OR_RETURN(w->store_, ReadStoreRow(txn));
  w->own_ = LaneOf(w->store_.key);
  return w;
}

absl::StatusOr<RecordEdit*> Workspace::Load(std::string_view key, const RegisterInfo& reg) {
  if (const auto known = records_.find(key); known != records_.end()) return known->second;
  auto edit = std::make_unique<RecordEdit>();
  edit->key = key;
  edit->reg = &reg;
  if (const auto stored = blank_ ? std::nullopt : txn_.Get(Table::kRecord, key)) {
    absl::StatusOr<Record> record = DecodeRecord(*stored);
    if (!record.ok()) return WithNext(record.status(), "chancery verify --rebuild derives records again from the journal");
    edit->record = *std::move(record);
    edit->existed = edit->existed_before = edit->record.exists();
    edit->life = edit->record.life;
    edit->life_clashed = LifeMayClash(edit->record);
    edit->claims = ClaimsOf(reg, edit->key, edit->record, lanes);
    edit->digest = DigestOf(*edit);
  }
  RETURN_IF_ERROR(txn_.status());
  records_.emplace(edit->key, edit.get());
  return edits_.emplace_back(std::move(edit)).get();
}

void Workspace::Begin() {
  undoing_ = true;
  undo_.records.clear();
  undo_.premises.clear();
  undo_.act.clear();
}

void Workspace::Keep() {
  for (auto& [edit, record] : undo_.records) edit->undoable = false;
  undoing_ = false;
}

void Workspace::TakeBack() {
  for (auto& [edit, record] : undo_.records) {
    edit->record = std::move(record);
    edit->undoable = false;
    Reclaim(*edit);
  }
  for (const std::string& row : undo_.premises) premises_.erase(row);
  if (!undo_.act.empty()) acts_[undo_.act].pop_back();
  undoing_ = false;
}

absl::Status Workspace::Fold(Entry& entry, Dot dot, const Vector& seen, Touches* touches) {
  if (entry.kind == EntryKind::kPack) RETURN_IF_ERROR(FoldPack(entry, dot));
  if (entry.kind == EntryKind::kAdmit || entry.kind == EntryKind::kGenesis) RETURN_IF_ERROR(FoldAdmit(entry, dot));
  touches->assign(entry.ops.size(), 0);
  for (uint32_t i = 0; i < entry.ops.size(); ++i) RETURN_IF_ERROR(FoldOp(entry, i, dot, seen, touches));
  if (!entry.idempotency.empty()) {
    const std::string key(HashParts({entry.idempotency}).view());
    acts_[key].push_back(dot);
    if (undoing_) undo_.act = key;
  }
  for (const Premise& p : entry.relied_on) {
    const std::string row = std::string(PremiseScope(p.scope, p.address, p.value).view()) + Key64(dot);
    if (premises_.insert(row).second && undoing_) undo_.premises.push_back(row);
  }
  return absl::OkStatus();
}

absl::Status Workspace::FoldPack(const Entry& entry, Dot dot) {
  if (replay_) return absl::OkStatus();
  absl::StatusOr<PackDef> pack = ParsePack(entry.pack_toml, Cat("the pack of ", lanes.Short(dot)), catalog_->InForce());
  RETURN_IF_ERROR(pack.status());
  std::vector<PackSource> packs = catalog_->packs();
  packs.push_back({*std::move(pack), entry.hlc, entry.lane});
  catalog_ = Catalog::Build(std::move(packs));
  pack_dots_.push_back(dot);
  packs_changed_ = true;
  for (auto& edit : edits_) edit->reg = catalog_->FindHash(RegisterOf(edit->key));
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
  return absl::OkStatus();
}

void Workspace::Reclaim(RecordEdit& edit) {
  const RecordKey& key = edit.key;
  NoteLife(edit);
  if (!edit.reg->claims) return;
  if (Planted(Bug::kLifeKeepsClaims) && !edit.record.exists()) return;
  std::vector<ClaimRow> now = ClaimsOf(*edit.reg, key, edit.record, lanes);
  const auto touch = [&](const ClaimRow& row, const std::vector<ClaimRow>& others) {
    for (const FieldInfo* field : edit.reg->by_name)
      if (field->hash == row.rule && field->refers()) NoteScope({Scope::Type::kField, key, field->handle, 0, {}});
    if (catalog_->RuleByHash(row.rule) == nullptr) return;
    const bool only_same = std::any_of(others.begin(), others.end(), [&](const ClaimRow& other) {
      return other.rule == row.rule && other.value == row.value && other.writes == row.writes;
    });
    if (!(only_same && Planted(Bug::kSameNotRecomputed))) NoteScope({Scope::Type::kUnique, {}, 0, row.rule, row.subject});
  };
  for (const ClaimRow& row : edit.claims)
    if (!std::binary_search(now.begin(), now.end(), row)) {
      claims_[ClaimKey(row)] = std::nullopt;
      touch(row, now);
    }
  for (const ClaimRow& row : now)
    if (!std::binary_search(edit.claims.begin(), edit.claims.end(), row)) {
      claims_[ClaimKey(row)] = EncodeClaim(row);
      touch(row, edit.claims);
    }
  edit.claims = std::move(now);
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
    if (slot.cell.size() > 1) TouchField(key, *edit.reg, slot.field);
  if (Planted(Bug::kDanglingNotRecomputed)) return;
  for (const Reference& reference : ReferencesTo(key, *edit.reg))
    NoteScope({Scope::Type::kField, reference.row.record, reference.by.field->handle, 0, {}});
}

absl::StatusOr<RecordEdit*> Workspace::Target(const Value& reference) {
  const absl::StatusOr<Address> address = Address::Parse(reference.payload);
  const RegisterInfo* reg = address.ok() ? catalog_->Find(address->reg) : nullptr;
  if (reg == nullptr) return nullptr;
  return Load(RecordKeyOf(reg->hash, address->key), *reg);
}

std::vector<Workspace::Reference> Workspace::ReferencesTo(const RecordKey& key, const RegisterInfo& reg) const {
  std::vector<Reference> references;
  if (reg.referred_by.empty()) return references;
  const Hash128 target = ClaimHash(AddressOf(key));
  for (const Referrer& by : reg.referred_by)
    for (ClaimRow& row : Claimants(by.field->hash, target)) references.push_back({by, std::move(row)});
  return references;
}

std::vector<ClaimRow> Workspace::Claimants(uint64_t rule, const Hash128& value) const {
  const std::string prefix = ClaimPrefix(rule, value);
  std::map<std::string, ClaimRow> rows;
  Cursor stored(txn_, Table::kClaim);
  for (bool more = stored.Seek(prefix); more && stored.key().starts_with(prefix); more = stored.Next())
    rows.emplace(stored.key(), DecodeClaim(stored.key(), stored.value()));
  for (auto it = claims_.lower_bound(prefix); it != claims_.end() && it->first.starts_with(prefix); ++it) {
    rows.erase(it->first);
    if (it->second) rows.emplace(it->first, DecodeClaim(it->first, *it->second));
  }
  std::vector<ClaimRow> out;
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

std::vector<Dot> Workspace::Acts(std::string_view id) const {
  const std::string key(HashParts({id}).view());
  std::vector<Dot> dots;
  if (const auto row = txn_.Get(Table::kAct, key))
    for (ByteReader r(*row); !r.AtEnd();) dots.push_back(r.U64());
  if (const auto it = acts_.find(key); it != acts_.end()) dots.insert(dots.end(), it->second.begin(), it->second.end());
  return dots;
}

absl::StatusOr<Vector> Workspace::PastOf(Dot dot) const {
  Vector past;
  Cursor rows(txn_, Table::kContext);
  if (rows.SeekLast(Key64(HandleOf(dot), SeqOf(dot))) && Read64(rows.key(), 0) == HandleOf(dot)) {
    ByteReader r(rows.value());
    for (uint16_t h = 0; !r.AtEnd(); ++h) past.Raise(h, r.U64());
  }
  past.Raise(HandleOf(dot), SeqOf(dot) - 1);
  RETURN_IF_ERROR(txn_.status());
  return past;
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
  std::vector<Touch> chain;
  for (Dot dot = edit->record.last_touch; dot != 0;) {
    ASSIGN_OR_RETURN(Entry entry, journal.EntryAt(dot));
    ASSIGN_OR_RETURN(const Touches touches, journal.TouchesAt(dot));
    Dot previous = 0;
    for (size_t i = 0; i < entry.ops.size() && i < touches.size(); ++i)
      if (OnRecord(entry, entry.ops[i], key)) previous = touches[i];
    chain.push_back({dot, std::move(entry)});
    dot = previous;
  }
  return chain;
}

absl::StatusOr<Record> Workspace::AsOf(const RecordKey& key, const RegisterInfo& reg, const Vector& frontier) {
  ASSIGN_OR_RETURN(const std::vector<Touch> chain, Chain(key, reg));
  Workspace past(txn_, catalog_);
  past.lanes = lanes;
  past.blank_ = true;
  for (auto touch = chain.rbegin(); touch != chain.rend(); ++touch) {
    if (!frontier.Has(touch->dot)) continue;
    Entry entry = touch->entry;
    std::erase_if(entry.ops, [&](const Op& op) { return !OnRecord(entry, op, key); });
    ASSIGN_OR_RETURN(const Vector seen, PastOf(touch->dot));
    Touches ignored;
    RETURN_IF_ERROR(past.Fold(entry, touch->dot, seen, &ignored));
  }
  ASSIGN_OR_RETURN(const RecordEdit* edit, past.Load(key, reg));
  return edit->record;
}

void Workspace::NoteScope(Scope scope) {
  if (touched_.empty() || touched_.back() != scope) touched_.push_back(std::move(scope));
}

std::vector<Scope> Workspace::TakeTouched() {
  std::sort(touched_.begin(), touched_.end());
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

Sum128 Workspace::DigestOf(const RecordEdit& edit) const {
  return RecordDigest(*edit.reg, KeyOf(edit.key), edit.record, lanes, store_.registry);
}

void Workspace::FlushRecords(WriteTxn& txn) {
  std::vector<RecordEdit*> changed;
  for (const auto& edit : edits_)
    if (edit->dirty) changed.push_back(edit.get());
  std::sort(changed.begin(), changed.end(), [](const RecordEdit* a, const RecordEdit* b) { return a->key < b->key; });
  SortedPuts records(txn, Table::kRecord);
  for (RecordEdit* changed_edit : changed) {
    RecordEdit& edit = *changed_edit;
    Reclaim(edit);
    records.Put(edit.key, EncodeRecord(edit.record));
    const Sum128 digest = DigestOf(edit);
    sums.buckets[DigestBucket(edit.reg->hash, KeyOf(edit.key))].value += digest.value - edit.digest.value;
    sums.records += static_cast<uint64_t>(edit.record.exists()) - static_cast<uint64_t>(edit.existed);
    edit.digest = digest;
    edit.existed = edit.record.exists();
    edit.dirty = false;
  }
  for (const auto& [key, row] : claims_) {
    if (row) txn.Put(Table::kClaim, key, *row);
    if (!row) txn.Delete(Table::kClaim, key);
  }
  for (const auto& [key, dots] : acts_) {
    if (dots.empty()) continue;
    std::string row(txn.Get(Table::kAct, key).value_or(std::string_view()));
    for (const Dot d : dots) row += Key64(d);
    txn.Put(Table::kAct, key, row);
  }
  for (const std::string& key : premises_) txn.Put(Table::kPremise, key, Key64(0));
  for (const auto& [key, row] : contexts_) txn.Put(Table::kContext, key, row);
  claims_.clear();
  acts_.clear();
  premises_.clear();
  contexts_.clear();
}

void Workspace::FlushRest(WriteTxn& txn) {
  lanes.Store(txn);
  if (packs_changed_) PutPackDots(txn, pack_dots_);
  PutSums(txn, sums);
}

Hash128 PremiseScope(Premise::Scope scope, std::string_view address, std::string_view value) {
  const char kind = static_cast<char>(scope);
  return HashParts({std::string_view(&kind, 1), address, value});
}

}  // namespace chancery

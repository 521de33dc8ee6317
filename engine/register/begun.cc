// Records that a batch begins, as most of a load are: their rows are made a few at a time, and no RecordEdit of them is kept.
#include <utility>

#include "engine/base/status.h"
#include "engine/register/digest.h"
#include "engine/register/workspace.h"

namespace chancery {

void Workspace::Reserve(size_t records) { records_.reserve(records_.size() + records); }

absl::Status Workspace::Fetch(std::string_view key, const RegisterInfo& reg) {
  if (!deferred_.empty()) return Load(key, reg).status();
  const auto [known, fresh] = records_.try_emplace(arena_->Keep(key));
  if (!fresh) return absl::OkStatus();
  const absl::Status found = LookUp(known->first, reg, known->second);
  if (!found.ok()) records_.erase(known);  // it is not missing: who loads it is told what is wrong
  return found;
}

absl::Status Workspace::LookUp(std::string_view key, const RegisterInfo& reg, Known& known) {
  if (!gap_.Has(key)) {
    const auto stored = txn_.Get(Table::kRecord, key);
    RETURN_IF_ERROR(txn_.status());
    if (stored) return Enter(key, reg, arena_->Keep(*stored), known);
    FindGap(key);
    RETURN_IF_ERROR(txn_.status());
  }
  const bool looked_at = reg.claims || reg.holds || reg.issues || reg.of_officers || !reg.referred_by.empty();
  if (looked_at || premises_here_ || voids_here_) return Enter(key, reg, std::nullopt, known);
  missing_.push_back(key);
  return absl::OkStatus();
}

// Behind a key that is missing, where keys come in their order: up to the next that is stored nothing is looked for.
void Workspace::FindGap(std::string_view key) {
  constexpr int kInOrder = 8;
  gap_.in_order = key > gap_.after ? gap_.in_order + 1 : 0;
  gap_.after = key;
  gap_.found = gap_.in_order >= kInOrder;
  if (!gap_.found) return;
  Cursor rows(txn_, Table::kRecord);
  gap_.before = rows.Seek(key) ? std::optional(arena_->Keep(rows.key())) : std::nullopt;
}

bool Workspace::Missing(std::string_view key) const {
  const auto known = records_.find(key);
  return known != records_.end() && known->second.missing();
}

// False: something stands where the act creates. Else it is folded with all the others that do no more.
bool Workspace::TakeUp(Act act) {
  static const Vector kNothing;
  const auto known = records_.find(key_);
  if (known == records_.end() || !known->second.missing()) return false;
  act.seen = &kNothing;  // that of its author may be gone by then, and of this record there is nothing to see
  known->second.made = static_cast<int64_t>(made_.size());
  made_.push_back({known->first, {}, act, nullptr});
  undo_.begun = undoing_;
  return true;
}

void Workspace::FoldBegun() {
  for (; folded_ < made_.size(); ++folded_) {
    Made& made = made_[folded_];
    const std::optional<std::string_view> row = RowAlone(made.act, made.key);
    made.row = arena_->Keep(row ? *row : RowFolded(made.act, made.key));
  }
}

// Where each field is written once, by a write that stands alone: what folding and encoding come to, without the record between.
std::optional<std::string_view> Workspace::RowAlone(const Act& act, std::string_view key) {
  thread_local ByteBuffer bytes;
  thread_local std::vector<LoneWrite> writes;
  const RegisterInfo& reg = *act.ordinals->reg;
  if (reg.has_quota) return std::nullopt;
  writes.clear();
  for (const Change& change : act.op->changes) {
    if (change.verb != Verb::kSet && change.verb != Verb::kSetLast) return std::nullopt;
    const FieldInfo& field = *act.ordinals->fields[change.field];
    const bool ascends = writes.empty() || writes.back().field < field.handle;
    if (!ascends || field.def.keeps()) return std::nullopt;
    writes.push_back({field.handle, change.verb == Verb::kSetLast, &change.value});
  }
  EncodeBegun(act.dot, act.index, writes, bytes);
  const uint64_t seed = DigestSeed(store_.registry, reg.hash, KeyOf(key));
  sums.buckets[DigestBucket(seed)] += BegunDigest(reg, act.dot, act.index, writes, lanes, seed);
  ++sums.records;
  return bytes.view();
}

std::string_view Workspace::RowFolded(Act act, std::string_view key) {
  beginning_.Renew();
  beginning_.key = key;
  beginning_.reg = act.ordinals->reg;
  beginning_.undoable = true;  // there is nothing to go back to
  Dot none = 0;
  act.link = &none;
  CHECK(FoldAct(act, beginning_).ok());  // nothing stands there, so nothing is read
  return RowOf(beginning_);
}

void Workspace::MakeRows() {
  FoldBegun();
  if (made_.size() - made_before_ < missing_.size())  // some draft was refused: nothing is said of its record any more
    for (const std::string_view key : missing_)
      if (Missing(key)) records_.erase(key);
  missing_.clear();
  last_ = nullptr;
  auto kept = edits_.begin() + static_cast<ptrdiff_t>(kept_);
  for (auto at = kept; at != edits_.end(); ++at) {
    RecordEdit& edit = **at;
    if (!edit.begun || edit.stale || edit.record.last_touch == 0 || edit.reg->of_officers) {
      std::swap(*kept++, *at);
      continue;
    }
    const auto known = records_.find(edit.key);
    known->second = {nullptr, static_cast<int64_t>(made_.size())};
    made_.push_back({known->first, arena_->Keep(RowOf(edit)), {}, nullptr});
    spare_.push_back(std::move(*at));
  }
  edits_.erase(kept, edits_.end());
  kept_ = edits_.size();
  folded_ = made_before_ = made_.size();
}

absl::Status Workspace::LoadMade() {
  for (size_t i = 0; i < made_.size(); ++i)
    if (made_[i].edit == nullptr) RETURN_IF_ERROR(Load(made_[i].key, *catalog_->FindHash(RegisterOf(made_[i].key))).status());
  return absl::OkStatus();
}

}  // namespace chancery

#include "engine/register/claim_index.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace chancery {

bool ClaimIndex::AnyStored(uint64_t rule) const {
  const auto [at, fresh] = any_stored_.try_emplace(rule);
  if (!fresh) return at->second;
  Cursor stored(txn_, Table::kClaim);
  return at->second = stored.Seek(Key64(rule)) && Read64(stored.key(), 0) == rule;
}

const ClaimIndex::Group& ClaimIndex::Look(const Name& name) const {
  static const Group kNone;
  if (!AnyStored(name.first)) {  // what the batch has is all there is
    const auto known = groups_.find(name);
    return known == groups_.end() ? kNone : known->second;
  }
  Group& group = groups_[name];
  if (std::exchange(group.looked, true)) return group;
  const std::string prefix = ClaimPrefix(name.first, name.second);
  Cursor stored(txn_, Table::kClaim);
  for (bool more = stored.Seek(prefix); more && stored.key().starts_with(prefix); more = stored.Next()) {
    const std::string_view record = stored.key().substr(prefix.size());
    const auto changed = [&](const Row& row) { return row.record == record; };
    if (std::none_of(group.rows.begin(), group.rows.end(), changed))
      group.rows.push_back({arena_->Keep(record), arena_->Keep(stored.value())});
  }
  std::sort(group.rows.begin(), group.rows.end(), [](const Row& a, const Row& b) { return a.record < b.record; });
  return group;
}

std::vector<ClaimRow> ClaimIndex::Find(uint64_t rule, const Hash128& value) const {
  std::vector<ClaimRow> rows;
  for (const Row& row : Look({rule, value}).rows)
    if (!row.bytes.empty()) rows.push_back(DecodeClaim(rule, value, row.record, row.bytes));
  return rows;
}

void ClaimIndex::Set(const ClaimRow& row, std::string_view bytes) {
  Group& group = groups_[{row.rule, row.value}];
  auto at = std::find_if(group.rows.begin(), group.rows.end(), [&](const Row& r) { return r.record >= row.record; });
  if (at == group.rows.end() || at->record != row.record) at = group.rows.insert(at, {arena_->Keep(row.record), {}});
  at->bytes = arena_->Keep(bytes);
  changed_ += !std::exchange(at->fresh, true);
}

void ClaimIndex::Put(const ClaimRow& row) {
  thread_local ByteBuffer bytes;
  PutClaim(row, bytes);
  put_.insert(row.rule);
  Set(row, bytes.view());
}

void ClaimIndex::Remove(const ClaimRow& row) { Set(row, {}); }

void ClaimIndex::Flush(WriteTxn& txn) {
  struct Changed {
    uint64_t rule = 0, begins = 0;  // rule, and the first bytes of the value
    const Name* name = nullptr;
    const Row* row = nullptr;
    bool operator<(const Changed& other) const {
      if (rule != other.rule || begins != other.begins) return std::tie(rule, begins) < std::tie(other.rule, other.begins);
      return std::tie(name->second, row->record) < std::tie(other.name->second, other.row->record);
    }
  };
  std::vector<Changed> changed;
  changed.reserve(std::exchange(changed_, 0));
  for (auto& [name, group] : groups_)
    for (Row& row : group.rows)
      if (std::exchange(row.fresh, false)) changed.push_back({name.first, Read64(name.second.view(), 0), &name, &row});
  std::sort(changed.begin(), changed.end());
  ByteBuffer key;
  const auto key_of = [&key](const Changed& one) {
    key.Clear();
    key.U64(one.rule);
    key.Raw(one.name->second.view());
    key.Raw(one.row->record);
    return key.view();
  };
  for (const Changed& one : changed)
    if (one.row->bytes.empty()) txn.Delete(Table::kClaim, key_of(one));
  SortedRows rows(txn, Table::kClaim);
  for (const Changed& one : changed)
    if (!one.row->bytes.empty()) rows.Put(key_of(one), one.row->bytes);
}

void ClaimIndex::Touch(const ClaimRow& row) {
  if (std::exchange(groups_[{row.rule, row.value}].touched, true)) return;
  touched_.push_back({row.rule, row.value, arena_->Keep(row.subject)});
}

std::vector<ClaimIndex::Subject> ClaimIndex::TakeTouched() {
  for (const Subject& subject : touched_) groups_[{subject.rule, subject.value}].touched = false;
  return std::exchange(touched_, {});
}

void ClaimIndex::Forget() {
  groups_.clear();
  any_stored_.clear();
  put_.clear();
  touched_.clear();
  arena_ = std::make_unique<Arena>();
}

}  // namespace chancery

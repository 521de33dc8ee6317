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

ClaimIndex::Group& ClaimIndex::Look(const Name& name) const {
  Group& group = groups_[name];
  if (std::exchange(group.looked, true) || !AnyStored(name.first)) return group;
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
  at->fresh = true;
}

void ClaimIndex::Put(const ClaimRow& row) { Set(row, EncodeClaim(row)); }

void ClaimIndex::Remove(const ClaimRow& row) { Set(row, {}); }

void ClaimIndex::Flush(WriteTxn& txn) {
  std::vector<std::pair<Name, const Row*>> changed;
  for (auto& [name, group] : groups_)
    for (Row& row : group.rows)
      if (std::exchange(row.fresh, false)) changed.emplace_back(name, &row);
  std::sort(changed.begin(), changed.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second->record) < std::tie(b.first, b.second->record);
  });
  const auto key = [](const auto& of) { return ClaimPrefix(of.first.first, of.first.second).append(of.second->record); };
  for (const auto& one : changed)
    if (one.second->bytes.empty()) txn.Delete(Table::kClaim, key(one));
  SortedRows rows(txn, Table::kClaim);
  for (const auto& one : changed)
    if (!one.second->bytes.empty()) rows.Put(key(one), one.second->bytes);
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
  touched_.clear();
  arena_ = std::make_unique<Arena>();
}

}  // namespace chancery

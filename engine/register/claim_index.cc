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
  done_.push_back({row.rule, row.value, at->record, at->bytes});
}

void ClaimIndex::Put(const ClaimRow& row) {
  thread_local ByteBuffer bytes;
  PutClaim(row, bytes);
  put_.insert(row.rule);
  Set(row, bytes.view());
}

void ClaimIndex::Remove(const ClaimRow& row) { Set(row, {}); }

// Not out of the groups: those lie scattered.
void ClaimIndex::Flush(WriteTxn& txn) {
  const auto name = [](const Done& one) { return std::tie(one.rule, one.value, one.record); };
  const auto before = [&](const Done& a, const Done& b) { return name(a) < name(b); };
  std::vector<Done> done = std::exchange(done_, {});
  std::stable_sort(done.begin(), done.end(), before);
  ByteBuffer key;
  const auto each_last = [&](bool removed, auto visit) {  // of one row what was set last
    for (size_t i = 0; i < done.size(); ++i) {
      if (i + 1 < done.size() && name(done[i]) == name(done[i + 1])) continue;
      if (done[i].bytes.empty() != removed) continue;
      key.Clear();
      key.U64(done[i].rule);
      key.Raw(done[i].value.view());
      key.Raw(done[i].record);
      visit(key.view(), done[i].bytes);
    }
  };
  each_last(true, [&](std::string_view at, std::string_view) { txn.Delete(Table::kClaim, at); });
  SortedRows rows(txn, Table::kClaim);
  each_last(false, [&](std::string_view at, std::string_view bytes) { rows.Put(at, bytes); });
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
  done_.clear();
  arena_ = std::make_unique<Arena>();
}

}  // namespace chancery

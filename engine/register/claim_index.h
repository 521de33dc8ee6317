// The claims of a store, above a transaction: what the table has, and what a batch has done to it since.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/base/arena.h"
#include "engine/base/few.h"
#include "engine/register/claims.h"
#include "engine/store/env.h"

namespace chancery {

class ClaimIndex {
 public:
  explicit ClaimIndex(const Txn& txn) : txn_(txn) {}  // it outlives the index

  // Of one value under a rule, ascending by record. What the table has is looked for once until Forget.
  std::vector<ClaimRow> Find(uint64_t rule, const Hash128& value) const;
  // Whether more than one record claims it, or did at the last Forget.
  bool Shared(uint64_t rule, const Hash128& value) const { return Look({rule, value}).rows.size() > 1; }

  // false: nothing is claimed under it.
  bool Any(uint64_t rule) const { return put_.contains(rule) || AnyStored(rule); }

  void Put(const ClaimRow& row);
  void Remove(const ClaimRow& row);
  size_t changed() const { return done_.size(); }  // rows put or removed since the last Flush; one twice counts as two
  void Flush(WriteTxn& txn);                       // sorted

  // The subject of the row may be disputed anew, or no more.
  void Touch(const ClaimRow& row);
  struct Subject {
    uint64_t rule = 0;
    Hash128 value;
    std::string_view text;  // good until Forget
  };
  std::vector<Subject> TakeTouched();  // each once

  void Forget();

 private:
  struct Row {
    std::string_view record, bytes;  // in the arena; of one that is removed no bytes
  };
  struct Group {
    Few<Row> rows;  // ascending by record; until they were looked for those that the batch changed
    bool looked = false, touched = false;
  };
  using Name = std::pair<uint64_t, Hash128>;
  struct NameHash {
    size_t operator()(const Name& name) const { return Read64(name.second.view(), 0) ^ name.first; }  // a digest spreads itself
  };
  struct Done {  // by Set
    uint64_t rule = 0;
    Hash128 value;
    std::string_view record, bytes;  // as of a row
  };
  const Group& Look(const Name& name) const;
  bool AnyStored(uint64_t rule) const;  // under it
  void Set(const ClaimRow& row, std::string_view bytes);

  const Txn& txn_;
  mutable absl::flat_hash_map<Name, Group, NameHash> groups_;
  mutable absl::flat_hash_map<uint64_t, bool> any_stored_;
  absl::flat_hash_set<uint64_t> put_;  // rules under which the batch put rows
  std::vector<Done> done_;             // since the last Flush, in its order
  std::vector<Subject> touched_;
  mutable std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();
};

}  // namespace chancery

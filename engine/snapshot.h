// What a Snapshot holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "chancery/chancery.h"
#include "engine/pipeline/compare.h"

namespace chancery {

struct Snapshot::Impl {
  using View = ReadView;  // made when something other than a single value is asked for

  Impl(Txn t, std::shared_ptr<const Catalog> c, uint64_t free) : txn(std::move(t)), catalog(std::move(c)), free_bytes(free) {
    cases = txn.Count(Table::kCase);
  }
  absl::StatusOr<View*> Open();
  // Whoever reads a value reads that field of other records next: it is not looked up again. No field: there is none of that
  // name.
  struct Named {
    const RegisterInfo* reg = nullptr;
    const FieldInfo* field = nullptr;
  };
  Named FindField(std::string_view reg, std::string_view field);
  absl::StatusOr<bool> IsCertain(const RegisterInfo& reg, const FieldInfo& field, std::string_view row, const FieldPeek& peek);
  // The same with other entries: a rehearsal over `below`.
  static Snapshot Over(const std::shared_ptr<Impl>& below, WriteTxn txn, std::shared_ptr<const Catalog> catalog);
  static absl::StatusOr<Snapshot> At(const std::shared_ptr<Impl>& now, const Vector& frontier);
  static uint64_t NextNumber();
  absl::StatusOr<LaneHeads> HeadsSince(std::string_view frontier) const;
  absl::Status EachCase(const CaseFilter& filter, const std::function<bool(CaseView)>& visit);
  absl::Status AppendForeign(const Vector& theirs, size_t room, std::vector<std::string>* runs) const;

  std::shared_ptr<const Impl> below;  // of a rehearsal: what it reads from
  Txn txn;
  std::shared_ptr<const Catalog> catalog;
  uint64_t free_bytes;
  bool outcome_unknown = false;
  const uint64_t number = NextNumber();  // in this process; never 0
  uint64_t cases = 0;                    // rows of them
  std::unique_ptr<View> view;
  Named last;  // that was found
};

}  // namespace chancery

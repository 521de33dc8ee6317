// What a store showed, or would have shown, when it held fewer entries than now: a rehearsal, in memory.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/register/catalog.h"
#include "engine/register/workspace.h"

namespace chancery {

struct Past {
  WriteTxn txn;  // dies with the transaction that it was made from
  std::shared_ptr<const Catalog> catalog;
};

// The store as the entries up to `frontier` make it, which holds with each entry all that its author had seen. What was entered
// since is taken back: O(entries since then, and the entries on the records that they touched). Where packs or members have
// changed since, all is derived anew: O(entries up to then), and as much memory. Errors: NotFound (no genesis is in it),
// DataLoss.
absl::StatusOr<Past> ShowPast(const Txn& now, const std::shared_ptr<const Catalog>& catalog, const Vector& frontier);

// The same, always derived anew.
absl::StatusOr<Past> DerivePast(const Txn& now, const Vector& frontier);

// Which entries that is. Of a time: what is stamped up to it, in the text's own precision ("2026-05-04" is the whole day). Of a
// frontier: what it names, with all that their authors had seen. Errors: InvalidArgument (neither), NotFound (it names an entry
// that is not here).
absl::StatusOr<Vector> MomentOf(const Workspace& work, std::string_view text);

// What the site could see when it filed its last entry here, that one included. Errors: NotFound (no such site, or it has filed
// nothing).
absl::StatusOr<Vector> SightOf(const Workspace& work, std::string_view site);

}  // namespace chancery

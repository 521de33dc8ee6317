// One write transaction's worth of work: entries are folded one by one, then everything is written in one pass.
#pragma once

#include <memory>

#include "engine/docket/docket.h"
#include "engine/register/workspace.h"

namespace chancery {

class Batch {
 public:
  static absl::StatusOr<std::unique_ptr<Batch>> Open(const Txn& txn, std::shared_ptr<const Catalog> catalog);

  Workspace& work() { return *work_; }
  Docket& docket() { return docket_; }

  // The one function behind filing, receiving and rebuilding. Errors: as Workspace::Fold.
  absl::Status Fold(const Entry& entry, Dot dot, const Vector& seen, Touches* touches);

  // The same for received entries: see Workspace::Defer.
  absl::Status Defer(Entry& entry, Dot dot, const Vector* past, Touches* touches);

  // journal, records, claims, docket, lanes, sums. `signer` seals what this site appended. Does not commit.
  absl::Status Flush(WriteTxn& txn, const KeyPair& signer);

 private:
  explicit Batch(std::unique_ptr<Workspace> work) : work_(std::move(work)), docket_(*work_) {}
  std::unique_ptr<Workspace> work_;
  Docket docket_;
};

}  // namespace chancery

#include "engine/pipeline/batch.h"

#include "engine/base/status.h"

namespace chancery {

absl::StatusOr<std::unique_ptr<Batch>> Batch::Open(const Txn& txn, std::shared_ptr<const Catalog> catalog) {
  ASSIGN_OR_RETURN(std::unique_ptr<Workspace> work, Workspace::Open(txn, std::move(catalog)));
  return std::unique_ptr<Batch>(new Batch(std::move(work)));
}

absl::Status Batch::Fold(const Entry& entry, Dot dot, const Vector& seen, Touches* touches) {
  RETURN_IF_ERROR(work_->Fold(entry, dot, seen, touches));
  if (entry.proposal || entry.returned) docket_.FoldProposal(entry, dot);
  return entry.ruling ? docket_.FoldRuling(entry, dot, seen) : absl::OkStatus();
}

absl::Status Batch::Flush(WriteTxn& txn, const KeyPair& signer) {
  RETURN_IF_ERROR(work_->FlushRecords(txn));
  RETURN_IF_ERROR(docket_.Flush(txn));
  work_->journal.Flush(txn, work_->lanes, work_->registry(), signer);
  work_->FlushRest(txn);
  work_->Forget();
  return txn.status();
}

absl::Status Batch::Defer(Entry& entry, Dot dot, const Vector* past, Touches* touches) {
  if (entry.ruling) {
    Vector seen = *past;
    seen.Raise(HandleOf(dot), SeqOf(dot) - 1);
    RETURN_IF_ERROR(docket_.FoldRuling(entry, dot, seen));
  }
  if (entry.proposal || entry.returned) docket_.FoldProposal(entry, dot);
  return work_->Defer(entry, dot, past, touches);
}

}  // namespace chancery

#include "engine/pipeline/preview.h"

#include <algorithm>

#include "engine/base/planted.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "engine/pipeline/compare.h"
#include "engine/pipeline/rebuild.h"

namespace chancery {
namespace {

// All of an offer, and what it lets in that waited. Errors: Aborted (again, from the beginning), as TakeRuns.
absl::StatusOr<Intake> TakeAll(Past& store, const Bundle& bundle, int64_t now_ms, Attempt* attempt) {
  Intake whole;
  Offer offer{{bundle.runs.begin(), bundle.runs.end()}, bundle.from, bundle.to};
  bool derive_anew = false;
  do {
    ASSIGN_OR_RETURN(const std::unique_ptr<Batch> batch, Batch::Open(store.txn, store.catalog));
    ASSIGN_OR_RETURN(Intake part, TakeRuns(*batch, store.txn, offer, now_ms, attempt));
    RETURN_IF_ERROR(batch->Flush(store.txn, KeyPair::FromSeed({})));  // what is taken bears seals
    part.opened = batch->docket().opened();
    Add(part, &whole);
    derive_anew |= batch->work().packs_changed() || batch->work().voided();
    store.catalog = batch->work().shared_catalog();
    offer = {};
  } while (attempt->more);
  if (derive_anew) RETURN_IF_ERROR(RebuildAll(store.txn, store.catalog, KeyPair::FromSeed({})));
  return whole;
}

}  // namespace

absl::StatusOr<Merged> RehearseBundle(const Txn& now, const std::shared_ptr<const Catalog>& catalog, const Bundle& bundle,
                                      int64_t now_ms) {
  Attempt attempt;
  for (;;) {
    Merged merged{{now.Rehearse(), catalog}, {}};
    absl::StatusOr<Intake> intake = TakeAll(merged.store, bundle, now_ms, &attempt);
    if (absl::IsAborted(intake.status())) continue;
    RETURN_IF_ERROR(intake.status());
    merged.intake = *std::move(intake);
    merged.intake.offered += bundle.damaged;
    merged.intake.damaged += bundle.damaged;
    if (merged.intake.offered > 0 && merged.intake.damaged == merged.intake.offered)
      return attempt.fault.ok() ? Error(absl::StatusCode::kDataLoss, "no run of the bundle is whole", "export it again")
                                : attempt.fault;
    return merged;
  }
}

absl::StatusOr<MergePreview> PreviewOf(const Txn& now, const std::shared_ptr<const Catalog>& catalog, Merged merged,
                                       size_t values_max) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadView> before, ReadView::Open(now, catalog));
  ASSIGN_OR_RETURN(const std::unique_ptr<ReadView> after, ReadView::Open(merged.store.txn, merged.store.catalog));
  MergePreview preview;
  preview.intake = std::move(merged.intake);
  const std::vector<ChangedCase> changed = ChangedCases(now, merged.store.txn);
  ASSIGN_OR_RETURN(preview.cases, CompareCases(changed, *before, *after));
  ASSIGN_OR_RETURN(preview.officers, OfficersIn(changed, *before, *after));
  ASSIGN_OR_RETURN(const WrittenRecords records, ChangedRecords(changed, *before, *after));
  const Catalog& known = after->work->catalog();
  const bool same_packs = &known == &before->work->catalog() && merged.store.txn.Rehearsed(Table::kRecord);
  for (const std::string_view key : AsShown(records.keys, known)) {
    if (!now.Get(Table::kRecord, key)) continue;  // nobody was told otherwise
    std::vector<ValueChange> changes;
    const bool about = std::binary_search(records.about.begin(), records.about.end(), key) && !Planted(Bug::kPreviewSkipsCases);
    if (same_packs && !about) {
      RETURN_IF_ERROR(CompareWritten(key, *before, *after, &changes));
    } else {
      const std::string record = Address{known.FindHash(RegisterOf(key))->name, std::string(KeyOf(key)), {}, {}}.Shown();
      RETURN_IF_ERROR(CompareRecord(record, before->reader, after->reader, &changes));
    }
    const bool is_new = !changes.empty() && changes[0].existence && !changes[0].before.truth;
    if (is_new) continue;  // likewise
    preview.values.insert(preview.values.end(), changes.begin(), changes.end());
    preview.more_values = preview.values.size() > values_max;
    if (!preview.more_values) continue;
    preview.values.resize(values_max);
    break;
  }
  RETURN_IF_ERROR(now.status());
  RETURN_IF_ERROR(merged.store.txn.status());
  return preview;
}

}  // namespace chancery

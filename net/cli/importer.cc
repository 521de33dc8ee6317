#include "net/cli/importer.h"

#include <algorithm>

#include "net/cli/progress.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

constexpr size_t kBatch = 1000;        // rows of one durable commit
constexpr size_t kRefusalsShown = 10;  // in words; the rest with -v or --refused

ErrorView Malformed(std::string message) {
  ErrorView error;
  error.refused = true;
  error.kind = "type";
  error.message = std::move(message);
  error.exit_code = kRefused;
  return error;
}

}  // namespace

absl::Status Importer::Run(const CsvFile& file, const FinishCommit& finish) {
  Progress progress(command_, "rows", file.rows.size());
  for (size_t next = 0; next < file.rows.size() && !finish.interrupted();) {
    if (absl::Status status = Batch(file.rows, &next, file.header.size()); !status.ok()) return status;
    tally_.done = next;
    progress.Show(next);
  }
  std::sort(tally_.refused.begin(), tally_.refused.end(), [](const auto& a, const auto& b) { return a.row->line < b.row->line; });
  return absl::OkStatus();
}

// A batch ends before a key that it already holds: whether that row creates or sets shows only after the commit.
absl::Status Importer::Batch(const std::vector<CsvRow>& rows, size_t* next, size_t width) {
  const absl::StatusOr<Snapshot> now = db_.Read();
  if (!now.ok()) return now.status();
  std::vector<Pending> batch;
  std::set<std::string> keys;
  for (size_t taken = 0; *next < rows.size() && taken < kBatch; ++taken, ++*next) {
    const CsvRow& row = rows[*next];
    if (row.cells.size() != width) {
      Refuse(row, Malformed("the row has " + Count(row.cells.size(), "cell") + ", the header " + Count(width)));
      continue;
    }
    const absl::StatusOr<std::string> key = KeyOf(row, plan_.columns);
    if (!key.ok()) {
      Refuse(row, Malformed(std::string(key.status().message())));
      continue;
    }
    if (!keys.insert(*key).second) break;
    if (absl::Status status = Prepare(*now, row, *key, batch); !status.ok()) return status;
  }
  return File(batch);
}

absl::Status Importer::Prepare(const Snapshot& now, const CsvRow& row, const std::string& key, std::vector<Pending>& batch) {
  const Address address{.reg = plan_.reg, .key = key, .field = {}, .member = {}};
  const absl::StatusOr<Address> sound = Address::Parse(address.Text());
  if (!sound.ok()) return Refuse(row, Malformed(Explain(sound.status()).message)), absl::OkStatus();
  const absl::StatusOr<RecordView> record = now.Record(address.Text());
  if (!record.ok() && !absl::IsNotFound(record.status())) return record.status();
  const bool create = !record.ok() || !record->exists;
  DraftOp op{.verb = create ? DraftOp::Verb::kCreate : DraftOp::Verb::kRecord, .record = address, .changes = {}};
  op.changes = ChangesOf(row, plan_.columns, create ? nullptr : &*record);
  if (!create && op.changes.empty()) return ++tally_.same, absl::OkStatus();
  Draft draft;
  draft.id = plan_.id_prefix + std::to_string(row.line);
  draft.officer = plan_.officer;
  draft.basis = plan_.basis;
  draft.admit_breaches = plan_.admit_breaches;
  draft.ops.push_back(std::move(op));
  batch.push_back({&row, create, std::move(draft)});
  return absl::OkStatus();
}

absl::Status Importer::File(const std::vector<Pending>& batch) {
  std::vector<Draft> drafts;
  for (const Pending& one : batch) drafts.push_back(one.draft);
  const std::vector<absl::StatusOr<Receipt>> receipts = db_.FileAll(drafts);
  for (size_t i = 0; i < batch.size(); ++i) {
    if (absl::Status status = Filed(batch[i], receipts[i]); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Importer::Filed(const Pending& one, const absl::StatusOr<Receipt>& receipt) {
  if (receipt.ok()) {
    ++(receipt->repeated ? tally_.filed_before : one.create ? tally_.created : tally_.changed);
    if (plan_.receipts) command_.Line(ToJson(*receipt));
    return absl::OkStatus();
  }
  ErrorView error = Explain(receipt.status());
  if (!error.refused) return receipt.status();
  if (error.kind == "idempotency") return ++tally_.filed_before, absl::OkStatus();  // this row, before the record changed again
  Refuse(*one.row, std::move(error));
  return absl::OkStatus();
}

void Importer::Refuse(const CsvRow& row, ErrorView why) {
  if (command_.json() || command_.verbose() || tally_.refused.size() < kRefusalsShown) {
    command_.Fail(why, row.line);
  } else if (tally_.refused.size() == kRefusalsShown) {
    command_.Note("further refusals are not shown: -v, or --refused FILE\n");
  }
  tally_.refused.push_back({&row, std::move(why)});
}

}  // namespace chancery::cli

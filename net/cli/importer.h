// Files the rows of a table, a batch a commit: new key = create, else set what differs. A row is one entry whose id is the file's
// hash and the row's line, so that the same file again, also after a crash half-way, files nothing twice.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "net/cli/columns.h"
#include "net/cli/command.h"
#include "net/cli/interrupt.h"

namespace chancery::cli {

struct ImportPlan {
  std::string reg, officer, basis;
  std::string id_prefix;  // of the entries' ids; the line follows
  Columns columns;
  bool admit_breaches = false;
  bool receipts = false;  // print one JSON receipt a row
};

struct RefusedRow {
  const CsvRow* row;
  ErrorView why;
};

struct ImportTally {
  uint64_t created = 0, changed = 0, same = 0, filed_before = 0;
  std::vector<RefusedRow> refused;
  uint64_t done = 0;  // rows that came to an end
};

class Importer {
 public:
  Importer(const Command& command, Database& db, const ImportPlan& plan) : command_(command), db_(db), plan_(plan) {}

  // Until the rows end or `finish` says so; what is committed stays. Errors: one that is no refusal (disk, damage): the rows
  // before the batch that met it are filed.
  absl::Status Run(const CsvFile& file, const FinishCommit& finish);
  const ImportTally& tally() const { return tally_; }

 private:
  struct Pending {
    const CsvRow* row;
    bool create;
    Draft draft;
  };

  absl::Status Batch(const std::vector<CsvRow>& rows, size_t* next, size_t width);
  absl::Status Prepare(const Snapshot& now, const CsvRow& row, const std::string& key, std::vector<Pending>& batch);
  absl::Status File(const std::vector<Pending>& batch);
  absl::Status Filed(const Pending& one, const absl::StatusOr<Receipt>& receipt);
  void Refuse(const CsvRow& row, ErrorView why);

  const Command& command_;
  Database& db_;
  const ImportPlan& plan_;
  ImportTally tally_;
};

}  // namespace chancery::cli

// import: an existing register from a file of rows.
#include <algorithm>

#include "net/cli/command.h"
#include "net/cli/csv.h"
#include "net/cli/files.h"
#include "net/cli/importer.h"
#include "net/cli/screen.h"
#include "net/cli/store_copy.h"

namespace chancery::cli {
namespace {

struct ImportOptions {
  std::string path, reg, key, refused, officer, basis;
  std::vector<std::string> map;
  bool check = false, admit_breaches = false;
};

struct Job {
  const Command& command;
  const ImportOptions& options;
  std::string sha256;
  CsvFile file;
};

// How the import ended.
struct End {
  const ImportTally& tally;
  uint64_t opened = 0;  // cases
  bool interrupted = false;
};

absl::StatusOr<RegisterShape> FindRegister(const Snapshot& now, const std::string& name) {
  const absl::StatusOr<std::vector<PackView>> packs = now.Packs();
  if (!packs.ok()) return packs.status();
  std::string names;
  for (const PackView& pack : *packs) {
    for (const RegisterShape& reg : pack.registers) {
      if (reg.name == name) return reg;
      names += (names.empty() ? "" : ", ") + reg.name;
    }
  }
  return absl::InvalidArgumentError("no register " + name + "; there are: " + names);
}

absl::StatusOr<ImportPlan> PlanOf(const Job& job, const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<RegisterShape> reg = FindRegister(*now, job.options.reg);
  if (!reg.ok()) return reg.status();
  absl::StatusOr<Columns> columns = MapColumns(job.file.header, *reg, job.options.map, job.options.key);
  if (!columns.ok()) return columns.status();
  return ImportPlan{.reg = job.options.reg,
                    .officer = job.options.officer,
                    .basis = job.options.basis,
                    .id_prefix = job.sha256.substr(0, 16) + ":",
                    .columns = *std::move(columns),
                    .admit_breaches = job.options.admit_breaches,
                    .receipts = job.command.json() && !job.command.quiet() && !job.options.check};
}

absl::StatusOr<uint64_t> OpenCases(const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return status.status();
  return status->cases;
}

absl::Status WriteRefused(const Job& job, const ImportTally& tally) {
  std::vector<std::string> header = job.file.header;
  header.push_back("reason");
  std::string out = CsvLine(header);
  for (const RefusedRow& refused : tally.refused) {
    std::vector<std::string> cells = refused.row->cells;
    cells.resize(std::max(cells.size(), job.file.header.size()));
    cells.push_back(refused.why.message);
    out += CsvLine(cells);
  }
  return WriteFile(job.options.refused, out);
}

Literal Json(const Job& job, const End& end) {
  const auto number = [](uint64_t n) { return Literal(static_cast<int64_t>(n)); };
  Literal body = Literal::Object();
  body.Add("file", job.options.path).Add("sha256", job.sha256).Add("register", job.options.reg);
  body.Add("rows", number(job.file.rows.size())).Add("done", number(end.tally.done));
  body.Add("created", number(end.tally.created)).Add("changed", number(end.tally.changed)).Add("same", number(end.tally.same));
  body.Add("filed_before", number(end.tally.filed_before)).Add("refused", number(end.tally.refused.size()));
  body.Add("opened", number(end.opened)).Add("check", job.options.check).Add("interrupted", end.interrupted);
  return Literal::Object({{"import", std::move(body)}});
}

std::vector<std::string> Next(const Job& job, const End& end) {
  const std::string again = job.command.Self() + " import --register " + job.options.reg + " --key " +
                            ShellWord(job.options.key) + " … " + ShellWord(job.options.path);
  std::vector<std::string> next;
  if (end.opened > 0 && !job.options.check) next.push_back(job.command.Self() + " case ls");
  if (end.interrupted) next.push_back(again + "   # goes on where this ended");
  if (job.options.check) next.push_back(again + "   # the same without --check");
  if (!end.tally.refused.empty() && job.options.refused.empty()) next.push_back(again + " --refused FILE");
  if (next.empty()) next.push_back(job.command.Self() + " log");
  return next;
}

std::string Screen(const Job& job, const End& end) {
  const bool check = job.options.check;
  const std::string state = end.interrupted ? "INTERRUPTED" : check ? "CHECKED, nothing filed" : "IMPORTED";
  const std::string done = end.tally.done < job.file.rows.size() ? Count(end.tally.done) + " of " : "";
  const std::string rows = done + Count(job.file.rows.size(), "row") + " of ";
  std::string out =
      Bold(state) + "  " + rows + Shorten(Plain(job.options.path), kColumns - 2 - state.size() - rows.size()) + "\n";
  out += "  " + Pad(check ? "would be new" : "new", 16) + Count(end.tally.created) + "\n";
  out += "  " + Pad(check ? "would change" : "changed", 16) + Count(end.tally.changed) + "\n";
  out += "  " + Pad("as they are", 16) + Count(end.tally.same) + "\n";
  if (end.tally.filed_before > 0) out += "  " + Pad("filed before", 16) + Count(end.tally.filed_before) + "\n";
  out += "  " + Pad("refused", 16) + Count(end.tally.refused.size()) + "\n";
  out += "  " + Pad(check ? "cases would open" : "cases opened", 16) + (check ? " " : "") + Count(end.opened) + "\n";
  if (check) out += "Not known: what other sites have filed and is not here yet.\n";
  return out + "\n" + NextBlock(Next(job, end));
}

int Ended(const Job& job, const End& end) {
  if (!job.options.refused.empty()) {
    if (absl::Status written = WriteRefused(job, end.tally); !written.ok()) return job.command.Fail(written);
  }
  if (job.command.json()) {
    job.command.Line(Json(job, end));
  } else if (!job.command.quiet()) {
    job.command.Print(Screen(job, end));
  }
  if (end.interrupted) return kInterrupted;
  return end.tally.refused.empty() ? kDone : kFindings;
}

int ImportInto(const Job& job, Database& db, const FinishCommit& finish) {
  const absl::StatusOr<ImportPlan> plan = PlanOf(job, db);
  if (absl::IsInvalidArgument(plan.status())) {
    return job.command.Fail(kUsage, Explain(plan.status()).message, "--map COL=FIELD, or --map COL= to leave a column out");
  }
  if (!plan.ok()) return job.command.Fail(plan.status());
  const absl::StatusOr<uint64_t> before = OpenCases(db);
  if (!before.ok()) return job.command.Fail(before.status());
  Importer importer(job.command, db, *plan);
  if (absl::Status status = importer.Run(job.file, finish); !status.ok()) {
    job.command.Note(Count(importer.tally().done) + " of " + Count(job.file.rows.size(), "row") +
                     " were done before this; the same import goes on there\n");
    return job.command.Fail(status);
  }
  const absl::StatusOr<uint64_t> after = OpenCases(db);
  if (!after.ok()) return job.command.Fail(after.status());
  return Ended(job, {importer.tally(), *after > *before ? *after - *before : 0, finish.interrupted()});
}

// The rows go, by the same path as ever, into a copy of the store that is thrown away: what would happen is what happens there.
// The store itself stays open, so nobody files into it meanwhile.
int CheckAgainst(const Job& job, const Database& db, const FinishCommit& finish) {
  const absl::StatusOr<ScratchDir> scratch = CopyStore(db.dir());
  if (!scratch.ok()) return job.command.Fail(scratch.status());
  Environment throw_away;
  throw_away.durable = false;
  const absl::StatusOr<std::unique_ptr<Database>> copy = Database::Open(scratch->path(), throw_away);
  return copy.ok() ? ImportInto(job, **copy, finish) : job.command.Fail(copy.status());
}

int Import(const Command& command, const ImportOptions& options) {
  const absl::StatusOr<std::string> bytes = ReadFile(options.path);
  if (!bytes.ok()) return command.Fail(bytes.status());
  absl::StatusOr<CsvFile> file = ParseCsv(*bytes, options.path);
  if (!file.ok()) return command.Fail(file.status());
  const Job job{command, options, Sha256Hex(*bytes), *std::move(file)};
  return command.WithStore([&](Database& db) {
    const FinishCommit finish;
    return options.check ? CheckAgainst(job, db, finish) : ImportInto(job, db, finish);
  });
}

}  // namespace

void AddImport(Verb app, Command& command) {
  const Verb verb = app.Sub("import", "File the rows of a CSV file; safe to repeat");
  ImportOptions& options = Bind(verb, command, Import);
  verb.Option("FILE", options.path, "The file; its first row names the columns").Required();
  verb.Option("--register", options.reg, "The register that the rows go to", "R").Required();
  verb.Option("--key", options.key, "Columns that make the key; @line: the line", "COL[,COL]").Required();
  verb.Option("--map", options.map, "A field of another name; may be repeated", "COL=FIELD").OneEach();
  verb.Flag("--check", options.check, "File nothing: say what would happen");
  verb.Option("--refused", options.refused, "Write refused rows there, with reasons", "FILE");
  verb.Flag("--admit-breaches", options.admit_breaches, "Rows that break a rule between records: cases");
  verb.Option("--officer", options.officer, "Who files", "NAME");
  verb.Option("--basis", options.basis, "On what legal basis", "TEXT");
}

}  // namespace chancery::cli

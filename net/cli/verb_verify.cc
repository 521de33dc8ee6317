// verify: whether a store is what its journal says, and its journal what its sites signed; or what a receipt proves.
#include <filesystem>

#include "net/cli/command.h"
#include "net/cli/screen.h"
#include "net/cli/verify_file.h"

namespace chancery::cli {
namespace {

struct VerifyOptions {
  std::string path, second, policy, registry, growth;
  std::vector<std::string> chains;
  bool rebuild = false;
};

Literal Texts(const std::vector<std::string>& texts) {
  Literal list = Literal::List();
  for (const std::string& text : texts) list.list.emplace_back(text);
  return list;
}

// `repaired`: what a rebuild found to differ; null where there was none.
Literal Json(const std::string& store, const VerifyView& view, const std::vector<std::string>* repaired) {
  Literal body = Literal::Object();
  body.Add("store", store).Add("ok", view.ok()).Add("lanes", static_cast<int64_t>(view.lanes));
  body.Add("runs", static_cast<int64_t>(view.runs)).Add("entries", static_cast<int64_t>(view.entries));
  body.Add("documents", static_cast<int64_t>(view.documents));
  body.Add("digest", view.digest).Add("docket", view.docket).Add("damage", Texts(view.damage));
  body.Add("repaired", repaired == nullptr ? Literal() : Texts(*repaired));
  return Literal::Object({{"verify", std::move(body)}});
}

std::string Sentences(const std::vector<std::string>& sentences) {
  std::string out;
  for (const std::string& sentence : sentences)
    for (const std::string& line : Wrap(Plain(sentence), kColumns - 10)) out += "          " + line + "\n";
  return out;
}

std::string Read(const VerifyView& view) {
  return "          " + Count(view.lanes, "lane") + ", " + Count(view.entries, "entry", "entries") + " hashed again, " +
         Count(view.runs, "seal") + " checked.\n" +
         (view.documents == 0 ? "" : "          " + Count(view.documents, "document") + " read and hashed again.\n");
}

std::string Digests(const VerifyView& view) {
  return Labelled("Digests", "records " + view.digest) + Labelled("", "cases   " + view.docket);
}

int Damaged(const Command& command, const std::string& store, const VerifyView& view, const std::string& words) {
  if (command.json()) return command.Line(Json(store, view, nullptr)), kIntegrity;
  command.Print(Bold("DAMAGED") + "   " + Plain(store) + words + "\n" + Sentences(view.damage));
  return kIntegrity;
}

int Sound(const Command& command, const std::string& store, const VerifyView& view) {
  if (command.json()) return command.Line(Json(store, view, nullptr)), kDone;
  command.Print(Bold("VERIFIED") + "  " + Plain(store) + ": everything holds\n" + Read(view) +
                "          Records, claims, cases and sums are what they make.\n" + Digests(view));
  return kDone;
}

// What the sums say now and did not say before.
void Compare(const StatusView& before, const StatusView& after, std::vector<std::string>* differs) {
  const auto compare = [&](std::string_view what, const auto& a, const auto& b) {
    if (!(a == b)) differs->push_back(std::string(what) + " differed");
  };
  compare("the digest of the records", before.digest, after.digest);
  compare("the digest of the docket", before.docket, after.docket);
  compare("the number of records", before.records, after.records);
  compare("the number of open cases", before.cases, after.cases);
  compare("the number of notices", before.notices, after.notices);
  compare("the number of ruled cases", before.ruled, after.ruled);
}

absl::StatusOr<StatusView> StatusOf(const Database& db) {
  absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  return now->Status();
}

int Rebuilt(const Command& command, const std::string& store, Database& db, const VerifyView& before) {
  const absl::StatusOr<StatusView> then = StatusOf(db);
  if (absl::Status rebuilt = db.Rebuild(); !rebuilt.ok()) return command.Fail(rebuilt);
  const absl::StatusOr<StatusView> now = StatusOf(db);
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<VerifyView> view = db.Verify();
  if (!view.ok()) return command.Fail(view.status());
  if (!view->ok()) return Damaged(command, store, *view, ": derived again, and it does not hold");
  std::vector<std::string> repaired = before.damage;
  if (then.ok()) Compare(*then, *now, &repaired);
  if (command.json()) return command.Line(Json(store, *view, &repaired)), kDone;
  std::string screen =
      repaired.empty() ? Bold("REBUILT") + "   " + Plain(store) + ": derived again, and equal to what was there\n"
                       : Bold("REPAIRED") + "  " + Plain(store) + ": derived again; what differed is as the journal says now\n";
  command.Print(screen + Sentences(repaired) + Read(*view) + Digests(*view));
  return kDone;
}

bool IsReceipt(const VerifyOptions& options) {
  std::error_code none;
  return !options.policy.empty() || !options.registry.empty() || !options.second.empty() ||
         (std::filesystem::exists(options.path, none) && !std::filesystem::is_directory(options.path, none));
}

int OfReceipts(const Command& command, const VerifyOptions& options) {
  if (options.rebuild) return command.Fail(kUsage, "--rebuild is for a store", "chancery verify --rebuild [STORE]");
  if (options.path.empty())
    return command.Fail(kUsage, "--policy and --registry are for a receipt", "chancery verify FILE --registry ID");
  std::vector<std::string> files = {options.path};
  if (!options.second.empty()) files.push_back(options.second);
  return VerifyFiles(command, {std::move(files), options.policy, options.registry, options.chains, options.growth});
}

int Run(const Command& command, const VerifyOptions& options) {
  if (IsReceipt(options)) return OfReceipts(command, options);
  const std::string store = options.path.empty() ? command.globals.store : options.path;
  Environment environment;
  environment.walk_pages = true;
  const absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(store, environment);
  if (!db.ok()) return command.FailOpen(db.status());
  const absl::StatusOr<VerifyView> view = (*db)->Verify();
  if (!view.ok()) return command.Fail(view.status());
  if (options.rebuild && view->journal_holds) return Rebuilt(command, store, **db, *view);
  if (view->ok()) return Sound(command, store, *view);
  return Damaged(command, store, *view, options.rebuild ? ": the journal itself; nothing was derived from it" : "");
}

}  // namespace

void AddVerify(Verb app, Command& command) {
  const Verb verb = app.Sub("verify", "Whether a store holds together, or what a receipt proves");
  VerifyOptions& options = Bind(verb, command, Run);
  verb.Option("STORE|FILE", options.path, "A store's directory, else --store; or a receipt");
  verb.Option("FILE", options.second, "Another receipt: does the first entry stand before this one?");
  verb.Option("--policy", options.policy, "Of a receipt: whose keys to trust (else FILE.policy)", "FILE");
  verb.Option("--registry", options.registry,
              "Of a receipt: the registry's id, or a file with its genesis; no keys are asked for", "ID|FILE");
  verb.Option("--chain", options.chains, "With --registry: how the keys follow from it (else FILE.chain)", "FILE").OneEach();
  verb.Option("--growth", options.growth, "Of two receipts made apart: what checkpoint --from --to wrote", "FILE");
  verb.Flag("--rebuild", options.rebuild, "Derive everything again from the journal, and compare: the repair");
}

}  // namespace chancery::cli

// backup, restore: a copy of a store at one moment, and a store from it.
#include "net/cli/card_file.h"
#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct BackupOptions {
  std::string file;
};

int BackedUp(const Command& command, const BackupOptions& options, const BackupView& backup) {
  if (command.json()) {
    Literal body = Literal::Object();
    body.Add("file", options.file).Add("bytes", static_cast<int64_t>(backup.bytes)).Add("site", backup.site);
    body.Add("frontier", backup.frontier).Add("entries", static_cast<int64_t>(backup.entries));
    return command.Line(Literal::Object({{"backup", std::move(body)}})), kDone;
  }
  std::string screen = Bold("WRITTEN") + "  " + Plain(options.file) + ", " + Count((backup.bytes + 1023) / 1024) + " KB\n";
  screen += "         The store of " + backup.site + " at one moment: " + Count(backup.entries, "entry", "entries") +
            ", up to\n         " + backup.frontier + ".\n";
  screen += "         Everything in it can be read by whoever has the file; the site's key\n         is not in it.\n\n";
  command.Print(command.quiet() ? ""
                                : screen + NextBlock({"chancery --store NEW restore " + ShellWord(options.file) +
                                                      "   # after a loss; never beside the site that runs"}));
  return kDone;
}

int Backup(const Command& command, const BackupOptions& options) {
  return command.WithStore([&](Database& db) {
    const absl::StatusOr<BackupView> backup = db.Backup(options.file);
    if (backup.ok()) return BackedUp(command, options, *backup);
    ErrorView error = Explain(backup.status());
    if (error.exit_code == kUsage) error.exit_code = kFailed;  // a full disk is nobody's wrong word
    return command.Fail(error);
  });
}

struct RestoreOptions {
  std::string file;
};

Literal Json(const Command& command, const Database& db, const StatusView& status, const std::string& card, bool member) {
  Literal lost = Literal::List();
  for (const std::string& range : status.lost) lost.list.emplace_back(range);
  Literal body = Literal::Object();
  body.Add("site", db.site()).Add("registry", status.registry).Add("registry_name", status.registry_name);
  body.Add("store", command.globals.store).Add("renewed", status.renewed).Add("lost", std::move(lost));
  body.Add("fingerprint", db.Fingerprint()).Add("card", card).Add("members", member);
  return Literal::Object({{"restore", std::move(body)}});
}

std::string Lost(const StatusView& status) {
  std::string ranges;
  for (const std::string& range : status.lost) ranges += (ranges.empty() ? "" : ", ") + range;
  if (ranges.empty())
    return Labelled("Missing", "What was filed after it is not known here. It comes back from whoever holds it.");
  return Labelled("Missing", ranges +
                                 ": filed here, and not in it. They come back from whoever holds them; status names those "
                                 "that stay missing.");
}

int Restored(const Command& command, const Database& db, const Snapshot& now, const StatusView& status) {
  const absl::StatusOr<std::string> card = WriteCardFile(command, db);
  if (!card.ok()) return command.Fail(card.status());
  const bool member = HasOtherMember(now);
  if (command.json()) return command.Line(Json(command, db, status, *card, member)), kDone;
  std::string screen = Bold("RESTORED") + "  " + db.site() + ", " + status.renewed + "\n";
  screen += "          It has a new key. It may read, and files nothing until a member has\n";
  screen +=
      "          admitted it and that entry has arrived here; then it goes on in a new\n          lane, and no number is used "
      "twice.\n\n";
  screen += Lost(status) + Labelled("Key", db.Fingerprint()) +
            Labelled("", "Read it to whoever admits, over another way than the card takes.");
  screen += Labelled("Before", "Make sure that the machine it was on is switched off for good.") + "\n";
  screen += member ? NextBlock(ToBeAdmitted(command, *card, now.Frontier())) : kNoMember;
  command.Print(command.quiet() ? "" : screen);
  return kDone;
}

int Restore(const Command& command, const RestoreOptions& options) {
  const absl::StatusOr<std::unique_ptr<Database>> db = Database::Restore(command.globals.store, options.file);
  if (!db.ok()) {
    ErrorView error = Explain(db.status());
    if (error.exit_code == kUsage) error.exit_code = kIntegrity;  // bytes that are no backup are a damaged backup
    return command.Fail(error);
  }
  const absl::StatusOr<Snapshot> now = (*db)->Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<StatusView> status = now->Status();
  return status.ok() ? Restored(command, **db, *now, *status) : command.Fail(status.status());
}

}  // namespace

void AddBackup(Verb app, Command& command) {
  const Verb backup = app.Sub("backup", "A copy of the store at one moment, without its key");
  backup.Option("FILE", Bind(backup, command, Backup).file, "The file to write; it must not be there").Required();
  const Verb restore = app.Sub("restore", "A store from a backup, with a new key");
  restore.Option("FILE", Bind(restore, command, Restore).file, "The backup; or the directory of a store whose key is lost")
      .Required();
}

}  // namespace chancery::cli

// init: founds a registry, or makes a store for an existing one.
#include <filesystem>

#include "chancery/net.h"
#include "net/cli/card_file.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct InitOptions {
  std::string site, name, join, key, role = "full";
  std::vector<std::string> packs;
};

Literal Result(const Command& command, const Database& db, const StatusView& status, const std::string& card) {
  Literal body = Literal::Object();
  body.Add("site", db.site()).Add("registry", status.registry).Add("registry_name", status.registry_name);
  body.Add("store", command.globals.store).Add("fingerprint", db.Fingerprint()).Add("admitted", status.admitted);
  body.Add("card", card.empty() ? Literal() : Literal(card));
  return Literal::Object({{"init", std::move(body)}});
}

int Founded(const Command& command, const Database& db, const StatusView& status) {
  if (command.json()) return command.Line(Result(command, db, status, "")), kDone;
  std::string screen = Bold("FOUNDED") + "  registry " + Plain(status.registry_name) + ", site " + db.site() + "\n";
  screen += "         Store " + Plain(command.globals.store) + "; packs: " + Plain(status.pack) + ".\n\n";
  screen +=
      NextBlock({command.Self() + " file entries.json", command.Self() + " import --register REGISTER --key COLUMN FILE.csv",
                 command.Self() + " bundle export --since 0 -o " + ShellWord(status.registry_name) + ".cbn"});
  command.Print(command.quiet() ? "" : screen);
  return kDone;
}

int Found(const Command& command, const InitOptions& options) {
  FoundOptions found{.site = options.site, .registry_name = options.name, .packs = {}, .key_seed = {}};
  for (const std::string& path : options.packs) {
    absl::StatusOr<std::string> toml = ReadFile(path);
    if (!toml.ok()) return command.Fail(toml.status());
    found.packs.emplace_back(path, *std::move(toml));
  }
  const absl::StatusOr<std::unique_ptr<Database>> db = Database::Found(command.globals.store, found);
  if (!db.ok()) return command.Fail(db.status());
  const absl::StatusOr<Snapshot> now = (*db)->Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<StatusView> status = now->Status();
  return status.ok() ? Founded(command, **db, *status) : command.Fail(status.status());
}

int Joined(const Command& command, const Database& db, const StatusView& status, const std::string& card,
           const std::string& frontier) {
  if (command.json()) return command.Line(Result(command, db, status, card)), kDone;
  std::string screen = Bold("JOINED") + "  registry " + Plain(status.registry_name) + " as " + db.site() + "; not admitted yet\n";
  screen += "        " + Count(status.entries, "entry", "entries") + " taken from the bundle. " + db.site() +
            " may read, and files nothing\n        until a member has admitted it and that entry has arrived here.\n\n";
  screen += "Key     " + db.Fingerprint() + "\n        Read it to whoever admits, over another way than the card took.\n\n";
  screen += NextBlock({"chancery site admit " + ShellWord(card), "chancery bundle export --since " + frontier + " -o back.cbn",
                       command.Self() + " bundle apply back.cbn"});
  command.Print(command.quiet() ? "" : screen);
  return kDone;
}

int JoinBundle(const Command& command, const InitOptions& options, const std::string& path) {
  const absl::StatusOr<ByteSource> bundle = OpenBundle(path);
  if (!bundle.ok()) {
    const ErrorView error = Explain(bundle.status());
    return command.Fail(
        error.exit_code, error.message,
        "chancery bundle export --since 0 -o FILE at a member, then --join FILE; or --join HOST:PORT --key FINGERPRINT");
  }
  const absl::StatusOr<std::unique_ptr<Database>> db =
      Database::Join(command.globals.store, {.site = options.site, .role = options.role, .key_seed = {}}, *bundle);
  if (!db.ok()) return command.Fail(db.status());
  const absl::StatusOr<std::string> card = WriteCardFile(command, **db);
  if (!card.ok()) return command.Fail(card.status());
  const absl::StatusOr<Snapshot> now = (*db)->Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<StatusView> status = now->Status();
  return status.ok() ? Joined(command, **db, *status, *card, now->Frontier()) : command.Fail(status.status());
}

// The member does not know this site's key, most of the time: it is told how to make it known.
int FailFetch(const Command& command, const InitOptions& options, const absl::Status& status) {
  ErrorView error = Explain(status);
  const absl::StatusOr<std::string> own = FutureFingerprint(command.globals.store);
  const bool unknown = status.message().find("does not know our key") != absl::string_view::npos;
  if (absl::IsPermissionDenied(status) && own.ok()) {
    error.exit_code = kRefused;
    error.next = "chancery peer ls at the member: is that its key?";
  }
  if (unknown && own.ok()) {
    error.next = "chancery peer add " + options.site + " HOST:PORT --key \"" + *own + "\" at the member, then this again";
  } else if (absl::IsUnavailable(status)) {
    error.exit_code = kUnreachable;
    error.message = options.join + " cannot be reached: " + error.message;
    error.next = "chancery serve at the member; or --join BUNDLE";
  }
  return command.Fail(error);
}

int JoinPeer(const Command& command, const InitOptions& options) {
  if (options.key.empty())
    return command.Fail(kUsage, "--join HOST:PORT needs --key, the member's key on the network",
                        "chancery peer ls at the member");
  if (std::filesystem::exists(command.globals.store + "/data.mdb"))
    return command.Fail(kFailed, "there is a store in " + command.globals.store + " already", "--store DIR");
  std::string key;
  for (const char c : options.key) key += c == ' ' ? std::string() : std::string(key.size() % 5 == 4 ? " " : "") + c;
  const PeerConfig member{.name = "member", .address = options.join, .key = key};
  const std::string file = command.globals.store + "/joining.cbn";
  const absl::StatusOr<std::string> site = FetchBundle(command.globals.store, member, file);
  const int code = site.ok() ? JoinBundle(command, options, file) : FailFetch(command, options, site.status());
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  if (code != kDone) return code;
  const absl::Status added = chancery::AddPeer(command.globals.store, {*site, options.join, key}).status();
  return added.ok() ? kDone : command.Fail(added);
}

int Join(const Command& command, const InitOptions& options) {
  const bool network = IsAddress(options.join) && !std::filesystem::exists(options.join);
  return network ? JoinPeer(command, options) : JoinBundle(command, options, options.join);
}

int Init(const Command& command, const InitOptions& options) {
  if (options.packs.empty() == options.join.empty()) {
    return command.Fail(kUsage, "either --pack founds a registry, or --join takes part in one",
                        "chancery init --site NAME --pack FILE, or chancery init --site NAME --join BUNDLE, or --join HOST:PORT "
                        "--key FINGERPRINT");
  }
  return options.join.empty() ? Found(command, options) : Join(command, options);
}

}  // namespace

void AddInit(Verb app, Command& command) {
  const Verb verb = app.Sub("init", "Found a registry, or make a store for an existing one");
  InitOptions& options = Bind(verb, command, Init);
  verb.Option("--site", options.site, "This site's name", "NAME").Required();
  verb.Option("--pack", options.packs, "Packs of a new registry, in order", "FILE");
  verb.Option("--name", options.name, "The registry's name (else the first pack's)", "NAME");
  verb.Option("--join", options.join, "A member's whole bundle, or where it serves", "BUNDLE|HOST:PORT");
  verb.Option("--key", options.key, "The member's key on the network, with HOST:PORT", "FINGERPRINT");
  verb.Option("--role", options.role, "full, blind or witness", "ROLE").In({"full", "blind", "witness"});
}

}  // namespace chancery::cli

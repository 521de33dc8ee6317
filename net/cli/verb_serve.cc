// serve: stays, holds the store, and exchanges entries with its peers.
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <istream>
#include <mutex>

#include "chancery/net.h"
#include "net/cli/command.h"
#include "net/cli/descriptor_stream.h"
#include "net/cli/desk.h"
#include "net/cli/line.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

// A verb may have the store for a while: one that waits for others, say.
constexpr int kAttempts = 700;
constexpr int kBetweenUs = 50'000;

struct ServeVerb {
  std::string listen;
};

// A verb that another process handed over.
Reply RunHanded(Database& db, PeerBook& book, const Handed& handed) {
  std::FILE* out = fdopen(dup(handed.out), "w");
  std::FILE* err = fdopen(dup(handed.err), "w");
  if (out == nullptr || err == nullptr) return {.code = kFailed};
  DescriptorBuffer input(handed.in, handed.stop);
  std::istream in(&input);
  Command command;
  command.out = out;
  command.err = err;
  command.in = &in;
  command.served = &db;
  command.book = &book;
  command.ends = {handed.stop, handed.caller};
  command.stays = handed.stays;
  Visit visit;
  command.visit = &visit;
  NeverBold();
  const int code = RunLine(command, handed.words);
  std::fclose(err);
  const bool said = std::fclose(out) == 0;
  return {.code = said || code != kDone ? code : kFailed, .seen = visit.ran ? visit.session.Text() : ""};
}

std::string Now() {
  char text[32];
  const time_t now = time(nullptr);
  tm utc;
  gmtime_r(&now, &utc);
  strftime(text, sizeof text, "%FT%TZ", &utc);
  return text;
}

void Log(const Command& command, const NetEvent& event) {
  if (command.json()) {
    Literal body = Literal::Object({{"at", Now()}, {"id", event.id}, {"peer", event.peer}, {"words", event.words}});
    command.Line(Literal::Object({{"event", std::move(body)}}));
  } else {
    command.Note(Now() + "  " + Pad(event.id, 8) + "  " + (event.peer.empty() ? "" : Plain(event.peer) + ": ") +
                 Plain(event.words) + "\n");
  }
}

void Announce(const Command& command, const Database& db, const std::string& address, const std::string& metrics) {
  const absl::StatusOr<std::string> key = LinkFingerprint(db.dir());
  if (command.json()) {
    Literal body = Literal::Object({{"site", db.site()}, {"listen", address}, {"key", key.ok() ? Literal(*key) : Literal()}});
    body.Add("metrics", metrics.empty() ? Literal() : Literal(metrics));
    return command.Line(Literal::Object({{"serving", std::move(body)}}));
  }
  command.Print(Bold("SERVING") + "  " + db.site() + " at " + address + "\n");
  if (key.ok() && !command.quiet()) command.Print("         Key " + *key + "\n");
  if (!metrics.empty() && !command.quiet()) command.Print("         Metrics at http://" + metrics + "/metrics\n");
  std::fflush(command.out);
}

int ServeStore(const Command& command, const ServeVerb& verb) {
  if (command.served != nullptr) return command.Fail(kLocked, "this store is served already", command.Self() + " status");
  std::error_code ignored;
  const std::string store = std::filesystem::absolute(command.globals.store, ignored).string();  // verbs change the directory
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(store);
  for (int i = 0; i < kAttempts && absl::IsUnavailable(db.status()); ++i) {  // a verb has it: it was started after a kill, say
    if (const std::optional<Reply> reply = HandOver(store, {.words = command.words}); reply)
      return reply->code;  // it is served, and says so
    usleep(kBetweenUs);
    db = Database::Open(store);
  }
  if (!db.ok()) return command.FailOpen(db.status());
  PeerBook book(store);
  std::unique_ptr<Desk> desk;
  absl::Status opened;
  ServeOptions options;
  options.listen = verb.listen;
  options.book = &book;
  options.on_stopping = [&desk] {
    if (desk != nullptr) desk->Close();
  };
  options.on_listening = [&](const std::string& address,
                             const std::string& metrics) {  // from here on signals are the network's, also on new threads
    absl::StatusOr<std::unique_ptr<Desk>> made =
        Desk::Open(store, [&db, &book](const Handed& handed) { return RunHanded(**db, book, handed); });
    if (made.ok()) desk = *std::move(made);
    opened = made.status();
    Announce(command, **db, address, metrics);
  };
  options.on_event = [&command](const NetEvent& event) { Log(command, event); };
  options.filings = [&desk] { return desk == nullptr ? 0 : desk->turns(); };
  const absl::Status served = Serve(**db, options);
  desk.reset();
  if (!opened.ok()) return command.Fail(opened);
  if (absl::IsUnavailable(served))
    return command.Fail(kFailed, std::string(served.message()), "chancery serve --listen HOST:PORT");
  if (!served.ok()) return command.Fail(served);
  command.Note("stopped; what was filed is on the disk\n");
  return kDone;
}

}  // namespace

void AddServe(Verb app, Command& command) {
  const Verb verb = app.Sub("serve", "Stay, and exchange entries with the peers");
  verb.Option("--listen", Bind(verb, command, ServeStore).listen, "Where peers find it (else as chancery.toml says)",
              "HOST:PORT");
}

}  // namespace chancery::cli

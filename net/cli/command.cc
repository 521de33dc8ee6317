#include "net/cli/command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "net/cli/desk.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

// A command holds a store for a moment, and the next one waits that long.
constexpr int kAttempts = 25;
constexpr int kBetweenUs = 20'000;

}  // namespace

void Command::Print(std::string_view text) const { std::fwrite(text.data(), 1, text.size(), out); }

void Command::Line(const Literal& object) const {
  Print(object.Json());
  Print("\n");
  std::fflush(out);  // a receipt is worth something only once the reader has it
}

void Command::Note(std::string_view text) const {
  if (quiet() || json()) return;
  std::fwrite(text.data(), 1, text.size(), err);
}

int Command::Fail(int code, std::string_view message, std::string_view next) const {
  ErrorView error;
  error.exit_code = code;
  error.message = message;
  error.next = next;
  return Fail(error);
}

int Command::Fail(const absl::Status& status) const { return Fail(Explain(status)); }

int Command::Fail(const ErrorView& error, int line) const {
  if (json()) {
    Line(ToJson(error, line));
    return error.exit_code;
  }
  std::string text = error.refused ? "refused: " : "chancery: ";
  if (line > 0) text += "line " + std::to_string(line) + ": ";
  text += Plain(error.message);
  if (error.refused)
    text += " (" + Plain(error.rule.empty() || error.rule == error.kind ? error.kind : error.kind + ", " + error.rule) + ")";
  text += "\n";
  if (!error.next.empty()) text += "   try: " + Plain(error.next) + "\n";
  std::fflush(out);
  std::fwrite(text.data(), 1, text.size(), err);
  return error.exit_code;
}

std::string Command::Self() const { return store_named ? "chancery --store " + ShellWord(globals.store) : "chancery"; }

int Command::FailOpen(const absl::Status& status) const {
  ErrorView error = Explain(status);
  if (error.exit_code == kNotFound) error.next = "chancery init --site NAME --pack FILE, or --store DIR";
  return Fail(error);
}

int Command::WithStore(const std::function<int(Database&)>& body, const std::function<int(const absl::Status&)>& failed) const {
  if (served != nullptr) return Run(*served, body);
  Errand errand{.words = words};
  if (visit != nullptr) errand = {words, visit->in, visit->out, visit->err, visit->silence_ms, visit->alive};
  for (int attempt = 1;; ++attempt) {
    const absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(globals.store);
    if (db.ok()) return Run(**db, body);
    const bool held = absl::IsUnavailable(db.status());
    if (held) {
      if (const std::optional<Reply> reply = HandOver(globals.store, errand); reply) return HandedOver(*reply);
    }
    if (!held || attempt == kAttempts) return failed ? failed(db.status()) : FailOpen(db.status());
    usleep(kBetweenUs);
  }
}

int Command::HandedOver(const Reply& reply) const {
  if (visit == nullptr) return reply.code;
  visit->silent = reply.silent;
  visit->hangs = reply.hangs;
  const absl::StatusOr<Session> seen = Session::Parse(reply.seen);
  if (!seen.ok()) return Fail(seen.status());
  visit->ran = !reply.seen.empty();
  visit->session.Raise(*seen);
  return reply.code;
}

int Command::NotHereYet(const std::vector<std::string>& missing) const {
  std::string words;
  for (const std::string& range : missing) words += (words.empty() ? "" : ", ") + range;
  return Fail(kUnreachable, "not here yet: " + words + ", which this session has seen elsewhere",
              Self() + " status; again in a moment, or with --or DIR");
}

int Command::Run(Database& db, const std::function<int(Database&)>& body) const {
  if (visit == nullptr) return body(db);
  const absl::StatusOr<Snapshot> before = db.Read();
  const absl::StatusOr<std::vector<std::string>> missing = before.ok() ? visit->session.Missing(*before) : before.status();
  if (!missing.ok()) return Fail(missing.status());
  if (!missing->empty()) return NotHereYet(*missing);
  const int code = body(db);
  const absl::StatusOr<Snapshot> after = db.Read();
  const absl::Status seen = after.ok() ? visit->session.Seen(*after) : after.status();
  if (!seen.ok()) return Fail(seen);
  visit->ran = true;
  return code;
}

int Command::WithSnapshot(const std::function<int(Database&, const Snapshot&)>& body) const {
  return WithStore([&](Database& db) {
    const absl::StatusOr<Snapshot> snapshot = db.Read();
    return snapshot.ok() ? body(db, *snapshot) : Fail(snapshot.status());
  });
}

}  // namespace chancery::cli

// sync: one exchange with a peer over the network.
#include "chancery/net.h"
#include "net/cli/command.h"
#include "net/cli/peers.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct SyncOptions {
  std::string peer;
};

Literal Json(const ExchangeView& view) {
  Literal body = Literal::Object({{"peer", view.peer}});
  const auto add = [&body](const char* name, uint64_t n) { body.Add(name, static_cast<int64_t>(n)); };
  add("entries", view.taken);
  add("sent_runs", view.sent);
  add("sent_bytes", view.sent_bytes);
  add("documents", view.documents);
  add("opened", view.opened);
  add("waiting", view.waiting);
  add("held", view.held);
  add("damaged", view.damaged);
  add("left_out", view.left_out);
  Literal halted = Literal::List();
  for (const std::string& lane : view.halted) halted.list.emplace_back(lane);
  body.Add("halted", std::move(halted));
  Literal differing = Literal::List();
  for (const std::string& name : view.differing) differing.list.emplace_back(name);
  body.Add("differing", std::move(differing)).Add("more_differing", view.more_differing);
  body.Add("equal", view.compared ? Literal(view.equal) : Literal());  // null: not the same entries, so nothing to compare
  return Literal::Object({{"synced", std::move(body)}});
}

constexpr const char* kIndent = "           ";

std::string Screen(const Command& command, const ExchangeView& view) {
  const bool unequal = view.compared && !view.equal;
  std::string out = Bold(unequal ? "UNEQUAL" : view.damaged > 0 ? "DAMAGED" : "EXCHANGED") + "  with " + view.peer + ": ";
  out += (view.taken == 0 ? std::string("nothing new came") : Count(view.taken, "new entry", "new entries") + " came") + ", " +
         (view.sent == 0 ? std::string("nothing was lacking there") : Count((view.sent_bytes + 1023) / 1024) + " KB went") + "\n";
  if (view.documents > 0) out += kIndent + Count(view.documents, "document") + " came.\n";
  if (view.opened > 0) out += kIndent + Count(view.opened, "new case") + " for a person.\n";
  if (view.waiting > 0)
    out += kIndent + Count(view.waiting, "entry", "entries") + " stored here: what they build on is missing.\n";
  if (view.held > 0) out += kIndent + Count(view.held, "entry", "entries") + " held here: stamped too far ahead of this clock.\n";
  if (view.damaged > 0)
    out += kIndent + Count(view.damaged, "run or document", "runs or documents") + " of the peer could not be used: not whole.\n";
  for (const std::string& lane : view.halted) out += kIndent + ("Two versions exist from " + Plain(lane) + " on.\n");
  if (unequal) out += std::string(kIndent) + "Both hold the same entries and make other records or cases of them.\n";
  for (const std::string& name : view.differing) out += kIndent + ("  " + Shorten(Plain(name), kColumns - 13)) + "\n";
  if (view.more_differing) out += std::string(kIndent) + "  and perhaps others\n";
  if (view.compared && view.equal) out += std::string(kIndent) + "Both hold the same entries; records and cases are equal.\n";
  std::vector<std::string> next;
  if (view.opened > 0) next.push_back(command.Self() + " case ls");
  if (unequal) next.push_back(command.Self() + " verify   # at both; keep the stores as they are");
  if (!view.halted.empty()) next.push_back(command.Self() + " site ls");
  return next.empty() ? out : out + "\n" + NextBlock(next);
}

int ExitOf(const ExchangeView& view) {
  if (view.damaged > 0 || (view.compared && !view.equal)) return kIntegrity;
  return view.opened + view.waiting + view.held + view.left_out > 0 || !view.halted.empty() ? kFindings : kDone;
}

// For `status`, which tells how this site stands towards its peers.
void Note(const Command& command, const Database& db, const std::string& peer, const absl::StatusOr<ExchangeView>& view) {
  PeerBook kept(db.dir());
  PeerBook& book = command.book == nullptr ? kept : *command.book;
  if (view.ok()) {
    book.Heard(*view);
  } else if (absl::IsUnavailable(view.status())) {
    book.Failed(peer);
  } else if (!absl::IsNotFound(view.status())) {
    book.Refused(peer, std::string(view.status().message()));
  }
  book.Keep().IgnoreError();  // it is heard again
}

int Sync(const Command& command, const SyncOptions& options) {
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<NetConfig> config = ReadNetConfig(db.dir());
    if (!config.ok()) return command.Fail(config.status());
    if (IsIsolated(db.dir()))
      return command.Fail(kRefused, "this site is cut off by plan: nobody is called", command.Self() + " site rejoin");
    const absl::StatusOr<ExchangeView> view = SyncOnce(db, *config, options.peer);
    Note(command, db, options.peer, view);
    if (!view.ok()) return FailPeer(command, db, options.peer, view.status());
    if (command.json()) {
      command.Line(Json(*view));
    } else if (!command.quiet()) {
      command.Print(Screen(command, *view));
    }
    return ExitOf(*view);
  });
}

}  // namespace

void AddSync(Verb app, Command& command) {
  const Verb verb = app.Sub("sync", "Exchange entries with a peer over the network");
  verb.Option("PEER", Bind(verb, command, Sync).peer, "Its name: peer ls").Required();
}

}  // namespace chancery::cli

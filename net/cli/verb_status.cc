// status: first what a person must do now.
#include <unistd.h>

#include <algorithm>

#include "net/cli/command.h"
#include "net/cli/peers.h"
#include "net/cli/receipt_screen.h"
#include "net/cli/screen.h"
#include "net/cli/stay.h"

namespace chancery::cli {
namespace {

struct StatusOptions {
  bool check = false, watch = false;
};

using health::Alarm;
using health::Joined;
using health::Standing;

std::string Size(uint64_t bytes) { return bytes >= (10ull << 30) ? Count(bytes >> 30) + " GB" : Count(bytes >> 20) + " MB"; }

std::string Frontier(const StatusView& status) {
  std::string out;
  for (const auto& [lane, seq] : status.frontier) out += (out.empty() ? "" : ", ") + lane + "-" + std::to_string(seq);
  return out.empty() ? "nothing" : out;
}

std::string Order(const OrderView& order) {
  std::string out = order.settled.empty() ? "Nothing has its final place yet."
                                          : "Final to " + order.settled + ": " + Count(order.entries, "entry", "entries") + ".";
  if (!order.waiting_for.empty()) out += " Waiting for " + Joined(order.waiting_for) + "; filing goes on.";
  return out;
}

// "14 h 17 min".
std::string Span(int64_t ms) {
  const int64_t minutes = ms / 60'000, hours = minutes / 60;
  if (minutes < 1) return std::to_string(ms / 1000) + " s";
  if (hours < 1) return std::to_string(minutes) + " min";
  return hours < 48 ? std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min"
                    : std::to_string(hours / 24) + " days";
}

// "is 12 s behind that of tartu": only where it is worth a look.
std::string Clocks(const Standing& standing) {
  std::string out;
  for (const PeerView& peer : standing.peers) {
    const int64_t ahead = peer.clock_ms;
    if (std::abs(ahead) < 1000) continue;
    out += (out.empty() ? "is " : ", ") + Span(std::abs(ahead)) + (ahead > 0 ? " behind" : " ahead of") + " that of " +
           Plain(peer.name);
  }
  return out;
}

size_t CutOff(const Standing& standing) {
  return static_cast<size_t>(
      std::count_if(standing.peers.begin(), standing.peers.end(), [](const PeerView& peer) { return !peer.linked; }));
}

std::string PeerLine(const Standing& standing, size_t i, int64_t now) {
  const PeerView& peer = standing.peers[i];
  const std::string since = peer.heard_ms == 0 ? "" : " since " + health::Clock(peer.heard_ms, now);
  const std::string link = peer.linked ? "linked" : !peer.refused.empty() ? "REFUSED" : "NO LINK" + since;
  const std::string heard = peer.linked ? "now" : peer.heard_ms == 0 ? "never" : Span(now - peer.heard_ms);
  const std::string holds = standing.up_to[i].empty() ? "nothing" : standing.up_to[i];
  return "  " + Pad(peer.name, 16) + " " + Pad(link, 24) + " " + Pad(heard, 15) + " " + holds + "\n";
}

// What the other sites are known to hold, from here.
std::string Peers(const Standing& standing, int64_t now) {
  if (standing.peers.empty())
    return Labelled("Elsewhere",
                    "What the other sites hold is not known here. Equal digests (-v) at two sites mean equal records and cases.");
  std::string out = "Sites              seen from here           last heard      holds our entries up to\n";
  for (size_t i = 0; i < standing.peers.size(); ++i) out += PeerLine(standing, i, now);
  for (const PeerView& peer : standing.peers)
    if (!peer.refused.empty()) out += Labelled("", Plain(peer.name) + ": " + Plain(peer.refused));
  const std::string ranges = Count(standing.only_here, "entry", "entries") + ": " + Joined(standing.ranges);
  out += "\n" + Labelled("Only here", standing.only_here == 0 ? "nothing" : ranges);
  return out;
}

std::string State(const StatusView& status, const Standing& standing, const Alarm& alarm) {
  if (!alarm.code.empty()) {
    std::string out = Bold("WAKE SOMEONE") + "  ";
    for (const std::string& line : Wrap(alarm.code + ": " + Plain(alarm.words), kColumns - 14))
      out += (out.ends_with("\n") ? std::string(14, ' ') : "") + line + "\n";
    return out + "              Remedy: " + alarm.remedy + "\n";
  }
  if (!status.admitted) return Bold("READING ONLY.") + "  Not admitted yet, as far as is known here.\n";
  if (standing.isolated) return Bold("WORKING, CUT OFF BY PLAN.") + "  chancery site rejoin ends it.\n";
  const size_t cut = CutOff(standing);
  if (cut == 0) return Bold("WORKING.") + "  Nothing needs you.\n";
  const std::string of = std::to_string(cut) + " OF " + std::to_string(standing.peers.size());
  return Bold("WORKING, CUT OFF FROM " + of + ".") + "  Nothing needs you.\n";
}

std::string Facts(const StatusView& status, const Standing& standing) {
  std::string out = Labelled("Holds", Count(status.entries, "entry", "entries") + ", up to " + Frontier(status));
  out += Labelled("Records", Count(status.records) + "; packs: " + Plain(status.pack));
  out += Labelled("Cases", Count(status.cases) + (status.cases == 1 ? " waits" : " wait") + " for a person; " +
                               Count(status.ruled) + " ruled; " + Count(status.notices, "notice"));
  if (status.waiting > 0)
    out += Labelled("Waiting", Count(status.waiting, "entry", "entries") + " stored here: what they build on is missing");
  if (status.held > 0)
    out += Labelled("Held", Count(status.held, "entry", "entries") + " stored here: stamped too far ahead of this clock");
  if (!status.lost.empty())
    out += Labelled("Missing", Joined(status.lost) +
                                   ": filed, as is known here, and not here. They come with the entries of "
                                   "whoever holds them.");
  if (standing.peers.empty()) out += Peers(standing, NowMs());
  out += Labelled("Order", Order(status.order));
  if (standing.not_noted && !standing.not_noted->empty())
    out += Labelled("Link key", "being renewed; not noted yet by " + Joined(*standing.not_noted));
  if (const std::string clocks = Clocks(standing); !clocks.empty()) out += Labelled("Clock", clocks);
  return out + Labelled("Room", Size(status.free_bytes) + " free");
}

std::string Screen(const Command& command, const StatusView& status, const Standing& standing, const Alarm& alarm) {
  std::string out = Bold(status.site) + "   registry " + Plain(status.registry_name) + "   full site\n";
  out += State(status, standing, alarm) + "\n";
  if (!standing.peers.empty()) out += Peers(standing, NowMs());
  out += Facts(status, standing);
  if (command.verbose()) {
    out += Labelled("Digests", "records " + status.digest) + Labelled("", "cases   " + status.docket) +
           Labelled("Registry", status.registry);
  }
  std::vector<std::string> next;
  if (status.cases > 0) next.push_back(command.Self() + " case ls");
  if (!status.renewed.empty()) next.push_back(command.Self() + " site card");
  if (!status.admitted) next.push_back("chancery site admit " + status.site + ".site   # at a member");
  if (standing.isolated) next.push_back(command.Self() + " site rejoin");
  next.push_back(command.Self() + " bundle export --since 0 -o pouch.cbn");
  out += "\n" + NextBlock(next);
  if (!standing.isolated && CutOff(standing) > 0)
    out += "      Do not end a site because it is silent: docs/operations/cut-off.md\n";
  return out;
}

Literal PeerJson(const Standing& standing, size_t i) {
  const PeerView& peer = standing.peers[i];
  Literal body = Literal::Object({{"name", peer.name}, {"linked", peer.linked}, {"unequal", peer.unequal}});
  body.Add("heard_ms", peer.heard_ms == 0 ? Literal() : Literal(peer.heard_ms));
  body.Add("refused", peer.refused.empty() ? Literal() : Literal(peer.refused));
  body.Add("behind", static_cast<int64_t>(standing.behind[i])).Add("lacking", static_cast<int64_t>(peer.lacking));
  return body;
}

Literal Json(const StatusView& status, const Standing& standing, const Alarm& alarm) {
  Literal json = ToJson(status);
  Literal& body = json.members.at(0).second;
  body.Add("only_here", standing.peers.empty() ? Literal() : Literal(static_cast<int64_t>(standing.only_here)));
  Literal peers = Literal::List();
  for (size_t i = 0; i < standing.peers.size(); ++i) peers.list.push_back(PeerJson(standing, i));
  body.Add("peers", std::move(peers)).Add("isolated", standing.isolated);
  if (standing.not_noted) body.Add("renewing", TextList(*standing.not_noted));
  body.Add("wake", alarm.code.empty() ? Literal() : Literal(alarm.code));
  return json;
}

// The one line for monitoring.
int Check(const Command& command, const StatusView& status, const Alarm& alarm) {
  const bool wake = !alarm.code.empty();
  const std::string figures = Count(status.cases, "case") + " open, " + Count(status.entries, "entry", "entries") + ", " +
                              Size(status.free_bytes) + " free";
  const std::string line = wake ? "WAKE " + alarm.code + " " + Plain(alarm.words) : "OK " + status.site + ": " + figures;
  if (command.json()) {
    Literal body = Literal::Object();
    body.Add("ok", !wake).Add("code", wake ? Literal(alarm.code) : Literal()).Add("line", line);
    command.Line(Literal::Object({{"check", std::move(body)}}));
  } else {
    command.Print(line + "\n");
  }
  return wake ? kFindings : kDone;
}

// Its words or JSON, and the exit code.
struct Look {
  std::string text;
  int code = kDone;
};

absl::StatusOr<Look> LookAt(const Command& command, const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return now.status();
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return status.status();
  const absl::StatusOr<Standing> standing = StandingOf(command, db);
  if (!standing.ok()) return standing.status();
  const Alarm alarm = health::AlarmOf(*status, *standing, NowMs());
  return Look{command.json() ? Json(*status, *standing, alarm).Json() + "\n" : Screen(command, *status, *standing, alarm),
              alarm.code.empty() ? kDone : kFindings};
}

// A look every second; what has changed is shown, on a terminal in place of what was there.
class Watcher {
 public:
  explicit Watcher(const Command& command) : command_(command), stay_(command), terminal_(isatty(fileno(command.out)) == 1) {}

  int Run() {
    if (command_.stays) command_.stays();
    for (;;) {
      bool here = false;
      const int code = command_.WithStore(
          [&](Database& db) {
            here = true;
            return Show(db);
          },
          [&](const absl::Status& status) -> int {
            here = !shown_.empty() && absl::IsUnavailable(status);  // another command has it: later
            return here ? static_cast<int>(kDone) : command_.FailOpen(status);
          });
      if (stay_.interrupted()) return kInterrupted;
      if (!here || code != kDone) return code;  // whoever serves the store has shown it, or it failed
      if (!stay_.Wait(kBetweenLooksMs)) break;
    }
    return stay_.code() == kFailed ? command_.Fail(kFailed, "whoever served this store has ended", command_.Self() + " status")
                                   : stay_.code();
  }

 private:
  static constexpr int kBetweenLooksMs = 1000;
  static constexpr const char* kClear = "\033[H\033[2J";

  int Show(const Database& db) {
    const absl::StatusOr<Look> look = LookAt(command_, db);
    if (!look.ok()) return command_.Fail(look.status());
    if (look->text == shown_) return kDone;
    command_.Print((terminal_ ? kClear : shown_.empty() || command_.json() ? "" : "\n") + look->text);
    std::fflush(command_.out);
    shown_ = look->text;
    return std::ferror(command_.out) != 0 ? kFailed : kDone;
  }

  const Command& command_;
  Stay stay_;
  const bool terminal_;
  std::string shown_;
};

int Show(const Command& command, const StatusOptions& options, const Database& db) {
  if (!options.check) {
    const absl::StatusOr<Look> look = LookAt(command, db);
    if (!look.ok()) return command.Fail(look.status());
    command.Print(look->text);
    return look->code;
  }
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return command.Fail(status.status());
  const absl::StatusOr<Standing> standing = StandingOf(command, db);
  if (!standing.ok()) return command.Fail(standing.status());
  return Check(command, *status, health::AlarmOf(*status, *standing, NowMs()));
}

int Status(const Command& command, const StatusOptions& options) {
  if (options.watch && options.check) return command.Fail(kUsage, "--watch shows, --check checks: one of the two");
  if (options.watch && command.visit != nullptr)
    return command.Fail(kUsage, "--watch stays at one store: without --session, --or");
  if (options.watch) return Watcher(command).Run();
  const auto failed = [&](const absl::Status& status) {
    if (!options.check || !absl::IsDataLoss(status)) return command.FailOpen(status);
    return Check(command, {}, {"damage", Plain(Explain(status).message), ""});
  };
  return command.WithStore([&](Database& db) { return Show(command, options, db); }, failed);
}

}  // namespace

void AddStatus(Verb app, Command& command) {
  const Verb verb = app.Sub("status", "What a person must do now, or that nothing needs one");
  StatusOptions& options = Bind(verb, command, Status, Manner::kReads);
  verb.Flag("--check", options.check, "One line: OK … (exit 0) or WAKE CODE … (exit 3)");
  verb.Flag("--watch", options.watch, "Stay, and show what changes");
}

}  // namespace chancery::cli

// status: first what a person must do now.
#include <algorithm>

#include "net/cli/command.h"
#include "net/cli/peers.h"
#include "net/cli/screen.h"

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

Literal Json(const StatusView& status, const Standing& standing) {
  Literal json = ToJson(status);
  Literal& body = json.members.at(0).second;
  body.Add("only_here", standing.peers.empty() ? Literal() : Literal(static_cast<int64_t>(standing.only_here)));
  Literal peers = Literal::List();
  for (size_t i = 0; i < standing.peers.size(); ++i) peers.list.push_back(PeerJson(standing, i));
  body.Add("peers", std::move(peers)).Add("isolated", standing.isolated);
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

int Show(const Command& command, const StatusOptions& options, const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  if (!now.ok()) return command.Fail(now.status());
  const absl::StatusOr<StatusView> status = now->Status();
  if (!status.ok()) return command.Fail(status.status());
  const absl::StatusOr<Standing> standing = StandingOf(command, db);
  if (!standing.ok()) return command.Fail(standing.status());
  const Alarm alarm = health::AlarmOf(*status, *standing, NowMs());
  if (options.check) return Check(command, *status, alarm);
  if (command.json()) {
    command.Line(Json(*status, *standing));
  } else {
    command.Print(Screen(command, *status, *standing, alarm));
  }
  return alarm.code.empty() ? kDone : kFindings;
}

int Status(const Command& command, const StatusOptions& options) {
  if (options.watch) return command.NotYet("status --watch", "chancery status --check");
  const auto failed = [&](const absl::Status& status) {
    if (!options.check || !absl::IsDataLoss(status)) return command.FailOpen(status);
    return Check(command, {}, {"damage", Plain(Explain(status).message), ""});
  };
  return command.WithStore([&](Database& db) { return Show(command, options, db); }, failed);
}

}  // namespace

void AddStatus(CLI::App& app, Command& command) {
  CLI::App* verb = app.add_subcommand("status", "What a person must do now, or that nothing needs one");
  StatusOptions& options = Bind(verb, command, Status);
  verb->add_flag("--check", options.check, "One line: OK … (exit 0) or WAKE CODE … (exit 3)");
  verb->add_flag("--watch", options.watch, "Stay and show: not yet");
}

}  // namespace chancery::cli

// site drain, isolate, rejoin: before a machine is switched off, and planned cuts.
#include "net/cli/verb_cut.h"

#include <algorithm>

#include "net/cli/peers.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

using health::Standing;

struct DrainOptions {
  int64_t seconds = 30;
};

// Documents that only this site has: some peer has to have all that can be had.
bool DocumentsAreElsewhere(const Database& db, const Standing& standing) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<std::vector<BlobView>> missing = now.ok() ? now->MissingBlobs() : now.status();
  return missing.ok() && std::any_of(standing.peers.begin(), standing.peers.end(),
                                     [&](const PeerView& peer) { return peer.heard_ms > 0 && peer.lacking <= missing->size(); });
}

std::vector<std::string> Holders(const Standing& standing) {
  std::vector<std::string> holders;
  for (size_t i = 0; i < standing.peers.size(); ++i)
    if (standing.peers[i].heard_ms > 0 && standing.up_to[i] == "all") holders.push_back(standing.peers[i].name);
  return holders;
}

bool IsSafe(const Database& db, const Standing& standing) {
  return standing.only_here == 0 && !Holders(standing).empty() && DocumentsAreElsewhere(db, standing);
}

Literal Json(const Standing& standing, bool safe) {
  Literal holders = Literal::List(), ranges = Literal::List();
  for (const std::string& holder : Holders(standing)) holders.list.emplace_back(holder);
  for (const std::string& range : standing.ranges) ranges.list.emplace_back(range);
  Literal body = Literal::Object({{"safe", safe}, {"only_here", static_cast<int64_t>(standing.only_here)}});
  body.Add("ranges", std::move(ranges)).Add("holders", std::move(holders));
  return Literal::Object({{"drain", std::move(body)}});
}

std::string Screen(const Command& command, const Standing& standing, bool safe) {
  std::string out;
  if (safe) {
    out = Bold("SAFE TO SWITCH OFF") + "\n\n" +
          Labelled("Held by", "all that was filed here is on the disk of " + health::Joined(Holders(standing)) + ".");
    return out + Labelled("", "What is filed here from now on is not.");
  }
  out = Bold("NOT SAFE TO SWITCH OFF") + "\n\n";
  if (standing.only_here > 0)
    out += Labelled("Only here", Count(standing.only_here, "entry", "entries") + ": " + health::Joined(standing.ranges) + ".");
  else
    out += Labelled("Only here", Holders(standing).empty() ? "No peer is known to hold all of it."
                                                           : "Documents, perhaps: no peer has said that it lacks none.");
  for (const PeerView& peer : standing.peers)
    if (!peer.linked)
      out += Labelled("", Plain(peer.name) + (peer.refused.empty() ? " is not heard." : ": " + Plain(peer.refused)));
  return out + "\n" +
         NextBlock({command.Self() + " site drain --wait 600", command.Self() + " bundle export --since 0 -o pouch.cbn"});
}

int Drain(const Command& command, const DrainOptions& options) {
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<Standing> before = StandingOf(command, db);
    if (!before.ok()) return command.Fail(before.status());
    if (before->isolated)
      return command.Fail(kRefused, "this site is cut off by plan: nobody is called", command.Self() + " site rejoin");
    if (before->peers.empty())
      return command.Fail(kNotFound, "there are no peers to hold anything",
                          command.Self() + " peer add NAME HOST:PORT --key FINGERPRINT");
    const int64_t began = NowMs();
    const auto heard = [&](const Standing& standing) {  // since this verb began: what a peer held before says nothing of now
      return std::all_of(standing.peers.begin(), standing.peers.end(),
                         [&](const PeerView& peer) { return !peer.linked || peer.heard_ms >= began; });
    };
    const auto drained = [&](const PeerBook& book) {
      const absl::StatusOr<Standing> now = health::ReadStanding(db, book);
      return now.ok() && heard(*now) && IsSafe(db, *now);
    };
    const absl::StatusOr<bool> safe = AwaitPeers(command, db, options.seconds * 1000, drained);
    if (!safe.ok()) return command.Fail(safe.status());
    const absl::StatusOr<Standing> standing = StandingOf(command, db);
    if (!standing.ok()) return command.Fail(standing.status());
    if (command.json()) {
      command.Line(Json(*standing, *safe));
    } else if (!command.quiet()) {
      command.Print(Screen(command, *standing, *safe));
    }
    return *safe ? kDone : kUnreachable;
  });
}

struct CutOptions {};

int Turn(const Command& command, bool isolated) {
  return command.WithStore([&](Database& db) -> int {
    if (const absl::Status set = SetIsolated(db.dir(), isolated); !set.ok()) return command.Fail(set);
    if (command.json()) {
      Literal body = Literal::Object({{"site", db.site()}, {"isolated", isolated}});
      return command.Line(Literal::Object({{"cut", std::move(body)}})), kDone;
    }
    const std::string on = Bold("CUT OFF BY PLAN") + "  " + db.site() + " calls nobody and lets nobody in. Filing goes on.\n\n" +
                           NextBlock({command.Self() + " status", command.Self() + " site rejoin"});
    const std::string off = Bold("REJOINED") + "  The planned cut of " + db.site() + " has ended.\n\n" +
                            NextBlock({command.Self() + " status", command.Self() + " case ls"});
    command.Print(command.quiet() ? "" : isolated ? on : off);
    return kDone;
  });
}

int Isolate(const Command& command, const CutOptions&) { return Turn(command, true); }
int Rejoin(const Command& command, const CutOptions&) { return Turn(command, false); }

}  // namespace

void AddCuts(Verb site, Command& command) {
  const Verb drain = site.Sub("drain", "Wait until the peers hold everything that was filed here");
  drain.Option("--wait", Bind(drain, command, Drain).seconds, "For so long (30)", "SECONDS").Between(0, 86'400);
  Bind(site.Sub("isolate", "Begin a planned cut: call nobody, let nobody in"), command, Isolate);
  Bind(site.Sub("rejoin", "End a planned cut"), command, Rejoin);
}

}  // namespace chancery::cli

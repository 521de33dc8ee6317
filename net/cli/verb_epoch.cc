// epoch: who votes and cosigns, and which lanes have ended.
#include "net/cli/command.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct EpochOptions {};

std::string List(const std::vector<std::string>& labels) {
  std::string out;
  for (const std::string& label : labels) out += (out.empty() ? "" : ", ") + Plain(label);
  return out.empty() ? "nobody" : out;
}

std::string VoteLines(const EpochView& epoch) {
  if (epoch.proposer.empty()) return "";
  std::string what = epoch.proposed.empty() ? "whoever was admitted becomes a member" : "the end of " + List(epoch.proposed);
  const std::string differing = epoch.differing.empty()
                                    ? ""
                                    : "It would keep another version of " + List(epoch.differing) +
                                          " than is here: this site does "
                                          "not sign it. Find out who holds which; those whose version is not kept join again.";
  return Labelled("Vote", "proposed by " + Plain(epoch.proposer) + ": " + what + ".") +
         Labelled("", "Voted: " + List(epoch.voted) + ". Signed: " + List(epoch.accepted) + ". It takes " +
                          std::to_string(epoch.decide) + ".") +
         Labelled("", "Who has voted signs nothing for the order until it is decided.") +
         (differing.empty() ? "" : Labelled("Beware", differing));
}

int Shown(const Command& command, const Database& db) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<EpochView> epoch = now.ok() ? now->Epoch() : now.status();
  if (!epoch.ok()) return command.Fail(epoch.status());
  if (command.json()) return command.Line(ToJson(*epoch)), kDone;
  std::string screen = Bold("Epoch " + std::to_string(epoch->number)) + ", as known here\n\n";
  screen += Labelled("Members", List(epoch->members) + ": " + std::to_string(epoch->settle) + " of " +
                                    std::to_string(epoch->members.size()) + " make the order final.");
  if (!epoch->witnesses.empty()) screen += Labelled("Witnesses", List(epoch->witnesses) + ": they only vote.");
  screen += Labelled("Next", std::to_string(epoch->decide) + " of " +
                                 std::to_string(epoch->members.size() + epoch->witnesses.size()) + " decide the next epoch.");
  for (const auto& [lane, last] : epoch->ends)
    screen += Labelled(
        "Ended", Plain(lane) + (last == 0 ? " before its first entry" : " at " + Plain(lane) + "-" + std::to_string(last)) + ".");
  screen += VoteLines(*epoch);
  command.Print(screen);
  return kDone;
}

int Show(const Command& command, const EpochOptions&) {
  return command.WithStore([&](Database& db) { return Shown(command, db); });
}

// What this site owes: its proposal of those it has admitted, its vote, its signature.
int Vote(const Command& command, const EpochOptions&) {
  return command.WithStore([&](Database& db) {
    const absl::Status voted = db.Vote().status();
    return voted.ok() ? Shown(command, db) : command.Fail(voted);
  });
}

}  // namespace

void AddEpoch(Verb app, Command& command) {
  const Verb epoch = app.Sub("epoch", "Membership by quorum: show, propose, vote");
  Bind(epoch.Sub("show", "Who votes, which lanes have ended, what is being voted on"), command, Show);
  Bind(epoch.Sub("propose", "Propose as members the sites that this one has admitted"), command, Vote);
  Bind(epoch.Sub("vote", "Vote on what is proposed, and sign what is agreed"), command, Vote);
}

}  // namespace chancery::cli

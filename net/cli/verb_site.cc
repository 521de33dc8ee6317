// site: who takes part in the registry.
#include <cstdlib>
#include <string>

#include "net/cli/card_file.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"
#include "net/cli/verb_cut.h"

namespace chancery::cli {
namespace {

struct ListOptions {};

std::string SiteLine(const SiteView& site) {
  const std::string state = site.ended      ? "ended at " + std::to_string(site.last)
                            : site.halted   ? "two versions"
                            : site.admitted ? "member"
                                            : "not admitted";
  return "  " + Pad(site.label + (site.self ? " (here)" : ""), 24) + Pad(site.role, 9) + Pad(state, 14) +
         Count(site.entries, "entry", "entries") + "\n";
}

int List(const Command& command, const ListOptions&) {
  return command.WithSnapshot([&](Database&, const Snapshot& now) -> int {
    const absl::StatusOr<std::vector<SiteView>> sites = now.Sites();
    if (!sites.ok()) return command.Fail(sites.status());
    if (command.json()) {
      for (const SiteView& site : *sites) command.Line(ToJson(site));
      return kDone;
    }
    std::string screen = Bold(Count(sites->size(), "site")) + " as known here\n\n";
    for (const SiteView& site : *sites) {
      screen += SiteLine(site);
      if (command.verbose()) screen += "      key " + Plain(site.key) + "\n";
    }
    command.Print(screen);
    return kDone;
  });
}

struct CardOptions {};

int WriteCard(const Command& command, const CardOptions&) {
  return command.WithSnapshot([&](Database& db, const Snapshot& now) -> int {
    const absl::StatusOr<std::string> card = WriteCardFile(command, db);
    if (!card.ok()) return command.Fail(card.status());
    if (command.json()) {
      Literal body = Literal::Object({{"site", db.site()}, {"fingerprint", db.Fingerprint()}, {"card", *card}});
      return command.Line(Literal::Object({{"card", std::move(body)}})), kDone;
    }
    std::string screen = Bold("WRITTEN") + "  " + Plain(*card) + "\n         Key " + db.Fingerprint() +
                         "\n         Read it to whoever admits, over another way than the card takes.\n\n";
    screen += HasOtherMember(now) ? NextBlock(ToBeAdmitted(command, *card, now.Frontier())) : kNoMember;
    command.Print(command.quiet() ? "" : screen);
    return kDone;
  });
}

struct AdmitOptions {
  std::string card, fingerprint;
};

bool Unhex(const std::string& hex, std::string* bytes) {
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    char* end = nullptr;
    const std::string pair = hex.substr(i, 2);
    *bytes += static_cast<char>(std::strtoul(pair.c_str(), &end, 16));
    if (*end != 0) return false;
  }
  return hex.size() % 2 == 0;
}

std::string WithoutSpaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

// The card's key as people compare it: the first 32 hexadecimal digits of its SHA-256. "" = not readable, which Admit says
// better.
std::string FingerprintOf(const std::string& card) {
  const absl::StatusOr<Literal> json = ParseJson(card);
  const Literal* key = json.ok() ? json->Find("key") : nullptr;
  std::string bytes;
  if (key == nullptr || !Unhex(key->text, &bytes)) return "";
  return Sha256Hex(bytes).substr(0, 32);
}

std::string Grouped(const std::string& fingerprint) {
  std::string out;
  for (size_t i = 0; i < fingerprint.size(); i += 4) out += (i > 0 ? " " : "") + fingerprint.substr(i, 4);
  return out;
}

// The site that the card says is there already with another key; "" = it says of none.
std::string RenewedSite(const std::string& card) {
  const absl::StatusOr<Literal> json = ParseJson(card);
  const Literal* site = json.ok() && json->Find("replaces") != nullptr ? json->Find("site") : nullptr;
  return site == nullptr ? "" : site->text;
}

std::string EndsLater(const std::string& site) {
  return Labelled("", "It is a new lane of " + Plain(site) +
                          ", and the one that it had ends when the members have agreed: the next "
                          "epoch. Until then what the key before signs is still taken. Make sure that the machine with that "
                          "key, and every copy of its store, is switched off for good.") +
         "\n";
}

// What is at stake, as far as it is known here: an end cannot be taken back.
std::string AtStake(const std::string& name, const std::vector<SiteView>& sites, const EpochView& epoch, bool fence) {
  std::string lanes;
  for (const SiteView& site : sites) {
    if (site.name != name || site.ended) continue;
    if (site.entries == 0) continue;
    lanes += (lanes.empty() ? "" : ", ") + site.label + "-" + std::to_string(site.entries);
  }
  std::string screen = Bold(fence ? "FENCE" : "RETIRE") + "  " + Plain(name) + ", for good\n\n";
  screen += Labelled("Ends at", "the last entry of it that any member holds that votes. Here that is " +
                                    (lanes.empty() ? "nothing" : Plain(lanes)) + ".");
  screen += Labelled("Outside",
                     "What it has filed beyond, and nobody has seen, gets no place and no effect. It stays readable "
                     "where it is, and can be readmitted with a later place.");
  screen += Labelled("Takes", "the votes of " + std::to_string(epoch.decide) + " of " +
                                  Count(epoch.members.size() + epoch.witnesses.size(), "member") +
                                  ". Until they have agreed the order stands still; filing goes on.");
  if (fence)
    screen += Labelled("", "That a site is silent is no reason: a link that is cut comes back.");
  else
    screen += Labelled("", "Let it hand over first all that it has: chancery bundle export there, apply here.");
  return screen + "\n";
}

struct EndOptions {
  std::string site;
};

// The site's name, typed in full.
bool Confirmed(const Command& command, const std::string& site) {
  std::string typed;
  std::getline(*command.in, typed);
  return typed == site;
}

int ShowVote(const Command& command, const Database& db, const std::string& site, const Receipt& receipt) {
  const absl::StatusOr<Snapshot> now = db.Read();
  const absl::StatusOr<EpochView> epoch = now.ok() ? now->Epoch() : now.status();
  if (!epoch.ok()) return command.Fail(epoch.status());
  if (command.json()) return command.Line(ToJson(*epoch)), kDone;
  const bool voting = !epoch->proposer.empty();
  std::string screen = voting ? Bold("PROPOSED") + "  by " + receipt.short_name() + ": " + std::to_string(epoch->voted.size()) +
                                    " of " + std::to_string(epoch->decide) + " votes\n\n" +
                                    NextBlock({command.Self() + " bundle export --since 0 -o vote.cbn   # to the other members",
                                               command.Self() + " epoch show"})
                              : Bold("ENDED") + "  " + Plain(site) + ", by epoch " + std::to_string(epoch->number) + "\n";
  command.Print(command.quiet() ? "" : screen);
  return kDone;
}

int EndSite(const Command& command, const EndOptions& options, bool fence) {
  return command.WithStore([&](Database& db) -> int {
    {
      const absl::StatusOr<Snapshot> now = db.Read();
      const absl::StatusOr<std::vector<SiteView>> sites = now.ok() ? now->Sites() : now.status();
      const absl::StatusOr<EpochView> epoch = now.ok() ? now->Epoch() : now.status();
      if (!sites.ok()) return command.Fail(sites.status());
      if (!epoch.ok()) return command.Fail(epoch.status());
      if (!command.json() && !command.quiet())
        command.Print(AtStake(options.site, *sites, *epoch, fence) + "Type the name of the site to go on: ");
    }
    if (!Confirmed(command, options.site))
      return command.Fail(kRefused, "the name that was typed is not " + options.site + ": nothing was proposed",
                          "echo " + options.site + " | chancery site " + (fence ? "fence " : "retire ") + options.site);
    if (!command.json() && !command.quiet()) command.Print("\n");
    const absl::StatusOr<Receipt> receipt = db.ProposeEnd(options.site);
    if (!receipt.ok()) return command.Fail(receipt.status());
    if (const absl::Status settled = db.Settle(kPatienceMs).status(); !settled.ok()) return command.Fail(settled);
    return ShowVote(command, db, options.site, *receipt);
  });
}

int Retire(const Command& command, const EndOptions& options) { return EndSite(command, options, false); }
int Fence(const Command& command, const EndOptions& options) { return EndSite(command, options, true); }

struct ReadmitOptions {
  std::string entry, officer;
};

int Readmit(const Command& command, const ReadmitOptions& options) {
  return command.WithStore([&](Database& db) -> int {
    const absl::StatusOr<Receipt> receipt = db.Readmit(options.entry, options.officer);
    if (!receipt.ok()) return command.Fail(receipt.status());
    if (command.json()) return command.Line(ToJson(*receipt)), kDone;
    std::string screen = Bold("READMITTED") + "  " + Plain(options.entry) + ", as " + receipt->short_name() + "\n";
    screen +=
        "            It counts from now on, with a place of its own. What was handed out\n"
        "            for the entry before says nothing of that one.\n\n";
    screen += NextBlock({command.Self() + " log --last 1"});
    command.Print(command.quiet() ? receipt->short_name() + "\n" : screen);
    return kDone;
  });
}

int Admitted(const Command& command, const Receipt& receipt, const std::string& fingerprint, const std::string& renewed) {
  if (command.json()) return command.Line(ToJson(receipt)), kDone;
  std::string screen = Bold("ADMITTED") + "  by " + receipt.short_name() + "\n          Key " + Grouped(fingerprint) +
                       "\n          It must be the one that the " + (renewed.empty() ? "joining" : "restored") +
                       " site printed.\n" + (renewed.empty() ? "\n" : EndsLater(renewed));
  screen +=
      NextBlock({command.Self() + " bundle export --since 0 -o back.cbn", "chancery bundle apply back.cbn   # at the site"});
  command.Print(command.quiet() ? "" : screen);
  return kDone;
}

int Admit(const Command& command, const AdmitOptions& options) {
  const absl::StatusOr<std::string> card = ReadFile(options.card);
  if (!card.ok()) return command.Fail(card.status());
  const std::string fingerprint = FingerprintOf(*card);
  if (!options.fingerprint.empty() && !fingerprint.empty() && WithoutSpaces(options.fingerprint) != fingerprint) {
    return command.Fail(kRefused, "the card's key is not the one of that fingerprint; nobody was admitted",
                        "ask the joining site for its card again, over another way");
  }
  return command.WithStore([&](Database& db) {
    const absl::StatusOr<Receipt> receipt = db.Admit(*card);
    return receipt.ok() ? Admitted(command, *receipt, fingerprint, RenewedSite(*card)) : command.Fail(receipt.status());
  });
}

}  // namespace

void AddSite(Verb app, Command& command) {
  const Verb site = app.Sub("site", "Who takes part: ls, card, admit, drain, isolate, rejoin, retire, fence, readmit");
  Bind(site.Sub("ls", "The sites of the registry, as known here"), command, List);
  Bind(site.Sub("card", "Write this site's card, for the member that admits it"), command, WriteCard);
  const Verb admit = site.Sub("admit", "Admit the site whose card this is");
  AdmitOptions& options = Bind(admit, command, Admit);
  admit.Option("CARD", options.card, "The NAME.site file of the site").Required();
  admit.Option("--fingerprint", options.fingerprint, "Admit only if the card's key has this one", "TEXT");
  AddCuts(site, command);
  const Verb retire = site.Sub("retire", "End a site for good, by a vote: it has handed over what it has");
  retire.Option("SITE", Bind(retire, command, Retire).site, "Its name, to be typed again on stdin").Required();
  const Verb fence = site.Sub("fence", "End a lost or rogue site for good, by a vote");
  fence.Option("SITE", Bind(fence, command, Fence).site, "Its name, to be typed again on stdin").Required();
  const Verb readmit = site.Sub("readmit", "File again what stands behind the end of its lane");
  ReadmitOptions& again = Bind(readmit, command, Readmit);
  readmit.Option("ENTRY", again.entry, "The entry that has no effect").Required();
  readmit.Option("--officer", again.officer, "Who files it again (else as it was)", "NAME");
}

}  // namespace chancery::cli

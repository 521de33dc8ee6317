// site: who takes part in the registry.
#include <cstdlib>

#include "net/cli/card_file.h"
#include "net/cli/command.h"
#include "net/cli/files.h"
#include "net/cli/screen.h"

namespace chancery::cli {
namespace {

struct ListOptions {};

std::string SiteLine(const SiteView& site) {
  const std::string lane = site.incarnation > 1 ? site.name + "." + std::to_string(site.incarnation) : site.name;
  const std::string state = site.halted ? "two versions" : site.admitted ? "member" : "not admitted";
  return "  " + Pad(lane + (site.self ? " (here)" : ""), 24) + Pad(site.role, 9) + Pad(state, 14) +
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

std::string EndsNothing(const std::string& site) {
  return Labelled("", "It is a new lane of " + Plain(site) +
                          ", beside the one that it had. This ends nothing by itself: what the "
                          "key before signs is still taken. Make sure that the machine with that key, and every copy of its "
                          "store, is switched off for good.") +
         "\n";
}

int Admitted(const Command& command, const Receipt& receipt, const std::string& fingerprint, const std::string& renewed) {
  if (command.json()) return command.Line(ToJson(receipt)), kDone;
  std::string screen = Bold("ADMITTED") + "  by " + receipt.short_name + "\n          Key " + Grouped(fingerprint) +
                       "\n          It must be the one that the " + (renewed.empty() ? "joining" : "restored") +
                       " site printed.\n" + (renewed.empty() ? "\n" : EndsNothing(renewed));
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

void AddSite(CLI::App& app, Command& command) {
  CLI::App* site = app.add_subcommand("site", "Who takes part: ls, card, admit")->require_subcommand(1);
  Bind(site->add_subcommand("ls", "The sites of the registry, as known here"), command, List);
  Bind(site->add_subcommand("card", "Write this site's card, for the member that admits it"), command, WriteCard);
  CLI::App* admit = site->add_subcommand("admit", "Admit the site whose card this is");
  AdmitOptions& options = Bind(admit, command, Admit);
  admit->add_option("CARD", options.card, "The NAME.site file of the site")->required()->type_name("");
  admit->add_option("--fingerprint", options.fingerprint, "Admit only if the card's key has this one")->type_name("TEXT");
  AddNotYet(*site, command, "drain", "Wait until the peers hold everything");
  AddNotYet(*site, command, "isolate", "Begin a planned cut");
  AddNotYet(*site, command, "rejoin", "End a planned cut");
  AddNotYet(*site, command, "retire", "End a site's lane for good");
  AddNotYet(*site, command, "fence", "End a lost or rogue lane");
  AddNotYet(*site, command, "readmit", "Take a fenced entry back into the order");
}

}  // namespace chancery::cli

// peer: addresses and keys of the sites that this one exchanges entries with over the network.
#include <utility>

#include "chancery/net.h"
#include "net/cli/command.h"
#include "net/cli/receipt_screen.h"
#include "net/cli/screen.h"
#include "net/health/alarm.h"

namespace chancery::cli {
namespace {

struct AddOptions {
  std::string name, address, key;
};

// Peers stand in a file beside the store, so that they can be looked at and changed while it is served.
int Own(const Command& command, std::string* fingerprint) {
  const absl::StatusOr<std::string> own = LinkFingerprint(command.globals.store);
  if (!own.ok()) return command.FailOpen(own.status());
  *fingerprint = *own;
  return kDone;
}

Literal PeerJson(const PeerConfig& peer) {
  Literal body = Literal::Object({{"name", peer.name}, {"address", peer.address}, {"key", peer.key}});
  if (!peer.next.empty()) body.Add("next", peer.next);
  return Literal::Object({{"peer", std::move(body)}});
}

int Add(const Command& command, const AddOptions& options) {
  std::string own;
  if (const int code = Own(command, &own); code != kDone) return code;
  const absl::StatusOr<PeerConfig> added = chancery::AddPeer(command.globals.store, {options.name, options.address, options.key});
  if (absl::IsAlreadyExists(added.status()))
    return command.Fail(kRefused, std::string(added.status().message()),
                        command.Self() + " peer rm " + options.name + ", then add it again");
  if (!added.ok()) return command.Fail(added.status());
  if (command.json()) return command.Line(PeerJson(*added)), kDone;
  std::string screen = Bold("ADDED") + "  peer " + options.name + " at " + options.address + "\n";
  screen += "       It must know this site's key too: " + own + "\n\n";
  command.Print(command.quiet() ? "" : screen + NextBlock({command.Self() + " sync " + options.name, command.Self() + " serve"}));
  return kDone;
}

// The keys of this site, its peers, and who of them has not noted the next key.
struct Keys {
  std::string own, next;
  NetConfig config;
  std::vector<std::string> not_noted;
};

absl::StatusOr<Keys> ReadKeys(const std::string& store) {
  const absl::StatusOr<std::string> own = LinkFingerprint(store), next = NextFingerprint(store);
  if (!own.ok()) return own.status();
  if (!next.ok()) return next.status();
  absl::StatusOr<NetConfig> config = ReadNetConfig(store);
  if (!config.ok()) return config.status();
  const auto not_noted = health::NotNoted(store, PeerBook(store).Of(*config));
  if (!not_noted.ok()) return not_noted.status();
  return Keys{*own, *next, *std::move(config), not_noted->value_or(std::vector<std::string>())};
}

Literal LinkJson(const Keys& keys) {
  Literal body = Literal::Object({{"key", keys.own}, {"listen", keys.config.listen}});
  if (!keys.next.empty()) body.Add("next", keys.next).Add("not_noted", TextList(keys.not_noted));
  return Literal::Object({{"link", std::move(body)}});
}

std::string NextKey(const Keys& keys) {
  if (keys.next.empty()) return "";
  const std::string who = keys.not_noted.empty() ? "noted by all" : "not noted yet by " + health::Joined(keys.not_noted);
  return "Its next key: " + keys.next + ", " + who + "\n";
}

struct ListOptions {};

int List(const Command& command, const ListOptions&) {
  const absl::StatusOr<Keys> keys = ReadKeys(command.globals.store);
  if (absl::IsNotFound(keys.status())) return command.FailOpen(keys.status());
  if (!keys.ok()) return command.Fail(keys.status());
  const std::vector<PeerConfig>& peers = keys->config.peers;
  if (command.json()) {
    command.Line(LinkJson(*keys));
    for (const PeerConfig& peer : peers) command.Line(PeerJson(peer));
    return kDone;
  }
  if (command.quiet()) return command.Print(keys->own + "\n"), kDone;
  std::string screen = "This site's key on the network: " + Bold(keys->own) + "\n" + NextKey(*keys) + "\n";
  screen += peers.empty() ? "No peers.\n" : Count(peers.size(), "peer") + "\n\n";
  for (const PeerConfig& peer : peers) {
    screen += "  " + Pad(peer.name, 16) + "  " + Pad(peer.address, 20) + "  " + peer.key + "\n";
    if (!peer.next.empty()) screen += "  " + Pad("", 16) + "  " + Pad("its next key", 20) + "  " + peer.next + "\n";
  }
  if (peers.empty()) screen += "\n" + NextBlock({command.Self() + " peer add NAME HOST:PORT --key FINGERPRINT"});
  command.Print(screen);
  return kDone;
}

struct RenewOptions {
  bool now = false;
};

std::string Renewed(const Command& command, const Keys& keys, bool told) {
  std::string screen = Bold("RENEWED") + "  this site's key on the network: " + keys.own + "\n";
  if (told || keys.config.peers.empty()) return screen;
  screen += "         No peer has been told. Until each knows it, it finds the door closed there, and they here.\n\n";
  return screen +
         NextBlock({"chancery peer rm SITE; chancery peer add SITE HOST:PORT --key " + ShellWord(keys.own) + "   # at each peer",
                    command.Self() + " status"});
}

std::string Renewing(const Command& command, const Keys& keys) {
  std::string screen = Bold("RENEWING") + "  this site's key on the network; the next one: " + keys.next + "\n";
  screen += "          Not noted yet by " + health::Joined(keys.not_noted) +
            ": each is told when it is met.\n          Once all have it, whoever serves the store shows it; where nobody does, " +
            "this verb again.\n\n";
  return screen + NextBlock({command.Self() + " peer ls", command.Self() + " serve"});
}

// Where all have noted the next key, or nobody is waited for, it is the key from now on.
int Renew(const Command& command, const RenewOptions& options) {
  const std::string& store = command.globals.store;
  if (const absl::Status made = MakeNextLinkKey(store).status(); !made.ok())
    return absl::IsNotFound(made) ? command.FailOpen(made) : command.Fail(made);
  absl::StatusOr<Keys> keys = ReadKeys(store);
  if (!keys.ok()) return command.Fail(keys.status());
  const bool told = keys->not_noted.empty(), done = told || options.now;
  if (done) {
    if (const absl::Status switched = SwitchLinkKey(store); !switched.ok()) return command.Fail(switched);
    keys->own = std::exchange(keys->next, "");
  }
  if (command.json()) return command.Line(LinkJson(*keys)), kDone;
  if (!command.quiet()) command.Print(done ? Renewed(command, *keys, told) : Renewing(command, *keys));
  return kDone;
}

struct RemoveOptions {
  std::string name;
};

int Remove(const Command& command, const RemoveOptions& options) {
  const absl::Status removed = RemovePeer(command.globals.store, options.name);
  if (!removed.ok()) {
    ErrorView error = Explain(removed);
    if (error.exit_code == kNotFound) error.next = command.Self() + " peer ls";
    return command.Fail(error);
  }
  if (command.json())
    return command.Line(Literal::Object({{"peer", Literal::Object({{"name", options.name}, {"removed", true}})}})), kDone;
  command.Print(command.quiet() ? "" : Bold("REMOVED") + "  peer " + options.name + ": it finds the door closed from now on.\n");
  return kDone;
}

}  // namespace

void AddPeer(Verb app, Command& command) {
  const Verb peer = app.Sub("peer", "Addresses and keys of peers: add, ls, rm, renew");
  const Verb add = peer.Sub("add", "Exchange entries with this site from now on");
  AddOptions& options = Bind(add, command, Add);
  add.Option("NAME", options.name, "The site's name").Required();
  add.Option("HOST:PORT", options.address, "Where it listens").Required();
  add.Option("--key", options.key, "Its key on the network: peer ls shows it there", "FINGERPRINT").Required();
  Bind(peer.Sub("ls", "This site's key, and its peers"), command, List);
  const Verb renew = peer.Sub("renew", "Another key for this site on the network; peers are told");
  renew.Flag("--now", Bind(renew, command, Renew).now, "Show it at once: the old one was stolen. Peers must be told by hand");
  const Verb rm = peer.Sub("rm", "Close the door to a peer");
  rm.Option("NAME", Bind(rm, command, Remove).name, "The site's name").Required();
}

}  // namespace chancery::cli

// peer: addresses and keys of the sites that this one exchanges entries with over the network.
#include "chancery/net.h"
#include "net/cli/command.h"
#include "net/cli/screen.h"

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

struct ListOptions {};

int List(const Command& command, const ListOptions&) {
  std::string own;
  if (const int code = Own(command, &own); code != kDone) return code;
  const absl::StatusOr<NetConfig> config = ReadNetConfig(command.globals.store);
  if (!config.ok()) return command.Fail(config.status());
  if (command.json()) {
    command.Line(Literal::Object({{"link", Literal::Object({{"key", own}, {"listen", config->listen}})}}));
    for (const PeerConfig& peer : config->peers) {
      command.Line(PeerJson(peer));
    }
    return kDone;
  }
  if (command.quiet()) return command.Print(own + "\n"), kDone;
  std::string screen = "This site's key on the network: " + Bold(own) + "\n\n";
  screen += config->peers.empty() ? "No peers.\n" : Count(config->peers.size(), "peer") + "\n\n";
  for (const PeerConfig& peer : config->peers)
    screen += "  " + Pad(peer.name, 16) + "  " + Pad(peer.address, 20) + "  " + peer.key + "\n";
  if (config->peers.empty()) screen += "\n" + NextBlock({command.Self() + " peer add NAME HOST:PORT --key FINGERPRINT"});
  command.Print(screen);
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

void AddPeer(CLI::App& app, Command& command) {
  CLI::App* peer = app.add_subcommand("peer", "Addresses and keys of peers: add, ls, rm")->require_subcommand(1);
  CLI::App* add = peer->add_subcommand("add", "Exchange entries with this site from now on");
  AddOptions& options = Bind(add, command, Add);
  add->add_option("NAME", options.name, "The site's name")->required()->type_name("");
  add->add_option("HOST:PORT", options.address, "Where it listens")->required()->type_name("");
  add->add_option("--key", options.key, "Its key on the network: peer ls shows it there")->required()->type_name("FINGERPRINT");
  Bind(peer->add_subcommand("ls", "This site's key, and its peers"), command, List);
  CLI::App* rm = peer->add_subcommand("rm", "Close the door to a peer");
  rm->add_option("NAME", Bind(rm, command, Remove).name, "The site's name")->required()->type_name("");
}

}  // namespace chancery::cli

// What every verb shares: where the store is, how to speak, how to fail.
#pragma once

#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "chancery/chancery.h"
#include "chancery/net.h"
#include "net/cli/verb.h"

namespace chancery::cli {

// What is carried by hand is in no hurry: one beat for all that was due ten minutes ago.
inline constexpr int64_t kPatienceMs = 600'000;

// The closed set of exit codes.
enum Exit : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kFindings = 3,
  kNotFound = 4,
  kIntegrity = 5,
  kRefused = 6,
  kUnreachable = 7,
  kLocked = 8,
  kInterrupted = 130,
};

struct Globals {
  std::string store = "store";
  bool json = false, quiet = false, verbose = false;
  std::string session;              // a file; "" = none
  std::vector<std::string> others;  // further stores of the registry, for when `store` does not answer
  std::vector<std::string> visit;   // of a verb that a client asks for: the store, and Session::Text()
};

// What a client may do with a verb that may be asked for at any of several stores.
enum class Manner : uint8_t {
  kHere,   // nothing: it is about one store
  kReads,  // ask again, anywhere
  kActs,   // ask elsewhere where it is certain that nothing has happened
  kFiles,  // ask again, anywhere, since each entry has an id: the verb sees to that
};

class Client;
struct Reply;

// A verb that a client asks for, at one of its stores.
struct Visit {
  Session session;                     // what the client has seen; raised by what it is shown
  bool ran = false;                    // the store has all of that, and the verb was run
  bool silent = false, hangs = false;  // as of Reply: it may have run
  int in = 0, out = 1, err = 2;        // descriptors, for where it is handed over
  int silence_ms = -1;                 // as of Errand
  std::function<bool()> alive = {};    // likewise
};

// One invocation. Screens go to stdout; with --json everything that a program should read, errors too, goes to stdout, one object
// a line; in words, errors go to stderr.
class Command {
 public:
  Globals globals;
  bool store_named = false;  // --store was given: commands to copy repeat it
  std::function<int()> run;  // set by the verb that was parsed

  std::vector<std::string> words;  // behind `chancery`
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  std::istream* in = &std::cin;
  Database* served = nullptr;   // the store, where this process holds it already
  std::vector<int> ends;        // readable once whoever called is gone, or this process is to end: of a verb that was handed over
  std::function<void()> stays;  // to be called before a verb waits for what others file
  PeerBook* book = nullptr;     // of the store that this process holds: what it knows of its peers
  Manner manner = Manner::kHere;
  Client* client = nullptr;  // of `file`, where it goes through one
  Visit* visit = nullptr;    // where this is one

  bool json() const { return globals.json; }
  bool quiet() const { return globals.quiet; }
  bool verbose() const { return globals.verbose; }

  void Print(std::string_view text) const;  // as it is
  void Line(const Literal& object) const;   // one JSON object
  void Note(std::string_view text) const;   // in words, on stderr; not with --json or -q

  // Prints the failure; returns the exit code.
  int Fail(int code, std::string_view message, std::string_view next = {}) const;
  int Fail(const absl::Status& status) const;
  int Fail(const ErrorView& error, int line = 0) const;
  int FailOpen(const absl::Status& status) const;  // of a store that does not open

  // "chancery", or "chancery --store DIR": the start of a command to copy.
  std::string Self() const;

  // Opens the store and runs `body`. Where `chancery serve` holds it, the whole command is done there, and the code is what came
  // of it. A store that does not open ends the verb with `failed`, or else its own exit code.
  int WithStore(const std::function<int(Database&)>& body, const std::function<int(const absl::Status&)>& failed = {}) const;
  int WithSnapshot(const std::function<int(Database&, const Snapshot&)>& body) const;

 private:
  int HandedOver(const Reply& reply) const;
  // `body`, where the store has all that a visit's client has seen.
  int Run(Database& db, const std::function<int(Database&)>& body) const;
  int NotHereYet(const std::vector<std::string>& missing) const;
};

// Ties a verb's options to its function: they are filled when the line is parsed, the function runs afterwards.
template <class Options>
Options& Bind(Verb verb, Command& command, int (*run)(const Command&, const Options&), Manner manner = Manner::kHere) {
  auto options = std::make_shared<Options>();
  verb.OnParsed([&command, options, run, manner] {
    command.run = [&command, options, run] { return run(command, *options); };
    command.manner = manner;
  });
  return *options;
}

// The verbs, a file or two each. They add themselves in the order of the help.
void AddInit(Verb app, Command& command);
void AddSite(Verb app, Command& command);
void AddEpoch(Verb app, Command& command);
void AddFile(Verb app, Command& command);
void AddImport(Verb app, Command& command);
void AddGet(Verb app, Command& command);
void AddFind(Verb app, Command& command);
void AddLog(Verb app, Command& command);
void AddCase(Verb app, Command& command);
void AddStatus(Verb app, Command& command);
void AddPack(Verb app, Command& command);
void AddBundle(Verb app, Command& command);
void AddPeer(Verb app, Command& command);
void AddSync(Verb app, Command& command);
void AddConfig(Verb app, Command& command);
void AddServe(Verb app, Command& command);
void AddBranch(Verb app, Command& command);
void AddExtract(Verb app, Command& command);
void AddReceipt(Verb app, Command& command);
void AddVerify(Verb app, Command& command);
void AddBackup(Verb app, Command& command);
void AddRehearse(Verb app, Command& command);
void AddSim(Verb app, Command& command);

}  // namespace chancery::cli

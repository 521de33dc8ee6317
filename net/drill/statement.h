// A drill file as data: one struct a statement, in product's words. The language: docs/reference/drill.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/types.h"

namespace chancery::drill {

struct CaseName {
  std::string rule, subject;
};

// A JSON object as written. `text` opens with newlines and spaces enough to stand at its own line and column of the drill, so
// that whoever parses it names the place in the drill.
struct WrittenObject {
  std::string text;
};

struct UsePack {  // pack PATH
  std::string path;
};
struct NameSites {  // sites S…
  std::vector<std::string> sites;
};
struct NameOthers {  // witness S…, blind S…
  std::string role;
  std::vector<std::string> sites;
};
struct LoadPack {  // at S pack PATH
  std::string site, path;
};
struct File {  // at S file [as N] OBJ
  std::string site, name;
  WrittenObject entry;
};
struct Refuse {  // at S refuse KIND OBJ: kind or rule id
  std::string site, kind;
  WrittenObject entry;
};
struct Rule {  // at S rule CASE OBJ, at S propose CASE OBJ
  std::string site;
  CaseName subject;
  WrittenObject ruling;
  bool proposes = false;  // for another officer to approve
};
struct Approve {  // at S approve CASE OBJ
  std::string site;
  CaseName subject;
  WrittenObject approval;
};
struct SyncAll {};  // sync
struct SyncPair {   // sync A B
  std::string a, b;
};
struct Cut {  // cut S… | S…
  std::vector<std::vector<std::string>> groups;
};
struct CutOneWay {  // cut SPEAKER > LISTENER: the listener does not hear the speaker
  std::string speaker, listener;
};
struct HealAll {};  // heal
struct HealPair {   // heal A B
  std::string a, b;
};
struct Tick {  // tick DUR
  int64_t ms = 0;
};
struct Skew {  // skew S ±DUR: absolute
  std::string site;
  int64_t ms = 0;
};
struct Crash {  // crash S
  std::string site;
};
struct Restart {  // restart S
  std::string site;
};
struct BackUp {  // backup S as N
  std::string site, name;
};
struct Readmit {  // at S readmit ENTRY
  std::string site, entry;
};
struct EndSite {  // fence S, retire S
  std::string site;
  bool fenced = false;
};
struct Restore {  // restore S from N
  std::string site, name;
};
enum class Check {
  kEqual,
  kCases,
  kNotices,
  kCase,
  kValue,
  kValues,
  kContested,
  kClear,
  kMissing,
  kExists,
  kNotice,
  kDependants,
  kHeld,
  kSettled,
  kOrder,
  kFind
};
struct Expect {  // [at S] expect CHECK [at S]
  Check check = Check::kEqual;
  std::string site;     // "" = every running site
  std::string address;  // value values contested clear missing exists; held settled order: the entry
  std::string then;     // order: the entry that comes later
  CaseName subject;     // case notice dependants
  std::string state;    // case: open proposed ruled split reopened none
  int64_t count = 0;    // cases notices
  Literal value;        // value: any; values, dependants, find: a list
  FindQuery find = {};  // find
};

using Act = std::variant<UsePack, NameSites, NameOthers, EndSite, Readmit, LoadPack, File, Refuse, Rule, Approve, SyncAll,
                         SyncPair, Cut, CutOneWay, HealAll, HealPair, Tick, Skew, Crash, Restart, BackUp, Restore, Expect>;

struct Statement {
  int line = 0;
  int column = 0;
  std::string text;     // as written, without the comment
  bool founds = false;  // the last of the opening `pack` and `sites` statements: the registry begins here
  Act act;
};

struct Drill {
  std::string origin;  // the file's name, for messages
  std::vector<Statement> statements;
};

// Reads a whole drill; every verb and check of the language is read. origin: what messages call the file.
// Errors: InvalidArgument "ORIGIN:LINE:COLUMN: what is wrong" (the first fault).
absl::StatusOr<Drill> ParseDrill(std::string_view text, std::string_view origin = "drill");

}  // namespace chancery::drill

// Runs the statements of a drill one by one. What `chancery rehearse` and random drills share.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "net/drill/sites.h"
#include "net/drill/statement.h"

namespace chancery::drill {

// What became of one statement.
struct Step {
  enum class End { kHeld, kFailed, kUnreadable };  // product's exit codes 0, 1 and 2
  End end = End::kHeld;
  std::string says;                                        // what happened, in one line
  std::string entry;                                       // filed or ruled: its short form
  std::string expected;                                    // failed: in words
  std::vector<std::pair<std::string, std::string>> found;  // failed: site, and what it holds
};

class Rehearsal {
 public:
  // Gives the TOML of a pack that a statement names by its path.
  using ReadPack = std::function<absl::StatusOr<std::string>(const std::string& path)>;

  // folder: files that `file` names are looked for there; "" = in the current directory.
  explicit Rehearsal(ReadPack read_pack, std::string folder = {})
      : read_pack_(std::move(read_pack)), folder_(std::move(folder)) {}

  // Statements are those of one Drill, in its order, up to the first that does not hold. Cost: what the engine calls cost.
  Step Run(const Statement& statement);

  Sites& sites() { return sites_; }  // named and founded once the opening statements have run

 private:
  Step Do(const UsePack& act);
  Step Do(const NameSites& act);
  Step Do(const NameOthers& act);
  Step Do(const EndSite& act);
  Step Do(const Readmit& act);
  Step Do(const LoadPack& act);
  Step Do(const File& act);
  Step Do(const Refuse& act);
  Step Do(const Rule& act);
  Step Do(const Approve& act);
  Step Do(const SyncAll& act);
  Step Do(const SyncPair& act);
  Step Do(const Cut& act);
  Step Do(const CutOneWay& act);
  Step Do(const HealAll& act);
  Step Do(const HealPair& act);
  Step Do(const Tick& act);
  Step Do(const Skew& act);
  Step Do(const Crash& act);
  Step Do(const Restart& act);
  Step Do(const BackUp& act);
  Step Do(const Restore& act);
  Step Do(const Expect& act);

  Step Found(Step opening);
  Step ExpectEqual(const std::string& site);
  Step ExpectCheck(Expect expect);
  CaseName Named(CaseName name) const;
  absl::StatusOr<Draft> ReadDraft(const WrittenObject& written) const;
  const std::string& Entry(const std::string& name) const;  // a name of the drill stands for its entry

  ReadPack read_pack_;
  std::string folder_;
  std::vector<std::string> names_;                          // of sites
  std::map<std::string, std::string> roles_;                // of those that are not full
  std::vector<std::pair<std::string, std::string>> packs_;  // path, TOML
  std::map<std::string, std::string> entries_;              // name -> short form
  Sites sites_;
};

}  // namespace chancery::drill

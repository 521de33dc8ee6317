// The inside of a random history: its sites, what happens there, what is compared.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/environment.h"
#include "engine/base/strings.h"
#include "tests/model/clerk.h"
#include "tests/model/draw.h"
#include "tests/model/history.h"
#include "tests/model/model.h"
#include "tests/model/picture.h"
#include "tests/model/searched.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {

using Error = std::string;  // "" = engine and model agree

#define RETURN_IF_DIFFERENT(expr) \
  if (Error different = (expr); !different.empty()) return different

inline constexpr int64_t kStart = 1767225600000;  // 2026-01-01
inline constexpr int64_t kHour = 3600000;
inline constexpr int64_t kDay = 24 * kHour;
inline constexpr int64_t kMaxLead = kDay;
inline const char* const kNames[] = {"tallinn", "tartu", "luxembourg", "brussels", "helsinki"};

// A run, as far as its receiver has to look at it.
struct Stretch {
  LaneId lane = 0;
  uint64_t first = 0, last = 0;
  std::string bytes;
  auto operator<=>(const Stretch&) const = default;
};

struct Copy {  // a backup, and what it holds
  std::string file;
  Seen seen;
  std::set<Stretch> kept;
};

struct Site {
  explicit Site(std::string site_name, uint64_t seed) : name(std::move(site_name)), random(seed) {}
  std::string name, dir;
  mutable ManualClock clock{kStart};  // reading it counts as nothing
  SeededRandom random;
  int64_t skew = 0;
  std::unique_ptr<Database> db;
  LaneId lane = 0;         // that its key writes
  Seen seen;               // what it holds, as the model reckons
  std::set<Stretch> kept;  // runs that are stored there and not merged yet
  std::optional<Copy> backup;
  std::string frontier = "0";      // the same as the engine prints it
  std::optional<Meaning> meaning;  // of `seen`
  std::map<CaseKey, std::string> states;
  std::set<CaseKey> waiting;  // cases that wait for a person
  Follower follower;
};

class History {
 public:
  History(const HistoryOptions& options, Tally& tally);

  Error Run();

 private:
  void Note(const std::string& line);
  void Count(const std::string& what, uint64_t n = 1);
  static Error Failed(const std::string& what, const absl::Status& status);
  Environment EnvironmentOf(Site& site);
  void Tick();

  // ---- the beginning: a founder, sites that join at once or later, admissions

  Site& NewSite();
  Error Begin();
  Error Join();

  // ---- one step

  Error Step();
  Site& Another(const Site& site);
  Error End();
  Error SyncAll();

  // ---- disks that are lost

  Error Recover(Site& site);
  Error BackUp(Site& site);
  Error Restore(Site& site);
  Error Readmit(Site& site);
  bool Admitted(const Site& site) const;
  bool Admitted(const Site& site, const Seen& seen) const;
  LaneId LaneOf(const Site& site) const;
  Office OfficeOf(const Site& site) const;
  bool KnowsAll(const Site& site, const std::string& name) const;
  std::string NewKey(Site& site);

  // ---- restarts

  Error Restart(Site& site);
  Error Reopen(Site& site);
  Error Rebuild(Site& site);

  // ---- filing

  Error File(Site& site);
  Error FileApart(Site& one, Site& other);
  Error FileTwice(Site& one, Site& other);
  Error Repeat(Site& site);
  Error FileThis(Site& site, Draft draft);
  Error CheckText(const Draft& draft, const Expected& expected);
  Error FileMany(Site& site);
  Error Rule(Site& site);
  Error RuleApart(Site& one, Site& other);
  bool WouldBeFiled(const Site& site, const RulingDraft& ruling) const;
  Error Rule(Site& site, const RulingDraft& ruling);

  // ---- what came of it

  Error Judge(Site& site, const Draft& draft, const Expected& expected, const absl::StatusOr<Receipt>& result);
  Error Refused(const Expected& expected, const absl::Status& status);
  Error Filed(Site& site, const Expected& expected, const Receipt& receipt);
  Error Compare(const Item& item, const Expected& expected);
  Error CompareNumbers(const Item& item, const Expected& expected, Ops& must);
  std::string Show(const Ops& ops) const;
  std::string Show(const std::vector<Fact>& facts) const;

  // ---- officers

  Error FoundOffices(Site& site, const std::string& when);
  Error ChangeOfficer(Site& one, Site& other);
  Draft ByOfficer(const Site& site, Draft draft);
  RulingDraft ByOfficer(const Site& site, RulingDraft ruling);
  std::string WhoJudges(const Site& site, const std::string& rule, const std::string& subject, const std::string& right);
  static const Case* CaseOf(const Site& site, const std::string& rule, const std::string& subject);
  void CountOfficer(const Site& site, const std::string& officer, bool filed);

  // ---- proposals

  Error Propose(Site& site, const RulingDraft& ruling);
  Error Weigh(Site& site);
  Error Weigh(Site& site, const CaseKey& key);
  Error Approve(Site& site, const ApprovalDraft& word);
  Error SendBack(Site& site, const ApprovalDraft& word);

  // ---- moving entries

  Error TakeOwn(Site& site, size_t at_least);
  Error Deliver(Site& from, Site& to);
  Error Move(Site& from, Site& to, const std::string& since, size_t bytes_max, bool whole);
  void Scatter(std::vector<std::string>& runs);
  Error Bundle(Site& from, Site& to);
  Error ComparePreview(const MergePreview& preview, const Snapshot& before, const Snapshot& after, const Meaning& meaning);
  static bool Covers(const Seen& a, const Seen& b);
  Error Ingest(Site& to, const std::vector<std::string>& runs, const std::function<absl::StatusOr<Intake>()>& call);
  Error Keep(const std::vector<std::string>& runs, std::set<Stretch>& kept);
  void TakeIn(Site& site, std::set<Stretch>& runs, Seen* seen);
  void Reach(const std::set<Stretch>& runs, const std::function<bool(const Stretch&)>& may, Seen* seen);
  bool AdmittedIn(const Seen& seen, LaneId lane) const;
  static uint64_t Reached(const Seen& seen);

  // ---- comparing

  Error Check(Site& site);
  Error CheckPast(const Site& site, const Snapshot& now);
  std::vector<const Item*> Known(const Site& site) const;
  void RaiseTo(LaneId lane, uint64_t seq, Seen* seen) const;
  Error CheckSearched(Site& site, const Snapshot& snapshot, const Shown& model);
  Error CheckKeys(const Site& site, const Snapshot& snapshot);
  Error CheckEquals(const Site& site, const Shown& shown);
  static std::string FirstDifference(const std::string& a, const std::string& b);
  std::string FrontierOf(const Seen& seen) const;
  void CountCases(Site& site, const Shown& model);

  const HistoryOptions options_;
  Tally& tally_;
  Draw draw_;
  Draw pasts_;                             // of its own: what is read again changes no history
  SeededRandom questions_{options_.seed};  // draws apart: what is filed does not depend on what is asked
  TempDir dir_;
  int64_t now_ = kStart;
  int step_ = 0;
  size_t wanted_ = 2;
  uint64_t opened_ = 0;
  int keys_ = 0;
  const bool far_clocks_;           // in this history some clocks lead by more than a day
  const bool officers_, two_;       // there are officers; rulings take two of them
  std::optional<WithPacks> packs_;  // which say so
  std::vector<std::unique_ptr<Site>> sites_;
  Book book_;
  std::map<std::pair<std::string, Value>, Place> numbers_;  // issued from blocks, by field
  std::vector<Draft> drafts_;                               // with an id, to be repeated
  std::map<std::string, std::string> wholes_;               // frontier -> all that a site shows
  std::map<std::string, std::string> digests_;              // digest -> the records it stands for
  std::string trace_;
};

}  // namespace chancery::model

// The sites of a drill in one process: their stores, clocks and links. Time is virtual, and data moves only when told.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "chancery/chancery.h"
#include "chancery/testing.h"

namespace chancery::drill {

// A fresh folder under $TMPDIR (else /tmp), removed with all that is in it by the destructor. Not created: path() is empty.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Site {
  Site(std::string site_name, std::string store);
  bool running() const { return db != nullptr; }

  const std::string name, dir;
  ManualClock clock;
  SeededRandom random;
  int64_t skew_ms = 0;
  int restores = 0;
  std::unique_ptr<Database> db;  // null while the site is down
};

class Sites {
 public:
  // The first site founds the registry with the packs and admits the others, which join from its bundle: all start equal.
  // roles: of those that are not full. packs: (origin for messages, TOML). Call once. Errors: as Database::Found, Join and Admit;
  // Internal (no scratch folder).
  absl::Status Found(const std::vector<std::string>& names, const std::vector<std::pair<std::string, std::string>>& packs,
                     const std::map<std::string, std::string>& roles = {});

  const std::vector<std::unique_ptr<Site>>& all() const { return sites_; }  // in the order named
  Site& Of(const std::string& name);                                        // one that was named to Found
  std::vector<Site*> Running();

  int64_t now_ms() const { return now_ms_; }  // since 1970; begins at 2026-01-01T00:00:00Z
  // Errors of both: OutOfRange (a time that no clock can show).
  absl::Status Pass(int64_t ms);
  // Sets how far a site's clock is from virtual time, ahead or (negative) behind.
  absl::Status Skew(Site& site, int64_t ms);

  void Cut(const std::vector<std::vector<std::string>>& groups);
  void CutOneWay(const std::string& speaker, const std::string& listener);
  void Heal() { deaf_.clear(); }
  void Heal(const std::string& a, const std::string& b);
  bool Hears(const Site& listener, const Site& speaker) const;

  // The running sites in groups: two are in one group where each hears the other, if need be through third sites.
  std::vector<std::vector<Site*>> Groups();

  // Every running site takes what each site that it hears holds, and what its clock has held until now, until nothing changes:
  // the entries each took, in the order of sites. Restored sites are admitted on the way, each by the first member with which it
  // can exchange. Beats and cosignatures are made on the way: what was there before is settled, as far as every lane is heard.
  absl::StatusOr<std::vector<uint64_t>> Sync();
  // The listener takes what the speaker holds: entries taken; 0 where one is down or the listener does not hear the speaker.
  absl::StatusOr<uint64_t> Take(Site& listener, Site& speaker);

  // Ends a site's lanes by a vote of all that hear one another; nothing is heard of a site that is fenced. The epoch that ended
  // them. Errors: FailedPrecondition (too few can vote), as Database::ProposeEnd.
  absl::StatusOr<EpochView> End(const std::string& site, bool fenced);

  // Drops the store in the middle of whatever it is: nothing is closed in order. Restart opens it again from its files.
  void Crash(Site& site) { site.db.reset(); }
  absl::Status Restart(Site& site);

  // Keeps a backup of a running site under a name. Errors: as Database::Backup.
  absl::StatusOr<BackupView> Backup(Site& site, const std::string& name);
  // Replaces the site's store by the backup, on the machine that it had: what it last filed is known there. Errors: as
  // Database::Restore.
  absl::StatusOr<StatusView> Restore(Site& site, const std::string& name);

 private:
  struct Taken {
    uint64_t entries = 0;  // merged
    uint64_t kept = 0;     // waiting or held now
  };

  absl::StatusOr<bool> AdmitRestored();
  absl::StatusOr<bool> SettleAll();
  absl::StatusOr<EpochView> Vote(Site& by, const std::string& site);
  absl::Status Join(Site& site, const std::string& role, Database& founder);
  static absl::StatusOr<Taken> Ingest(Site& site, const std::vector<std::string>& runs);
  absl::StatusOr<uint64_t> Take(Site& listener, Site& speaker, bool* kept);  // *kept: something is here that was not
  // What the listener's values name, it lacks, and the speaker has: whether there was any.
  absl::StatusOr<bool> TakeDocuments(Site& listener, const Site& speaker);
  absl::StatusOr<bool> TakeDocument(Site& listener, const Snapshot& theirs, const std::string& sha256);
  void SetClocks();

  ScratchFolder scratch_;  // outlives the stores
  std::vector<std::unique_ptr<Site>> sites_;
  std::set<std::pair<std::string, std::string>> deaf_;  // (listener, speaker)
  std::map<std::string, std::string> backups_;          // name -> file
  int64_t now_ms_ = 1767225600000;                      // 2026-01-01T00:00:00Z
};

}  // namespace chancery::drill

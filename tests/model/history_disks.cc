// Backups, disks that are lost, restarts.
#include <algorithm>
#include <filesystem>

#include "tests/model/history_run.h"

namespace chancery::model {

// ---- disks that are lost

Error History::Recover(Site& site) {
  if (!Admitted(site)) return Readmit(site);
  if (!site.backup || draw_.Chance(30)) return BackUp(site);
  return Restore(site);
}

Error History::BackUp(Site& site) {
  Note("# " + site.name + " is backed up");
  site.backup = Copy{dir_ / Cat(site.name, ".backup", keys_++), site.seen, site.kept};
  if (const auto backup = site.db->Backup(site.backup->file); !backup.ok()) return Failed("Backup", backup.status());
  return "";
}

// The store is gone; what the backup has is there again, under a new key that nobody has admitted.
Error History::Restore(Site& site) {
  Note("# " + site.name + " is restored from its backup");
  site.db.reset();
  std::filesystem::remove_all(site.dir);
  RestoreOptions options;
  options.key_seed = NewKey(site);
  auto db = Database::Restore(site.dir, site.backup->file, options, EnvironmentOf(site));
  if (!db.ok()) return Failed("Restore", db.status());
  site.db = *std::move(db);
  site.follower = {};
  site.seen = site.backup->seen;
  site.kept = site.backup->kept;
  Count("restores");
  RETURN_IF_DIFFERENT(Check(site));
  RETURN_IF_DIFFERENT(File(site));  // refused until it is admitted again
  return draw_.Chance(50) ? Readmit(site) : "";
}

// A member that knows the site's lanes admits the new one. The old one stays where it was: nobody goes on with it.
Error History::Readmit(Site& site) {
  for (auto& member : sites_) {
    if (member.get() == &site || !Admitted(*member) || !KnowsAll(*member, site.name)) continue;
    if (Admitted(site, member->seen)) return Deliver(*member, site);  // it has not heard of it
    Note(Cat("# ", member->name, " admits ", site.name, " again"));
    if (const auto receipt = member->db->Admit(site.db->SiteCard()); !receipt.ok()) return Failed("Admit", receipt.status());
    RETURN_IF_DIFFERENT(TakeOwn(*member, 1));
    RETURN_IF_DIFFERENT(Check(*member));
    Count("lanes anew");
    return Deliver(*member, site);
  }
  return "";
}

bool History::Admitted(const Site& site) const { return Admitted(site, site.seen); }

bool History::Admitted(const Site& site, const Seen& seen) const {
  for (const auto& [place, item] : book_.items) {
    if (!Has(seen, place)) continue;
    if ((item.entry.admit && chancery::LaneOf(item.entry.admit->key) == site.lane) ||
        (item.entry.genesis && chancery::LaneOf(item.entry.genesis->key) == site.lane))
      return true;
  }
  return false;
}

LaneId History::LaneOf(const Site& site) const { return Admitted(site) ? site.lane : 0; }

Office History::OfficeOf(const Site& site) const { return {LaneOf(site), site.clock.NowMs() / kDay}; }

// Whether the site knows of every lane that was ever admitted under the name.
bool History::KnowsAll(const Site& site, const std::string& name) const {
  return std::all_of(book_.items.begin(), book_.items.end(), [&](const auto& known) {
    const Entry& entry = known.second.entry;
    return !entry.admit || entry.admit->site != name || Has(site.seen, known.first);
  });
}

std::string History::NewKey(Site& site) {  // the seed of one
  const std::string seed = Cat(site.name, options_.seed, "#", keys_++);
  site.lane = chancery::LaneOf(KeyPair::FromSeed(Sha256({"chancery/seed/1\n", seed})).public_key());
  return seed;
}

// ---- restarts

Error History::Restart(Site& site) {
  RETURN_IF_DIFFERENT(Reopen(site));
  return Check(site);
}

Error History::Reopen(Site& site) {
  Note("# " + site.name + " restarts");
  site.db.reset();
  auto db = Database::Open(site.dir, EnvironmentOf(site));
  if (!db.ok()) return Failed("Open", db.status());
  site.db = *std::move(db);
  Count("restarts");
  return "";
}

Error History::Rebuild(Site& site) {
  Note("# " + site.name + " rebuilds its tables");
  if (const absl::Status status = site.db->Rebuild(); !status.ok()) return Failed("Rebuild", status);
  Count("rebuilds");
  return Check(site);
}

}  // namespace chancery::model

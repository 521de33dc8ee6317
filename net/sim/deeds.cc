#include "net/sim/deeds.h"

#include <algorithm>
#include <filesystem>

#include "net/sim/packs.h"
#include "net/sim/work.h"

namespace chancery::sim {
namespace {

constexpr int64_t kDayMs = 24ll * 3'600'000;

bool IsOfLinks(Deed deed) { return deed >= Deed::kCut && deed <= Deed::kMute; }

}  // namespace

void World::Do(const Happening& happening) {
  const bool done = Deeds(*this, happening).Do();
  story_.Count(std::string(done ? "did: " : "left out: ") + NameOf(happening.deed));
}

bool Deeds::Do() {
  if (IsOfLinks(h_.deed)) return OfLinks();
  SimSite &a = *w_.sites_[static_cast<size_t>(h_.a)], &b = *w_.sites_[static_cast<size_t>(h_.b)];
  if (!a.running() || a.retired) return false;
  if (h_.deed < Deed::kCut) return OfClients(a, b);
  return h_.deed < Deed::kJoin ? OfSites(a, b) : OfPeople(a, b);
}

bool Deeds::OfSites(SimSite& site, SimSite& other) {
  switch (h_.deed) {
    case Deed::kCourier:
      return Courier(site, other);
    case Deed::kCrash:
      return GoDown(site, false);
    case Deed::kPower:
      return GoDown(site, true);
    case Deed::kDisk:
    case Deed::kSync:
      return DiskFails(site, other);
    case Deed::kFull:
      return Full(site);
    case Deed::kBackup:
      return BackUp(site);
    case Deed::kRestore:
      return Restore(site);
    case Deed::kWipe:
      return Wipe(site, other);
    case Deed::kClone:
      return Clone(site, other);
    case Deed::kSkew:
    case Deed::kPoison:
    case Deed::kFreeze:
      return Clock(site);
    default:
      return false;
  }
}

bool Deeds::GoDown(SimSite& site, bool quietly) {
  w_.Tell(site.name + (quietly ? " loses power" : " crashes"));
  w_.Act("crash " + site.name);
  w_.Stop(site, quietly);
  w_.Later(std::min<int64_t>(h_.for_ms, 40'000), [&w = w_, &site] {
    if (!site.running() && !site.gone && !w.failed()) w.Start(site);
  });
  return true;
}

bool Deeds::Full(SimSite& site) {
  site.reserve_bytes = uint64_t{1} << 62;
  w_.Tell("the disk of " + site.name + " is full");
  w_.Stop(site, false);
  w_.Start(site);
  w_.Later(h_.for_ms, [&w = w_, &site] {
    site.reserve_bytes = 0;
    if (!site.running() || w.failed()) return;
    w.Stop(site, false);
    w.Start(site);
  });
  return true;
}

bool Deeds::BackUp(SimSite& site) {
  const std::string file = w_.folder() + "/" + site.name + "." + std::to_string(h_.seed) + ".backup";
  const absl::StatusOr<BackupView> made = site.db->Backup(file);
  if (!made.ok()) return Failed(site.name + " makes no backup: " + std::string(made.status().message()));
  site.backup = file;
  w_.Tell(site.name + " makes a backup of " + made->frontier);
  w_.Act("backup " + site.name + " as b" + std::to_string(h_.seed % 1000000007));
  return true;
}

// Where there is no backup yet it is made now, and the disk is lost a while later.
bool Deeds::Restore(SimSite& site) {
  if (site.backup.empty()) {
    if (BackUp(site)) w_.Later(h_.for_ms, [&w = w_, again = h_] { w.Do(again); });
    return false;
  }
  if (!w_.MayLose(site)) return false;
  w_.Lose(site);
  const bool other_machine = random_.Below(2) == 0;  // else what lies beside the store is still there
  if (other_machine) std::filesystem::remove_all(site.dir);
  for (const char* file : {"/data.mdb", "/lock.mdb"}) std::filesystem::remove(site.dir + file);
  absl::StatusOr<std::unique_ptr<Database>> db =
      Database::Restore(site.dir, site.backup, {.key_seed = w_.KeySeedOf(site)}, w_.EnvironmentOf(site));
  if (!db.ok()) return Failed(site.name + " is not restored: " + std::string(db.status().message()));
  site.db = *std::move(db);
  w_.Tell(site.name + " is restored from its backup");
  w_.story_.Count("restored");
  w_.TakePart(site);
  return true;
}

// There is no backup: the site is lost for ever, and another one takes its place under a name of its own.
bool Deeds::Wipe(SimSite& site, SimSite& member) {
  if (!w_.MayLose(site) || !member.running() || member.retired || !member.db->Read()->Status()->admitted) return false;
  w_.Lose(site);
  site.retired = site.gone = true;
  std::filesystem::remove_all(site.dir);
  w_.Tell(site.name + " has lost its disk for ever");
  w_.story_.Count("wiped");
  const absl::Status proposed = member.db->ProposeEnd(site.name).status();
  w_.Tell(member.name + " proposes to end " + site.name + (proposed.ok() ? "" : ": " + std::string(proposed.message())));
  if (proposed.ok()) w_.Act("retire " + site.name);
  Join(member, "full");
  return true;
}

// A copy of a store, as it is now, is started somewhere else with the same key, files, and is heard by one site.
bool Deeds::Clone(SimSite& site, SimSite& other) {
  if (w_.forked_ || !w_.MayLose(site) || !other.running()) return false;
  const std::string store = site.store();
  w_.Stop(site, false);
  const std::string dir = w_.folder() + "/copy";
  std::filesystem::create_directories(dir);
  for (const char* file : {"/data.mdb", "/site.key", "/tail"})
    if (std::filesystem::exists(site.dir + file)) std::filesystem::copy_file(site.dir + file, dir + file);
  w_.Start(site);
  if (!site.running()) return false;
  SimSite copy(w_.loop_, site.name, site.index, h_.seed);
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(dir, w_.EnvironmentOf(copy));
  if (!db.ok()) return Failed("a copy of " + site.name + " does not open: " + std::string(db.status().message()));
  const std::string before = (*db)->Read()->Frontier();
  const uint64_t from = random_.Below(1000), entries = 1 + random_.Below(3);
  for (uint64_t i = 0; i < entries; ++i)
    if (!(*db)->File(Draft().By(kOfficers[0]).Create("unit/c" + std::to_string(from + i))).ok() && i == 0) return false;
  const std::vector<std::string> runs = *(*db)->Read()->RunsSince(before);
  w_.forked_ = true;
  w_.Excuse(store);
  w_.story_.Count("cloned");
  w_.Tell("a copy of " + site.name + " files beside it, and " + other.name + " hears it");
  w_.Later(h_.for_ms, [&other, runs] {
    if (!other.running()) return;
    if (other.db->Ingest(runs).ok()) other.peer->Wake();
  });
  File(site);
  return true;
}

bool Deeds::Clock(SimSite& site) {
  if (h_.deed == Deed::kFreeze) {
    site.clock.Freeze();
    w_.Tell("the clock of " + site.name + " stands still");
  } else {
    const int64_t most = h_.deed == Deed::kPoison ? 5 * kDayMs : kDayMs / 12;
    const auto ahead = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(2 * most))) - most;
    site.clock.Jump(ahead);
    w_.Tell("the clock of " + site.name + " is " + std::to_string(ahead) + " ms ahead");
    w_.Act("skew " + site.name + " " + std::to_string(ahead) + "ms");
  }
  w_.Later(h_.for_ms, [&w = w_, &site] {
    if (w.calm_) return;
    site.clock.Go();
    site.clock.Jump(0);
    w.Act("skew " + site.name + " 0ms");
  });
  return true;
}

}  // namespace chancery::sim

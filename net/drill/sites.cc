#include "net/drill/sites.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "net/drill/file_source.h"

namespace chancery::drill {
namespace {

constexpr int64_t kLatestMs = (int64_t{1} << 48) - 1;  // the last moment that a stamp can name

bool CanShow(int64_t ms) { return ms >= 0 && ms <= kLatestMs; }

uint64_t SeedOf(const std::string& name) {  // FNV-1a: the same at every run and on every machine
  uint64_t seed = 0xcbf29ce484222325ull;
  for (const char c : name) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return seed;
}

std::string KeySeed(const std::string& site) { return "drill/" + site; }

Environment EnvironmentOf(Site& site) {
  Environment env;
  env.clock = &site.clock;
  env.random = &site.random;
  env.durable = false;
  env.reserve_bytes = 0;
  return env;
}

absl::StatusOr<StatusView> StatusOf(const Site& site) {
  absl::StatusOr<Snapshot> now = site.db->Read();
  if (!now.ok()) return now.status();
  return now->Status();
}

absl::StatusOr<std::vector<std::string>> RunsFor(const Site& listener, const Site& speaker) {
  absl::StatusOr<Snapshot> mine = listener.db->Read();
  if (!mine.ok()) return mine.status();
  absl::StatusOr<Snapshot> theirs = speaker.db->Read();
  if (!theirs.ok()) return theirs.status();
  return theirs->RunsSince(mine->Frontier());
}

}  // namespace

ScratchFolder::ScratchFolder() {
  const char* parent = std::getenv("TMPDIR");
  std::string path = absl::StrCat(parent != nullptr && *parent != '\0' ? parent : "/tmp", "/drill-XXXXXX");
  if (mkdtemp(path.data()) != nullptr) path_ = path;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // what cannot be removed is left to the system's cleaning of its temporary folder
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Site::Site(std::string site_name, std::string store)
    : name(std::move(site_name)), dir(std::move(store)), clock(0), random(SeedOf(name)) {}

absl::Status Sites::Found(const std::vector<std::string>& names, const std::vector<std::pair<std::string, std::string>>& packs,
                          const std::map<std::string, std::string>& roles) {
  if (scratch_.path().empty()) return absl::InternalError("no folder for the stores can be made: is $TMPDIR writable?");
  for (const std::string& name : names) sites_.push_back(std::make_unique<Site>(name, absl::StrCat(scratch_.path(), "/", name)));
  SetClocks();
  Site& first = *sites_.front();
  absl::StatusOr<std::unique_ptr<Database>> founder =
      Database::Found(first.dir, {.site = first.name, .registry_name = "", .packs = packs, .key_seed = KeySeed(first.name)},
                      EnvironmentOf(first));
  if (!founder.ok()) return founder.status();
  first.db = *std::move(founder);
  for (size_t i = 1; i < sites_.size(); ++i) {
    const auto role = roles.find(names[i]);
    if (absl::Status status = Join(*sites_[i], role == roles.end() ? "full" : role->second, *first.db); !status.ok())
      return status;
  }
  return Sync().status();
}

absl::Status Sites::Join(Site& site, const std::string& role, Database& founder) {
  absl::StatusOr<Snapshot> snapshot = founder.Read();
  if (!snapshot.ok()) return snapshot.status();
  absl::StatusOr<std::string> bundle = snapshot->ExportBundle("0");
  if (!bundle.ok()) return bundle.status();
  absl::StatusOr<std::unique_ptr<Database>> joined =
      Database::Join(site.dir, {.site = site.name, .role = role, .key_seed = KeySeed(site.name)}, *bundle, EnvironmentOf(site));
  if (!joined.ok()) return joined.status();
  site.db = *std::move(joined);
  return founder.Admit(site.db->SiteCard()).status();
}

Site& Sites::Of(const std::string& name) {
  for (const std::unique_ptr<Site>& site : sites_) {
    if (site->name == name) return *site;
  }
  std::abort();  // the parser lets no other name through
}

std::vector<Site*> Sites::Running() {
  std::vector<Site*> running;
  for (const std::unique_ptr<Site>& site : sites_) {
    if (site->running()) running.push_back(site.get());
  }
  return running;
}

void Sites::SetClocks() {
  for (const std::unique_ptr<Site>& site : sites_) site->clock.Set(now_ms_ + site->skew_ms);
}

absl::Status Sites::Pass(int64_t ms) {
  for (const std::unique_ptr<Site>& site : sites_) {
    if (!CanShow(now_ms_ + ms + site->skew_ms)) return absl::OutOfRangeError("no clock can show that time");
  }
  now_ms_ += ms;
  SetClocks();
  return absl::OkStatus();
}

absl::Status Sites::Skew(Site& site, int64_t ms) {
  if (!CanShow(now_ms_ + ms)) return absl::OutOfRangeError("no clock can show that time");
  site.skew_ms = ms;
  SetClocks();
  return absl::OkStatus();
}

void Sites::Cut(const std::vector<std::vector<std::string>>& groups) {
  for (size_t i = 0; i < groups.size(); ++i) {
    for (size_t j = 0; j < groups.size(); ++j) {
      if (i == j) continue;
      for (const std::string& listener : groups[i]) {
        for (const std::string& speaker : groups[j]) CutOneWay(speaker, listener);
      }
    }
  }
}

void Sites::CutOneWay(const std::string& speaker, const std::string& listener) { deaf_.emplace(listener, speaker); }

void Sites::Heal(const std::string& a, const std::string& b) {
  deaf_.erase({a, b});
  deaf_.erase({b, a});
}

bool Sites::Hears(const Site& listener, const Site& speaker) const {
  return &listener != &speaker && listener.running() && speaker.running() && deaf_.count({listener.name, speaker.name}) == 0;
}

std::vector<std::vector<Site*>> Sites::Groups() {
  const std::vector<Site*> sites = Running();
  const size_t n = sites.size();
  std::vector<std::vector<bool>> reached(n, std::vector<bool>(n, false));  // reached[i][j]: what j holds can come to i
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) reached[i][j] = i == j || Hears(*sites[i], *sites[j]);
  }
  for (size_t via = 0; via < n; ++via) {
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = 0; j < n; ++j) {
        if (reached[i][via] && reached[via][j]) reached[i][j] = true;
      }
    }
  }
  std::vector<std::vector<Site*>> groups;
  std::vector<bool> placed(n, false);
  for (size_t i = 0; i < n; ++i) {
    if (placed[i]) continue;
    groups.emplace_back();
    for (size_t j = i; j < n; ++j) {
      if (placed[j] || !reached[i][j] || !reached[j][i]) continue;
      placed[j] = true;
      groups.back().push_back(sites[j]);
    }
  }
  return groups;
}

absl::StatusOr<Sites::Taken> Sites::Ingest(Site& site, const std::vector<std::string>& runs) {
  absl::StatusOr<Intake> intake = site.db->Ingest(runs);
  if (!intake.ok()) return intake.status();
  if (intake->damaged > 0) return absl::DataLossError(absl::StrCat(intake->damaged, " runs do not hold"));
  return Taken{intake->entries, intake->held + intake->waiting};
}

absl::StatusOr<uint64_t> Sites::Take(Site& listener, Site& speaker) {
  bool kept = false;
  return Take(listener, speaker, &kept);
}

absl::StatusOr<uint64_t> Sites::Take(Site& listener, Site& speaker, bool* kept) {
  if (!Hears(listener, speaker)) return 0;
  absl::StatusOr<StatusView> mine = StatusOf(listener), theirs = StatusOf(speaker);
  if (!mine.ok()) return mine.status();
  if (!theirs.ok()) return theirs.status();
  if (mine->frontier == theirs->frontier && mine->held + mine->waiting + theirs->held + theirs->waiting == 0) {
    absl::StatusOr<bool> documents = TakeDocuments(listener, speaker);
    if (!documents.ok()) return documents.status();
    *kept |= *documents;
    return 0;
  }
  absl::StatusOr<std::vector<std::string>> runs = RunsFor(listener, speaker);
  if (!runs.ok()) return runs.status();
  absl::StatusOr<Taken> taken = Ingest(listener, *runs);
  if (!taken.ok()) return taken.status();
  absl::StatusOr<bool> documents = TakeDocuments(listener, speaker);
  if (!documents.ok()) return documents.status();
  *kept |= *documents || taken->entries > 0 || taken->kept > mine->held + mine->waiting;
  return taken->entries;
}

absl::StatusOr<bool> Sites::TakeDocuments(Site& listener, const Site& speaker) {
  absl::StatusOr<Snapshot> mine = listener.db->Read();
  if (!mine.ok()) return mine.status();
  absl::StatusOr<std::vector<BlobView>> missing = mine->MissingBlobs();
  if (!missing.ok()) return missing.status();
  if (missing->empty()) return false;
  absl::StatusOr<Snapshot> theirs = speaker.db->Read();
  if (!theirs.ok()) return theirs.status();
  bool any = false;
  for (const BlobView& document : *missing) {
    absl::StatusOr<bool> taken = TakeDocument(listener, *theirs, document.sha256);
    if (!taken.ok()) return taken.status();
    any |= *taken;
  }
  return any;
}

// By way of a file: a document may be larger than what is held in memory.
absl::StatusOr<bool> Sites::TakeDocument(Site& listener, const Snapshot& theirs, const std::string& sha256) {
  const std::string path = absl::StrCat(scratch_.path(), "/document");
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  const absl::Status read = theirs.ReadBlob(sha256, [&out](std::string_view bytes) {
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return out.good() ? absl::OkStatus() : absl::UnknownError("a document cannot be written to $TMPDIR");
  });
  if (absl::IsNotFound(read)) return false;
  if (!read.ok()) return read;
  out.close();
  absl::StatusOr<ByteSource> source = OpenSource(path);
  if (!source.ok()) return source.status();
  absl::StatusOr<BlobView> stored = listener.db->PutBlob(*source);
  return stored.ok() ? absl::StatusOr<bool>(true) : stored.status();
}

absl::StatusOr<std::vector<uint64_t>> Sites::Sync() {
  std::vector<uint64_t> taken(sites_.size(), 0);
  for (size_t i = 0; i < sites_.size(); ++i) {  // what a clock has held until now
    if (!sites_[i]->running()) continue;
    absl::StatusOr<Taken> released = Ingest(*sites_[i], {});
    if (!released.ok()) return released.status();
    taken[i] = released->entries;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < sites_.size(); ++i) {
      for (const std::unique_ptr<Site>& speaker : sites_) {
        absl::StatusOr<uint64_t> entries = Take(*sites_[i], *speaker, &changed);
        if (!entries.ok()) return entries.status();
        taken[i] += *entries;
      }
    }
    if (changed) continue;
    absl::StatusOr<bool> admitted = AdmitRestored();  // once all know what the others have filed and admitted
    if (!admitted.ok()) return admitted.status();
    changed = *admitted;
    if (changed) continue;
    absl::StatusOr<bool> settled = SettleAll();
    if (!settled.ok()) return settled.status();
    changed = *settled;
  }
  return taken;
}

// Every running site does what it owes the order, and takes what those that it hears have signed: whether anything is new.
absl::StatusOr<bool> Sites::SettleAll() {
  bool changed = false;
  for (Site* site : Running()) {
    absl::StatusOr<bool> settled = site->db->Settle();
    if (!settled.ok()) return settled.status();
    changed |= *settled;
  }
  for (Site* listener : Running()) {
    for (Site* speaker : Running()) {
      if (!Hears(*listener, *speaker)) continue;
      absl::StatusOr<Snapshot> theirs = speaker->db->Read();
      absl::StatusOr<std::string> signed_there = theirs.ok() ? theirs->Cosignatures() : theirs.status();
      absl::StatusOr<bool> taken = signed_there.ok() ? listener->db->TakeCosignatures(*signed_there) : signed_there.status();
      if (!taken.ok()) return taken.status();
      changed |= *taken;
    }
  }
  return changed;
}

// One site that waits for its new lane, admitted by the first member of its group. False: there is none.
absl::StatusOr<bool> Sites::AdmitRestored() {
  for (const std::vector<Site*>& group : Groups()) {
    Site* member = nullptr;
    std::vector<SiteView> known;  // there
    std::vector<Site*> restored;
    for (Site* site : group) {
      absl::StatusOr<Snapshot> snapshot = site->db->Read();
      absl::StatusOr<StatusView> status = snapshot.ok() ? snapshot->Status() : snapshot.status();
      absl::StatusOr<std::vector<SiteView>> sites = snapshot.ok() ? snapshot->Sites() : snapshot.status();
      if (!status.ok()) return status.status();
      if (!sites.ok()) return sites.status();
      if (!status->renewed.empty()) restored.push_back(site);
      if (!status->admitted || member != nullptr) continue;
      member = site;
      known = *std::move(sites);
    }
    for (Site* site : restored) {
      const std::string key = site->db->Fingerprint();
      const bool waits = std::none_of(known.begin(), known.end(), [&](const SiteView& lane) { return lane.key == key; });
      if (member == nullptr || !waits) continue;  // the admission is on its way, held perhaps
      if (absl::Status admitted = member->db->Admit(site->db->SiteCard()).status(); !admitted.ok()) return admitted;
      return true;
    }
  }
  return false;
}

absl::StatusOr<EpochView> Sites::End(const std::string& site, bool fenced) {
  const std::set<std::pair<std::string, std::string>> deaf = deaf_;
  if (fenced) {
    for (const std::unique_ptr<Site>& other : sites_) {
      CutOneWay(site, other->name);
      CutOneWay(other->name, site);
    }
  }
  absl::StatusOr<EpochView> ended = absl::FailedPreconditionError("no site is running that could propose it");
  for (Site* by : Running()) {
    if (by->name == site) continue;
    ended = Vote(*by, site);
    if (ended.ok()) break;
  }
  deaf_ = deaf;
  return ended;
}

absl::StatusOr<EpochView> Sites::Vote(Site& by, const std::string& site) {
  if (absl::Status synced = Sync().status(); !synced.ok()) return synced;
  const auto epoch = [&by]() -> absl::StatusOr<EpochView> {
    absl::StatusOr<Snapshot> now = by.db->Read();
    return now.ok() ? now->Epoch() : now.status();
  };
  const absl::StatusOr<EpochView> before = epoch();
  if (!before.ok()) return before;
  if (absl::Status proposed = by.db->ProposeEnd(site).status(); !proposed.ok()) return proposed;
  if (absl::Status synced = Sync().status(); !synced.ok()) return synced;
  absl::StatusOr<EpochView> after = epoch();
  if (!after.ok() || after->number > before->number) return after;
  return absl::FailedPreconditionError(absl::StrCat("it takes ", after->decide, " of ",
                                                    after->members.size() + after->witnesses.size(),
                                                    " members, and these voted: ", absl::StrJoin(after->voted, ", ")));
}

absl::Status Sites::Restart(Site& site) {
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(site.dir, EnvironmentOf(site));
  if (!db.ok()) return db.status();
  site.db = *std::move(db);
  return absl::OkStatus();
}

absl::StatusOr<BackupView> Sites::Backup(Site& site, const std::string& name) {
  const std::string& file = backups_[name] = absl::StrCat(scratch_.path(), "/", backups_.size(), ".backup");
  return site.db->Backup(file);
}

absl::StatusOr<StatusView> Sites::Restore(Site& site, const std::string& name) {
  site.db.reset();
  for (const char* file : {"/data.mdb", "/lock.mdb"}) {
    std::error_code error;
    std::filesystem::remove(site.dir + file, error);
    if (error) return absl::InternalError(absl::StrCat("cannot remove ", site.dir, file, ": ", error.message()));
  }
  const std::string seed = absl::StrCat(KeySeed(site.name), "/", ++site.restores);
  absl::StatusOr<std::unique_ptr<Database>> db =
      Database::Restore(site.dir, backups_.at(name), {.key_seed = seed}, EnvironmentOf(site));
  if (!db.ok()) return db.status();
  site.db = *std::move(db);
  absl::StatusOr<Snapshot> snapshot = site.db->Read();
  if (!snapshot.ok()) return snapshot.status();
  return snapshot->Status();
}

}  // namespace chancery::drill

// A history: how it begins, what happens at a step, how it ends.
#include "tests/model/history_run.h"

namespace chancery::model {

History::History(const HistoryOptions& options, Tally& tally)
    : options_(options),
      tally_(tally),
      draw_(options.seed, options.dense),
      pasts_(options.seed, options.dense),
      far_clocks_(draw_.Chance(25)),
      officers_(options.seed % 5 == 1 || options.seed % 5 == 3),
      two_(options.seed % 5 == 2 || options.seed % 5 == 3) {
  if (two_) packs_.emplace(FourEyed(Packs()));
}

Error History::Run() {
  Error error = Begin();
  for (step_ = 0; step_ < options_.steps && error.empty(); ++step_) error = Step();
  if (error.empty()) error = End();
  if (error.empty()) return "";
  return Cat("seed ", options_.seed, ", step ", step_, ": ", error, "\n\nwhat led to it:\n", trace_);
}

void History::Note(const std::string& line) { trace_ += line + "\n"; }

void History::Count(const std::string& what, uint64_t n) { tally_[what] += n; }

Error History::Failed(const std::string& what, const absl::Status& status) { return what + " failed: " + status.ToString(); }

Environment History::EnvironmentOf(Site& site) {
  Environment env;
  env.clock = &site.clock;
  env.random = &site.random;
  env.durable = false;
  return env;
}

// Each site's clock has a skew of its own; time passes with every act, seldom much of it.
void History::Tick() {
  now_ += draw_.Chance(10) ? 600000 : static_cast<int64_t>(draw_.Below(3));
  if (far_clocks_ && draw_.Chance(3)) now_ += 5 * kHour;
  if (officers_ && draw_.Chance(3)) now_ += kDay / 2;
  for (auto& site : sites_) site->clock.Set(now_ + site->skew);
}

// ---- the beginning: a founder, sites that join at once or later, admissions

Site& History::NewSite() {
  const std::string name = kNames[sites_.size()];
  sites_.push_back(std::make_unique<Site>(name, options_.seed * 31 + sites_.size()));
  Site& site = *sites_.back();
  site.dir = dir_ / name;
  site.skew = draw_.Chance(40) ? 0 : static_cast<int64_t>(draw_.Below(7200000)) - 3600000;
  Tick();
  return site;
}

Error History::Begin() {
  wanted_ = options_.dense ? 2 + draw_.Below(2) : 2 + draw_.Below(4);
  Site& founder = NewSite();
  FoundOptions found;
  found.site = founder.name;
  found.key_seed = NewKey(founder);
  for (const PackSpec& pack : Packs()) found.packs.emplace_back(pack.name + ".toml", pack.toml);
  auto db = Database::Found(founder.dir, found, EnvironmentOf(founder));
  if (!db.ok()) return Failed("Found", db.status());
  founder.db = *std::move(db);
  RETURN_IF_DIFFERENT(TakeOwn(founder, Packs().size() + 1));
  RETURN_IF_DIFFERENT(Check(founder));
  for (const Draft& draft : draw_.Beginnings()) RETURN_IF_DIFFERENT(FileThis(founder, draft));
  if (officers_ && draw_.Chance(50)) RETURN_IF_DIFFERENT(FoundOffices(founder, "officers from the start"));
  while (sites_.size() < wanted_ && (sites_.size() < 2 || draw_.Chance(70))) RETURN_IF_DIFFERENT(Join());
  return "";
}

// A new site joins from another's bundle and is admitted; it hears of that now or later.
Error History::Join() {
  Site& from = *draw_.Of(sites_);
  if (!Admitted(from)) return "";
  Site& site = NewSite();
  Note(Cat("# ", site.name, " joins from ", from.name));
  const auto snapshot = from.db->Read();
  if (!snapshot.ok()) return Failed("Read", snapshot.status());
  const auto bundle = snapshot->ExportBundle("0");
  if (!bundle.ok()) return Failed("ExportBundle", bundle.status());
  JoinOptions join;
  join.site = site.name;
  join.key_seed = NewKey(site);
  auto db = Database::Join(site.dir, join, *bundle, EnvironmentOf(site));
  if (!db.ok()) return Failed("Join", db.status());
  site.db = *std::move(db);
  const auto decoded = DecodeBundle(*bundle);
  if (!decoded.ok()) return Failed("DecodeBundle", decoded.status());
  RETURN_IF_DIFFERENT(Keep({decoded->runs.begin(), decoded->runs.end()}, site.kept));
  TakeIn(site, site.kept, &site.seen);
  RETURN_IF_DIFFERENT(Check(site));
  RETURN_IF_DIFFERENT(File(site));  // refused: not admitted yet
  if (const auto receipt = from.db->Admit(site.db->SiteCard()); !receipt.ok()) return Failed("Admit", receipt.status());
  RETURN_IF_DIFFERENT(TakeOwn(from, 1));
  RETURN_IF_DIFFERENT(Check(from));
  return draw_.Chance(80) ? Deliver(from, site) : "";
}

// ---- one step

Error History::Step() {
  Tick();
  Site& site = *draw_.Of(sites_);
  if (officers_ && draw_.Chance(12)) return ChangeOfficer(site, Another(site));
  if (two_ && draw_.Chance(25)) return Weigh(site);
  const size_t kind = draw_.Below(100);
  if (kind < 21) return File(site);
  if (kind < 36) return FileApart(site, Another(site));
  if (kind < 41) return FileMany(site);
  if (kind < 57) return Rule(site);
  if (kind < 64) return RuleApart(site, Another(site));
  if (kind < 66) return FileTwice(site, Another(site));
  if (kind < 68) return Repeat(site);
  if (kind < 86) return Deliver(*draw_.Of(sites_), site);
  if (kind < 89) return Bundle(*draw_.Of(sites_), site);
  if (kind < 91) return Restart(site);
  if (kind < 93) return Rebuild(site);
  if (kind < 95 && sites_.size() < wanted_) return Join();
  if (kind < 96) return SyncAll();
  if (kind < 98) return Recover(site);
  site.skew = far_clocks_ && draw_.Chance(50) ? 30 * kHour : static_cast<int64_t>(draw_.Below(kHour)) - kHour / 2;
  Note(Cat("skew ", site.name, " ", site.skew, "ms"));
  return "";
}

Site& History::Another(const Site& site) {
  Site* other = draw_.Of(sites_).get();
  while (other == &site && sites_.size() > 1) other = draw_.Of(sites_).get();
  return *other;
}

// In the end every clock is where the stamps are, and every site that lost its disk has a lane again.
Error History::End() {
  now_ += 1000 * kHour;
  Tick();
  RETURN_IF_DIFFERENT(SyncAll());
  for (auto& site : sites_) {
    if (!Admitted(*site)) RETURN_IF_DIFFERENT(Readmit(*site));
  }
  RETURN_IF_DIFFERENT(SyncAll());
  for (auto& site : sites_) {
    if (draw_.Chance(50)) RETURN_IF_DIFFERENT(Rebuild(*site));
  }
  return "";
}

Error History::SyncAll() {
  Note("sync");
  for (auto& site : sites_) RETURN_IF_DIFFERENT(Ingest(*site, {}, [&] { return site->db->Ingest({}); }));
  for (int round = 0; round < 2; ++round) {
    for (auto& to : sites_) {
      for (auto& from : sites_) {
        if (from != to) RETURN_IF_DIFFERENT(Move(*from, *to, to->frontier, 0, true));
      }
    }
  }
  for (auto& site : sites_) {
    if (site->kept.empty() && sites_[0]->kept.empty() && site->seen != sites_[0]->seen)
      return "after a sync with all " + site->name + " does not hold what the first site holds";
  }
  return "";
}

std::string RunHistory(const HistoryOptions& options, Tally& tally) { return History(options, tally).Run(); }

}  // namespace chancery::model

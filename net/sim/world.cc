#include "net/sim/world.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_replace.h"
#include "net/sim/packs.h"
#include "net/sim/work.h"

namespace chancery::sim {
namespace {

const std::vector<std::string> kSiteNames = {"tallinn", "tartu", "luxembourg", "narva", "riga",
                                             "vilnius", "turku", "helsinki",   "gdansk"};

Literal Object(std::vector<std::pair<std::string, Literal>> members) { return Literal::Object(std::move(members)); }

// Two records that hold the same tokens, and the units and officers that there are at first.
std::vector<Literal> FirstEntries(const Plan& plan) {
  std::vector<Literal> entries;
  const auto pairs = static_cast<int>(plan.ops / kPairTokens) + 1;
  Literal ops = Literal::List();
  for (int pair = 0; pair < pairs; ++pair)
    for (const char* side : {"left", "right"}) ops.list.push_back(Object({{"create", PairRecord(side, pair)}}));
  entries.push_back(Object({{"ops", ops}}));
  if (!plan.officers) return entries;
  const auto officer = [](const std::string& name, std::vector<Literal> may) {
    return Object({{"create", "officer/" + name}, {"add", Object({{"may", Literal::List(std::move(may))}})}});
  };
  ops = Literal::List({officer(kChief, {"admit", "operate"}), officer(kRegistrar, {"file"})});
  for (const char* judge : {kJudge, kSecondJudge}) ops.list.push_back(officer(judge, {"rule", "approve"}));
  for (const std::string& name : kOfficers) ops.list.push_back(officer(name, {"file"}));
  entries.push_back(Object({{"officer", kChief}, {"ops", ops}}));
  return entries;
}

}  // namespace

std::string PairRecord(const char* side, int pair) { return std::string("mark/") + side + "-" + std::to_string(pair); }

World::World(const Plan& plan, std::function<void(const std::string&)> tell)
    : plan_(plan), story_(std::move(tell)), network_(loop_.timer(), plan.seed * 31 + 7, kSitesMost), names_(kSiteNames) {}

World::~World() {
  for (const auto& site : sites_) Stop(*site, false);
}

void World::Fail(const std::string& why) {
  if (failed()) return;
  failure_ = WithoutFolder(why);
  Tell("FAILED  " + failure_);
}

std::string World::WithoutFolder(const std::string& text) const { return absl::StrReplaceAll(text, {{scratch_.path(), ""}}); }

SimSite& World::Add() {
  const auto at = static_cast<int>(sites_.size());
  sites_.push_back(std::make_unique<SimSite>(loop_, names_[sites_.size()], at, plan_.seed * 1000 + sites_.size()));
  sites_.back()->dir = scratch_.path() + "/" + sites_.back()->name;
  return *sites_.back();
}

Environment World::EnvironmentOf(SimSite& site) {
  Environment env;
  env.clock = &site.clock;
  env.random = &site.random;
  env.durable = false;
  env.reserve_bytes = site.reserve_bytes;
  env.sync_fails = [&site] { return std::exchange(site.sync_fails, false); };
  return env;
}

std::string World::KeySeedOf(const SimSite& site) const {
  return "sim/" + std::to_string(plan_.seed) + "/" + site.name + "/" + std::to_string(site.stores);
}

void World::Found() {
  if (scratch_.path().empty()) return Fail("no folder for the stores can be made: is $TMPDIR writable?");
  SimSite& first = Add();
  FoundOptions options;
  options.site = first.name;
  options.packs = {{kUnitFile, UnitPack(1)}, {kMarkFile, kMarkPack}};
  options.key_seed = KeySeedOf(first);
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Found(first.dir, options, EnvironmentOf(first));
  if (!db.ok()) return Fail("founding: " + std::string(db.status().message()));
  first.db = *std::move(db);
  const absl::StatusOr<std::string> bundle = first.db->Read()->ExportBundle("0");
  if (!bundle.ok()) return Fail("founding: " + std::string(bundle.status().message()));
  genesis_ = *bundle;
  for (const Literal& entry : FirstEntries(plan_)) {
    const absl::StatusOr<Draft> draft = DraftOf(entry);
    const absl::Status filed = draft.ok() ? first.db->File(*draft).status() : draft.status();
    if (!filed.ok()) return Fail("founding: " + std::string(filed.message()));
    Act("at " + first.name + " file " + entry.Json());
  }
  TakePart(first);
  for (int i = 1; i < plan_.sites && !failed(); ++i) JoinFrom(Add(), first);
  Later(kOperatorMs, [this] { AdmitWhoWaits(); });
  Act("sync");
}

void World::JoinFrom(SimSite& site, SimSite& member) {
  const absl::StatusOr<Snapshot> now = member.db->Read();
  const absl::StatusOr<std::string> bundle = now.ok() ? now->ExportBundle("0") : now.status();
  if (!bundle.ok()) return Fail(member.name + " writes no bundle: " + std::string(bundle.status().message()));
  JoinOptions options;
  options.site = site.name;
  options.role = site.role;
  options.key_seed = KeySeedOf(site);
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Join(site.dir, options, *bundle, EnvironmentOf(site));
  if (!db.ok()) return Fail(site.name + " does not join: " + std::string(db.status().message()));
  site.db = *std::move(db);
  TakePart(site);
  const absl::Status admitted = member.db->Admit(site.db->SiteCard()).status();
  Tell(member.name + (admitted.ok() ? " admits " : " does not admit ") + site.name);
  member.peer->Wake();
}

void World::Start(SimSite& site) {
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Open(site.dir, EnvironmentOf(site));
  if (!db.ok()) return Fail(site.name + " does not open: " + std::string(db.status().message()));
  site.db = *std::move(db);
  Tell(site.name + " is back");
  Act("restart " + site.name);
  story_.marks.push_back({now_ms(), site.index, Mark::What::kCameBack});
  if (!site.last_acked.empty() && !site.db->Read()->Entry(site.last_acked).ok())
    Fail(site.name + " has lost an acknowledged entry over a restart: " + site.last_acked);
  TakePart(site);
}

void World::TakePart(SimSite& site) {
  const uint64_t seed = plan_.seed * 7919 + static_cast<uint64_t>(site.index * 1000 + ++site.starts);
  site.peer = std::make_unique<StandingPeer>(*site.db, site.index, names_, loop_.timer(), network_, seed,
                                             [this, &site](const NetEvent& event) { Heard(site, event); });
  for (const auto& other : sites_) {
    if (other.get() == &site) continue;
    site.peer->Meet(other->index);
    if (site.starts == 1 && other->peer) other->peer->Meet(site.index);
  }
}

void World::Stop(SimSite& site, bool quietly) {
  if (!site.running()) return;
  network_.Silence(site.index, quietly);
  site.peer.reset();
  site.db.reset();
  story_.marks.push_back({now_ms(), site.index, Mark::What::kWentDown});
}

void World::Lose(SimSite& site) {
  Stop(site, true);
  Excuse(site.store());
  ++site.stores;
  site.last_acked.clear();
  site.settled = 0;
}

void World::Excuse(const std::string& store) {
  ++losses_;
  history_.Excuse(store);
}

void World::Heard(SimSite& site, const NetEvent& event) {
  Tell(site.name + ": " + event.id + " " + event.peer + ": " + event.words);
  story_.Count("network: " + event.id);
  if (event.id == "taken") {
    Act("sync " + site.name + " " + event.peer);
    story_.marks.push_back({now_ms(), site.index, Mark::What::kMerged, std::strtoull(event.words.c_str(), nullptr, 10)});
  }
  if (event.id == "unequal" || event.id == "damaged")
    Fail(site.name + " finds " + event.peer + " " + event.id + ": " + event.words);
}

std::vector<std::string> World::SiteNames() const {
  std::vector<std::string> names;
  for (const auto& site : sites_) names.push_back(site->name);
  return names;
}

std::vector<SimSite*> World::Running() {
  std::vector<SimSite*> running;
  for (const auto& site : sites_)
    if (site->running()) running.push_back(site.get());
  return running;
}

std::vector<SimSite*> World::Standing() {
  std::vector<SimSite*> standing = Running();
  std::erase_if(standing, [](const SimSite* site) { return site->retired; });
  return standing;
}

// A majority of those that there were at first keeps its disks: else nothing is promised about the order.
bool World::MayLose(const SimSite& site) const {
  return !site.retired && site.running() && losses_ < (plan_.sites - 1) / 2 && !calm_;
}

void World::Later(int64_t in_ms, std::function<void()> what) { later_.emplace(now_ms() + in_ms, std::move(what)); }

void World::RunTo(int64_t ms) {
  while (!later_.empty() && later_.begin()->first <= ms && !failed()) {
    auto next = later_.extract(later_.begin());
    if (next.key() > now_ms()) loop_.RunUntil(next.key());
    next.mapped()();
  }
  if (ms > now_ms() && !failed()) loop_.RunUntil(ms);
}

}  // namespace chancery::sim

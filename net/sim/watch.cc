#include "net/sim/watch.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_split.h"
#include "net/sim/shuffle.h"
#include "net/sync/state.h"

namespace chancery::sim {
namespace {

constexpr uint64_t kStoreMost = 256ull << 20, kOnTheWayMost = 32ull << 20;
constexpr int64_t kAheadMs = 9ll * 24 * 3'600'000;

// The versions that are held: where a key has signed two, a number names either.
std::string LanesOf(const Snapshot& now, const sync::State& state, bool forked) {
  std::string text;
  for (const sync::LaneTip& lane : state.lanes) text += lane.key + ":" + std::to_string(lane.size) + " ";
  if (!forked) return text;
  const absl::StatusOr<StatusView> status = now.Status();
  for (size_t i = 0; status.ok() && i < status->frontier.size(); ++i) {
    const auto& [lane, last] = status->frontier[i];
    const absl::StatusOr<EntryView> tip = now.Entry(lane + "-" + std::to_string(last));
    text += tip.ok() ? tip->entry : "?";
  }
  return text;
}

}  // namespace

void Watch::Step() {
  for (SimSite* site : world_.Running())
    if (!world_.failed()) Look(*site);
}

void Watch::Look(SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  const absl::StatusOr<sync::State> state = now.ok() ? sync::ReadState(*now) : now.status();
  const absl::StatusOr<StatusView> status = now.ok() ? now->Status() : now.status();
  if (!state.ok() || !status.ok()) return world_.Fail(site.name + " cannot be read: " + std::string(state.status().message()));
  const std::string digests = state->digest + " " + state->docket;
  const auto [at, fresh] = meanings_.try_emplace(LanesOf(*now, *state, world_.forked()), digests, site.name);
  if (at->second.first != digests)
    return world_.Fail(site.name + " makes other records or cases of the entries that " + at->second.second + " had: " + digests +
                       ", not " + at->second.first);
  const std::string shown = now->Frontier() + " " + digests;
  if (std::exchange(site.shown, shown) != shown) world_.story().Tell(world_.now_ms(), site.name + " holds " + shown);
  if (status->cases != site.cases)
    world_.story().marks.push_back({world_.now_ms(), site.index, Mark::What::kCases, status->cases});
  if (status->cases > site.cases) world_.story().Count("cases opened", status->cases - site.cases);
  site.cases = status->cases;
  if (status->held > 0) world_.story().Count("held entries seen");
  if (!status->halted.empty()) world_.story().Count("halted lanes seen");
  LookAtOrder(site, *now, *status);
}

void Watch::LookAtOrder(SimSite& site, const Snapshot& now, const StatusView& status) {
  if (!status.order.unequal.empty())
    return world_.Fail(site.name + " says that " + status.order.unequal[0] + " has signed another order");
  if (status.order.entries < site.settled) return world_.Fail(site.name + " has fewer settled entries than before");
  if (status.order.entries == site.settled) return;
  site.settled = status.order.entries;
  world_.story().marks.push_back({world_.now_ms(), site.index, Mark::What::kSettled, site.settled});
  world_.story().Count("settled further");
  if (!status.admitted || site.role != "full") return;  // it signs no order: its key is new and known to nobody, or it only votes
  const absl::StatusOr<std::string> checkpoint = site.db->Checkpoint();
  if (!checkpoint.ok())
    return world_.Fail(site.name + " has no checkpoint of what is settled: " + std::string(checkpoint.status().message()));
  const std::vector<std::string> lines = absl::StrSplit(absl::string_view(checkpoint->data(), checkpoint->size()), '\n');
  if (lines.size() < 3) return world_.Fail("a checkpoint of " + site.name + " is malformed");
  const auto [root, first] = roots_.try_emplace(lines[1], lines[2]);
  if (root->second != lines[2]) return world_.Fail(site.name + " has settled another order of " + lines[1] + " leaves");
  if (world_.acked().empty()) return;
  const std::string& entry = world_.acked()[site.settled % world_.acked().size()].entry;
  const absl::StatusOr<PlaceView> place = now.Place(entry);
  if (!place.ok() || !place->settled) return;
  const auto [known, new_place] = places_.try_emplace(entry, place->place);
  if (known->second != place->place) world_.Fail("a settled entry has another place at " + site.name + ": " + entry);
}

void Watch::Afresh(SimSite& site, uint64_t seed) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  const absl::StatusOr<StatusView> status = now.ok() ? now->Status() : now.status();
  if (!status.ok()) return world_.Fail(site.name + " cannot be read");
  if (world_.forked() || status->waiting + status->held > 0) return;
  std::vector<std::string> runs = *now->RunsSince("0");
  SeededRandom random(seed);
  Shuffle(runs, random);
  ManualClock clock(site.clock.NowMs() + kAheadMs);
  Environment env;
  env.clock = &clock;
  env.random = &random;
  env.durable = false;
  env.reserve_bytes = 0;
  const std::string dir = world_.folder() + "/afresh";
  std::filesystem::remove_all(dir);
  JoinOptions options;
  options.site = "afresh";
  options.key_seed = "afresh";
  absl::StatusOr<std::unique_ptr<Database>> db = Database::Join(dir, options, world_.genesis(), env);
  if (!db.ok()) return world_.Fail("no fresh store can be made: " + std::string(db.status().message()));
  for (size_t at = 0; at < runs.size();) {
    const size_t count = std::min<size_t>(runs.size() - at, 1 + random.Below(5));
    const absl::StatusOr<Intake> intake = (*db)->Ingest(absl::MakeSpan(runs).subspan(at, count));
    if (!intake.ok())
      return world_.Fail("a fresh store does not take the runs of " + site.name + ": " + std::string(intake.status().message()));
    at += count;
  }
  const absl::StatusOr<StatusView> made = (*db)->Read()->Status();
  world_.story().Count("made afresh");
  if (made->frontier != status->frontier) return world_.Fail("a fresh store does not come to hold what " + site.name + " does");
  if (made->digest != status->digest || made->docket != status->docket)
    world_.Fail("the entries of " + site.name + ", in another order, make other records or cases");
}

void Watch::AtTheEnd() {
  for (SimSite* site : world_.Standing()) {
    if (world_.failed()) return;
    if (!world_.forked()) CheckAcknowledged(*site);
    if (!world_.forked()) CheckPapers(*site);
    CheckDerived(*site);
    CheckBounds(*site);
  }
  CheckHalted();
  if (world_.network().most_waiting() > kOnTheWayMost)
    world_.Fail("more was on its way on one connection than any peer should send");
}

void Watch::CheckAcknowledged(const SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  uint64_t lost = 0;
  for (const Acked& acked : world_.acked()) {
    const bool here = now->Entry(acked.entry).ok();
    if (!here && !world_.history().excused().contains(acked.store))
      return world_.Fail(acked.short_name + " was acknowledged by " + acked.store + " and is not at " + site.name);
    lost += here ? 0 : 1;
    if (!here) continue;
    const absl::StatusOr<PlaceView> place = now->Place(acked.entry);
    if (!place.ok() || (!place->settled && !place->outside))
      return world_.Fail(acked.short_name + " has no final place at " + site.name);
    const auto [known, fresh] = places_.try_emplace(acked.entry, place->place);
    if (known->second != place->place) return world_.Fail(acked.short_name + " has another place at " + site.name);
  }
  if (lost > 0) world_.story().Count("acknowledged entries lost with a disk", lost);
}

void Watch::CheckPapers(const SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  for (const Paper& paper : world_.papers()) {
    uint64_t bytes = 0;
    const absl::Status read = now->ReadBlob(paper.blob.sha256, [&bytes](std::string_view piece) {
      bytes += piece.size();
      return absl::OkStatus();
    });
    if (absl::IsNotFound(read) && world_.history().excused().contains(paper.store)) continue;
    if (!read.ok() || bytes != paper.blob.bytes)
      return world_.Fail("a document that was filed at " + paper.store + " is not whole at " + site.name + ": " +
                         std::string(read.message()));
    world_.story().Count("documents compared");
  }
}

void Watch::CheckDerived(SimSite& site) {
  const absl::StatusOr<VerifyView> verified = site.db->Verify();
  if (!verified.ok() || !verified->ok())
    return world_.Fail(site.name +
                       " does not verify: " + (verified.ok() ? verified->damage[0] : std::string(verified.status().message())));
  const absl::Status rebuilt = site.db->Rebuild();
  const absl::StatusOr<StatusView> status = site.db->Read()->Status();
  if (!rebuilt.ok() || status->digest != verified->digest || status->docket != verified->docket)
    world_.Fail(site.name + " is another when it is rebuilt");
}

void Watch::CheckBounds(const SimSite& site) {
  uint64_t bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(site.dir))
    if (file.is_regular_file()) bytes += file.file_size();
  if (bytes > kStoreMost) world_.Fail("the store of " + site.name + " has grown to " + std::to_string(bytes) + " bytes");
}

// Two versions of a lane that anybody has seen are known to all.
void Watch::CheckHalted() {
  bool some = false, all = true;
  for (SimSite* site : world_.Standing()) {
    const bool halted = !site->db->Read()->Status()->halted.empty();
    some |= halted;
    all &= halted;
  }
  if (some && !all) world_.Fail("a lane with two versions is halted at some sites and not at others");
}

}  // namespace chancery::sim

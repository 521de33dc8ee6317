#include "tests/sim/reference.h"

#include <algorithm>

#include "net/sim/packs.h"
#include "net/sim/world.h"
#include "tests/model/model.h"
#include "tests/model/picture.h"

namespace chancery::sim {
namespace {

// The packs of the simulator, as the model describes them.
std::vector<model::PackSpec> Specs() {
  const model::RegisterSpec mark{
      "mark", {{.name = "count", .type = model::Type::kCounter}, {.name = "tokens", .type = model::Type::kSet}}};
  return {model::UnitPack(), {PackIdOf(kMarkPack), "mark", kMarkPack, {mark}, {}}};
}

std::string Compare(const SimSite& site) {
  const absl::StatusOr<Snapshot> now = site.db->Read();
  model::Book book;
  model::Seen seen;
  const std::vector<std::string> runs = *now->RunsSince("0");
  for (const std::string& run : runs) {
    std::vector<Place> places;
    if (const std::string wrong = book.Take(run, &places); !wrong.empty()) return wrong;
    for (const Place& place : places) seen[place.lane] = std::max(seen[place.lane], place.seq);
  }
  const model::Meaning meaning(book, seen);
  std::vector<std::string> addresses;
  for (const auto& [address, row] : meaning.rows) addresses.push_back(address);
  const absl::StatusOr<model::Shown> shown = model::ShownBy(*now, addresses, false);
  if (!shown.ok()) return std::string(shown.status().message());
  return model::Difference(model::PictureOf(*shown), model::PictureOf(model::ShownBy(meaning)));
}

}  // namespace

Plan DrawModelled(uint64_t seed, int sites, size_t ops) {
  Plan plan = DrawPlan(
      seed, sites, ops,
      {Deed::kPaper, Deed::kRetire, Deed::kReadmit, Deed::kWipe, Deed::kRestore, Deed::kClone, Deed::kPack, Deed::kOfficer});
  plan.officers = false;
  plan.proposals = false;
  return plan;
}

std::string CompareWithModel(World& world) {
  if (world.failed()) return "";
  const model::WithPacks packs(Specs());
  for (const SimSite* site : world.Standing())
    if (const std::string different = Compare(*site); !different.empty())
      return site->name + " and the reference model differ: " + different;
  return "";
}

}  // namespace chancery::sim

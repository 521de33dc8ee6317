// Little histories of three sites that file, rule and hear of each other as the input says, merged at two sites in two orders:
// equal digests and dockets, and those that the reference model makes of the same entries. Input: pairs of bytes, a step each;
// those behind the last step, or the same again, say in which order the second site hears.
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "chancery/chancery.h"
#include "chancery/testing.h"
#include "engine/base/status.h"
#include "engine/base/strings.h"
#include "tests/model/menu.h"
#include "tests/model/model.h"
#include "tests/model/picture.h"
#include "tests/support/ok.h"
#include "tests/support/temp_dir.h"

namespace chancery::model {
namespace {

constexpr size_t kSites = 3, kStepsMax = 24;
constexpr int64_t kStart = 1767225600000, kMinute = 60'000;
const char* const kNames[kSites] = {"tallinn", "tartu", "luxembourg"};
const char* const kRecords = "x";

struct Site {
  explicit Site(uint64_t seed) : random(seed) {}
  Environment Env() {
    Environment env;
    env.clock = &clock;
    env.random = &random;
    env.durable = false;
    return env;
  }
  Snapshot now() const { return Ok(db->Read()); }
  ManualClock clock{kStart};
  SeededRandom random;
  std::unique_ptr<Database> db;
};

// What every history begins with: three sites that know of each other, and two records. Made once.
class Beginning {
 public:
  Beginning() {
    std::vector<std::unique_ptr<Site>> sites;
    for (size_t i = 0; i < kSites; ++i) sites.push_back(std::make_unique<Site>(i + 1));
    FoundOptions found{.site = kNames[0], .registry_name = {}, .packs = {}, .key_seed = kNames[0]};
    for (const PackSpec& pack : Packs()) found.packs.emplace_back(pack.name + ".toml", pack.toml);
    sites[0]->db = Ok(Database::Found(DirOf(0), found, sites[0]->Env()));
    for (size_t i = 1; i < kSites; ++i) {
      const JoinOptions join{.site = kNames[i], .role = "full", .key_seed = kNames[i]};
      sites[i]->db = Ok(Database::Join(DirOf(i), join, Ok(sites[0]->now().ExportBundle("0")), sites[i]->Env()));
      Ok(sites[0]->db->Admit(sites[i]->db->SiteCard()));
    }
    for (const Draft& draft : BaseDrafts(kRecords)) Ok(sites[0]->db->File(draft));
    bundle = Ok(sites[0]->now().ExportBundle("0"));
    for (size_t i = 1; i < kSites; ++i) Ok(sites[i]->db->ApplyBundle(bundle));
  }
  std::string DirOf(size_t site) const { return dir_ / kNames[site]; }

  const WithPacks with{{UnitPack()}};
  std::string bundle;

 private:
  TempDir dir_;
};

class LittleHistory {
 public:
  LittleHistory(const Beginning& beginning, const uint8_t* data, size_t size) : beginning_(beginning), data_(data), size_(size) {
    for (size_t i = 0; i < kSites; ++i) {
      sites_.push_back(std::make_unique<Site>(i + 10));
      std::filesystem::copy(beginning.DirOf(i), dir_ / kNames[i], std::filesystem::copy_options::recursive);
      sites_[i]->db = Ok(Database::Open(dir_ / kNames[i], sites_[i]->Env()));
    }
  }

  void Live() {
    for (size_t step = 0; step < kStepsMax && 2 * step + 1 < size_; ++step) Step(data_[2 * step], data_[2 * step + 1]);
  }

  void CheckMerges() {
    std::vector<size_t> order(acts_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    const std::unique_ptr<Site> one = Observer("one", order);
    for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[data_[(2 * kStepsMax + i) % size_] % i]);
    const std::unique_ptr<Site> other = Observer("other", order);
    std::vector<const Site*> all = {other.get()};
    for (const auto& site : sites_) {
      for (const auto& act : acts_) Ok(site->db->Ingest(act));
      all.push_back(site.get());
    }
    const StatusView status = Ok(one->now().Status());
    for (const Site* site : all) {
      const StatusView theirs = Ok(site->now().Status());
      CHECK(theirs.frontier == status.frontier && theirs.digest == status.digest && theirs.docket == status.docket);
    }
    CompareWithModel(one->now());
  }

 private:
  void Step(uint8_t what, uint8_t with) {
    Site& site = *sites_[what % kSites];
    const size_t place = what % kSites;
    const std::string before = site.now().Frontier();
    switch (what / kSites % 8) {
      case 0:
        Ok(site.db->Ingest(Ok(sites_[with % kSites]->now().RunsSince(before))));
        return;
      case 1:
        site.clock.Set(kStart + (with - 128) * kMinute);
        return;
      case 2:
        Rule(site, with);
        break;
      case 3:
        site.db->File(FourthDraft(with % kFourths, kRecords)).IgnoreError();
        break;
      default:
        site.db->File(MenuDraft(with % MenuSize(), kRecords, place)).IgnoreError();
    }
    if (auto runs = Ok(site.now().RunsSince(before)); !runs.empty()) acts_.push_back(std::move(runs));
  }

  void Rule(Site& site, uint8_t with) {
    const std::vector<CaseView> cases = Ok(site.now().Cases());
    if (cases.empty()) return;
    const CaseView& listed = cases[with % cases.size()];
    const CaseView about = Ok(site.now().Case(listed.rule, listed.subject));
    if (about.facts.empty()) return;
    RulingDraft ruling;
    ruling.rule = about.rule;
    ruling.subject = about.subject;
    ruling.officer = "judge";
    ruling.reason = "heard both";
    ruling.both = with / 64 == 1;
    ruling.none = with / 64 == 2;
    if (with / 64 % 3 == 0) ruling.keep = about.facts[with / 8 % about.facts.size()].entry;
    site.db->Rule(ruling).IgnoreError();
  }

  std::unique_ptr<Site> Observer(const std::string& name, const std::vector<size_t>& order) {
    auto site = std::make_unique<Site>(name.size());
    site->clock.Set(kStart + 300 * kMinute);
    const JoinOptions join{.site = name, .role = "full", .key_seed = name};
    site->db = Ok(Database::Join(dir_ / name, join, beginning_.bundle, site->Env()));
    for (const size_t act : order) Ok(site->db->Ingest(acts_[act]));
    return site;
  }

  static void CompareWithModel(const Snapshot& now) {
    Book book;
    Seen seen;
    std::vector<Place> places;
    for (const std::string& run : Ok(now.RunsSince("0"))) CHECK(book.Take(run, &places).empty());
    for (const Place& place : places) seen[place.lane] = std::max(seen[place.lane], place.seq);
    const Meaning meaning(book, seen);
    std::vector<std::string> addresses;
    for (const auto& [address, row] : meaning.rows) addresses.push_back(address);
    const std::string different = Difference(PictureOf(Ok(ShownBy(now, addresses, false))), PictureOf(ShownBy(meaning)));
    if (!different.empty()) std::fprintf(stderr, "the model makes something else of it: %s\n", different.c_str());
    CHECK(different.empty());
  }

  const Beginning& beginning_;
  const uint8_t* data_;
  size_t size_;
  TempDir dir_;
  std::vector<std::unique_ptr<Site>> sites_;
  std::vector<std::vector<std::string>> acts_;  // runs of one entry each, causes first
};

}  // namespace
}  // namespace chancery::model

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const chancery::model::Beginning beginning;
  if (size < 2) return 0;
  chancery::model::LittleHistory history(beginning, data, size);
  history.Live();
  history.CheckMerges();
  return 0;
}
